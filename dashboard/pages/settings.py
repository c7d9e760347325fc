"""The shop's name and language, where its products come from and when, its people, and who did what."""

from collections.abc import Mapping

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.db import transaction
from backend.ingest import feeds, runs
from backend.storage import open_storage
from backend.tenants import accounts, auth, review
from dashboard.access import current_id, may, needs, shop, takes
from dashboard.locale import LOCALES, said, t

CHOICES = {"crawl_every_hours": (6, 12, 24, 72, 168), "prices_every_hours": (0, 1, 3, 6, 12)}
USUAL = {"crawl_every_hours": 24, "prices_every_hours": 6}
"""What a shop that chose nothing has."""


_MOST_PROBLEMS = 20


@shop.get("/settings")
def settings() -> ResponseReturnValue:
    return _page({})


def _hours(name: str) -> int:
    """Return how often the shop has something looked at: every so many hours, 0 for never."""
    return int(g.tenant.settings.get(name, USUAL[name]))


def _page(problems: Mapping[str, str], **typed: str) -> str:
    """Draw the page, with what was `typed` in place of what is kept and `problems` beside the fields."""
    owner = may("owner")
    kept = {
        "name": g.tenant.name,
        "source": g.tenant.settings.get("source", feeds.CRAWL),
        "feed_url": g.tenant.settings.get("feed_url") or "",
    }
    with transaction(g.tenant_id) as session:
        members = review.list_members(session, g.tenant_id) if owner else []
        entries = review.list_audit(session, g.tenant_id) if owner else []
        subjects = review.products_named(session, g.tenant_id, [entry.subject for entry, _ in entries if entry.subject])
        feed = feeds.current(session, g.tenant_id, kept["feed_url"] or None)
    return render_template(
        "settings.html",
        problems=problems,
        values={**kept, **typed},
        sources=feeds.SOURCES,
        feed=feed,
        feed_problems=feed.problems[:_MOST_PROBLEMS] if feed else [],
        upload_mb=feeds.MAX_UPLOAD_BYTES // 1_000_000,
        members=members,
        entries=entries,
        subjects=subjects,
        schedule={each: (_hours(each), CHOICES[each]) for each in CHOICES},
        next_crawl_at=g.tenant.next_crawl_at,
    )


@shop.post("/settings")
@needs("owner")
def save_settings() -> ResponseReturnValue:
    name, chosen = request.form.get("name", "").strip()[:200], request.form.get("locale", "")
    if not name:
        return _page({"name": t("settings.error.name")}, name=name), 422
    with transaction(g.tenant_id) as session:
        tenant = accounts.get_tenant(session, g.tenant_id)
        tenant.name = name
        if chosen in LOCALES:
            tenant.locale = chosen
        accounts.audit(session, g.tenant_id, "settings_saved", user_id=current_id())
    flash(t("settings.saved"), "note")
    return redirect(url_for("shop.settings"))


@shop.post("/settings/source")
@needs("owner")
@takes(feeds.MAX_UPLOAD_BYTES)
def save_source() -> ResponseReturnValue:
    """Keep where the shop's products come from; a file that is sent takes the place of the feed's address."""
    source, feed_url = request.form.get("source", ""), request.form.get("feed_url", "").strip()
    file = request.files.get("feed_file")
    data = file.read() if file else b""
    try:
        if data:
            feed_url = ""
            feeds.keep_upload(g.tenant_id, open_storage(auth.settings().storage_url), data)
        with transaction(g.tenant_id) as session:
            feeds.choose(session, g.tenant_id, source=source or None, feed_url=feed_url)
            accounts.audit(session, g.tenant_id, "source_saved", user_id=current_id(), source=source)
    except feeds.BadFeed as error:
        why = t("feeds.error.file", why=said("feed_problem", error.problem))
        return _page({"feed_file": why}, source=source), 422
    except feeds.BadSource:
        return _page({"feed_url": t("feeds.error.url")}, source=source, feed_url=feed_url), 422
    except feeds.NoFeed:
        return _page({"feed_url": t("feeds.error.none")}, source=source, feed_url=feed_url), 422
    flash(t("feeds.saved"), "note")
    return redirect(url_for("shop.settings", _anchor="source"))


@shop.post("/settings/schedule")
@needs("owner")
def save_schedule() -> ResponseReturnValue:
    """Keep how often the shop is crawled, and its hot products' prices are looked at."""
    chosen = {name: _chosen(name) for name in CHOICES}
    with transaction(g.tenant_id) as session:
        accounts.change_settings(session, g.tenant_id, chosen)
        runs.schedule_next(session, g.tenant_id)
        accounts.audit(session, g.tenant_id, "schedule_saved", user_id=current_id(), hours=chosen)
    flash(t("settings.saved"), "note")
    return redirect(url_for("shop.settings", _anchor="schedule"))


def _chosen(name: str) -> int:
    given = request.form.get(name, "")
    return int(given) if given in map(str, CHOICES[name]) else _hours(name)
