"""For every address of the dashboard: somebody who does not belong there finds nothing and changes nothing.

`CASES` maps an endpoint to a function of (app, make_shop) that asserts it; tests/strangers.py can join it to its own.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from backend.db import transaction
from backend.tenants import accounts, catalog_pairs, keys
from backend.tenants.models import (
    ApiKey,
    AuditEntry,
    Decision,
    Detection,
    DuplicatePair,
    FrontierUrl,
    IngestRun,
    Product,
    ProductImage,
    Tenant,
)
from tests.conftest import Shop
from tests.dashboard.conftest import sign_in, token

MakeShop = Callable[..., Shop]
Case = Callable[[Flask, MakeShop], None]


def _stock(app: Flask, shop: Shop) -> dict[str, str]:
    """Give the shop one of everything; returns the ids that stand in addresses."""
    product, double = shop.add_product("their coat"), shop.add_product("their coat")
    with transaction(shop.tenant_id) as session:
        image = ProductImage(
            tenant_id=shop.tenant_id, product_id=product.id, url="https://shop.example/1.jpg", state="live",
            storage_key=f"{shop.tenant_id}/images/1.jpg", width=10, height=10,
        )  # fmt: skip
        run = IngestRun(tenant_id=shop.tenant_id, state="running", stage="pages")
        one, other = catalog_pairs.ordered(product.id, double.id)
        pair = DuplicatePair(tenant_id=shop.tenant_id, one_id=one, other_id=other, state="unsure")
        session.add_all([image, run, pair])
        session.flush()
        page = FrontierUrl(
            tenant_id=shop.tenant_id, run_id=run.id, url="https://shop.example/x", fingerprint="x", state="failed"
        )
        session.add(page)
        box = Detection(
            tenant_id=shop.tenant_id, image_id=image.id, x=0.1, y=0.1, w=0.5, h=0.5, category="top", confidence=0.9
        )
        session.add(box)
        session.flush()
        key = keys.list_keys(session, shop.tenant_id)[0]
    return {
        "product": product.id,
        "image": image.id,
        "run": run.id,
        "key": key.id,
        "detection": box.id,
        "pair": pair.id,
        "page": page.id,
    }


def _facts(shop: Shop) -> list[Any]:
    """Everything that a stranger's request could have changed."""
    with transaction(shop.tenant_id) as session:
        return [
            session.scalars(select(Product.title)).all(),
            session.execute(select(Product.state, Product.duplicate_of)).all(),
            session.scalars(select(DuplicatePair.state)).all(),
            session.scalars(select(FrontierUrl.state)).all(),
            [dict(each) for each in session.scalars(select(Product.overrides))],
            session.scalars(select(Detection.for_sale)).all(),
            session.execute(select(IngestRun.state, IngestRun.stop_requested)).all(),
            session.execute(select(ApiKey.kind, ApiKey.origins, ApiKey.revoked_at).order_by(ApiKey.id)).all(),
            session.execute(select(Tenant.name, Tenant.settings)).all(),
            session.scalar(select(func.count()).select_from(Decision)),
            session.scalar(select(func.count()).select_from(AuditEntry)),
        ]


def _ask(client: FlaskClient, method: str, path: str, fields: dict[str, str]) -> Any:
    if method == "GET":
        return client.get(path)
    return client.post(path, data={**fields, "csrf_token": token(client)})


def _shop_case(method: str, path: str, **fields: str) -> Case:
    """An address of a shop: another shop's owner and a guest get nothing, and neither do guessed ids."""

    def case(app: Flask, make_shop: MakeShop) -> None:
        ours, theirs = make_shop(name="Ours"), make_shop(name="Theirs")
        ids = _stock(app, theirs)
        before = _facts(theirs)
        stranger = app.test_client()
        sign_in(stranger, ours.email)
        named = {name: value.format(**ids) for name, value in fields.items()}
        asked = path.format(**ids)

        in_theirs = _ask(stranger, method, f"/shops/{theirs.tenant_id}{asked}", named)
        in_ours = _ask(stranger, method, f"/shops/{ours.tenant_id}{asked}", named)
        by_guest = _ask(app.test_client(), method, f"/shops/{theirs.tenant_id}{asked}", named)

        assert in_theirs.status_code == 404
        assert by_guest.status_code == 302
        assert by_guest.location.startswith("/sign-in")
        if "{" in path or "{" in "".join(fields.values()):
            assert in_ours.status_code == 404
        for answer in (in_theirs, in_ours, by_guest):
            assert b"their coat" not in answer.data
            assert b"Theirs" not in answer.data
        assert _facts(theirs) == before

    return case


