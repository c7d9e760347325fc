"""The page of what titles and products were taken for, in a browser."""

from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from backend.training.datasets import ShopPhoto
from backend.training.evaluation import evaluate_categories
from backend.training.evaluation.categories_sheet import Judged, write_products
from backend.training.evaluation.sheet import Sheet

TITLES = (
    "dress\tdress\twomen\tnavy\t-\tレディース ワンピース ネイビー\n"
    "skirt\tskirt\t-\t-\tcheck\tTrousers <script>alert(1)</script>\tWomen > Skirts\n"
)


def page_of(browser: Browser, folder: Path, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((folder / "index.html").as_uri())
    return page


def test_titles_that_were_read_wrong_are_listed_with_what_was_read(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "ja.tsv").write_text(TITLES, encoding="utf-8")

    evaluate_categories(tmp_path, report=tmp_path / "report")
    page = page_of(browser, tmp_path / "report", 1280)

    lines = page.locator("table.words tr").all_inner_texts()[1:]
    assert [line.split("\t") for line in lines] == [
        ["category", "ja", "Trousers <script>alert(1)</script>", "Women > Skirts", "skirt", "pants"],
        ["fine", "ja", "Trousers <script>alert(1)</script>", "Women > Skirts", "skirt", "pants"],
        ["gender", "ja", "Trousers <script>alert(1)</script>", "Women > Skirts", "-", "women"],
        ["pattern", "ja", "Trousers <script>alert(1)</script>", "Women > Skirts", "check", "-"],
    ]
    assert page.get_by_role("region", name="Category").locator("tr").nth(2).inner_text().split("\t") == [
        "skirt", "", "1", "",
    ]  # fmt: skip


def shop(folder: Path, number: int) -> list[ShopPhoto]:
    Image.fromarray(np.full((90, 60, 3), 120, np.uint8)).save(folder / "one.png")
    return [
        ShopPhoto(folder / "one.png", str(n), "garment", None, "jacket", "outer", "val", f"Jacket {n}", (), None)
        for n in range(number)
    ]


def test_a_hundred_wrong_products_wrap_instead_of_running_off_the_page(tmp_path: Path, browser: Browser) -> None:
    products = shop(tmp_path, 100)

    write_products(Sheet(tmp_path / "report"), [Judged("Category", products, ["outer"] * 100, ["top"] * 100)])

    for width in (390, 1280):
        page = page_of(browser, tmp_path / "report", width)
        assert page.locator("figure.wrong").count() == 100
        assert page.evaluate(
            "[...document.querySelectorAll('figure')].every(one => one.getBoundingClientRect().right <= innerWidth)"
        )
        page.close()


def test_a_shop_whose_products_are_all_right_has_figures_and_no_pictures(tmp_path: Path, browser: Browser) -> None:
    products = shop(tmp_path, 3)

    write_products(Sheet(tmp_path / "report"), [Judged("Category", products, ["outer"] * 3, ["outer"] * 3)])
    page = page_of(browser, tmp_path / "report", 1280)

    assert page.locator("p").first.inner_text() == "Right: Category 1.000 of 3."
    assert page.locator("figure").count() == 0
