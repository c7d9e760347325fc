"""How the seller wants the widget, as `/v1/widget` tells it; remembered, since every page asks."""

from collections.abc import Sequence

from backend.db import transaction
from backend.search.answers import WidgetAnswer
from backend.tenants import accounts, freshness, widget

_looks: freshness.Memory[WidgetAnswer] = freshness.Memory(most=5_000, seconds=300)


def told(chosen: widget.Look, folders: Sequence[str] = ()) -> WidgetAnswer:
    """Return a look as the widget is told it; `folders` are those of the shop's product pages."""
    return WidgetAnswer(
        accent=chosen.accent,
        on_accent=widget.on_accent(chosen.accent) if chosen.accent else None,
        radius=chosen.radius,
        columns=chosen.columns,
        theme=chosen.theme,
        camera=chosen.camera,
        similar=chosen.similar,
        find=chosen.find,
        hidden_on=list(chosen.hidden_on),
        product_paths=list(folders),
        texts={language: dict(said) for language, said in chosen.texts.items()},
    )


def shown(tenant_id: str) -> WidgetAnswer:
    """Return the shop's look, as of its last change."""
    known = _looks.recall(tenant_id)
    if known is None:
        seen = freshness.version(tenant_id)
        known = _read(tenant_id)
        _looks.remember(tenant_id, tenant_id, seen, known)
    return known


def _read(tenant_id: str) -> WidgetAnswer:
    with transaction(tenant_id) as session:
        tenant = accounts.get_tenant(session, tenant_id)
        chosen = widget.read(tenant.settings)
        folders = widget.product_folders(session, tenant_id, tenant.shop_url)
    return told(chosen, folders)
