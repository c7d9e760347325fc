"""Japanese and English: which one a person reads, and every word in it."""

from collections.abc import Iterator

from babel.numbers import format_decimal
from flask import g, request, session
from flask_login import current_user

from dashboard.words import LANGUAGES, WORDS

LOCALES = {"ja": "日本語", "en": "English"}
DEFAULT = "ja"


def locale() -> str:
    """Return this answer's language: the person's own, else the one chosen here, else what the browser asks for."""
    if "locale" not in g:
        g.locale = next((found for found in _wishes() if found in LOCALES), DEFAULT)
    chosen: str = g.locale
    return chosen


def _wishes() -> Iterator[str]:
    if current_user.is_authenticated:
        yield current_user.locale
    yield str(session.get("locale", ""))
    asked = request.accept_languages
    # Whoever asks for neither reads English sooner than Japanese; whoever asks for nothing gets the default.
    yield asked.best_match(list(LOCALES)) or ("en" if asked else DEFAULT)


def t(key: str, **facts: object) -> str:
    """Return the words for `key` in this answer's language, with the facts put in. Raises KeyError."""
    words = WORDS[key][LANGUAGES.index(locale())]
    return words.format(**facts) if facts else words


def tn(key: str, count: int, **facts: object) -> str:
    """Return the words for `count` things: `key.one` or `key.other`."""
    return t(f"{key}.{'one' if count == 1 else 'other'}", n=format_decimal(count, locale=locale()), **facts)


def knows(key: str) -> bool:
    return key in WORDS


def said(kind: str, code: str) -> str:
    """Return the words for a code that the data carries (a state, a category); the code itself if unknown.

    Why a run failed may also be a reason that a single page has.
    """
    keys = [f"{kind}.{code}", *([f"reason.{code}"] if kind == "run_error" else [])]
    return next((t(key) for key in keys if key in WORDS), code.replace("_", " "))


def advice(reason: str) -> str:
    """Return what a seller can do about the reason that a run keeps as its advice; a sentence of before stays."""
    if " " in reason:
        return reason
    return t(f"advice.{reason}") if knows(f"advice.{reason}") else t("advice.other", reason=said("reason", reason))
