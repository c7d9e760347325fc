"""The demo shop as a crawler and a shopper see it."""

import json
import re
import urllib.request
from pathlib import Path
from xml.etree import ElementTree as ET

from flask.testing import FlaskClient

from backend.demo.catalog import DemoCatalog
from backend.demo.shop import create_shop, embed_from_file, running

ROOT = "http://localhost"
TAG = '<script async src="http://niteru.example/widget/v1.js" data-key="pk_test"></script>'


def facts_of(html: str, kind: str) -> list[dict]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return [fact for fact in map(json.loads, found) if fact["@type"] == kind]


def test_every_product_page_says_in_json_ld_what_the_catalogue_says(client: FlaskClient, undrawn: DemoCatalog):
    for product in undrawn.products:
        html = client.get(f"/products/{product.slug}").get_data(as_text=True)
        [fact] = facts_of(html, "Product")

        offer = fact["offers"]
        assert (fact["name"], fact["sku"], fact["brand"]["name"]) == (product.title_ja, product.sku, product.brand)
        assert (offer["price"], offer["priceCurrency"]) == (str(product.price), "JPY")
        assert offer["availability"].endswith("/InStock" if product.in_stock else "/OutOfStock")
        assert offer["url"] == f"{ROOT}/products/{product.slug}"
        assert fact["image"] == [f"{ROOT}/images/{shot.file}" for shot in product.shots]
        assert (fact["color"], fact["size"]) == (product.color("ja"), list(product.sizes))
        [crumbs] = facts_of(html, "BreadcrumbList")
        assert [item["name"] for item in crumbs["itemListElement"]][1:] == [product.category.ja, product.title_ja]


def test_the_english_page_speaks_english_and_names_the_japanese_one_as_canonical(
    client: FlaskClient, undrawn: DemoCatalog
):
    product = undrawn.products[0]

    html = client.get(f"/en/products/{product.slug}").get_data(as_text=True)

    assert '<html lang="en">' in html
    assert facts_of(html, "Product")[0]["name"] == product.title_en
    assert f'<link rel="canonical" href="{ROOT}/products/{product.slug}">' in html
    assert f'hreflang="en" href="{ROOT}/en/products/{product.slug}"' in html
    assert f'property="og:url" content="{ROOT}/products/{product.slug}"' in html


def test_the_sitemap_lists_every_product_exactly_once(client: FlaskClient, undrawn: DemoCatalog):
    answer = client.get("/sitemap.xml")

    places = [loc.text for loc in ET.fromstring(answer.data).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert answer.mimetype == "application/xml"
    assert len(places) == len(set(places))
    assert sorted(p for p in places if "/products/" in p) == sorted(
        f"{ROOT}/products/{p.slug}" for p in undrawn.products
    )


def test_robots_txt_closes_cart_and_account_which_are_there_nonetheless(client: FlaskClient):
    lines = client.get("/robots.txt").get_data(as_text=True).splitlines()

    assert {"Disallow: /cart", "Disallow: /account", "Disallow: /en/cart", "Disallow: /en/account"} <= set(lines)
    assert f"Sitemap: {ROOT}/sitemap.xml" in lines
    assert all(client.get(path).status_code == 200 for path in ("/cart", "/account", "/en/cart", "/en/account"))


def test_the_tag_is_in_every_page_once_the_key_is_known(undrawn: DemoCatalog, tmp_path: Path):
    file = tmp_path / "embed.json"
    client = create_shop(undrawn, embed=embed_from_file(file)).test_client()
    pages = ("/", "/en/", "/category/tops", "/products/ts01-red", "/cart", "/search?q=shirt", "/no-such-page")

    before = [client.get(page).get_data(as_text=True) for page in pages]
    file.write_text(json.dumps({"widget_url": "http://niteru.example/widget/v1.js", "key": "pk_test"}))
    after = [client.get(page).get_data(as_text=True) for page in pages]

    assert not any("data-key" in html for html in before)
    assert all(html.count(TAG) == 1 for html in after)


def test_categories_are_paged_and_show_each_product_once(client: FlaskClient, undrawn: DemoCatalog):
    seen: list[str] = []
    for page in (1, 2, 3):
        html = client.get(f"/category/tops?page={page}").get_data(as_text=True)
        seen += re.findall(r'<li class="card">\s*<a href="/products/([^"]+)"', html)

    assert sorted(seen) == sorted(product.slug for product in undrawn.in_category("tops"))
    assert client.get("/category/tops?page=99").status_code == 404


def test_the_search_field_finds_words_of_both_languages_and_escapes_them(client: FlaskClient):
    japanese = client.get("/search?q=デニム").get_data(as_text=True)
    english = client.get("/en/search?q=denim+jacket").get_data(as_text=True)
    hostile = client.get('/search?q="><script>alert(1)</script>').get_data(as_text=True)

    assert "/products/jk01-indigo" in japanese
    assert "/en/products/jk01-indigo" in english
    assert "<script>alert" not in hostile


def test_unknown_pages_are_not_found(client: FlaskClient):
    paths = ("/products/none", "/category/none", "/images/none.jpg", "/images/../shop.py", "/en/none")

    assert [client.get(path).status_code for path in paths] == [404] * len(paths)


def test_every_link_and_picture_of_the_shop_answers(client: FlaskClient):
    todo, seen, broken = ["/", "/en/", "/sitemap.xml"], set(), {}
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        if answer.status_code != 200:
            broken[path] = answer.status_code
        if answer.mimetype in {"text/html", "application/xml"}:
            html = answer.get_data(as_text=True).replace("&amp;", "&")
            links = re.findall(r'(?:href|src)="([^"]+)"', html) + re.findall(r"<loc>([^<]+)</loc>", html)
            todo += [link.removeprefix(ROOT).split("#")[0] for link in links if link.startswith((ROOT, "/"))]
        answer.close()

    assert broken == {}
    assert len(seen) > 400


def test_the_shop_answers_over_a_real_socket(undrawn: DemoCatalog):
    with running(create_shop(undrawn)) as address, urllib.request.urlopen(f"{address}/products/ts01-red") as answer:
        html = answer.read().decode()

    assert "オーガニックコットン" in html
    assert f"{address}/products/ts01-red" in html
