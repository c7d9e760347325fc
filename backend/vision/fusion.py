"""Which category a product has, from its words and its pictures together, and whether the two contradict each other.

Words and pictures are taken as independent experts whose probabilities are multiplied (naive product of experts; the
prior over categories is flat). Both are calibrated first, so that the product may be read as a probability: the words
by the measured share of right readings of their kind, the pictures by what labelled pictures were taken for and by
temperature (Guo et al., 2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from backend.vision.attributes import TextCategory
from backend.vision.calibration import Calibration, calibration
from backend.vision.choice import prominence
from backend.vision.values import CATEGORIES, Detection, Garment

_SURE = 0.8  # from here on pictures decide what words leave open
_LEAST = 1e-4  # of probability: nothing is impossible, or one expert could never be overruled


@dataclass(frozen=True, slots=True)
class Decision:
    """`category` with the probability that it is right; `alternatives` are the next likely ones, likeliest first.

    `disputed`: the pictures say `seen`, which the words rule out; a person should look. The words then have the last
    word, because a photo shows more than is sold.
    """

    category: str
    confidence: float
    disputed: bool
    seen: str | None
    alternatives: tuple[tuple[str, float], ...]


def seen_in(
    pictures: Sequence[Sequence[Detection] | Sequence[Garment]], fitted: Calibration | None = None
) -> dict[str, float] | None:
    """Probability of every category, from what was detected in a product's pictures; None where nothing was.

    Each picture votes; how likely such votes are for every category is known from labelled pictures. Pictures of one
    product are alike, so their log-likelihoods are averaged, not added.
    """
    fitted = fitted or calibration()
    votes = [vote(garments) for garments in pictures if garments]
    if not votes:
        return None
    evidence = {name: sum(log(_likelihood(one, name, fitted)) for one in votes) / len(votes) for name in CATEGORIES}
    return _normalised({name: exp(value / fitted.temperature) for name, value in evidence.items()})


def vote(garments: Sequence[Detection] | Sequence[Garment]) -> dict[str, float]:
    """One vote, shared by the garments of a picture by how large, central and sure they are (sums up to 1).

    What the most prominent one is not sure of is shared by all categories alike.
    """
    best = dict.fromkeys(CATEGORIES, 0.0)
    for one in garments:
        best[one.category] = max(best[one.category], prominence(one))
    sure = max(garments, key=prominence).confidence
    doubt = (1 - sure) / len(CATEGORIES)
    return {name: sure * share + doubt for name, share in _normalised(best).items()}


def _likelihood(votes: Mapping[str, float], category: str, fitted: Calibration) -> float:
    row = fitted.confusion[category]
    return max(sum(votes[name] * row[name] for name in CATEGORIES), _LEAST)


def decide(
    words: TextCategory | None, pictures: Mapping[str, float] | None, fitted: Calibration | None = None
) -> Decision | None:
    """Fuse what the words say with the pictures' probabilities over CATEGORIES; None when neither says anything."""
    fitted = fitted or calibration()
    if words is None and pictures is None:
        return None
    said = _said(words)
    shown = pictures or dict.fromkeys(CATEGORIES, 1 / len(CATEGORIES))
    fused = _normalised({name: said[name] * max(shown[name], _LEAST) for name in CATEGORIES})
    seen = max(pictures, key=pictures.__getitem__) if pictures else None
    allowed = {words.category, *(name for name, _ in words.alternatives)} if words else set(CATEGORIES)
    disputed = sum(shown[name] for name in CATEGORIES if name not in allowed) >= fitted.dispute
    likely = sorted(allowed if words else CATEGORIES, key=fused.__getitem__, reverse=True)
    return Decision(
        likely[0],
        fused[likely[0]],
        disputed,
        seen,
        tuple((name, fused[name]) for name in sorted(fused, key=fused.__getitem__, reverse=True) if name != likely[0])[
            :3
        ],
    )


def settled(words: TextCategory | None, decision: Decision) -> str | None:
    """The category that pictures decide because the words leave it open; None where the words' own stands.

    Words leave it open where they name no category, or several of which the pictures surely show one.
    """
    if decision.disputed or decision.confidence < _SURE:
        return None
    named = {words.category, *(name for name, _ in words.alternatives)} if words else {decision.category}
    return decision.category if decision.category in named else None


def _said(words: TextCategory | None) -> dict[str, float]:
    """What the words say as probabilities: what they leave over is shared by the categories that they do not name."""
    if words is None:
        return dict.fromkeys(CATEGORIES, 1 / len(CATEGORIES))
    named = {words.category: words.confidence, **dict(words.alternatives)}
    left = max(0.0, 1 - sum(named.values())) / max(1, len(CATEGORIES) - len(named))
    return _normalised({name: max(named.get(name, left), _LEAST) for name in CATEGORIES})


def _normalised(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if total else dict(weights)
