"""A product's photos: the page's gallery in its order, each at the largest size the page names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit

from backend.ingest.reading.layout import Layout, Zone
from backend.ingest.reading.outline import Element

MAX_IMAGES = 40
_BESIDE = 80
_FULL_SIZE = (
    "data-zoom-image", "data-zoom", "data-zoom-src", "data-zoom-url", "data-large_image", "data-large",
    "data-large-image", "data-full", "data-full-image", "data-fullsize", "data-hires", "data-high-res",
    "data-old-hires", "data-original-image", "data-photoswipe-src", "data-pswp-src", "data-image-large",
    "data-magnify-src", "data-big",
)  # fmt: skip
_LAZY = ("data-src", "data-lazy-src", "data-lazy", "data-original", "data-image", "data-img", "data-flickity-lazyload")
_NOT_A_PHOTO = re.compile(
    r"logo|icon|sprite|placeholder|blank\.|spacer|loading|loader|spinner|badge|payment|/flags?/|avatar|pixel|1x1|swatch"
    r"|banner|\.svg(?:$|\?)|^data:|facebook\.com|google|doubleclick|klarna|paypal",
    re.IGNORECASE,
)
_DRAWING = re.compile(r"\.svg(?:$|\?)", re.IGNORECASE)
_GALLERY_NAME = re.compile(
    r"gallery|carousel|slider|swiper|slick|splide|thumb|media|product[-_ ]?(?:image|photo|img|picture|view)"
    r"|main[-_]?(?:image|img|photo|visual)|photo|zoom|fotorama|item[-_]?image",
    re.IGNORECASE,
)
_SIZE_IN_NAME = re.compile(
    r"(?:[_-](?:\d{2,4}x\d{0,4}|x\d{2,4}|pico|icon|thumb|small|compact|medium|large|grande|master|original|zoom))+(?:@\dx)?"
    r"(?:_crop_\w+)?(?=\.\w{3,5}$|$)",
    re.IGNORECASE,
)
_SIZE_PARAMETER = re.compile(r"[wh]|width|height|q|quality|size|sw|sh|fm|fit|format|auto", re.IGNORECASE)
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo on the page: its address at the largest size, its place, and whether it stands in a gallery."""

    url: str
    place: int
    in_gallery: bool


