"""Writes a picture of every page, to be looked at: NITERU_SHOTS=FOLDER python -m pytest tests/dashboard/shots.py

Two widths, two languages, light and dark; the products are those of the demo shop, their boxes what vision finds.
`-k` with a page's name takes that page only.
"""

import json
import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from backend.db import transaction
from backend.demo.catalog import demo_products
from backend.demo.catalog_pictures import shot_bytes
from backend.tenants.models import IngestRun, now
from backend.vision import category_of_text, decode, load_vision, pattern_of_text
from tests.conftest import Shop
from tests.dashboard.conftest import PASSWORD
from tests.dashboard.seeding import Photo, Piece, fill

FOLDER = Path(os.environ.get("NITERU_SHOTS", "shots"))
WIDTHS = {390: 844, 1280: 860}
CATEGORY = {
    "tops": "top", "outerwear": "outer", "pants": "pants", "dresses": "dress", "shoes": "shoes", "skirts": "skirt",
    "accessories": "hat", "bags": "bag",
}  # fmt: skip
PAGES = ("sign-in", "overview", "catalog", "pairs", "product", "product-aside", "crawl", "crawl-live",
         "failures", "searches", "try", "embed", "keys", "settings", "empty", "missing")  # fmt: skip


def demo_pieces(count: int = 24) -> list[Piece]:
    """Every third product of the demo shop, its pictures drawn and seen once and kept in the folder."""
    kept = FOLDER / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    pieces = []
    for each in demo_products()[:: len(demo_products()) // count][:count]:
        photos = [_photo(kept, shot) for shot in each.shots[:4]]
        color = each.shade if each.shade in {"white", "black", "navy", "red"} else "beige"
        category = CATEGORY[each.category.slug]
        read = category_of_text(each.title_ja)
        facts = {
            "fine_category": read.word if read else None, "pattern": pattern_of_text(each.title_ja) or "plain",
            "shades": ["off-white" if color == "white" else color],
        }  # fmt: skip
        pieces.append(Piece(each.title_ja, each.price, category, each.gender, (color,), photos, facts))
    return pieces


def _photo(kept: Path, shot: object) -> Photo:
    file, seen = kept / shot.file, kept / f"{shot.file}.json"
    if not seen.exists():
        file.write_bytes(shot_bytes(shot))
        found = load_vision().detect([decode(file.read_bytes())])[0]
        seen.write_text(json.dumps([[d.category, [d.box.x, d.box.y, d.box.w, d.box.h], d.confidence] for d in found]))
    garments = [(category, tuple(box), confidence) for category, box, confidence in json.loads(seen.read_text())]
    useful = {"size_chart": "size_chart", "close_up": "close_up"}.get(shot.kind, "garment")
    return Photo(useful, file.read_bytes(), garments if useful == "garment" else ())


@pytest.mark.parametrize("page_name", PAGES)
def test_shots(
    page_name: str, browser: Browser, *, address: str, make_shop: Callable[..., Shop], seller, settings
) -> None:
    shop = make_shop(name="Atelier Kiri", shop_url="https://atelier-kiri.example")
    products = []
    if page_name != "empty":
        products = fill(settings, shop, demo_pieces())
    if page_name == "crawl-live":
        _open_run(shop)
    for locale in ("ja", "en"):
        seller(shop, locale=locale)
        with browser.new_context() as context:
            _sign_in(context.new_page(), address, shop.email)
            state = context.storage_state() if page_name != "sign-in" else None
        for theme, (width, height) in product(("light", "dark"), WIDTHS.items()):
            with browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, locale=locale, storage_state=state
            ) as context:
                page = context.new_page()
                problems: list[str] = []
                page.on("console", lambda message, p=problems: p.append(message.text))
                page.on("pageerror", lambda error, p=problems: p.append(str(error)))
                _open(page, page_name, f"{address}/shops/{shop.tenant_id}", products)
                page.screenshot(path=FOLDER / f"{page_name}-{locale}-{theme}-{width}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{page_name} is {wide} wide at {width}"
                assert not [p for p in problems if "404" not in p], problems


def _open(page: Page, name: str, base: str, products: list) -> None:
    if name == "sign-in":
        page.goto(base.split("/shops", maxsplit=1)[0] + "/sign-in")
    elif name in {"product", "product-aside"}:
        page.goto(f"{base}/products/{products[0 if name == 'product' else -1].id}")
    else:
        path = {
            "overview": "/",
            "empty": "/",
            "missing": "/products/x",
            "crawl-live": "/crawl",
            "failures": "/crawl/failures",
        }.get(name, f"/{name}")
        page.goto(base + path)
    for y in range(0, 6000, 700):  # wakes the lazy pictures
        page.evaluate(f"scrollTo(0, {y})")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill('[name="email"]', email)
    page.fill('[name="password"]', PASSWORD)
    page.click("form.stack button")
    page.wait_for_url("**/shops/**")


def _open_run(shop: Shop) -> None:
    with transaction(shop.tenant_id) as session:
        run = session.scalars(select(IngestRun).order_by(IngestRun.created_at.desc())).first()
        assert run
        run.state, run.stage, run.finished_at, run.heartbeat_at = "running", "images", None, now()
