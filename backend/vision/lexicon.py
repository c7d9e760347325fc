"""Finding the words of a list in the titles of shops, Japanese (which has no spaces) and English alike."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import product

_KANJI = r"\u4e00-\u9fff"
_JAPANESE = rf"\u3040-\u30ff{_KANJI}"
_KATAKANA = r"[\u30a1-\u30fa\u30fc]"
_KATAKANA_END = re.compile(rf"{_KATAKANA}\Z")
_KATAKANA_START = re.compile(_KATAKANA)
_LONE_BEFORE = re.compile(rf"(?<!{_KATAKANA}){_KATAKANA}\Z")
_A_KANJI = re.compile(rf"[{_KANJI}]")
_ONE_KANJI = re.compile(rf"[{_KANJI}]\Z")
_GOES_ON = re.compile(rf"[a-z0-9{_JAPANESE}]")
_AFTER_JAPANESE = re.compile(rf"[{_JAPANESE}]\Z")
_TOKENS = re.compile(r"[a-z0-9]+|[\s-]+|.", re.DOTALL)
_ENDING = "*"
"""Before a word: it may end a longer one (sundress, 登山靴); a Latin word of one or two letters, Japanese (ロンt)."""
_INITIALS = 2

# ベルト付き: what has a belt is not one. パーカー用, ジャケット風: nor is what is for one or looks like one.
_OF_ANOTHER = (
    "付", "つき", "用", "風", "見え", "掛け", "入れ", "生地", "ポケット付", "に合う", "にも", "対応", "素材", "以外",
    "一体",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A word in a text: its label, the word as the list has it, and where it stands."""

    label: str
    word: str
    start: int
    end: int


class Lexicon:
    """Words with a label each, "" for words to pass over. The longest of overlapping ones counts.

    A katakana word counts only where the katakana around it lets it be one: other listed words and the `tails` may
    follow without a space (パーカーメンズ), any other katakana makes it another word (ブラシ). Of what may stand before
    it without a space nothing is asked (アランニット), unless `heads` lists all that may (ダークレッド).

    Everything is looked up in tables, so that reading a title takes as long with ten thousand words as with one.
    """

    def __init__(
        self,
        labels: Mapping[str, Iterable[str]],
        tails: Sequence["Prefixes"] = (),
        heads: Sequence["Prefixes"] | None = None,
    ) -> None:
        listed = {normal(word): label for label, words in labels.items() for word in words}
        self._label = {word.removeprefix(_ENDING): label for word, label in listed.items()}
        self._spelled = _Spelled(listed)
        self._written = Prefixes(word for word in listed if not word.isascii() and not word.startswith(_ENDING))
        self._endings = Prefixes(word[1:] for word in listed if word.startswith(_ENDING))
        self._tails = [Prefixes(self._label), *tails]
        self._heads = None if heads is None else [self._tails[0], *heads]

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self._label)

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self._label.values()) - {""}

    def find(self, text: str) -> list[Found]:
        """Words in the order of the text, which must be `normal`; none that belongs to another one (ベルト付き)."""
        taken: list[Found] = []
        for one in sorted(self._candidates(text), key=lambda one: one.start - one.end):
            if all(one.end <= other.start or other.end <= one.start for other in taken):
                taken.append(one)
        hits = [one for one in taken if one.label and not text.startswith(_OF_ANOTHER, one.end)]
        return sorted(hits, key=lambda one: one.start)

    def _candidates(self, text: str) -> Iterable[Found]:
        """The longest word at every place, those inside others too, but none that its surroundings make another."""
        for word, start, end in self._spelled.find(text):
            yield Found(self._label[word], word, start, end)
        for start in range(len(text) if not text.isascii() else 0):
            word = self._japanese(text, start)
            label = self._label.get(word, "")
            if word and (not label or self._stands_alone(text, start, start + len(word))):
                yield Found(label, word, start, start + len(word))

    def _japanese(self, text: str, start: int) -> str:
        """The longest word that is written at a place; a lone character inside a longer word means something else."""
        for word in self._written.at(text, start):
            alone = not _A_KANJI.match(text, start + 1) and not _ONE_KANJI.search(text[:start])
            if alone or not _ONE_KANJI.fullmatch(word):
                return word
        for word in self._endings.at(text, start):
            if not _GOES_ON.match(text, start + len(word)) and _AFTER_JAPANESE.search(text[:start]):
                return word
        return ""

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        """Whether the katakana around a katakana word leaves it a word: it does in ミニスカート, not in ブラシ.

        A single katakana before it makes it another (ユニット, ゼブラ, アドレス): what describes a garment is longer.
        """
        before = text[:start]
        if _KATAKANA_START.match(text, start) and _KATAKANA_END.search(before):
            known_before = self._heads is None or any(one.end(before) for one in self._heads)
            if _LONE_BEFORE.search(before) or not known_before:
                return False
        return not _KATAKANA_END.search(text[start:end]) or self._may_follow(text, end)

    def _may_follow(self, text: str, start: int) -> bool:
        """Whether known words alone follow without a space, up to the end of the katakana."""
        if not _KATAKANA_START.match(text, start):
            return True
        return any(self._may_follow(text, start + len(word)) for one in self._tails for word in one.at(text, start))


