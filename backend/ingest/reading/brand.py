"""The brand as a page shows it: behind a label, as the store it links to, or as a link to all of the brand's things."""

import re

from backend.ingest.reading.facts import clean
from backend.ingest.reading.layout import Layout, Zone
from backend.ingest.reading.outline import Element

_LABEL = (
    r"(?:brand(?: name)?|marke|marque|marca|merk|marka|značka|bränd|kaubamärk|tootja|producent|hersteller|fabrikant"
    r"|fabricante|(?:make ?/ ?)?manufacturer|výrobca|výrobce|ražotājs|zīmols|gamintojas|varumärke|valmistaja|gyártó"
    r"|бренд|производитель|ブランド名?|メーカー名?|品牌|브랜드|제조사|מותג|יצרן)"
)
_LABELLED = re.compile(rf"{_LABEL}\s*[::]?\s*(.*)", re.IGNORECASE)
_INSIDE = re.compile(rf".{{0,40}}\b{_LABEL}\s*[::]\s*(\S.{{0,48}})", re.IGNORECASE)
_STORE = re.compile(
    r"(?:visit(?: the)?|visiter la boutique|visita lo store(?: di)?|visita la tienda de|besuche(?:n sie)? den)"
    r"\s+(.{2,40}?)(?:[ -]store)?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"/(?:brands?|marcas?|marken?|marques?|marchi|merken|designers?|manufacturers?|vendors?)/[^/?#]+")
_NEAR = 200


def find_brand(layout: Layout) -> str | None:
    """Return the brand that stands after a label ("Brand: Ito", or in the cell beside it), else one that is linked."""
    for element in layout.own():
        if value := _labelled(element, layout):
            return value
    near = [one for one in layout.elements[max(0, layout.title_place - _NEAR) :] if one.tag == "a"]
    # Links away are other products' as a rule; the brand's own stands beside the title and leads to all its products.
    links = [one for one in near if one.zone == Zone.CARD and one.place < layout.title_place + _NEAR]
    for link in links if layout.title_element else ():
        words = layout.words(link, 60)
        found = _STORE.fullmatch(words) or (_LABELLED.fullmatch(words) if re.search(r"[::]", words) else None)
        if found and found[1]:
            return clean(found[1])
        if _ADDRESS.search(link.attributes.get("href") or "") and (name := _name(link, words, layout)):
            return name
    return None


def brand_in(value: str | None) -> str | None:
    """Return a brand without the words around it: "See more of the brand: Ito" is Ito."""
    found = _INSIDE.fullmatch(value) if value else None
    return found[1].strip() if found else value


def _labelled(element: Element, layout: Layout) -> str | None:
    words = element.own_words
    found = _LABELLED.fullmatch(words) if 3 < len(words) <= 60 else None
    if found is None or (found[1] and not re.search(r"[::]", words)):
        return None
    value = found[1] or layout.words(element, 110)[len(words) :] or layout.words_beside(element, 60)
    return clean(value) if value and len(value) < 50 else None


def _name(link: Element, words: str, layout: Layout) -> str | None:
    """Return what a brand's link is called: a name that the title or the address of the link repeats."""
    address = re.sub(r"[\W_]", "", (link.attributes.get("href") or "").casefold())
    key = re.sub(r"[\W_]", "", words.casefold())
    is_named = len(key) > 1 and len(words) < 40 and (key in address or words.casefold() in layout.title.casefold())
    return clean(words) if is_named else None
