"""The browser's own back button: it goes through the dialog's steps, and to the page all is as it was."""

import json

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import START, WITHOUT_NAVIGATION_API, Visit, product_page

HEARD = """<script>
history.replaceState(STATE, '');
window.heard = [];
addEventListener('popstate', event => heard.push([location.pathname, event.state]));
const own = history.pushState;
history.pushState = function (...given) { heard.push('pushState'); return own.apply(this, given); };
</script>"""
"""A router and an analytics script, as pages have them."""


def path_of(seen):
    return seen.page.evaluate("location.pathname")


def search_two_steps_deep(seen):
    """A photo, and what is like one of its matches: the dialog's third step."""
    dialog = seen.search()
    dialog.locator(".more").first.click()
    dialog.locator(".like .item").first.wait_for()
    return dialog


def assert_back_only_closes(seen, dialog):
    seen.page.go_back()

    expect(dialog).to_be_hidden()
    assert path_of(seen) == "/products/1"


def test_back_goes_through_the_steps_closes_the_dialog_and_then_leaves_the_page(from_home):
    seen = from_home()
    dialog = search_two_steps_deep(seen)

    seen.page.go_back()
    expect(dialog.locator(".spot")).to_have_count(5)
    expect(dialog.locator(".more").first).to_be_focused()
    seen.page.go_back()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()
    seen.page.go_back()
    expect(dialog).to_be_hidden()
    expect(seen.page.locator("niteru-camera").get_by_role("button")).to_be_focused()
    assert path_of(seen) == "/products/1"

    seen.page.go_back()
    expect(seen.page.get_by_role("heading", name="Home")).to_be_visible()


@pytest.mark.parametrize("close", ["Escape", "Close", "beside", "destroy"])
def test_after_closing_back_leaves_the_page_and_until_then_the_page_hears_nothing(from_home, close):
    seen = from_home(HEARD.replace("STATE", "{key: 'k1'}"))
    dialog = search_two_steps_deep(seen)
    if close == "Escape":
        seen.page.keyboard.press("Escape")
    elif close == "Close":
        dialog.get_by_role("button", name="Close").click()
    elif close == "beside":
        seen.page.mouse.click(4, 450)
    else:
        seen.page.evaluate("niteru.destroy()")
    expect(dialog).to_be_hidden()

    assert seen.page.evaluate("[heard, history.state]") == [[], {"key": "k1"}]
    if close != "destroy":
        seen.page.go_back()
        expect(seen.page.get_by_role("heading", name="Home")).to_be_visible()


@pytest.mark.parametrize("state", [None, "a word", ["a", "list"], {"key": "k1"}])
def test_the_page_is_told_its_own_address_and_state_when_the_shopper_goes_back(from_home, state):
    """Themes take whatever is not null for a state of theirs, and draw the page anew without its filters."""
    seen = from_home(HEARD.replace("STATE", json.dumps(state)))
    dialog = search_two_steps_deep(seen)

    for _ in range(3):
        seen.page.go_back()
    expect(dialog).to_be_hidden()

    assert seen.page.evaluate("heard") == [["/products/1", state]] * 3


def test_a_page_that_loads_itself_anew_at_each_step_is_only_disturbed_by_the_shopper(from_home):
    seen = from_home("<script>addEventListener('popstate', () => location.reload()); window.first = true</script>")
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()
    seen.page.evaluate("first = false")

    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    seen.page.wait_for_timeout(500)

    assert seen.page.evaluate("first") is False


def test_the_dialogs_own_button_goes_the_same_way(from_home):
    seen = from_home()
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()
    assert_back_only_closes(seen, dialog)


def test_starting_over_and_searching_again_keeps_the_history_in_step(from_home):
    seen = from_home()
    dialog = seen.search()
    for _ in range(2):
        dialog.locator(".more").first.click()
        dialog.locator(".like .item").first.wait_for()
        dialog.get_by_role("button", name="Back").click()
    dialog.get_by_role("button", name="Another photo").click()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()

    assert_back_only_closes(seen, dialog)


def test_forward_to_a_step_that_is_gone_changes_nothing(from_home):
    seen = from_home()
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()
    seen.page.go_back()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()

    seen.page.go_forward()
    seen.page.wait_for_timeout(300)
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()
    seen.page.go_back()
    expect(dialog).to_be_hidden()
    seen.page.go_back()

    expect(seen.page.get_by_role("heading", name="Home")).to_be_visible()


def test_a_page_loaded_anew_has_no_steps_left(from_home):
    """Followed a match, came back, and the browser had not kept the page: one back leads on."""
    seen = from_home()
    dialog = seen.open_dialog()
    seen.page.evaluate("niteru.similar('/products/9')")
    link = dialog.locator(".item a[href*='/products/5']").first
    link.wait_for()
    link.click()
    expect(seen.page.get_by_role("heading", name="Five")).to_be_visible()

    with seen.page.expect_response("**/v1-dialog.js*"):  # which knows that there is no dialog for these steps
        seen.page.go_back()
    assert path_of(seen) == "/products/1"
    seen.page.wait_for_timeout(300)
    seen.page.go_back()

    expect(seen.page.get_by_role("heading", name="Home")).to_be_visible()


