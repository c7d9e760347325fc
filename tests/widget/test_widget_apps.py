"""Pages that move by themselves, as single-page apps do, while the dialog is open or its steps are in the history."""

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import START, WITHOUT_NAVIGATION_API

HASH_APP = """<script>
const show = () => { document.querySelector('h1').textContent = location.hash; };
addEventListener('hashchange', show);
addEventListener('click', event => {
  const link = event.composedPath().find(node => node.localName === 'a');
  if (!link) return;
  event.preventDefault();
  location.hash = '#' + new URL(link.href).pathname;
});
</script>"""
"""Going to a place on the page copies what the Navigation API keeps of the entry before."""

APP = """<script>
// A router that sees links through shadow roots, as some do.
const show = () => { document.querySelector('h1').textContent = location.pathname; };
addEventListener('popstate', show);
addEventListener('click', event => {
  const link = event.composedPath().find(node => node.localName === 'a');
  if (!link) return;
  event.preventDefault();
  history.pushState({app: true}, '', link.href);
  show();
});
</script>"""

REPLACE = "document.body = document.body.cloneNode(true)"
BODY_IS_REPLACED = APP.replace("= location.pathname;", f"= location.pathname; {REPLACE};")
BODY_IS_REPLACED_LATER = APP.replace(
    "= location.pathname;", f"= location.pathname; setTimeout(() => {{ {REPLACE} }}, 50);"
)


@pytest.mark.parametrize(
    "app", [APP, BODY_IS_REPLACED, BODY_IS_REPLACED_LATER], ids=["same body", "new body", "new body later"]
)
def test_in_a_single_page_app_back_from_a_match_finds_the_results_again(from_home, app):
    seen = from_home(app)
    dialog = seen.search()
    spot = dialog.get_by_role("button", name="3: Trousers")
    spot.click()
    title = seen.page.locator("h1")

    dialog.locator(".item a[href$='/products/6']").click()
    expect(title).to_have_text("/products/6")
    expect(dialog).to_be_hidden()
    seen.page.go_back()

    expect(title).to_have_text("/products/1")
    expect(spot).to_have_attribute("aria-pressed", "true")
    seen.page.go_back()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()
    seen.page.go_back()
    expect(dialog).to_be_hidden()
    seen.page.go_back()
    expect(seen.page.get_by_role("heading", name="Home")).to_be_visible()


def test_what_was_searched_on_another_page_since_does_not_come_back_in_its_place(from_home):
    seen = from_home(APP)
    dialog = seen.search()
    dialog.locator(".item a[href$='/products/5']").click()
    expect(dialog).to_be_hidden()
    seen.open_dialog()
    seen.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    seen.page.go_back()  # passes over what the last search left there
    seen.page.wait_for_function("location.pathname === '/products/1'")
    seen.page.wait_for_timeout(300)
    expect(dialog).to_be_hidden()
    seen.page.go_back()
    expect(seen.page.get_by_role("heading", name="Home")).to_be_visible()


def test_a_page_that_only_rewrites_its_address_keeps_the_dialog(from_home):
    seen = from_home()
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    seen.page.evaluate("history.replaceState(null, '', '/products/1?utm=gone')")
    seen.page.wait_for_timeout(200)

    expect(dialog.locator(".spot")).to_have_count(5)
    dialog.locator(".more").first.click()
    dialog.locator(".like .item").first.wait_for()
    seen.page.evaluate("history.replaceState({saved: 'scroll'}, '')")  # and its state, as routers do again and again
    for step in (dialog.locator(".spot").first, dialog.get_by_role("heading", name=START)):
        seen.page.go_back()
        expect(step).to_be_visible()
    seen.page.go_back()
    expect(dialog).to_be_hidden()
    seen.page.go_back()
    expect(seen.page.get_by_role("heading", name="Home")).to_be_visible()


def test_what_the_page_adds_to_the_history_afterwards_is_not_passed_over(from_home):
    seen = from_home()
    seen.open_dialog()
    seen.page.keyboard.press("Escape")
    for path in ("/c", "/products/1", "/products/1", "/c2"):
        seen.page.evaluate("path => history.pushState({}, '', path)", path)

    before = seen.page.evaluate("navigation.currentEntry.index")
    for steps in (1, 2, 3):
        seen.page.go_back()
        seen.page.wait_for_timeout(200)
        assert seen.page.evaluate("navigation.currentEntry.index") == before - steps


def test_a_jump_to_another_page_of_an_app_closes_the_dialog(from_home):
    seen = from_home(APP)
    seen.page.evaluate("history.pushState({}, '', '/products/2')")
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    seen.page.evaluate("history.go(-3)")

    seen.page.wait_for_function("location.pathname === '/products/1'")
    expect(dialog).to_be_hidden()


def test_a_click_that_the_page_takes_for_something_else_keeps_the_dialog(from_home):
    seen = from_home("<script>addEventListener('click', event => event.preventDefault())</script>")
    dialog = seen.search()

    dialog.locator(".item a").first.click()
    seen.page.wait_for_timeout(200)

    expect(dialog.locator(".spot")).to_have_count(5)


def test_such_a_browser_closes_the_dialog_when_an_app_shows_a_match(from_home):
    seen = from_home(WITHOUT_NAVIGATION_API + APP)
    dialog = seen.search()

    dialog.locator(".item a[href$='/products/5']").click()

    expect(dialog).to_be_hidden()
    expect(seen.open_dialog().get_by_role("heading", name=START)).to_be_visible()


def test_an_app_that_routes_by_the_place_on_the_page_is_an_app(from_home):
    seen = from_home(HASH_APP)
    dialog = seen.search()
    dialog.locator(".item a[href$='/products/5']").click()
    expect(seen.page.locator("h1")).to_have_text("#/products/5")
    expect(dialog).to_be_hidden()

    seen.page.go_back()

    expect(dialog.locator(".spot")).to_have_count(5)


def test_places_on_the_page_are_not_passed_over(from_home):
    seen = from_home()
    seen.search().locator(".spot").first.wait_for()
    seen.page.keyboard.press("Escape")
    for place in ("a", "b"):
        seen.page.evaluate("place => { location.hash = place }", place)
    seen.open_dialog()
    seen.page.keyboard.press("Escape")

    seen.page.go_back()
    seen.page.wait_for_function("location.hash === '#a'")
    seen.page.wait_for_timeout(200)

    assert seen.page.evaluate("location.hash") == "#a"


def test_a_dialog_that_went_with_what_was_in_the_body_comes_back(from_home):
    seen = from_home()
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()

    seen.page.evaluate("document.body.innerHTML = '<h1>Another</h1>'")

    expect(dialog.locator(".spot")).to_have_count(5)
    seen.page.go_back()
    expect(dialog.get_by_role("heading", name=START)).to_be_visible()
