"""Narrowing what a photo found: by words, by filters, and by another part of the photo."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import product_page


@pytest.fixture
def results(visit):
    """The dialog of a photo that was answered."""
    dialog = visit().search()
    dialog.locator(".spot").first.wait_for()
    return dialog


def narrow(dialog, words):
    dialog.get_by_role("searchbox", name="Narrow by words").fill(words)
    dialog.get_by_role("button", name="Search", exact=True).click()


def asked(service, name):
    """Return that field of each photo search after the first."""
    return [request.part(name) for request in service.asked("search/photo")[1:]]


def test_words_narrow_and_what_was_understood_can_be_taken_away(results, service):
    narrow(results, "red under 50,000")

    expect(results.locator(".item")).to_have_count(2)
    expect(results.locator(".tag")).to_have_text(["Red", "up to ¥50,000"])
    expect(results.get_by_role("status")).to_have_text("Outerwear: 2 matches.")

    results.get_by_role("button", name="Remove Red").click()

    expect(results.get_by_role("searchbox")).to_have_value("under 50,000")
    results.get_by_role("searchbox").fill("")
    results.get_by_role("searchbox").press("Enter")

    expect(results.locator(".item")).to_have_count(8)
    expect(results.locator(".tag")).to_have_count(0)
    assert asked(service, "q") == ["red under 50,000", "under 50,000"]  # nothing to narrow: the first answer is there


def test_filters_say_how_many_matches_each_keeps(results, service):
    toggle = results.get_by_role("button", name="Filters")
    expect(results.locator(".filters")).to_be_hidden()

    toggle.click()
    results.get_by_role("button", name="Red 4").click()
    expect(toggle).to_have_text("Filters (1)")
    results.get_by_role("button", name="In stock only").click()
    results.get_by_label("To", exact=True).fill("40000")
    results.get_by_label("To", exact=True).press("Tab")
    expect(toggle).to_have_text("Filters (3)")

    wishes = [json.loads(text) for text in asked(service, "filters")]
    assert wishes == [
        {"color": ["red"]},
        {"color": ["red"], "in_stock": True},
        {"color": ["red"], "price": {"max": 40000}, "in_stock": True},
    ]

    results.get_by_role("button", name="Clear all").click()
    expect(toggle).to_have_text("Filters")
    expect(results.locator(".item")).to_have_count(8)


def test_words_that_a_filter_forbids_take_its_place_with_one_press(results, service):
    results.get_by_role("button", name="Filters").click()
    results.get_by_role("button", name="Navy").click()
    expect(results.locator(".item")).to_have_count(2)
    service.refined = "passed.json"
    narrow(results, "red")
    instead = results.get_by_role("button", name="Red instead")
    expect(instead).to_be_visible()
    service.refined = "refined.json"

    instead.click()

    expect(results.locator(".tag")).to_have_text(["Red", "up to ¥50,000"])
    expect(results.get_by_role("searchbox")).to_be_focused()
    expect(results.get_by_role("button", name="Navy")).to_have_attribute("aria-pressed", "false")
    assert (asked(service, "q")[-1], asked(service, "filters")[-1]) == ("red", None)


def test_words_that_are_being_typed_stay(results):
    results.get_by_role("searchbox").fill("long sl")
    results.get_by_role("button", name="Filters").click()
    results.get_by_role("button", name="Red 4").click()

    expect(results.locator(".item")).to_have_count(2)
    expect(results.get_by_role("searchbox")).to_have_value("long sl")


def test_a_lowest_price_above_the_highest_takes_its_place(results, service):
    results.get_by_role("button", name="Filters").click()
    for label, price in (("To", "20000"), ("From", "30000")):
        results.get_by_label(label, exact=True).fill(price)
        results.get_by_label(label, exact=True).press("Tab")

    expect(results.get_by_label("To", exact=True)).to_have_value("")
    assert json.loads(asked(service, "filters")[-1]) == {"price": {"min": 30000}}


def test_where_nothing_is_left_there_is_a_way_back(results, service):
    service.refined = "narrow.json"

    narrow(results, "green")

    expect(results.get_by_role("heading", name="Nothing matches all of this")).to_be_visible()
    results.get_by_role("button", name="Clear all").click()
    expect(results.locator(".item")).to_have_count(8)


def test_each_garment_keeps_what_it_is_narrowed_by(results, service):
    narrow(results, "red under 50,000")
    expect(results.locator(".item")).to_have_count(2)

    results.get_by_role("button", name="3: Trousers").click()
    expect(results.get_by_role("searchbox")).to_have_value("")
    expect(results.locator(".item")).to_have_count(4)
    results.get_by_role("button", name="1: Outerwear").click()

    expect(results.get_by_role("searchbox")).to_have_value("red under 50,000")
    expect(results.locator(".item")).to_have_count(2)
    assert len(asked(service, "q")) == 1


def test_trouble_while_narrowing_is_one_sentence_and_another_try(results, service):
    service.mode = "500"
    narrow(results, "red")

    expect(results.get_by_role("heading", name="Photo search is taking a short rest")).to_be_visible()
    service.mode = "ok"
    results.get_by_role("button", name="Try again").click()

    expect(results.locator(".item")).to_have_count(2)


def test_old_libraries_do_not_spoil_the_filters(visit, service, shop):
    broken = "<script>Array.prototype.toJSON = String.prototype.toJSON = () => 'spoilt'</script>"
    shop.pages["/products/1"] = product_page(shop, service, head=broken)
    dialog = visit().search()

    dialog.get_by_role("button", name="Filters").click()
    dialog.get_by_role("button", name="Hinoki & Co").click()
    expect(dialog.locator(".item")).to_have_count(2)

    assert json.loads(asked(service, "filters")[0]) == {"brand": ["Hinoki & Co"]}


def box_of(service):
    return [float(side) for side in asked(service, "box")[-1].split(",")]


def test_the_frame_is_moved_and_resized_by_keys_and_searched_once_it_rests(results, service):
    frame = results.get_by_role("button", name="Part of the photo that is searched")
    frame.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown"):
        frame.press(key)

    expect(results.locator(".chip").first).to_have_text("1Trousers")  # what lies there now
    expect(results.get_by_role("status")).to_have_text("Trousers: 4 matches.")
    assert box_of(service) == pytest.approx([0.33, 0.21, 0.42, 0.34], abs=1e-3)
    assert len(asked(service, "box")) == 1


def test_the_frame_stays_inside_the_photo(results, service):
    frame = results.get_by_role("button", name="Part of the photo that is searched")
    frame.focus()
    for _ in range(20):
        frame.press("ArrowLeft")
    for _ in range(30):
        frame.press("Shift+ArrowUp")
    for _ in range(60):
        frame.press("ArrowDown")

    expect(results.locator(".chip").first).to_have_text("1Trousers")
    x, y, w, h = box_of(service)
    assert (x, w) == (0, 0.42)
    assert h == pytest.approx(0.06, abs=1e-3)
    assert y + h <= 1


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_a_corner_is_dragged(visit, service, touch):
    seen = visit(width=390, height=844, has_touch=touch, is_mobile=touch)
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()
    seen.page.wait_for_timeout(500)  # the frame has come to rest
    photo = dialog.locator(".photo").bounding_box()
    corner = dialog.locator(".corner.se").bounding_box()
    start = (corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2)
    end = (start[0] + photo["width"] * 0.1, start[1] - photo["height"] * 0.1)

    if touch:
        hand = seen.page.context.new_cdp_session(seen.page)
        for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    else:
        seen.page.mouse.move(*start)
        seen.page.mouse.down()
        seen.page.mouse.move(*end, steps=4)
        seen.page.mouse.up()

    expect(dialog.locator(".chip").first).to_have_text("1Trousers")
    assert box_of(service) == pytest.approx([0.29, 0.21, 0.52, 0.22], abs=0.01)
    assert len(asked(service, "box")) == 1


def test_words_and_another_part_of_the_photo_go_together(results, service):
    narrow(results, "red")
    expect(results.locator(".item")).to_have_count(2)
    frame = results.get_by_role("button", name="Part of the photo that is searched")
    frame.focus()
    frame.press("ArrowRight")
    expect(results.locator(".chip").first).to_have_text("1Trousers")

    last = service.asked("search/photo")[-1]
    assert last.part("q") == "red"
    assert last.part("box")


@pytest.mark.parametrize("width", [390, 1280])
def test_from_the_filters_one_press_leads_to_what_is_left(visit, width):
    seen = visit(width=width)
    dialog = seen.search()
    dialog.get_by_role("button", name="Filters").click()
    dialog.locator(".choice").first.click()
    dialog.locator(".choice[aria-pressed=true]").wait_for()
    see = dialog.locator(".see")
    expect(see).to_have_text(re.compile(r"^Show [1-9]\d* match"))
    expect(see).to_be_in_viewport(ratio=1)

    see.click()

    expect(dialog.locator(".filters")).to_be_hidden()
    expect(dialog.locator(".groups .card").first).to_be_in_viewport()
    expect(dialog.locator(".toggle")).to_be_focused()
