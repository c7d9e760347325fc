"""Similar items: by any address of a product, its id or SKU, from stored vectors; no worker runs in these tests."""

import json

import pytest
from sqlalchemy import delete, func, select

from backend import queues
from backend.db import transaction
from backend.ingest.addresses import fingerprint
from backend.search import noting
from backend.tenants.models import Product, ProductUrl, SearchQuery, Tenant
from tests.search.query_worker import BLUE, RED
from tests.search.serving import titles

NEARLY_RED = (215, 10, 10)


@pytest.fixture
def similar(client):
    """Return a function that asks for similar items: `similar(shop, url=…)`."""

    def ask(shop, *, headers=None, **named):
        return client.get("/v1/similar", query_string=named, headers={**shop.headers, **(headers or {})})

    return ask


def test_what_looks_alike_is_found_without_the_product_itself(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress", color=RED)
    shelf.put(shop, "nearly red dress", color=NEARLY_RED)
    shelf.put(shop, "blue jeans", color=BLUE)

    answer = similar(shop, product_id=dress.id).json

    assert titles(answer["matches"]) == ["nearly red dress"]
    assert answer["matches"][0]["tier"] == "same"
    assert (answer["understood"], answer["notice"]) == ([], None)
    assert {"search", "total"} <= answer["took_ms"].keys()


def test_what_is_sold_out_comes_last_of_what_is_as_much_alike(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress", color=RED)
    shelf.put(shop, "nearest, sold out", color=RED, availability="OutOfStock")
    shelf.put(shop, "nearly red dress", color=NEARLY_RED)

    answer = similar(shop, product_id=dress.id).json

    assert titles(answer["matches"]) == ["nearly red dress", "nearest, sold out"]
    assert {match["tier"] for match in answer["matches"]} == {"same"}


def test_what_others_wear_comes_last_of_what_is_as_much_alike(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress", color=RED, gender="women")
    shelf.put(shop, "nearest, for men", color=RED, gender="men")
    shelf.put(shop, "nearly red dress", color=NEARLY_RED, gender="women")

    assert titles(similar(shop, product_id=dress.id).json["matches"]) == ["nearly red dress", "nearest, for men"]


def test_what_is_called_the_same_comes_first_of_what_is_about_as_much_alike(make_shop, shelf, similar):
    shop = make_shop()
    hoodie = shelf.put(shop, "red hoodie", color=RED, fine_category="hoodie")
    shelf.put(shop, "coat", color=NEARLY_RED, fine_category="coat")
    shelf.put(shop, "another hoodie", color=(213, 11, 11), fine_category="hoodie")
    shelf.put(shop, "nobody knows", color=(217, 9, 9))

    answer = similar(shop, product_id=hoodie.id, why="true").json

    assert titles(answer["matches"]) == ["nobody knows", "another hoodie", "coat"]
    assert [match["why"]["called_alike"] for match in answer["matches"]] == [False, True, False]
    scores = [match["score"] for match in answer["matches"]]
    assert scores[1] < scores[2] < scores[0]


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example/ja/dress",
        "https://shop.example/ja/dress/?utm_source=mail#photos",
        "http://www.shop.example:80/ja/dress",
        "https://shop.example/en/dress",
    ],
    ids=["as crawled", "from a campaign", "without https", "the English copy"],
)
def test_any_address_of_a_product_names_it(make_shop, shelf, similar, address):
    shop = make_shop()
    dress = shelf.put(shop, "red dress", url="https://shop.example/ja/dress")
    shelf.put(shop, "nearly red dress", color=NEARLY_RED)
    english = "https://shop.example/en/dress"
    with transaction(shop.tenant_id) as session:
        copy = ProductUrl(tenant_id=shop.tenant_id, product_id=dress.id, url=english, fingerprint=fingerprint(english))
        session.add(copy)

    answer = similar(shop, url=address)

    assert titles(answer.json["matches"]) == ["nearly red dress"]


def test_a_sku_names_a_product(make_shop, shelf, similar):
    shop = make_shop()
    shelf.put(shop, "red dress", sku="D-1")
    shelf.put(shop, "nearly red dress", color=NEARLY_RED, sku="D-2")

    assert titles(similar(shop, sku="D-1").json["matches"]) == ["nearly red dress"]


def test_duplicates_of_the_product_are_no_answer_to_it(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress")
    copy = shelf.put(shop, "the same dress on another page")
    shelf.put(shop, "nearly red dress", color=NEARLY_RED)
    mark_duplicate(shop, copy, of=dress)

    for named in (dress, copy):
        assert titles(similar(shop, product_id=named.id).json["matches"]) == ["nearly red dress"]


def test_a_duplicate_whose_vectors_were_taken_out_is_answered_from_its_primary(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress")
    copy = shelf.announce(shop, "the same dress on another page")
    shelf.put(shop, "nearly red dress", color=NEARLY_RED)
    mark_duplicate(shop, copy, of=dress)

    assert titles(similar(shop, product_id=copy.id).json["matches"]) == ["nearly red dress"]


def test_filters_narrow_what_is_similar(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress", price="10")
    shelf.put(shop, "cheap", color=NEARLY_RED, price="20")
    shelf.put(shop, "dear", color=NEARLY_RED, price="200")

    matches = similar(shop, product_id=dress.id, filters=json.dumps({"price": {"max": 100}})).json["matches"]

    assert titles(matches) == ["cheap"]


def test_what_is_similar_is_of_the_same_kind_or_one_close_to_it(make_shop, shelf, similar):
    shop, less_red = make_shop(), (180, 150, 150)  # too far to pass for the same piece
    dress = shelf.put(shop, "red dress", category="dress")
    for category in ("dress", "skirt", "shoes"):
        shelf.put(shop, category, color=less_red, category=category)

    first, from_memory = (similar(shop, product_id=dress.id).json["matches"] for _ in range(2))

    assert set(titles(first)) == {"dress", "skirt"}
    assert from_memory == first


def test_a_product_that_was_hidden_a_moment_ago_is_not_answered_from_memory(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress")
    other = shelf.put(shop, "nearly red dress", color=NEARLY_RED)
    before = similar(shop, product_id=dress.id).json["matches"]
    with transaction(shop.tenant_id) as session:
        session.get(Product, other.id).state = "hidden"

    after = similar(shop, product_id=dress.id).json["matches"]

    assert (titles(before), after) == (["nearly red dress"], [])


def test_an_answer_that_the_caller_has_is_not_sent_nor_counted_again(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress")
    shelf.put(shop, "nearly red dress", color=NEARLY_RED)
    first = similar(shop, product_id=dress.id)

    second = similar(shop, product_id=dress.id, headers={"If-None-Match": first.headers["ETag"]})
    with transaction(shop.tenant_id) as session:
        session.get(Product, shop.products[1].id).title = "a new title"
    third = similar(shop, product_id=dress.id, headers={"If-None-Match": first.headers["ETag"]})

    assert (second.status_code, second.data) == (304, b"")
    assert (third.status_code, titles(third.json["matches"])) == (200, ["a new title"])
    noting.write_all()
    with transaction(shop.tenant_id) as session:
        rows = session.execute(select(SearchQuery.kind, SearchQuery.product_id, SearchQuery.matches)).all()
    assert rows == [("similar", dress.id, 1), ("similar", dress.id, 1)]


def test_a_product_whose_pictures_are_not_searchable_yet_says_so(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.announce(shop, "red dress")

    answer = similar(shop, product_id=dress.id)

    assert (answer.status_code, answer.json["matches"]) == (200, [])
    assert "not searchable yet" in answer.json["notice"]


def test_a_shop_without_a_crawl_gets_the_reason(make_shop, similar):
    answer = similar(make_shop(), url="https://shop.example/anything")

    assert (answer.status_code, answer.json["matches"]) == (200, [])
    assert "first crawl" in answer.json["notice"]


@pytest.mark.parametrize(
    "named",
    [
        {"url": "https://shop.example/unknown"},
        {"url": "javascript:alert(1)"},
        {"url": "https://[broken"},
        {"sku": "unknown"},
        {"product_id": "5d9c9b3e-0000-4000-8000-000000000000"},
        {"product_id": "' OR 1=1 --"},
    ],
)
def test_what_is_not_in_the_catalogue_is_not_found(make_shop, shelf, similar, named):
    shop = make_shop()
    shelf.announce(shop, "red dress")

    answer = similar(shop, **named)

    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert "not in the catalogue" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"url": "https://shop.example/a", "sku": "1"},
        {"url": ""},
        {"sku": "1", "limit": "99"},
        {"sku": "1", "filters": "x"},
    ],
)
def test_fields_that_are_wrong_are_refused(make_shop, similar, named):
    answer = similar(make_shop(), **named)

    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_input")


def test_each_answer_is_one_search_in_the_history(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress")
    answers = [similar(shop, product_id=dress.id).json for _ in range(3)]

    noting.write_all()
    assert len({answer["query_id"] for answer in answers}) == searches(shop) == 3


def test_notes_are_written_once_however_often_their_writer_is_killed(make_shop, shelf, similar, monkeypatch):
    shop = make_shop()
    dress = shelf.put(shop, "red dress")
    for _ in range(3):
        similar(shop, product_id=dress.id)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(queues.redis()), "ltrim", killed)  # the rows are written, the notes still wait
        with pytest.raises(KeyboardInterrupt):
            noting.write_all()
    similar(shop, product_id=dress.id)
    noting.write_all()

    assert (searches(shop), noting.write_waiting(shop.tenant_id)) == (4, 0)


def test_notes_of_a_shop_that_was_deleted_keep_nobody_elses_waiting(make_shop, shelf, similar):
    gone, shop = make_shop(), make_shop()
    for each in (gone, shop):
        similar(each, product_id=shelf.put(each, "red dress").id)
    with transaction(gone.tenant_id) as session:
        session.execute(delete(Tenant).where(Tenant.id == gone.tenant_id))

    noting.write_all()

    assert (searches(gone), searches(shop)) == (0, 1)


def test_the_answer_of_one_shop_is_never_anothers(make_shop, shelf, similar):
    one, other = make_shop(), make_shop()
    for shop, name in ((one, "of the one"), (other, "of the other")):
        shelf.put(shop, "red dress", sku="D-1")
        shelf.put(shop, name, color=NEARLY_RED)

    answers = [titles(similar(shop, sku="D-1").json["matches"]) for shop in (one, other, one, other)]

    assert answers == [["of the one"], ["of the other"]] * 2


def test_a_filter_or_a_limit_is_another_question(make_shop, shelf, similar):
    shop = make_shop()
    dress = shelf.put(shop, "red dress", price="10")
    for number in range(3):
        shelf.put(shop, f"red dress {number}", color=(214 - number, 10, 10), price=str(number))

    def ask(**wish):
        return len(similar(shop, product_id=dress.id, **wish).json["matches"])

    assert [ask(), ask(limit=2), ask(filters='{"price": {"min": 2}}'), ask()] == [3, 2, 1, 3]


def searches(shop):
    with transaction(shop.tenant_id) as session:
        return session.scalar(select(func.count()).select_from(SearchQuery))


def mark_duplicate(shop, product, *, of):
    with transaction(shop.tenant_id) as session:
        session.get(Product, product.id).duplicate_of = of.id
