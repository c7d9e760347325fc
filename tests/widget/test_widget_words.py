"""What shoppers read: five languages of ours, and a seller's own."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import product_page

WORDS = Path(__file__).parents[2] / "widget" / "src" / "words"
ENGLISH = json.loads((WORDS / "en.json").read_text(encoding="utf-8"))
PLURALS = {"one", "other"}


def texts(words, path=""):
    """Yield every text with its path; plural forms are one."""
    if isinstance(words, dict) and not (words.keys() and words.keys() <= PLURALS):
        for name, value in words.items():
            yield from texts(value, f"{path}/{name}")
    else:
        yield path, words


def places(value):
    forms = [value["other"]] if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return sorted(place for form in forms for place in re.findall(r"\{\w+\}", form))


@pytest.mark.parametrize("file", sorted(WORDS.glob("*.json")), ids=lambda file: file.stem)
def test_every_language_says_everything(file):
    found, wanted = dict(texts(json.loads(file.read_text(encoding="utf-8")))), dict(texts(ENGLISH))

    assert found.keys() == wanted.keys()
    assert {path: places(value) for path, value in found.items()} == {
        path: places(value) for path, value in wanted.items()
    }
    assert all(found.values())


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-CN", ("以图搜款", "看到心仪的衣服？")),
        ("zh-TW", ("以圖搜尋", "看到心儀的衣服？")),
        ("zh-Hant-HK", ("以圖搜尋", "看到心儀的衣服？")),
        ("ko-KR", ("사진으로 찾기", "마음에 드는 옷을 발견하셨나요?")),
        ("ja_JP", ("写真で探す", "気になる服を、写真から。")),
    ],
)
def test_the_pages_language_is_spoken(visit, service, shop, lang, said):
    button, title = said
    shop.pages["/products/1"] = product_page(shop, service, lang=lang)

    seen = visit()
    dialog = seen.open_dialog()

    expect(seen.page.locator("niteru-camera").get_by_role("button", name=button)).to_be_attached()
    expect(dialog.get_by_role("heading", name=title)).to_be_visible()


def test_a_seller_may_bring_a_language_of_their_own(visit, service, shop):
    own = {"lang": "nl", "page": {"camera": "Zoek met een foto"}, "dialog": {"startTitle": "Iets moois gezien?"}}
    shop.pages["/nl.json"] = json.dumps(own)
    shop.pages["/products/1"] = product_page(shop, service, lang="nl-BE", attributes='data-words="/nl.json"')

    seen = visit()
    dialog = seen.open_dialog()

    expect(seen.page.locator("niteru-camera").get_by_role("button", name="Zoek met een foto")).to_be_attached()
    expect(dialog.get_by_role("heading", name="Iets moois gezien?")).to_be_visible()
    expect(dialog.get_by_role("button", name="Choose a photo")).to_be_visible()  # what they left out


@pytest.mark.parametrize("own", ['{"page": {"camera": "Find it"}}', "no JSON", None])
def test_words_of_the_seller_that_do_not_come_leave_ours(visit, service, shop, own):
    if own is not None:
        shop.pages["/own.json"] = own
    shop.pages["/products/1"] = product_page(shop, service, attributes='data-words="/own.json"')

    seen = visit()

    name = "Find it" if own and own.startswith("{") else "Search by photo"
    expect(seen.page.locator("niteru-camera").get_by_role("button", name=name)).to_be_attached()


def test_without_its_words_the_dialog_opens_in_english(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, lang="ko")
    seen = visit()
    seen.page.route("**/words/*", lambda route: route.abort())

    dialog = seen.open_dialog()

    expect(dialog.get_by_role("heading", name="Seen something you love?")).to_be_visible()
