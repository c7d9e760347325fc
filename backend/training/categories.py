"""Fit how sure words and pictures are about categories (`backend.vision.calibration`), from train splits alone.

Words: for each kind of evidence, the share of labelled readings that are right. Pictures: what those of a shop's
products and single garment photos are taken for, and the temperature under which they are likeliest to name the true
category.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import click

from backend.training.datasets import ShopPhoto, find_folder, load_garment_photos, load_shop
from backend.training.evaluation.titles import load_titles
from backend.training.pieces import kept_aside
from backend.training.subjects import Subject, see, subjects_of_shop
from backend.vision.attributes import TextCategory, category_of_text
from backend.vision.calibration import Calibration, calibration, write_calibration
from backend.vision.card import start_folder
from backend.vision.fusion import decide, seen_in, vote
from backend.vision.model import Vision
from backend.vision.values import CATEGORIES

_GARMENT_PHOTOS = 500
_PRIOR = 5  # readings that the confidence before counts for, so that a rare kind of evidence stays near it
_TEMPERATURES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
_UNSEEN = 8  # votes of a category never seen: most of them right, the others anywhere
_UNSEEN_RIGHT = 0.7
_THRESHOLDS = (0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
_FALSE_ALARMS = 0.02  # of right titles: sellers who are asked in vain stop looking


def train_categories(data: Path, out: Path, titles: Sequence[Path], vision: Vision, *, seed: int = 0) -> dict[str, Any]:
    """Write `out/categories.json` and its model card; returns the figures on what it was fitted on."""
    chance = random.Random(seed)
    shop = [one for one in load_shop(find_folder(data, "luma", "products.json")) if one.split == "train"]
    text, readings = _fit_text(shop, titles)
    subjects = [*subjects_of_shop(vision, shop), *_garments(vision, data, chance)]
    fitted = _fit_picture(subjects, replace(calibration(), text=text), chance)
    figures = {"readings": readings, "pictures": picture_figures(subjects, fitted, chance), "fitted": len(subjects)}
    start_folder(out)
    write_calibration(out, fitted)
    (out / "CATEGORIES.md").write_text(_card(fitted, figures, titles, seed), encoding="utf-8")
    return figures


def _garments(vision: Vision, data: Path, chance: random.Random) -> list[Subject]:
    """Garments that the embedder did not learn kinds from: of others it is surer than of a shop's."""
    known = [
        (one.path, one.category)
        for one in load_garment_photos(find_folder(data, "garment_photos", "labels.csv"))
        if one.split == "train" and one.category is not None and kept_aside(one.path.name)
    ]
    sample = chance.sample(known, min(_GARMENT_PHOTOS, len(known)))
    with click.progressbar(sample, label="garment photos", file=sys.stderr) as listed:
        return [Subject(category, (see(vision, path),)) for path, category in listed]


def _fit_text(shop: Sequence[ShopPhoto], titles: Sequence[Path]) -> tuple[dict[str, float], dict[str, int]]:
    """The share of right readings of every kind of evidence, and how many there were."""
    right: dict[str, list[bool]] = defaultdict(list)
    for found, accepted in _readings(shop, titles):
        if found is not None:
            right[found.evidence].append(found.category in accepted)
    shares = {
        kind: round((sum(right[kind]) + _PRIOR * before) / (len(right[kind]) + _PRIOR), 3)
        for kind, before in calibration().text.items()
    }
    return shares, {kind: len(right[kind]) for kind in shares}


def _readings(shop: Sequence[ShopPhoto], titles: Sequence[Path]) -> Iterable[tuple[TextCategory | None, Sequence[str]]]:
    for one in {photo.sku: photo for photo in shop}.values():
        yield category_of_text(one.title, one.breadcrumbs), (one.category,)
        yield category_of_text(one.title), (one.category,)
        yield category_of_text("", one.breadcrumbs), (one.category,)
    for folder in titles:
        for path in sorted(folder.glob("*.tsv")):
            for title in load_titles(path):
                yield category_of_text(title.title, title.breadcrumbs), title.categories


def _fit_picture(subjects: Sequence[Subject], start: Calibration, chance: random.Random) -> Calibration:
    """The confusion of all subjects; the temperature likeliest on those that half of them tell nothing of; then the
    lowest threshold that asks few sellers in vain.
    """
    mixed = chance.sample(subjects, len(subjects))
    half, other = mixed[::2], mixed[1::2]
    trial = replace(start, confusion=_confusion(half))
    candidates = [replace(trial, temperature=one) for one in _TEMPERATURES]
    temperature = min(candidates, key=lambda one: _surprise(other, one)).temperature
    best = replace(start, confusion=_confusion(subjects), temperature=temperature)
    for threshold in _THRESHOLDS:
        if _asked(other, replace(trial, temperature=temperature, dispute=threshold)) <= _FALSE_ALARMS:
            return replace(best, dispute=threshold)
    return replace(best, dispute=_THRESHOLDS[-1])