class Prefixes:
    """Words by how they begin."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(map(normal, words))
        sizes: dict[str, set[int]] = {}
        for word in self._words:
            sizes.setdefault(word[0], set()).add(len(word))
        self._sizes = {first: sorted(of_first, reverse=True) for first, of_first in sizes.items()}
        self._longest = max(map(len, self._words), default=0)

    def at(self, text: str, start: int) -> Iterable[str]:
        """Words that stand at a place, the longest first."""
        for size in self._sizes.get(text[start : start + 1], ()):
            word = text[start : start + size]
            if word in self._words:
                yield word

    def end(self, text: str) -> bool:
        """Whether a text ends with one of the words."""
        return any(text[start:] in self._words for start in range(max(0, len(text) - self._longest), len(text)))


class _Spelled:
    """Words in Latin letters: they match whole, a plural s or es too; a hyphen may be a space or left out."""

    def __init__(self, words: Iterable[str]) -> None:
        latin = [word for word in words if word.isascii()]
        self._endings = [word[1:] for word in latin if word.startswith(_ENDING) and len(word) > _INITIALS + 1]
        whole = [word for word in latin if not word.startswith(_ENDING)] + self._endings
        self._spellings = {form: word for word in whole for form in _forms(word)} | {word: word for word in whole}
        self._sizes: dict[str, int] = {}
        for form in self._spellings:
            first, *others = _TOKENS.findall(form)
            self._sizes[first] = max(self._sizes.get(first, 0), 1 + len(others))

    def find(self, text: str) -> Iterable[tuple[str, int, int]]:
        """The longest listed word at the beginning of every word of a text, and the shorter ones that end it."""
        tokens = _tokens(text)
        for number, token in enumerate(tokens):
            if token[0].isascii() and token[0].isalnum():
                yield from self._longest(tokens, number)
                if self._endings:
                    yield from self._ended(token)

    def _longest(self, tokens: Sequence[re.Match[str]], number: int) -> Iterable[tuple[str, int, int]]:
        spelled = best = ""
        end = 0
        for token in tokens[number : number + self._sizes.get(tokens[number][0], 1)]:
            gap = not token[0].strip(" -")
            spelled += " " if gap else token[0]
            form = None if gap else next((one for one in _singular(spelled) if one in self._spellings), None)
            if form is not None:
                best, end = self._spellings[form], token.end()
        if best:
            yield best, tokens[number].start(), end

    def _ended(self, token: re.Match[str]) -> Iterable[tuple[str, int, int]]:
        for form in _singular(token[0]):
            for word in self._endings:
                if len(form) > len(word) and form.endswith(word):
                    yield word, token.start() + len(form) - len(word), token.end()


@lru_cache(maxsize=64)
def _tokens(text: str) -> tuple[re.Match[str], ...]:
    """A text's words, gaps and other characters: the same text is looked through for several lists."""
    return tuple(_TOKENS.finditer(text))


def _forms(word: str) -> Iterable[str]:
    """The spellings of a listed word: t-shirt is t shirt and tshirt too; a space is never left out."""
    parts = re.split(r"(-)", word)
    for chosen in product(*((" ", "") if part == "-" else (re.sub(r"\s+", " ", part),) for part in parts)):
        yield "".join(chosen)


def _singular(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((word, word.removesuffix("s"), word.removesuffix("es"))))


def normal(text: str) -> str:
    """NFKC, lower case, entities and curly quotes resolved, so that ﾊﾟｰｶｰ and Ｔシャツ become what the list has."""
    plain = unicodedata.normalize("NFKC", unescape(unescape(text))).lower()
    return re.sub(r"[‐‑‒−]", "-", plain.replace("’", "'").replace("⁄", "/").replace("™", " ").replace("®", " "))
