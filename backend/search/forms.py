"""What callers may ask of `/v1`: each form checks one request. openapi.py is made from the same forms."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Json,
    WithJsonSchema,
    model_validator,
)

from backend.search.gallery import Filters
from backend.search.wish import Wish
from backend.vision.attributes import PATTERNS
from backend.vision.colors import PALETTE
from backend.vision.values import CATEGORIES

GENDERS = ("women", "men", "unisex", "kids")
MAX_LIMIT = 50
MAX_WORDS = 200

Fraction4 = tuple[float, float, float, float]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _among(allowed: tuple[str, ...]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"{value[:40]!r} is none of {', '.join(allowed)}")
        return value

    return AfterValidator(check)


def _documented(allowed: tuple[str, ...]) -> Any:
    return Field(json_schema_extra={"enum": list(allowed)})


Category = Annotated[str, _among(CATEGORIES), _documented(CATEGORIES)]
Gender = Annotated[str, _among(GENDERS), _documented(GENDERS)]
Color = Annotated[str, _among(PALETTE), _documented(PALETTE)]
Pattern = Annotated[str, _among(PATTERNS), _documented(PATTERNS)]
Categories = Annotated[list[Category], BeforeValidator(_listed), Field(max_length=len(CATEGORIES))]
Genders = Annotated[list[Gender], BeforeValidator(_listed), Field(max_length=len(GENDERS))]
Colors = Annotated[list[Color], BeforeValidator(_listed), Field(max_length=len(PALETTE))]
Texts = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]], BeforeValidator(_listed), Field(max_length=20)
]


class PriceRange(BaseModel):
    """Both ends belong to it. A product without a price is in no range."""

    model_config = ConfigDict(extra="forbid")

    min: float | None = Field(default=None, ge=0, le=1e12, allow_inf_nan=False)
    max: float | None = Field(default=None, ge=0, le=1e12, allow_inf_nan=False)

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("the lowest price is above the highest")
        return self


class FiltersForm(BaseModel):
    """Conditions that must all hold; each takes one value or a list, of which any will do."""

    model_config = ConfigDict(extra="forbid")

    category: Categories = []
    gender: Genders = []
    color: Colors = []
    price: PriceRange = PriceRange()
    in_stock: bool | None = None
    brand: Texts = []
    size: Texts = []

    def filters(self) -> Filters:
        """Return the conditions that a gallery can check."""
        return Filters(
            categories=tuple(self.category),
            genders=tuple(self.gender),
            colors=tuple(self.color),
            price_min=self.price.min,
            price_max=self.price.max,
            in_stock=self.in_stock,
        )


def _box(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        x, y, w, h = (float(part) for part in value.split(","))
    except ValueError:
        raise ValueError("write four numbers, x,y,w,h, as fractions of the picture") from None
    if not (0 <= x < 1 and 0 <= y < 1 and 0.005 <= w <= 1 and 0.005 <= h <= 1 and x + w <= 1.001 and y + h <= 1.001):
        raise ValueError("x,y,w,h must lie inside the picture, as fractions from 0 to 1")
    return x, y, w, h


class SearchForm(BaseModel):
    """What every search takes."""

    filters: Json[FiltersForm] = Field(
        default_factory=FiltersForm, description="Conditions as JSON", examples=['{"color": "red", "in_stock": true}']
    )
    limit: int = Field(default=20, ge=1, le=MAX_LIMIT, description="How many matches at most")
    why: bool = Field(default=False, description="Explain every match, and what was left out; with a secret key only")

    def wish(self) -> Wish:
        brands, sizes = tuple(self.filters.brand), tuple(self.filters.size)
        return Wish(self.filters.filters(), brands, sizes, self.limit, self.why)


class PhotoForm(SearchForm):
    """The fields beside the picture of a photo search."""

    image_url: str | None = Field(default=None, max_length=2000, description="Instead of `image`: where one is")
    box: Annotated[
        Fraction4 | None,
        BeforeValidator(_box),
        WithJsonSchema({"type": "string", "title": "Box", "examples": ["0.1,0.2,0.5,0.6"]}),
    ] = Field(default=None, description="Only look here: x,y,w,h as fractions of the picture")
    q: str = Field(default="", max_length=MAX_WORDS, description="Words that narrow the search: a colour, a garment")


class SimilarForm(SearchForm):
    """Names one product, in exactly one way. One that is not in the catalogue is answered by its picture."""

    url: str | None = Field(default=None, min_length=1, max_length=2000, description="An address of its page")
    product_id: str | None = Field(default=None, min_length=1, max_length=64)
    sku: str | None = Field(default=None, min_length=1, max_length=200)
    image_url: str | None = Field(
        default=None, max_length=2000, description="A picture of the product, on the shop's own hosts"
    )

    @model_validator(mode="after")
    def _names_one_product(self) -> Self:
        if sum(value is not None for value in (self.url, self.product_id, self.sku)) != 1:
            raise ValueError("give exactly one of url, product_id and sku")
        return self


class TextForm(SearchForm):
    q: str = Field(min_length=1, max_length=MAX_WORDS, pattern=r"\S", description="Words, in Japanese or English")


class EventForm(BaseModel):
    """What a shopper did with an answer."""

    query_id: UUID = Field(description="The answer's `query_id`")
    type: Literal["impression", "click", "add_to_cart", "purchase"]
    product_ids: list[UUID] = Field(min_length=1, max_length=100)


class RefreshForm(BaseModel):
    """Products that the shop says have changed: by address, by SKU, or both."""

    model_config = ConfigDict(extra="forbid")

    urls: list[Annotated[str, Field(max_length=2000)]] = Field(
        default_factory=list, max_length=100, description="Product pages of the shop, new ones too"
    )
    skus: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=list, max_length=100, description="SKUs of products in the catalogue"
    )

    @model_validator(mode="after")
    def _names_any(self) -> Self:
        if not self.urls and not self.skus:
            raise ValueError("name the products that changed, as `urls` or as `skus`")
        return self


class ProductsForm(BaseModel):
    """A page of the catalogue."""

    after: str | None = Field(default=None, max_length=64, description="`next` of the page before")
    limit: int = Field(default=50, ge=1, le=200)
    state: Literal["live", "attention", "gone", "hidden"] | None = None
    category: Category | None = None
    fine_category: str | None = Field(default=None, max_length=40, description="Such as cardigan, jeans, boots")
    gender: Gender | None = None
    pattern: Pattern | None = None
