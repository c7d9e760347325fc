"""Numbers, prices and moments as people of each language write them.

Moments are written in Japan's time for Japanese and in UTC for English; `times.js` turns them into the reader's own.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import urlsplit

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, is_currency
from markupsafe import Markup

from dashboard.locale import locale, said, t

_ZONES = {"ja": timezone(timedelta(hours=9), "JST"), "en": UTC}


def number(value: float | Decimal) -> str:
    return format_decimal(value, locale=locale())


def percent(share: float) -> str:
    return format_percent(share, locale=locale())


def price(amount: Decimal | None, currency: str | None) -> str:
    """Return an amount of money, "" when there is none; without a known currency the bare number."""
    if amount is None:
        return ""
    if not currency or not is_currency(currency):
        return format_decimal(amount, locale=locale())
    # Japanese shops write the half-width sign; the full-width one leaves a hole before the figures.
    return format_currency(amount, currency, locale=locale()).replace("￥", "¥")


def day(value: date) -> str:
    return format_date(value, "MMM d" if locale() == "en" else "M/d", locale=locale())


def seconds(value: float) -> str:
    """Return a duration, such as "4 minutes"."""
    return format_timedelta(timedelta(seconds=value), threshold=2, locale=locale())


def moment(value: datetime | None) -> Markup | str:
    """Return a moment as a `time` element: how long ago, with the exact time as its title."""
    if value is None:
        return "—"
    ago = format_timedelta(value - datetime.now(UTC), add_direction=True, threshold=1.2, locale=locale())
    exact = format_datetime(value, "medium", tzinfo=_ZONES[locale()], locale=locale())
    zone = _ZONES[locale()].tzname(None)
    return Markup('<time datetime="{}" title="{} {}">{}</time>').format(value.isoformat(), exact, zone, ago)


def host(url: str) -> str:
    return urlsplit(url).netloc


def path(url: str) -> str:
    """Return what tells one page of a shop from another: its path and query."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def plain_price(value: Decimal | str | None) -> str:
    """Return a price as it stands in a form's field: no currency, no needless zeros; refused text as it was typed."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value.normalize():f}"


def colors(names: Sequence[str] | None, kind: str = "color") -> str:
    """Return colours in words, or their shades (`kind` "shade")."""
    return t("list.and").join(said(kind, name) for name in names or ())
