"""Words that a shop does not know, read as words that it does: typing errors, and compounds of Japanese words."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

from sqlalchemy.orm import Session

from backend.search.typed import hiragana, katakana
from backend.tenants import wording
from backend.vision.word_lists import usual_words, word_lists

_MOST_WORDS = 4  # of a query that are mended
_MOST_KNOWN = 5_000  # words of a shop that are compared, the most frequent ones
_CLOSE = 0.8
_LEAST = {True: 4, False: 3}  # letters of a word that is mended, Latin or not
_RUNS = re.compile(r"[a-z]{4,}|[ァ-ヺー]{2,}|[㐀-鿿々]{2,}|[ぁ-ゖー]{2,}")


def fixes(session: Session, tenant_id: str, words: Sequence[str]) -> dict[str, str]:
    """Return what to read instead of words that no product of the shop has; those that resemble nothing are left out.

    The shop's own words come before those that any shop has.
    """
    suspects = [word for word in words if len(word) >= _LEAST[word.isascii()] and not _has_digit(word)][:_MOST_WORDS]
    unknown = _unknown(session, tenant_id, suspects)
    if not unknown:
        return {}
    known = _vocabulary(wording.titles_of(session, tenant_id))
    found = {word: _closest(word, known) or _closest(word, _usual()) or _parted(word, known) for word in unknown}
    return {word: right for word, right in found.items() if right and right != word}


def _unknown(session: Session, tenant_id: str, words: Sequence[str]) -> list[str]:
    """A word is known in either kana."""
    forms = {word: {word, katakana(word), hiragana(word)} for word in words}
    unknown = set(wording.unknown_words(session, tenant_id, sorted(set().union(*forms.values()))))
    return [word for word in words if forms[word] <= unknown]


def _vocabulary(titles: Iterable[str]) -> list[str]:
    counts = Counter(run for title in titles for run in _RUNS.findall(title))
    return [word for word, _ in counts.most_common(_MOST_KNOWN)]


@lru_cache(maxsize=1)
def _usual() -> list[str]:
    labels = sorted(word_lists().category.labels)
    words = (word for label in labels for word in usual_words("category", label))
    return sorted({run for word in words for run in _RUNS.findall(word)})


def _closest(word: str, known: Sequence[str]) -> str | None:
    alike = [one for one in known if abs(len(one) - len(word)) <= 2 and one.isascii() == word.isascii()]
    alike = [one for one in alike if one[0] == word[0] or one[1] == word[1]]
    return next(iter(get_close_matches(word, alike, n=1, cutoff=_CLOSE)), None)


def _parted(word: str, known: Sequence[str]) -> str | None:
    """Return a Japanese compound as those of its words that the shop has, the longest first at every place."""
    if word.isascii():
        return None
    listed, longest = frozenset(known), max(map(len, known), default=0)
    parts, place = [], 0
    while place < len(word):
        sizes = range(min(longest, len(word) - place), 1, -1)
        size = next((size for size in sizes if word[place : place + size] in listed), 0)
        if size:
            parts.append(word[place : place + size])
        place += size or 1
    return " ".join(dict.fromkeys(parts)) or None


def _has_digit(word: str) -> bool:
    return any(one.isdigit() for one in word)