def merge_images(layout: Layout, structured: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the product's images and where they came from ("page", or "" when `structured` alone had them).

    Structured data often names one photo of five: where the gallery shows one of its photos, the gallery has the
    order and the number. A gallery that shares nothing with it may be another product's, and is used only when
    structured data names none.
    """
    given = list(_distinct(_absolute(layout.url, structured)))
    photos = find_gallery(layout, given)
    if not photos:
        return tuple(given[:MAX_IMAGES]), ""
    if not given:
        return tuple(photos[:MAX_IMAGES]), "page"
    shown, known = {key_of(url) for url in photos}, {key_of(url) for url in given}
    if not shown & known:
        return (
            (tuple(photos[:MAX_IMAGES]), "page") if len(given) == 1 < len(photos) else (tuple(given[:MAX_IMAGES]), "")
        )
    named = {key_of(url): url for url in given}
    merged = [_larger(url, named.get(key_of(url), url)) for url in photos]
    merged += [url for url in given if key_of(url) not in shown]
    return tuple(_distinct(merged))[:MAX_IMAGES], "page" if shown - known else ""


def find_gallery(layout: Layout, given: Sequence[str]) -> list[str]:
    """Return the gallery's photos (absolute, in order); nothing when the page has none that is surely its own."""
    photos = [photo for element in layout.own() if (photo := _photo(element, layout))]
    if not photos:
        return []
    known = {key_of(url) for url in given}
    named = [photo for photo in photos if photo.in_gallery]
    if named:
        # The gallery is one place: what stands far from it is the description's or the shop's.
        seeds = [photo for photo in named if key_of(photo.url) in known] or named[:1]
        chosen = [photo for photo in named if min(abs(photo.place - seed.place) for seed in seeds) < 400]
    else:
        seeds = [photo for photo in photos if key_of(photo.url) in known]
        chosen = seeds or _nearest_group(layout, photos)
    return list(_distinct(photo.url for photo in chosen))


def key_of(url: str) -> str:
    """Return what two sizes of one photo share: the address without size, version and host's number.

    >>> key_of("https://cdn.example/a/dress_400x600.jpg?v=1") == key_of("https://cdn.example/a/dress.jpg")
    True
    """
    parts = urlsplit(url)
    path = _SIZE_IN_NAME.sub("", re.sub(r"\.(?:jpe?g|png|webp|avif)$", "", parts.path, flags=re.IGNORECASE))
    if _IMAGE_FILE.search(parts.path) or not parts.query:
        name = path.rpartition("/")[2].lower()
        # A long name with a number is one photo in whatever folder ("/w_800/"); "front" is one of many.
        return name if len(name) > 6 and re.search(r"\d", name) else path.lower()
    # The query names the photo itself: image.php?id=7
    return f"{path}?{[pair for pair in parse_qsl(parts.query) if not _SIZE_PARAMETER.fullmatch(pair[0])]}"


def _larger(shown: str, named: str) -> str:
    """Return the address without a size in its name; the page's own where neither or both have one."""
    sized = _SIZE_IN_NAME.search(_IMAGE_FILE.sub("", urlsplit(shown).path))
    return named if sized and not _SIZE_IN_NAME.search(_IMAGE_FILE.sub("", urlsplit(named).path)) else shown


def _photo(element: Element, layout: Layout) -> Photo | None:
    if element.tag == "img":
        address = _largest(element, layout)
    elif element.tag == "a" and not element.zone & Zone.CARD and not layout.has_image(element):
        # A thumbnail drawn as a background, its link leading to the photo.
        address = _photo_link(element)
    else:
        return None
    if not address or _is_small(element) or element.place < layout.title_place - 2000:
        return None
    if _NOT_A_PHOTO.search(address) and not (_DRAWING.search(address) and _stands_among_photos(element, layout)):
        return None
    url = next(iter(_absolute(layout.url, [address])), None)
    return Photo(url, element.place, _stands_in_gallery(element, layout)) if url else None


def _photo_link(element: Element) -> str | None:
    href = element.attributes.get("href") or ""
    return href if _IMAGE_FILE.search(re.split(r"[?#]", href, maxsplit=1)[0]) else None


def _largest(element: Element, layout: Layout) -> str | None:
    around = [element]
    parent = element.parent
    for _ in range(3):
        if parent is not None and parent.tag in {"a", "picture", "figure", "div", "li", "span", "button"}:
            around.append(parent)
            parent = parent.parent
    for near in around:
        for name in _FULL_SIZE:
            if (value := near.attributes.get(name)) and re.search(r"[./]", value):
                return value
    for near in around[1:]:
        if near.tag == "a" and (href := _photo_link(near)):
            return href
    sets = [element.attributes.get("srcset"), element.attributes.get("data-srcset")]
    if element.parent is not None and element.parent.tag == "picture":
        rows = (one.attributes for one in layout.inside(element.parent)[:20] if one.tag == "source")
        sets += [row.get("srcset") or row.get("data-srcset") for row in rows]
    if largest := _largest_of_sets([one for one in sets if one]):
        return largest
    values = (element.attributes.get(name) for name in (*_LAZY, "src"))
    return next((value for value in values if value and not value.startswith("data:")), None)


def _largest_of_sets(sets: Sequence[str]) -> str | None:
    best: tuple[float, str] | None = None
    for row in sets:
        # Commas may stand inside an address, so candidates are split at a comma that white space follows.
        for candidate in re.split(r",\s+", row.strip()):
            address, _, size = candidate.strip().rstrip(",").partition(" ")
            weight = float(found[1]) if (found := re.match(r"\s*(\d+(?:\.\d+)?)[wx]", size)) else 1.0
            if address and not address.startswith("data:") and (best is None or weight > best[0]):
                best = (weight, address)
    return best[1] if best else None


def _is_small(element: Element) -> bool:
    sizes = [element.attributes.get(name) or "" for name in ("width", "height")]
    return all(re.fullmatch(r"[0-9]{1,2}", size) and int(size) < 50 for size in sizes) and not any(
        element.attributes.get(name) for name in _FULL_SIZE
    )


def _stands_among_photos(element: Element, layout: Layout) -> bool:
    """Say whether a drawing is shown as one of the photos, and not on a button: then the seller is told of it."""
    beside = layout.inside(element.parent)[:_BESIDE] if element.parent is not None else ()
    siblings = [one for one in beside if one.tag == "img" and one.parent is element.parent and one is not element]
    addresses = [_largest(one, layout) for one in siblings]
    return any(address and not _NOT_A_PHOTO.search(address) for address in addresses)


def _stands_in_gallery(element: Element, layout: Layout) -> bool:
    parent: Element | None = element
    for _ in range(8):
        if parent is None or layout.is_above_title(parent):
            return False
        if _GALLERY_NAME.search(parent.names):
            return True
        parent = parent.parent
    return False


def _nearest_group(layout: Layout, photos: Sequence[Photo]) -> list[Photo]:
    """Return the photos under the lowest element above the title that has any: the product's own block."""
    block = layout.title_element.parent if layout.title_element is not None else None
    while block is not None and block.tag != "body":
        if inside := [photo for photo in photos if block.place < photo.place < block.end]:
            return inside
        block = block.parent
    return []


def _absolute(base: str, addresses: Sequence[str]) -> Iterator[str]:
    for address in addresses:
        try:
            url = urljoin(base, address.strip().replace(" ", "%20"))
            if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname:
                yield url
        except ValueError:
            continue


def _distinct(urls: Iterable[str]) -> Iterator[str]:
    """Yield each photo once, by its key, in order."""
    seen: set[str] = set()
    for url in urls:
        if (key := key_of(url)) not in seen:
            seen.add(key)
            yield url
