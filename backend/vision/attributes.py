"""What the words of a product page say: category, gender, colours, pattern; Japanese and English."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.vision.calibration import calibration
from backend.vision.colors import SHADES, Color
from backend.vision.lexicon import Found, normal
from backend.vision.word_lists import NONE, Strength, word_lists

PATTERNS = ("plain", "stripe", "check", "floral", "dot", "print")

# What follows belongs to the garment, not the other way round: "dress with belt", "ニット + スカート".
_AFTERTHOUGHT = re.compile(r"\b(?:with|for|and|in|to|incl|including|plus)\b|[+＋&×]|\d+点セット")
# "s/s" (short sleeves) and "1/4 zip" are words, not two
_SEGMENTS = re.compile(r"\s[-–—:]\s|(?<!\b[sl])(?<!\d)/|/(?!s\b|\d)|[|｜／,、()（）\[\]「」【】『』~〜]")
_TAGS = re.compile(r"<[^>]*>")
TWO_COLORS = re.compile(r"(?<=[白黒紺赤青])(?=[白黒紺赤青]|無地)")
_OTHER = f"{NONE}/other"
_JOINED = re.compile(r"for|and|in|to|&")
_NEARER = (Strength.NOUN, Strength.MODEL, Strength.CLOTH)
_NAMING = (Strength.NOUN, Strength.FAINT, Strength.CLOTH)
# "short" and "tie" are things only as the last word ("yoga short", 'cargo short 11in'), adjectives elsewhere
_NOTHING_MORE = re.compile(
    r"(?:[\s.!\d\"'*]|in\b|inch\b|cm\b|pk\b|-?pack\b|size\b|[2-5]?x*[sml]\b|os\b|bnwt\b|nwt\b|euc\b)*\Z"
)


@dataclass(frozen=True, slots=True)
class TextCategory:
    """Coarse category (one of CATEGORIES), the fine name it was read from, and how sure that is, 0 to 1.

    `alternatives` are other categories that the words may mean, with how likely each is: サロペット may be found as a
    dress or as pants. All of them and `confidence` add up to 1 at most. `evidence` is the kind of reading that the
    confidence was measured for; `guessed` that only a cloth was named (denim), which other garments are made of too.
    """

    category: str
    word: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    evidence: str = "title"
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a line names: the head's category and fine name, how strong a word it is, other words' categories."""

    category: str
    word: str
    others: tuple[str, ...] = ()
    strength: Strength = Strength.NOUN
    guessed: bool = False

    @property
    def loose(self) -> bool:
        return self.guessed or self.word in word_lists().weak

    @property
    def evidence(self) -> str:
        return "loose" if self.loose else "several" if self.others else "title"


def category_of_text(
    title: str | None, breadcrumbs: Sequence[str] = (), description: str | None = None
) -> TextCategory | None:
    """The garment that a product page sells, None when its words name none, or a thing that is no garment.

    The last garment of the title counts (it is the head noun in both languages), unless it is one that shops use
    loosely and the breadcrumbs are clearer. How sure that is was measured for each kind of evidence (`calibration`).
    """
    line = normal(title or "")
    in_title = _read(line)
    if word_lists().never.find(line) or (in_title and in_title.category == NONE and in_title.word == "thing"):
        return None
    in_crumbs = _read_crumbs(breadcrumbs)
    if in_title and in_title.category == NONE:
        return _named(in_crumbs, "breadcrumbs") if in_crumbs else None
    if in_title is None:
        return _named(in_crumbs, "breadcrumbs") if in_crumbs else _described(description)
    if in_crumbs is None:
        return _named(in_title, in_title.evidence)
    if in_title.category == in_crumbs.category:
        family = in_title.word in word_lists().generic and in_crumbs.word not in word_lists().weak
        return _named(replace(in_title, word=in_crumbs.word) if family else in_title, "agreed")
    clearer = in_title.loose and not in_crumbs.loose
    meant = in_crumbs.category in word_lists().also.get(in_title.word, ())
    if clearer or meant:
        told = clearer and not (meant and in_crumbs.word in word_lists().generic)
        word = in_crumbs.word if told else in_title.word
        return _named(_Reading(in_crumbs.category, word, (in_title.category,)), "breadcrumbs")
    others = tuple(dict.fromkeys((in_crumbs.category, *in_title.others)))
    return _named(_Reading(in_title.category, in_title.word, others), "disputed")


