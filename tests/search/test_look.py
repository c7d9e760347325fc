"""What a shop's pages are told of how their seller wants the widget."""

from backend.db import transaction
from backend.tenants import widget


def choose(shop, **fields):
    with transaction(shop.tenant_id) as session:
        widget.keep(session, shop.tenant_id, widget.clean(fields))


def look(client, shop):
    return client.get(f"/v1/widget?key={shop.publishable_key}", headers={"Origin": "https://shop.example"})


def test_a_choice_is_told_at_once_and_with_readable_words(client, make_shop):
    shop = make_shop("Shop", "https://shop.example")
    before = look(client, shop)
    choose(shop, accent="#7a1f2b", hidden_on="/checkout", similar_en="You may also like")

    after = look(client, shop)

    assert before.json["accent"] is None
    assert before.json["hidden_on"] == []
    assert (after.json["accent"], after.json["on_accent"]) == ("#7a1f2b", "#ffffff")
    assert after.json["hidden_on"] == ["/checkout"]
    assert after.json["texts"] == {"en": {"similar": "You may also like"}}
    assert after.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert after.cache_control.max_age == 300


def test_a_page_that_may_not_use_the_key_is_told_nothing(client, make_shop):
    shop = make_shop("Shop", "https://shop.example")

    answer = client.get(f"/v1/widget?key={shop.publishable_key}", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