def _home(app: Flask, make_shop: MakeShop) -> None:
    ours, _ = make_shop(name="Ours"), make_shop(name="Theirs")
    client = app.test_client()
    sign_in(client, ours.email)

    assert client.get("/").location == f"/shops/{ours.tenant_id}/"
    assert app.test_client().get("/").location == "/sign-in"


def _public_page(path: str) -> Case:
    def case(app: Flask, make_shop: MakeShop) -> None:
        shop = make_shop(name="Theirs")

        answer = app.test_client().get(path)

        assert answer.status_code == 200
        assert b"Theirs" not in answer.data
        assert shop.email.encode() not in answer.data

    return case


def _wrong_sign_in(app: Flask, make_shop: MakeShop) -> None:
    ours, theirs = make_shop(), make_shop()
    client = app.test_client()
    with transaction() as session:
        accounts.create_user(session, email="stranger@example.com", password="another long password")

    assert sign_in(client, theirs.email, "another long password").status_code == 401
    assert client.get(f"/shops/{ours.tenant_id}/").status_code == 302


def _sign_out(app: Flask, make_shop: MakeShop) -> None:
    mine, other = app.test_client(), app.test_client()
    shop = make_shop()
    sign_in(mine, shop.email)

    other.post("/sign-out", data={"csrf_token": token(other)})

    assert mine.get(f"/shops/{shop.tenant_id}/").status_code == 200


def _language(app: Flask, make_shop: MakeShop) -> None:
    shop = make_shop()
    mine, guest = app.test_client(), app.test_client()
    sign_in(mine, shop.email)

    guest.post("/language", data={"csrf_token": token(guest), "locale": "en"})

    assert b'<html lang="ja">' in mine.get(f"/shops/{shop.tenant_id}/").data


CASES: dict[str, Case] = {
    "session.home": _home,
    "session.crawler": _public_page("/crawler"),
    "session.sign_in": _public_page("/sign-in"),
    "session.check_sign_in": _wrong_sign_in,
    "session.sign_out": _sign_out,
    "session.language": _language,
    "shop.overview": _shop_case("GET", "/"),
    "shop.catalog": _shop_case("GET", "/catalog"),
    "shop.product": _shop_case("GET", "/products/{product}"),
    "shop.edit_product": _shop_case("POST", "/products/{product}", title="stolen"),
    "shop.reset_product": _shop_case("POST", "/products/{product}/reset", field="title"),
    "shop.place_product": _shop_case("POST", "/products/{product}/place", placement="pin"),
    "shop.hide_product": _shop_case("POST", "/products/{product}/hidden", hidden="1"),
    "shop.choose_for_sale": _shop_case("POST", "/products/{product}/for-sale", detection="{detection}"),
    "shop.choose_category": _shop_case("POST", "/products/{product}/category", category="dress"),
    "shop.pairs": _shop_case("GET", "/pairs"),
    "shop.decide_pair": _shop_case("POST", "/pairs/{pair}", same="1"),
    "shop.picture": _shop_case("GET", "/pictures/{image}"),
    "shop.crawl": _shop_case("GET", "/crawl"),
    "shop.crawl_live": _shop_case("GET", "/crawl/live"),
    "shop.crawl_start": _shop_case("POST", "/crawl/start"),
    "shop.crawl_stop": _shop_case("POST", "/crawl/{run}/stop"),
    "shop.crawl_resume": _shop_case("POST", "/crawl/{run}/resume"),
    "shop.failures": _shop_case("GET", "/crawl/failures"),
    "shop.retry_failures": _shop_case("POST", "/crawl/failures/pages/retry"),
    "shop.retry_failure": _shop_case("POST", "/crawl/failures/pages/{page}/retry"),
    "shop.searches": _shop_case("GET", "/searches"),
    "shop.tryout": _shop_case("GET", "/try"),
    "shop.try_photo": _shop_case("POST", "/try/photo"),
    "shop.embed": _shop_case("GET", "/embed"),
    "shop.preview": _shop_case("GET", "/embed/preview"),
    "shop.save_look": _shop_case("POST", "/embed", accent="#ff0000", hidden_on="/"),
    "shop.keys": _shop_case("GET", "/keys"),
    "shop.create_key": _shop_case("POST", "/keys", kind="secret"),
    "shop.revoke_key": _shop_case("POST", "/keys/{key}/revoke"),
    "shop.set_origins": _shop_case("POST", "/keys/{key}/origins", origins="https://evil.example"),
    "shop.settings": _shop_case("GET", "/settings"),
    "shop.save_source": _shop_case("POST", "/settings/source", source="feed", feed_url="https://evil.example/feed"),
    "shop.save_schedule": _shop_case("POST", "/settings/schedule", crawl_every_hours="168"),
    "shop.save_settings": _shop_case("POST", "/settings", name="stolen"),
}
