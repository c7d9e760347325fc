"""Search by photo, from the camera button to the results."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.widget import widget_drawn as drawn
from tests.widget.conftest import SEARCH, product_page

PICTURE_IN_PAGE = """async (kind) => {
  const canvas = new OffscreenCanvas(300, 400);
  canvas.getContext('2d').fillRect(0, 0, 300, 400);
  const data = new DataTransfer();
  data.items.add(new File([await canvas.convertToBlob()], 'x.png', {type: 'image/png'}));
  const dialog = document.querySelector('niteru-dialog').shadowRoot.querySelector('dialog');
  const options = {bubbles: true, cancelable: true, composed: true};
  if (kind === 'drop') dialog.dispatchEvent(new DragEvent('drop', {...options, dataTransfer: data}));
  else document.body.dispatchEvent(new ClipboardEvent('paste', {...options, clipboardData: data}));
}"""


def uploaded(service) -> Image.Image:
    body = service.asked("search/photo")[-1].part("image")
    assert isinstance(body, bytes)
    return Image.open(BytesIO(body))


def test_the_button_sits_in_the_search_field_and_moves_nothing(visit):
    seen = visit()

    button = seen.page.locator("niteru-camera").bounding_box()
    field = seen.page.get_by_role("searchbox").bounding_box()

    assert field["x"] < button["x"]
    assert button["x"] + button["width"] <= field["x"] + field["width"]
    assert field["y"] <= button["y"]
    assert button["y"] + button["height"] <= field["y"] + field["height"]
    assert min(button["height"], button["width"]) >= 24


def test_the_button_lies_in_a_field_in_a_table(visit, service, shop):
    """Whose offsets count from its cell, which is no place for the button to count from."""
    search = f"<table><tr><td>Find it here, or ask us by telephone:</td><td>{SEARCH}</td></tr></table>"
    shop.pages["/products/1"] = product_page(shop, service, search=search)

    seen = visit()
    button = seen.page.locator("niteru-camera").bounding_box()

    field = seen.page.locator("input[type=search]").bounding_box()
    assert field["x"] < button["x"] < button["x"] + button["width"] < field["x"] + field["width"]
    assert field["y"] <= button["y"] < button["y"] + button["height"] <= field["y"] + field["height"]


def test_without_a_search_field_the_button_floats_in_the_corner(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, search="")

    button = visit().page.locator("niteru-camera").bounding_box()

    assert (button["x"] + button["width"], button["y"] + button["height"]) == (1260, 880)


@pytest.mark.parametrize(
    ("page", "place"),
    [
        ({"attributes": 'data-camera-target="#cam"', "extra": '<p id="cam"></p>'}, "#cam > niteru-camera"),
        ({"extra": '<p id="own"><niteru-camera label="Photo"></niteru-camera></p>'}, "#own > niteru-camera"),
        ({"attributes": 'data-camera="float"'}, "body > niteru-camera"),
    ],
)
def test_the_seller_chooses_the_buttons_place(visit, service, shop, page, place):
    shop.pages["/products/1"] = product_page(shop, service, **page)

    seen = visit()
    seen.page.locator(place).get_by_role("button").wait_for()

    expect(seen.page.locator("niteru-camera")).to_have_count(1)


def test_the_dialog_is_fetched_on_first_use_and_not_before(visit):
    fetched = []
    seen = visit()
    seen.page.on("request", lambda request: fetched.append(request.url))
    seen.strip().wait_for()
    assert not any("dialog" in url for url in fetched)

    seen.open_dialog()

    assert sum("v1-dialog.js" in url for url in fetched) == 1


def test_every_garment_of_the_photo_is_there_with_its_matches(visit, service):
    seen = visit()

    dialog = seen.search()
    expect(dialog.get_by_role("heading", name="The same piece")).to_be_visible()

    spots = dialog.locator(".spot")
    expect(spots).to_have_count(5)
    expect(dialog.get_by_role("button", name="1: Outerwear")).to_have_attribute("aria-pressed", "true")
    expect(dialog.locator(".chip")).to_have_text(["1Outerwear", "2Belt", "3Trousers", "4Bag", "5Shoes"])
    expect(dialog.locator("h4")).to_have_text(["The same piece", "Very close", "In the same style"])
    expect(dialog.locator(".same .price")).to_have_text("¥38,500")
    expect(dialog.get_by_role("status")).to_have_text("5 pieces found in your photo. Outerwear: 8 matches.")
    expect(dialog.get_by_text("Your photo is not stored.")).to_be_visible()


def test_choosing_another_garment_asks_the_service_nothing(visit, service):
    seen = visit()
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    dialog.get_by_role("button", name="3: Trousers").click()
    expect(dialog.locator(".groups")).to_contain_text("ワイドデニム")
    dialog.locator(".chip", has_text="Bag").click()

    expect(dialog.locator(".notice")).to_contain_text("Nothing very close")
    expect(dialog.locator("h4")).to_have_text(["In the same style"])
    assert len(service.asked("search/photo")) == 1


def test_numbers_of_overlapping_garments_can_each_be_touched(visit):
    for width in (390, 1280):
        seen = visit(width=width)
        dialog = seen.search()
        dialog.locator(".spot").first.wait_for()

        boxes = [spot.bounding_box() for spot in dialog.locator(".spot").all()]

        for i, a in enumerate(boxes):
            assert min(a["width"], a["height"]) >= 24
            for b in boxes[i + 1 :]:
                assert abs(a["x"] - b["x"]) >= 24 or abs(a["y"] - b["y"]) >= 24
        dialog.get_by_role("button", name="2: Belt").click()
        expect(dialog.locator("h4")).to_have_text("Nothing close here")


def test_choosing_on_a_phone_brings_the_chip_and_leaves_the_photo(visit):
    phone = visit(width=390, height=844, has_touch=True, is_mobile=True)
    dialog = phone.search()
    dialog.locator(".spot").first.wait_for()

    dialog.locator(".spot-4").evaluate("spot => spot.click()")

    chip = dialog.locator(".chip", has_text="Shoes").bounding_box()
    assert 0 <= chip["x"] <= 390 - chip["width"]
    assert dialog.locator(".body").evaluate("body => body.scrollTop") == 0


def test_more_like_this_goes_one_step_further_and_back_returns(visit, service):
    seen = visit()
    dialog = seen.search()
    dialog.get_by_role("button", name="3: Trousers").click()

    dialog.get_by_role("button", name="More like ワイドデニム").click()
    expect(dialog.get_by_role("heading", name="More like this")).to_be_visible()
    expect(dialog.locator(".item")).to_have_count(8)
    assert service.asked("similar")[-1].params["product_id"] == "00000000-0000-4000-8000-000000000006"
    dialog.get_by_role("button", name="Back").click()

    expect(dialog.get_by_role("button", name="3: Trousers")).to_have_attribute("aria-pressed", "true")
    expect(dialog.locator(".groups")).to_contain_text("ワイドデニム")
    expect(dialog.get_by_role("button", name="More like ワイドデニム")).to_be_focused()
    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_role("heading", name="Seen something you love?")).to_be_visible()
    expect(dialog.get_by_role("button", name="Back")).to_be_hidden()


def test_back_on_a_phone_finds_the_photo_as_it_was_left(visit):
    phone = visit(width=390, height=844, has_touch=True, is_mobile=True)
    dialog = phone.search()
    chip = dialog.locator(".chip", has_text="Trousers")
    chip.click()
    more = dialog.get_by_role("button", name="More like ワイドデニム")
    more.scroll_into_view_if_needed()
    places = "node => [node.closest('.body').scrollTop, node.querySelector('.chips').scrollLeft]"
    left = dialog.locator(".split").evaluate(places)

    more.click()
    dialog.locator(".like .item").first.wait_for()
    phone.page.go_back()

    expect(chip).to_be_visible()
    assert dialog.locator(".split").evaluate(places) == left
    assert min(left) > 0


def test_the_photo_is_scaled_turned_upright_and_stripped_of_its_exif(visit, service):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SecretCamera"
    picture = drawn.jpeg(drawn.outfit(2400, 1800), exif=exif.tobytes())

    dialog = visit().search(picture)
    dialog.locator(".spot").first.wait_for()

    sent = uploaded(service)
    assert sent.size == (768, 1024)
    assert not sent.getexif()
    assert b"SecretCamera" not in service.asked("search/photo")[0].body


def test_a_small_photo_is_not_blown_up(visit, service):
    dialog = visit().search(drawn.jpeg(drawn.outfit(300, 400)))
    dialog.locator(".spot").first.wait_for()

    assert uploaded(service).size == (300, 400)


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_photo_can_be_dropped_or_pasted(visit, service, kind):
    seen = visit()
    dialog = seen.open_dialog()

    seen.page.evaluate(PICTURE_IN_PAGE, kind)
    dialog.locator(".spot").first.wait_for()

    assert uploaded(service).size == (300, 400)


def test_a_phone_may_take_the_photo(visit):
    phone = visit(width=390, height=844, has_touch=True, is_mobile=True)

    dialog = phone.open_dialog()

    expect(dialog.get_by_role("button", name="Take a photo")).to_be_visible()
    expect(dialog.locator("input[name=shot]")).to_have_attribute("capture", "environment")


def test_nothing_is_wider_than_the_screen(visit):
    seen = visit()
    seen.search().locator(".spot").first.wait_for()
    body = "document.querySelector('niteru-dialog').shadowRoot.querySelector('.body')"

    too_wide = []
    for width in (320, 390, 768, 1280, 1920):
        seen.page.set_viewport_size({"width": width, "height": 800})
        if seen.page.evaluate(f"{body}.scrollWidth > {body}.clientWidth || {body}.clientWidth > innerWidth"):
            too_wide.append(width)

    assert too_wide == []


def test_japanese_shoppers_read_japanese_only(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, lang="ja", attributes='data-lang="ja"')
    seen = visit()

    dialog = seen.open_dialog()
    words = dialog.inner_text()
    dialog.locator("input[name=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": drawn.jpeg(drawn.outfit())}
    )
    expect(dialog.get_by_role("heading", name="同じアイテム")).to_be_visible()

    assert not [letter for letter in words if letter.isascii() and letter.isalpha()]
    expect(dialog.locator(".chip")).to_have_text(["1アウター", "2ベルト", "3パンツ", "4バッグ", "5シューズ"])
    expect(dialog.get_by_text("写真は保存されません。")).to_be_visible()


def test_a_language_we_do_not_speak_gets_english(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, lang="th")

    seen = visit(locale="ja-JP")

    expect(seen.page.get_by_role("heading", name="Similar items")).to_be_attached()


def test_the_page_can_open_search_with_one_of_its_own_pictures(visit, service, shop):
    seen = visit()

    seen.page.evaluate("niteru.open({image: document.querySelector('article img')})")
    seen.page.get_by_role("dialog").locator(".spot").first.wait_for()

    assert uploaded(service).size == (500, 667)


def test_a_picture_of_another_site_goes_by_its_address(visit, service, shop):
    foreign = shop.origin.replace("127.0.0.1", "localhost") + "/pictures/3.jpg"
    seen = visit()

    seen.page.evaluate("address => niteru.open({image: address})", foreign)
    seen.page.get_by_role("dialog").locator(".spot").first.wait_for()

    assert service.asked("search/photo")[0].part("image_url") == foreign


def test_the_page_can_ask_for_what_is_similar(visit, service):
    seen = visit()

    found = seen.page.evaluate("niteru.similar('/products/9').then(matches => matches.length)")

    assert found == 8
    expect(seen.page.get_by_role("dialog").locator(".item")).to_have_count(8)


def test_calls_made_before_the_script_came_are_kept(visit, service, shop):
    calls = "['on', 'open', () => (window.opened = true)], ['open']"
    early = f"(window.niteru = window.niteru || []).push({calls})"
    shop.pages["/products/1"] = product_page(shop, service, head=f"<script>{early}</script>")

    seen = visit()
    seen.page.get_by_role("dialog").wait_for()

    assert seen.page.evaluate("window.opened")


def test_destroy_takes_everything_off_the_page(visit):
    seen = visit()
    seen.strip().wait_for()
    seen.open_dialog()

    seen.page.evaluate("niteru.destroy()")

    for name in ("niteru-similar", "niteru-camera", "niteru-dialog"):
        expect(seen.page.locator(name)).to_have_count(0)


def test_a_click_beside_the_panel_closes_it_and_the_page_has_not_scrolled(visit):
    seen = visit(width=1400)
    dialog = seen.open_dialog()

    seen.page.mouse.move(10, 450)
    seen.page.mouse.wheel(0, 400)
    seen.page.wait_for_timeout(200)
    assert seen.page.evaluate("scrollY") == 0
    seen.page.mouse.click(10, 450)

    expect(dialog).to_be_hidden()
