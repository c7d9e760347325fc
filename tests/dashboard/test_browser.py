"""The pages in Chromium: no violation that axe finds, nothing wider than a phone, a form that works by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from backend.db import transaction
from backend.ingest import runs
from backend.tenants.models import IngestRun
from tests.dashboard.conftest import PASSWORD, PATHS


def open_as(browser: Browser, address: str, me, locale: str, **how) -> Page:
    """Sign in through the form, with the keyboard alone."""
    page = browser.new_context(locale=locale, **how).new_page()
    page.goto(f"{address}/sign-in")
    expect(page.locator('[name="email"]')).to_be_focused()  # the field takes the focus a moment after the load
    page.keyboard.type(me.shop.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{me.url('/')}")
    return page


@pytest.mark.parametrize(("locale", "theme", "width"), [("ja", "light", 390), ("en", "dark", 1280)])
def test_no_page_has_an_obstacle_or_is_wider_than_the_screen(
    browser, address, *, seller, stocked, locale, theme, width
):
    me = seller(locale=locale)
    products = stocked(me.shop)
    page = open_as(browser, address, me, locale, color_scheme=theme, viewport={"width": width, "height": 800})
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    obstacles = {}
    for path in (*PATHS, *(f"/products/{products[n].id}" for n in (0, 1, 5))):
        page.goto(address + me.url(path))
        found = Axe().run(page).response["violations"]
        obstacles |= {(path, each["id"]): each["nodes"][0]["html"] for each in found}
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} pixels wide"
    page.context.close()

    assert obstacles == {}
    assert errors == []


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_the_sign_in_page_has_no_obstacle_even_when_it_refuses(browser, address, locale):
    page = browser.new_context(locale=locale).new_page()
    page.goto(f"{address}/sign-in")
    before = Axe().run(page).response["violations"]
    page.fill('[name="email"]', "nobody@example.com")
    page.fill('[name="password"]', "wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()

    after = Axe().run(page).response["violations"]
    page.context.close()

    assert [before, after] == [[], []]


def test_a_crawl_is_watched_live_until_it_ends(browser, address, seller, stocked):
    me = seller(locale="en")
    stocked(me.shop)
    tenant_id = me.shop.tenant_id
    with transaction(tenant_id) as session:
        run = session.scalars(select(IngestRun).order_by(IngestRun.created_at.desc())).first()
        run.state, run.stage, run.finished_at = "running", "pages", None
    page = open_as(browser, address, me, "en")
    page.goto(address + me.url("/crawl"))
    expect(page.get_by_text("Reading pages")).to_be_visible()

    with transaction(tenant_id) as session:
        session.get_one(IngestRun, run.id).stage = "images"
    expect(page.get_by_text("Fetching pictures")).to_be_visible(timeout=30_000)
    with transaction(tenant_id) as session:
        runs.finish(session, tenant_id, run.id)

    expect(page.get_by_role("button", name="Start a crawl")).to_be_visible(timeout=30_000)
    page.context.close()


def test_an_edit_made_in_the_browser_is_there_after_a_reload(browser, address, seller, stocked):
    me = seller(locale="en")
    product = stocked(me.shop)[0]
    page = open_as(browser, address, me, "en")
    page.goto(address + me.url(f"/products/{product.id}"))

    page.get_by_label("Title").fill("A better title")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text("A better title")
    page.context.close()


def test_a_feed_is_uploaded_in_the_browser(browser, address, seller, stocked):
    """Its fields are in nobody's way whose pages are read; a file that is no feed is refused beside its field."""
    me = seller(locale="en")
    stocked(me.shop)
    row = "id\ttitle\tlink\tprice\n1\tA dress\thttps://shop.example/products/1\t10 USD\n"
    page = open_as(browser, address, me, "en")
    page.goto(address + me.url("/settings"))
    field = page.get_by_label("Or upload its file")
    expect(field).to_be_hidden()

    page.get_by_role("radio", name="A product feed").focus()
    page.keyboard.press("Space")
    field.set_input_files({"name": "feed.tsv", "mimeType": "text/plain", "buffer": b"GIF89a"})
    page.locator("form", has=field).get_by_role("button", name="Save").click()
    expect(page.get_by_text("This file was not kept")).to_be_visible()
    obstacles = [each["id"] for each in Axe().run(page).response["violations"]]
    field.set_input_files({"name": "feed.tsv", "mimeType": "text/plain", "buffer": row.encode()})
    page.locator("form", has=field).get_by_role("button", name="Save").click()

    expect(page.get_by_role("status")).to_contain_text("The next crawl")
    expect(page.get_by_text("A file was uploaded")).to_be_visible()
    assert obstacles == []
    page.context.close()