def _confusion(subjects: Sequence[Subject]) -> dict[str, dict[str, float]]:
    """What pictures of each category vote for, with a few votes put beside so that nothing is impossible."""
    near = {True: _UNSEEN * (_UNSEEN_RIGHT + (1 - _UNSEEN_RIGHT) / len(CATEGORIES))}
    near[False] = (_UNSEEN - near[True]) / (len(CATEGORIES) - 1)
    votes = {true: {name: near[name == true] for name in CATEGORIES} for true in CATEGORIES}
    for one in subjects:
        for garments in (seen for seen in one.pictures if seen):
            for name, share in vote(garments).items():
                votes[one.category][name] += share / len(one.pictures)
    totals = {true: sum(row.values()) for true, row in votes.items()}
    return {true: {name: round(share / totals[true], 4) for name, share in row.items()} for true, row in votes.items()}


def _surprise(subjects: Sequence[Subject], fitted: Calibration) -> float:
    """Mean negative log-likelihood of the true category; subjects in which nothing was found say nothing."""
    seen = [(one.category, seen_in(one.pictures, fitted)) for one in subjects]
    costs = [-log(max(shares[category], 1e-9)) for category, shares in seen if shares]
    return sum(costs) / max(1, len(costs))


def _asked(subjects: Sequence[Subject], fitted: Calibration) -> float:
    """Share of products with a right title whose seller would be asked."""
    return _disputes([(one, one.category) for one in subjects], fitted)


def _disputes(claims: Sequence[tuple[Subject, str]], fitted: Calibration) -> float:
    decisions = [
        decide(TextCategory(claim, claim, fitted.text["title"]), seen_in(one.pictures, fitted), fitted)
        for one, claim in claims
    ]
    return sum(one.disputed for one in decisions if one) / max(1, len(decisions))


def picture_figures(subjects: Sequence[Subject], fitted: Calibration, chance: random.Random) -> dict[str, float]:
    """How right and how well calibrated pictures alone are, and how many right and wrong titles they dispute."""
    seen = [(one, shares) for one in subjects if (shares := seen_in(one.pictures, fitted))]
    tops = [(max(shares.values()), shares[one.category] == max(shares.values())) for one, shares in seen]
    wrong = [(one, chance.choice([name for name in CATEGORIES if name != one.category])) for one in subjects]
    return {
        "accuracy": sum(right for _, right in tops) / max(1, len(tops)),
        "calibration_error": _calibration_error(tops),
        "disputes_of_right_titles": _asked(subjects, fitted),
        "disputes_of_wrong_titles": _disputes(wrong, fitted),
    }


def _calibration_error(tops: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error (Guo et al., 2017): the mean gap between confidence and accuracy, over equal bins."""
    by_bin: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in tops:
        by_bin[min(bins - 1, int(confidence * bins))].append((confidence, right))
    gaps = [abs(sum(c for c, _ in one) - sum(right for _, right in one)) for one in by_bin.values()]
    return sum(gaps) / max(1, len(tops))


def _card(fitted: Calibration, figures: dict[str, Any], titles: Sequence[Path], seed: int) -> str:
    kinds = "\n".join(
        f"| {kind} | {share:.3f} | {figures['readings'][kind]} |" for kind, share in sorted(fitted.text.items())
    )
    seen = figures["pictures"]
    names = ", ".join(folder.name for folder in titles) or "none"
    return f"""# Model card: categories (categories.json)

- **What**: how sure words and pictures are about a product's category (`backend/vision/fusion.py`): a share for each
  kind of reading, what pictures of each category are taken for, a temperature ({fitted.temperature}), and the
  probability ({fitted.dispute}) from which pictures dispute the words.
- **Data**: titles and breadcrumbs of luma's train products (Magento sample data, OSL-3.0/AFL-3.0), labelled titles
  (written for Niteru: {names}), luma's train photos and {_GARMENT_PHOTOS} garment photos
  (clothing-dataset, CC0): {figures["fitted"]} products. No val photo.
- **Recipe**: `niteru train categories`, seed {seed}: histogram binning of the readings, each kind with {_PRIOR} more
  of the share before; the confusion of half the pictures, then the likeliest temperature and the lowest threshold that
  disputes at most {_FALSE_ALARMS:.0%} of right titles on the other half; at last the confusion of all. It reads the
  detector's boxes: fit it again after the detector changed.
- **Figures** on what it was fitted on (`niteru evaluate categories` measures on others): pictures alone
  {seen["accuracy"]:.3f} right, expected calibration error {seen["calibration_error"]:.3f}; disputed
  {seen["disputes_of_right_titles"]:.3f} of right titles, {seen["disputes_of_wrong_titles"]:.3f} of wrong ones.

| evidence | right | readings |
|---|---|---|
{kinds}

- **Limits**: luma sells tops, outerwear, pants and shorts only, garment photos no bags, belts, scarves or eyewear, so
  pictures of those are calibrated by their likeness to the others. A kind with few readings is near where it began.
- **Licence**: AGPL-3.0-or-later.
"""
