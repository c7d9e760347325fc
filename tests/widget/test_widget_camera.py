"""The camera button lies over the end of the search field, however the page lays that out, and moves nothing."""

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import Visit, product_page

FIELD = '<input type="search" name="q" aria-label="Search" style="width:200px;height:40px">'
SEARCHES = {
    "in the flow": f'<form role="search">{FIELD}</form>',
    "a form with a border": f'<form role="search" style="position:relative;border:7px solid;margin:9px">{FIELD}</form>',
    "a fixed header": f'<form role="search" style="position:fixed;top:3px;left:40px">{FIELD}</form>',
    "a cell of a table": f'<form role="search"><table><tr><td>Search</td><td>{FIELD}</td></tr></table></form>',
    "shown smaller": f'<form role="search" style="transform:scale(.75);transform-origin:0 0">{FIELD}</form>',
    "shown smaller and positioned": f'<form role="search" style="position:relative;zoom:.75">{FIELD}</form>',
    "at half a pixel": f'<form role="search" style="position:relative;left:10.5px;top:.5px">{FIELD}</form>',
    "in a box that is scrolled": (
        '<div id="box" style="position:relative;height:90px;overflow:auto"><p style="height:60px"></p>'
        f'<form role="search">{FIELD}</form><p style="height:200px"></p></div>'
        "<script>document.getElementById('box').scrollTop = 40</script>"
    ),
}
SHIFTS = """
<script>
window.shifted = 0;
new PerformanceObserver(list => { for (const each of list.getEntries()) shifted += each.value })
  .observe({type: 'layout-shift', buffered: true});
</script>
"""


def lies_in_the_field(seen: Visit) -> bool:
    """Say whether the button is over the field's end and in the middle of its height."""
    ours = seen.page.locator("niteru-camera").bounding_box()
    theirs = seen.page.get_by_role("searchbox").bounding_box()
    if ours is None or theirs is None:
        return False
    end = theirs["x"] + theirs["width"] - ours["x"] - ours["width"]
    middle, their_middle = ours["y"] + ours["height"] / 2, theirs["y"] + theirs["height"] / 2
    fits = 0.7 * theirs["height"] <= ours["height"] <= theirs["height"]
    return 0 <= end <= 30 and abs(middle - their_middle) <= 1 and fits


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
@pytest.mark.parametrize("scrolled", [0, 30])
def test_the_button_lies_in_the_field(visit, service, shop, search, scrolled):
    scroll = f"<script>addEventListener('DOMContentLoaded', () => scrollTo(0, {scrolled}))</script>"
    shop.pages["/products/1"] = product_page(shop, service, search=search, head=SHIFTS + scroll)
    seen = visit()

    expect(seen.page.locator("niteru-camera").get_by_role("button")).to_be_visible()
    seen.until(lambda: lies_in_the_field(seen))
    seen.page.wait_for_timeout(100)  # for the browser to tell of shifts
    assert seen.page.evaluate("shifted") <= 0.01

    seen.page.get_by_role("searchbox").evaluate("field => { field.style.width = '260px'; field.style.margin = '8px' }")
    seen.until(lambda: lies_in_the_field(seen))
