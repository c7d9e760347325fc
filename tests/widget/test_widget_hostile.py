"""Host pages that fight back: resets, strict policies, old libraries, and names of our own."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import product_page, tag

WIDGET = Path(__file__).parents[2] / "widget"

RESETS = {
    "everything unset": "* { all: unset }",
    "everything unset, shouted": "* { all: unset !important }",
    "tiny and shouting": """
        * { font-size: 2px !important; text-transform: uppercase !important; letter-spacing: 9px !important;
            box-sizing: content-box !important; }
        dialog, ul, li, button, section, header, h2, h3 { display: none !important; position: static !important }
    """,
}
# What Prototype.js 1.6 and MooTools did to every page they were on.
OLD_GLOBALS = """
<script>
Array.prototype.each = Array.prototype.forEach;
Array.prototype.toJSON = function () { return '[' + this.map(x => JSON.stringify(x)).join(', ') + ']' };
String.prototype.toJSON = function () { return '"' + this + '"' };
Array.prototype.entries = Array.prototype.toArray = function () { return this.slice() };
Array.prototype.reduce = function () { return this.length > 1 ? this : this[0] };
Array.prototype.find = Array.prototype.detect = function (test) { return this.filter(test)[0] };
Array.from = window.$A = function (list) { return [].slice.call(list) };
Element.prototype.show = Element.prototype.hide = Element.prototype.toggle = function () { return this };
Object.prototype.extended = function () {};
window.$ = window.$$ = window.h = window.icon = window.shadow = window.main = function () { return null };
window.CustomEventOld = window.Event;
</script>
"""
VIOLATIONS = "<script src='/watch.js'></script>"
WATCH = """
window.refused = [];
document.addEventListener('securitypolicyviolation', e => refused.push(e.blockedURI + ' ' + e.violatedDirective));
"""
WATCH_LOADING = """
window.early = [];
addEventListener('load', () => early.push(...performance.getEntriesByType('resource')));
"""


@pytest.mark.parametrize("css", RESETS.values(), ids=RESETS)
def test_a_reset_of_the_host_page_does_not_reach_us(visit, service, shop, css):
    shop.pages["/products/1"] = product_page(shop, service, head=f"<style>{css}</style>")
    seen = visit()

    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()
    title = dialog.get_by_role("heading", name="The same piece")

    looks = title.evaluate("el => { const s = getComputedStyle(el); return [s.fontSize, s.textTransform, s.display] }")
    assert looks == ["19px", "none", "block"]
    panel = dialog.locator(".panel").bounding_box()
    assert (panel["width"], panel["height"]) == pytest.approx((1216, 836), abs=0.1)
    assert seen.page.locator("niteru-camera").bounding_box()["height"] >= 24


def test_a_strip_keeps_its_shape_under_a_reset(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, head="<style>* { all: unset !important }</style>")

    seen = visit()
    seen.page.locator("niteru-similar[data-state=open]").wait_for(state="attached")

    tile = seen.page.locator("niteru-similar .tile").first.bounding_box()
    assert tile["height"] == pytest.approx(tile["width"] * 4 / 3, abs=2)
    assert tile["width"] > 100


def test_the_strictest_policy_that_names_us_is_enough(visit, service, shop):
    shop.headers = {"Content-Security-Policy": f"default-src 'self' {service.origin}; img-src *; base-uri 'none'"}
    shop.pages["/watch.js"] = WATCH
    shop.pages["/products/1"] = product_page(shop, service, head=VIOLATIONS)
    asked = []
    seen = visit()
    seen.page.on("request", lambda request: asked.append(request.url))

    seen.strip().wait_for()
    dialog = seen.search()
    dialog.locator(".spot").first.wait_for()
    dialog.locator(".more").first.click()
    dialog.locator(".like .item").first.wait_for()

    assert seen.page.evaluate("refused") == []
    assert [url for url in asked if not url.startswith("http")] == []
    styled = "e => e.shadowRoot?.querySelector('[style]') || e.matches('[style]')"
    assert seen.page.evaluate(f"[...document.querySelectorAll('*')].filter({styled}).length") == 0


def test_a_policy_with_a_nonce_lets_the_parts_in(visit, service, shop):
    shop.headers = {
        "Content-Security-Policy": f"script-src 'nonce-n1'; connect-src {service.origin}; img-src *; style-src 'self'"
    }
    page = product_page(shop, service).replace("<script async", '<script nonce="n1" async')
    shop.pages["/products/1"] = page.replace('<script type="application/ld+json"', '<script type="text/plain"')

    seen = visit()
    seen.strip().wait_for()

    expect(seen.open_dialog()).to_be_visible()


def test_old_libraries_on_the_page_change_nothing(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, head=OLD_GLOBALS)
    seen = visit()
    seen.strip().evaluate("list => list.scrollIntoView({block: 'center'})")

    dialog = seen.search()
    expect(dialog.locator(".spot")).to_have_count(5)
    seen.until(lambda: service.events("impression"))

    for event in service.events("impression"):
        assert isinstance(event["product_ids"], list)
        assert event["query_id"] in {"q-similar-1", "q-photo-1"}
    assert service.events("impression")


def test_we_leave_one_global_and_the_history_alone(visit, service, shop):
    names = "window.push = history.pushState; window.before = new Set(Object.getOwnPropertyNames(window))"
    shop.pages["/products/1"] = product_page(shop, service, head=f"<script>{names}</script>")
    seen = visit()

    seen.search().locator(".spot").first.wait_for()

    added = seen.page.evaluate("Object.getOwnPropertyNames(window).filter(name => !before.has(name))")
    assert [name for name in added if name != "before" and not name.startswith("__playwright")] == ["niteru"]
    assert seen.page.evaluate("push === history.pushState")


def test_an_element_named_like_our_global_is_in_nobodys_way(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, extra='<div id="niteru"></div>')

    seen = visit()

    expect(seen.open_dialog()).to_be_visible()


def test_the_dialog_is_above_everything(visit, service, shop):
    banner = '<div style="position:fixed;inset:0;z-index:2147483647;background:#0a0;pointer-events:none">cookies</div>'
    shop.pages["/products/1"] = product_page(shop, service, extra=banner)
    seen = visit()

    dialog = seen.open_dialog()
    dialog.get_by_role("button", name="Close").click()

    expect(dialog).to_be_hidden()


def test_a_page_in_an_old_japanese_encoding_shows_our_words(visit, service, shop):
    page = product_page(shop, service, lang="ja").replace('<meta charset="utf-8">', '<meta charset="shift_jis">')
    shop.pages["/products/1"] = page.encode("shift_jis", "xmlcharrefreplace").decode("latin-1")
    shop.headers = {"Content-Type": "text/html"}

    seen = visit()

    expect(seen.page.get_by_role("heading", name="似ているアイテム")).to_be_attached()


def test_nothing_but_the_loader_is_fetched_before_the_page_has_loaded(visit, service, shop):
    shop.pages["/products/1"] = product_page(shop, service, head=VIOLATIONS, tags=tag(service))
    shop.pages["/watch.js"] = WATCH_LOADING

    seen = visit()
    seen.strip().wait_for()

    ours = f"early.filter(entry => entry.name.startsWith('{service.origin}')).map(entry => entry.name)"
    assert seen.page.evaluate(ours) == [f"{service.origin}/widget/v1.js"]


def test_a_release_may_be_pinned_by_its_hash(visit, service, shop):
    folder = max((WIDGET / "dist").glob("[0-9]*"))
    integrity = json.loads((folder / "manifest.json").read_text())["dist"]["v1.js"]["integrity"]
    tag = (
        f'<script async src="{service.origin}/widget/{folder.name}/v1.js" data-key="pk_test"'
        f' integrity="{integrity}" crossorigin="anonymous"></script>'
    )
    shop.pages["/products/1"] = product_page(shop, service, tags=tag)

    dialog = visit().search()

    expect(dialog.locator(".spot")).to_have_count(5)
