"""The operator takes a shop's data away as files, and deletes it."""

import json

from click.testing import CliRunner

from backend.cli import commands
from backend.db import transaction
from backend.ingest.cataloging import reindex
from backend.tenants import accounts


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_export_holds_the_shops_own_rows_and_no_secret(make_stand, niteru, tmp_path):
    theirs, ours = make_stand(pictures=1), make_stand(pictures=3)

    told = niteru("export", ours.tenant_id, str(tmp_path / "out"))

    assert (told["products"], told["images"], told["decisions"], told["queries"]) == (3, 3, 0, 0)
    exported = lines(tmp_path / "out" / "products.jsonl")
    assert {one["id"] for one in exported} == {product.id for product in ours.shop.products}
    assert {one["product_id"] for one in lines(tmp_path / "out" / "images.jsonl")} == {one["id"] for one in exported}
    everything = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    for secret in (ours.shop.secret_key, ours.shop.publishable_key, ours.shop.email, theirs.tenant_id):
        assert secret not in everything


def test_an_export_reads_page_by_page(make_stand, niteru, tmp_path, monkeypatch):
    monkeypatch.setattr("backend.cli.shop_data.PAGE", 2)
    stand = make_stand()
    for number in range(5):
        stand.shop.add_product(f"Dress {number}")

    assert niteru("export", stand.tenant_id, str(tmp_path))["products"] == 5
    assert len({one["id"] for one in lines(tmp_path / "products.jsonl")}) == 5


def test_a_deleted_shop_is_gone_with_its_galleries_and_no_other(make_stand, niteru):
    theirs, ours = make_stand(pictures=1), make_stand(pictures=2)
    reindex.ask(ours.tenant_id)
    ours.go_on()
    names = [ours.live_name(), ours.collections().former.collection]
    gallery = ours.gallery

    told = niteru("delete", ours.tenant_id, "--yes")

    assert told["deleted"]
    with transaction() as session:
        assert accounts.list_tenant_ids(session) == [theirs.tenant_id]
    assert [name for name in names if gallery._server.call("has_collection", name)] == []
    assert len(theirs.entries()) == 1


def test_a_shop_is_not_deleted_without_a_yes(make_stand, environment_of):
    stand = make_stand(pictures=1)

    result = CliRunner().invoke(commands, ["delete", stand.tenant_id], input="n\n", env=environment_of)

    assert result.exit_code != 0
    assert len(stand.entries()) == 1