def gender_of_text(title: str | None, breadcrumbs: Sequence[str] = (), description: str | None = None) -> str | None:
    """ "men", "women", "unisex" or "kids"; the title before the breadcrumbs before the description."""
    for text in (title or "", " / ".join(breadcrumbs), _TAGS.sub(" ", description or "")):
        found = {one.label for one in word_lists().gender.find(normal(text))}
        if "kids" in found:
            return "kids"
        if "unisex" in found or {"men", "women"} <= found:
            return "unisex"
        if found:
            return found.pop()
    return None


def colors_of_text(*texts: str | None) -> tuple[str, ...]:
    """Palette names (see `colors.PALETTE`) in the order in which the texts name them, each once."""
    return tuple(dict.fromkeys(color.name for color in shades_of_text(*texts)))


def shades_of_text(*texts: str | None) -> tuple[Color, ...]:
    """Colours with their shades, as `colors.shades_of_crop` names them: ペールピンク is a pink, and a pale pink.

    Of katakana colours written as one word the last counts: モカベージュ is a beige.
    """
    lines = (TWO_COLORS.sub(" ", normal(text or "")) for text in texts)
    return tuple(dict.fromkeys(Color(*one.label.split("/")) for line in lines for one in find_colors(line)))


def find_colors(line: str) -> list[Found]:
    """The words of a `normal` line that name its colours, each with those before it that only describe it.

    Colours written as one word of a letter each (白黒) are told apart only where `TWO_COLORS` is a space.
    """
    colors: list[Found] = []
    found = word_lists().color.find(line)
    for one, before in zip(found, [None, *found], strict=False):
        if before is not None and before.end == one.start and len(before.word) > 1:
            colors[-1] = replace(one, start=colors[-1].start)
        else:
            colors.append(one)
    return colors


def pattern_of_text(title: str | None, description: str | None = None) -> str | None:
    """One of PATTERNS, None where no word names one. A description is asked only when the title is silent.

    Plain counts only without another (無地 ボーダー is a list of what there is), a print only without a nearer name.
    """
    for text in (title or "", _TAGS.sub(" ", description or "")):
        found = [one.label for one in word_lists().pattern.find(normal(text))]
        nearer = [one for one in found if one not in ("plain", "print")]
        if found:
            return nearer[0] if nearer else "print" if "print" in found else "plain"
    return None


def fine_names() -> frozenset[str]:
    """Every fine name that words may be read as."""
    return frozenset(label.partition("/")[2] for label in word_lists().category.labels if not label.startswith(NONE))


def shade_names() -> frozenset[str]:
    """Every shade that words or pictures may be named by."""
    return frozenset(label.partition("/")[2] for label in word_lists().color.labels) | {shade for _, shade in SHADES}


def _described(description: str | None) -> TextCategory | None:
    found = word_lists().category.find(normal(_TAGS.sub(" ", description or "")))
    garments = [one for one in found if not one.label.startswith(NONE) and _strength(one) in _NAMING]
    return _named(_reading(garments[:1], garments[:1]), "description") if garments else None


def _read_crumbs(breadcrumbs: Sequence[str]) -> _Reading | None:
    """The strongest of the breadcrumbs' readings, of alike ones the deepest: Jackets > Denim is a jacket."""
    crumbs = (_read(normal(crumb)) for crumb in reversed(breadcrumbs))
    found = [one for one in crumbs if one is not None and one.category != NONE]
    if not found:
        return None
    strongest = min(found, key=lambda one: one.strength)
    if strongest.word not in word_lists().generic:
        return strongest
    nearer = (one for one in found if one.category == strongest.category and one.word not in word_lists().generic)
    return replace(strongest, word=next(nearer, strongest).word)


def _read(line: str) -> _Reading | None:
    """Read the first segment that names a garment; a hint gives way to a garment that a later segment names."""
    hint = None
    for segment in _SEGMENTS.split(line):
        found = _read_segment(segment)
        if found is None:
            continue
        if hint is None:
            if found.strength == Strength.NOUN or (found.strength == Strength.FAINT and found.category != NONE):
                return found
            hint = found
        elif found.category != NONE and found.strength <= (Strength.FAINT if hint.category == NONE else Strength.NOUN):
            return found
    return hint if hint and hint.category == NONE else _model(line) or hint


