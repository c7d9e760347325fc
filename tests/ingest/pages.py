"""Pages as shops write them, for the tests of extraction."""

import json
from typing import Any

from backend.ingest.reading.extract import extract
from backend.ingest.records import ProductRecord

URL = "https://shop.example/products/linen-dress-12"
OFFER = {"@type": "Offer", "price": "52.00", "priceCurrency": "USD", "availability": "https://schema.org/InStock"}
PRODUCT = {"@type": "Product", "name": "Linen Dress", "sku": "LD-12", "image": ["/a.jpg"], "offers": OFFER}
CARDS = "".join(
    f'<a href="/products/other-{n}"><img src="/other-{n}.jpg"><div>Other {n}</div><div class="price">${n}9.00</div></a>'
    for n in range(1, 6)
)
RELATED = f'<section id="related"><h2>You may also like</h2>{CARDS}</section>'


def page(body: str = "", *, head: str = "", data: Any = None, title: str = "Linen Dress | SHOP") -> str:
    linked = "" if data is None else f'<script type="application/ld+json">{json.dumps(data)}</script>'
    frame = '<header><nav><a href="/">Home</a><a href="/women">Women</a></nav></header>'
    return (
        f'<!doctype html><html lang="en-GB"><head><title>{title}</title>{head}{linked}</head><body>{frame}'
        f"<main>{body}</main><footer><a href='/terms'>Terms</a></footer></body></html>"
    )


def record_of(html: str, url: str = URL, payloads: Any = ()) -> ProductRecord:
    record = extract(html, url, payloads=payloads).record
    assert record is not None
    return record