def test_the_page_has_not_scrolled_when_the_dialog_is_closed(from_home):
    seen = from_home("<style>main { padding-bottom: 3000px }</style>")
    seen.strip().wait_for()
    seen.page.evaluate("location.hash = 'details'")
    seen.page.evaluate("scrollTo(0, 700)")
    seen.page.evaluate("niteru.open()")
    dialog = seen.page.get_by_role("dialog")
    dialog.wait_for()

    seen.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    assert seen.page.evaluate("[scrollY, location.hash]") == [700, "#details"]


def test_in_a_frame_the_history_is_not_ours(visit, service, shop):
    shop.pages["/framed"] = product_page(shop, service)
    shop.pages["/products/1"] = (
        '<!doctype html><title>x</title><iframe src="/framed" width="1200" height="800"></iframe>'
    )
    seen = visit()
    before = seen.page.evaluate("history.length")
    frame = seen.page.frame_locator("iframe")

    frame.locator("niteru-camera").get_by_role("button").click()
    frame.get_by_role("dialog").wait_for()

    assert seen.page.evaluate("history.length") == before


def test_a_browser_that_refuses_more_entries_still_has_the_dialogs_button(from_home):
    refuse = (
        "<script>History.prototype.pushState = () => { throw new DOMException('too many', 'SecurityError'); };</script>"
    )
    seen = from_home(refuse)
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()
    seen.page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    assert path_of(seen) == "/products/1"


def test_closing_a_later_search_with_back_leaves_the_page_where_it_was_scrolled_to(from_home):
    seen = from_home("<style>main { padding-bottom: 3000px }</style>")
    seen.search().locator(".spot").first.wait_for()
    seen.page.keyboard.press("Escape")
    seen.strip().evaluate("strip => strip.scrollIntoView()")
    seen.page.evaluate("scrollTo(0, 900)")
    seen.page.evaluate("niteru.open()")
    dialog = seen.page.get_by_role("dialog")
    dialog.wait_for()

    seen.page.go_back()
    expect(dialog).to_be_hidden()
    seen.page.wait_for_timeout(300)

    assert seen.page.evaluate("scrollY") == 900
    seen.page.go_back()  # over both searches
    expect(seen.page.get_by_role("heading", name="Home")).to_be_visible()


def test_a_shopper_who_came_from_another_site_returns_there_with_one_step_back(visit, service, shop):
    shop.pages["/elsewhere"] = "<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>"
    seen = visit()
    seen.page.goto(shop.origin.replace("127.0.0.1", "localhost") + "/elsewhere")
    seen.page.goto(shop.origin + "/products/1")
    seen.search().locator(".spot").first.wait_for()
    seen.page.keyboard.press("Escape")

    seen.page.go_back()

    expect(seen.page.get_by_role("heading", name="Elsewhere")).to_be_visible()


def test_where_nothing_was_before_the_page_one_step_back_leads_to_its_beginning(visit):
    seen = visit()
    with seen.page.context.expect_page() as opened:
        seen.page.evaluate("window.open(location.href, '_blank', 'noopener')")
    tab = Visit(opened.value)
    tab.search().locator(".spot").first.wait_for()
    tab.page.keyboard.press("Escape")

    tab.page.go_back()
    tab.page.wait_for_function("navigation.currentEntry.index === 0")
    tab.page.wait_for_timeout(200)

    assert path_of(tab) == "/products/1"


def test_a_widget_that_is_taken_off_while_the_dialog_opens_stays_away(from_home):
    seen = from_home()
    seen.open_dialog()
    seen.page.keyboard.press("Escape")
    entries = seen.page.evaluate("history.length")

    seen.page.evaluate("niteru.open(); niteru.similar('/products/9'); niteru.destroy()")
    seen.page.wait_for_timeout(500)

    expect(seen.page.locator("niteru-dialog")).to_have_count(0)
    assert seen.page.evaluate("history.length") == entries


def test_a_browser_that_does_not_tell_where_it_came_from_gets_no_entries(from_home):
    seen = from_home(WITHOUT_NAVIGATION_API)
    before = seen.page.evaluate("history.length")
    dialog = search_two_steps_deep(seen)

    assert seen.page.evaluate("history.length") == before
    dialog.get_by_role("button", name="Back").click()
    expect(dialog.locator(".spot")).to_have_count(5)


@pytest.mark.parametrize("named", ['<nav id="navigation"></nav>', "<script>var navigation = {open: true}</script>"])
def test_something_of_the_pages_may_be_called_navigation(visit, service, shop, named):
    gone = "<script>delete window.navigation</script>"
    shop.pages["/products/1"] = product_page(shop, service, head=gone, extra=named)
    seen = visit()
    before = seen.page.evaluate("history.length")

    expect(seen.search().locator(".spot")).to_have_count(5)

    assert seen.page.evaluate("history.length") == before


def test_a_page_that_refuses_entries_keeps_its_own_as_they_are(from_home):
    refuse = "navigation.addEventListener('navigate', event => event.preventDefault())"
    own = "navigation.updateCurrentEntry({state: {mine: 1}})"
    seen = from_home(f"<script>{own};{refuse}</script>")
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    assert seen.page.evaluate("navigation.currentEntry.getState()") == {"mine": 1}
    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()