def _read_segment(segment: str) -> _Reading | None:
    """The garment before an afterthought; the one behind where only a cut stands before ("for", not "with")."""
    found = word_lists().category.find(segment)
    after = next((one for one in _AFTERTHOUGHT.finditer(segment) if not _inside(one, found)), None)
    main = _head(found, segment, after.start() if after else len(segment))
    if after is None or (main and main.strength not in (Strength.LEG, Strength.CUT)):
        return main
    whole = _head(found, segment, len(segment))
    if main is None:
        return whole
    return whole if whole and whole.strength == Strength.NOUN and _JOINED.fullmatch(after[0]) else main


def _inside(match: re.Match[str], found: Sequence[Found]) -> bool:
    """Whether a word holds the match: fit and flare has no afterthought."""
    return any(one.start < match.end() and match.start() < one.end for one in found)


def _head(found: Sequence[Found], text: str, end: int) -> _Reading | None:
    """The garment up to a place, or up to the word that says whom it is for: ベスト メンズ スーツ is a vest.

    The last of the strongest words counts.
    """
    breaks = [one.start for one in word_lists().gender.find(text)]
    pieces: dict[int, list[Found]] = {}
    for one in found:
        if one.end <= end and _counts(one, text, end):
            pieces.setdefault(sum(one.start >= place for place in breaks), []).append(one)
    for strength in Strength:
        for piece in pieces.values():
            heads = [one for one in piece if _strength(one) == strength]
            if heads:
                return _reading(heads, piece)
    return None


def _model(line: str) -> _Reading | None:
    """A model that means something only beside its maker's name: 574 of New Balance, Boston of Birkenstock."""
    for maker in word_lists().maker.find(line):
        models = word_lists().models[maker.label].find(line)
        if models:
            return replace(_reading(models[-1:], models[-1:]), strength=Strength.MODEL, guessed=True)
    return None


def _counts(found: Found, text: str, end: int) -> bool:
    """Whether a word counts where it stands: some do only at a phrase's end (short), as do things of other trades.

    Japanese titles end with keywords of any trade instead (リュック 自転車): there such things count less than nouns.
    """
    of_another_trade = found.label == _OTHER and found.word.isascii()
    return not (of_another_trade or found.word in word_lists().last) or _is_last(found, text, end)


def _is_last(found: Found, text: str, end: int) -> bool:
    """Whether nothing but colours, sizes and whom it is for follows a word: "logo ls black xl"."""
    rest = text[found.end : end]
    for one in [*word_lists().color.find(rest), *word_lists().gender.find(rest)]:
        rest = rest[: one.start] + " " * (one.end - one.start) + rest[one.end :]
    return _NOTHING_MORE.match(rest) is not None


def _strength(found: Found) -> Strength:
    if found.label == _OTHER and found.word.isascii():
        return Strength.NOUN
    return word_lists().strength.get(found.word, Strength.NOUN)


def _reading(heads: Sequence[Found], beside: Sequence[Found]) -> _Reading:
    """The head is the last word; where it names a family (coat), a nearer word beside it (trench) is the fine name."""
    lists = word_lists()
    category, word = heads[-1].label.split("/", 1)
    if word in lists.generic:
        named = [one.label.split("/", 1) for one in beside if one in heads or _strength(one) in _NEARER]
        nearer = [fine for coarse, fine in named if coarse == category and fine not in lists.generic]
        word = nearer[-1] if nearer else word
    others = dict.fromkeys(one.label.partition("/")[0] for one in heads)
    guessed = all(one.word in lists.guesses for one in heads)
    return _Reading(
        category,
        word,
        tuple(one for one in others if one not in (category, NONE)),
        _strength(heads[-1]),
        guessed,
    )


def _named(reading: _Reading, evidence: str) -> TextCategory:
    """The reading with its measured confidence; what is left is shared by the other categories that it may mean."""
    confidence = calibration().text[evidence]
    also = (*reading.others, *word_lists().also.get(reading.word, ()))
    if reading.guessed:
        also += word_lists().unsure.get(reading.category, ())
    others = tuple(dict.fromkeys(one for one in also if one != reading.category))
    share = tuple((one, round((1 - confidence) / len(others), 4)) for one in others)
    return TextCategory(reading.category, reading.word, confidence, share, evidence, reading.guessed)
