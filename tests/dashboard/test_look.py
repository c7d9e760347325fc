"""How the widget looks is its seller's choice, on the page of the tag."""

from backend.db import transaction
from backend.tenants import accounts, widget


def kept(me):
    with transaction(me.shop.tenant_id) as session:
        return widget.read(accounts.get_tenant(session, me.shop.tenant_id).settings)


def test_an_editor_chooses_and_finds_it_again(seller):
    me = seller(role="editor")

    me.post("/embed", accent="#7a1f2b", radius="0", camera="float", hidden_on="/checkout", similar_ja="おすすめ")

    assert kept(me) == widget.Look(
        accent="#7a1f2b", radius=0, camera="float", hidden_on=("/checkout",), texts={"ja": {"similar": "おすすめ"}}
    )
    page = me.get("/embed").get_data(as_text=True)
    assert 'value="#7a1f2b"' in page
    assert '<option value="0" selected>' in page
    assert '<option value="float" selected>' in page
    assert ">/checkout</textarea>" in page
    assert 'value="おすすめ"' in page


def test_what_cannot_be_kept_is_said_beside_its_field_and_nothing_typed_is_lost(seller):
    me = seller(role="editor")

    answer = me.post("/embed", accent="crimson", similar_en="You may also like")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="p-accent"' in page
    assert 'value="crimson"' in page
    assert 'value="You may also like"' in page
    assert kept(me) == widget.Look()


def test_a_viewer_sees_it_and_changes_nothing(seller):
    me = seller(role="viewer")

    assert me.post("/embed", accent="#7a1f2b").status_code == 403
    assert kept(me) == widget.Look()
    assert "disabled" in me.get("/embed").get_data(as_text=True)
