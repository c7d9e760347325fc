"""`niteru evaluate …` and `niteru train …`: figures on stdout, as text or as one JSON document."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from backend.search.ranking import thresholds_of
from backend.training.embedder_recipe import LOSSES, RECIPE
from backend.training.evaluation import (
    evaluate_attributes,
    evaluate_categories,
    evaluate_detection,
    evaluate_extraction,
    evaluate_images,
    evaluate_retrieval,
    evaluate_words,
)
from backend.training.evaluation.tiers import evaluate_tiers
from backend.training.memory import keep_freed_memory
from backend.training.tiers import train_tiers
from backend.vision.card import WEIGHTS
from backend.vision.model import load_vision

_DATA = click.option(
    "--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A labelled folder, laid out as docs/vision.md says.",
)  # fmt: skip
_OUT = click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the new weights go."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def evaluate() -> None:
    """Measure what is served on labelled photos, titles and pages."""


@click.group()
def train() -> None:
    """Train new weights from labelled photos (needs the extra `train`)."""
    keep_freed_memory()


_WEIGHTS = click.option(
    "--weights", type=click.Path(exists=True, file_okay=False, path_type=Path), default=WEIGHTS,
    show_default="the served ones", help="A folder of weights, such as training writes.",
)  # fmt: skip
_REPORT = click.option(
    "--report", type=click.Path(file_okay=False, path_type=Path), help="Write a page of pictures to look at here."
)


@evaluate.command("detection")
@_DATA
@_WEIGHTS
@_REPORT
@_JSON
def detection_command(data: Path, weights: Path, *, report: Path | None, as_json: bool) -> None:
    """Boxes: mAP50 and mAP50-95 (street_photos), or how often the class is right (garment_photos, luma)."""
    _print(evaluate_detection(data, load_vision(weights=weights), report=report), as_json=as_json)


@evaluate.command("retrieval")
@_DATA
@_WEIGHTS
@_REPORT
@_JSON
def retrieval_command(data: Path, weights: Path, *, report: Path | None, as_json: bool) -> None:
    """Vectors: same product, colour and class (luma), or same class and changed copies (garment_photos)."""
    _print(evaluate_retrieval(data, load_vision(weights=weights), report=report), as_json=as_json)


@evaluate.command("attributes")
@_DATA
@_WEIGHTS
@click.option(
    "--patterns", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of garment photos and their patterns: image, tab, name.",
)  # fmt: skip
@_JSON
def attributes_command(data: Path, weights: Path, *, patterns: Path | None, as_json: bool) -> None:
    """Fine name, gender and pattern as the embedder's heads tell them, where they are sure enough to."""
    _print(evaluate_attributes(data, load_vision(weights=weights), patterns=patterns), as_json=as_json)


@evaluate.command("images")
@_DATA
@_WEIGHTS
@click.option("--drawn", is_flag=True, help="Measure drawn charts, swatches and banners that were not trained on too.")
@_JSON
def images_command(data: Path, weights: Path, *, drawn: bool, as_json: bool) -> None:
    """What a picture shows: garment, size chart, close-up (luma)."""
    _print(evaluate_images(data, load_vision(weights=weights), weights=weights, drawn=drawn), as_json=as_json)


@evaluate.command("categories")
@_DATA
@_WEIGHTS
@click.option("--pictures", is_flag=True, help="Measure the fusion of words and pictures too (luma; looks at photos).")
@_REPORT
@_JSON
def categories_command(data: Path, weights: Path, *, pictures: bool, report: Path | None, as_json: bool) -> None:
    """Category, fine name and gender, read from titles and breadcrumbs (luma, or a folder of labelled titles)."""
    vision = load_vision(weights=weights) if pictures else None
    _print(evaluate_categories(data, vision, report=report), as_json=as_json)


@evaluate.command("extraction")
@_DATA
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write every wrong answer here (CSV).")
@_JSON
def extraction_command(data: Path, *, report: Path | None, as_json: bool) -> None:
    """Price, currency, SKU, brand, GTIN and stock, read from saved pages (product_pages)."""
    _print(evaluate_extraction(data, report=report), as_json=as_json)


@evaluate.command("tiers")
@_DATA
@_WEIGHTS
@_JSON
def tiers_command(data: Path, weights: Path, *, as_json: bool) -> None:
    """Whether "same item" is, and whether nothing is close where nothing is (luma and garment_photos)."""
    vision = load_vision(weights=weights)
    _print(evaluate_tiers(data, vision, thresholds_of(vision.model_id)), as_json=as_json)


@train.command("tiers")
@_DATA
@_OUT
@_WEIGHTS
@_JSON
def train_tiers_command(data: Path, out: Path, weights: Path, *, as_json: bool) -> None:
    """From which scores on a match is the same item or very close; choose anew after the embedder changed."""
    _print(train_tiers(data, out, load_vision(weights=weights)), as_json=as_json)


@evaluate.command("words")
@_DATA
@_JSON
def words_command(data: Path, *, as_json: bool) -> None:
    """Search by words: nDCG@10 of judged queries, Japanese and English (luma; needs the deployment's database)."""
    _print(evaluate_words(data), as_json=as_json)


@train.command("images")
@_DATA
@_OUT
@_JSON
@click.option("--seed", default=0, show_default=True)
def train_images_command(data: Path, out: Path, as_json: bool, seed: int) -> None:
    """What tells garments from size charts and close-ups."""
    from backend.training.usefulness.training import train_images  # noqa: PLC0415  measuring does without training's packages

    _print(train_images(data, out, seed=seed), as_json=as_json)


@train.command("detector")
@_DATA
@_OUT
@_JSON
@click.option("--seed", default=0, show_default=True)
@click.option("--epochs", default=8, show_default=True, type=click.IntRange(1))
@click.option("--pictures", default=3000, show_default=True, type=click.IntRange(1), help="Composed beside photos.")
@click.option("--rate", default=5e-4, show_default=True, help="Of learning; smaller to go on from a good start.")
@click.option(
    "--blend", default=1.0, show_default=True, type=click.FloatRange(0, 1, min_open=True),
    help="Share of the trained weights in the result; the rest are those it started from.",
)  # fmt: skip
@click.option("--side", default=416, show_default=True, type=click.IntRange(64), help="Pixels, a multiple of 32.")
@click.option(
    "--start", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=WEIGHTS / "detector.pt",
    show_default="the served detector", help="A .pt to start from.",
)  # fmt: skip
@click.option(
    "--add", multiple=True, metavar="NAME:CATEGORY",
    help="A new class and what it is a kind of, like 'light outer:outer'; classes.json says which labels are it.",
)  # fmt: skip
def train_detector_command(add: tuple[str, ...], *, as_json: bool, **options: Any) -> None:
    """The boxes. Goes on where it was stopped; an epoch takes about 5 minutes on two cores."""
    from backend.training.detector import Plan, train_detector  # noqa: PLC0415  imports torch and ultralytics

    added = dict(one.rpartition(":")[::2] for one in add)
    if not all(added) or not all(added.values()):
        raise click.BadParameter("write NAME:CATEGORY, like 'light outer:outer'.", param_hint="--add")
    try:
        figures = train_detector(Plan(**options, added=added))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    _print(figures, as_json=as_json)


@train.command("categories")
@_DATA
@_OUT
@_WEIGHTS
@_JSON
@click.option(
    "--titles", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of labelled titles (docs/vision.md) to measure the words on; may be given several times.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True)
def train_categories_command(
    data: Path, out: Path, weights: Path, titles: tuple[Path, ...], *, as_json: bool, seed: int
) -> None:
    """How sure words and pictures are about categories; fit it again after the detector changed."""
    from backend.training.categories import train_categories  # noqa: PLC0415  measuring does without training's packages

    _print(train_categories(data, out, titles, load_vision(weights=weights), seed=seed), as_json=as_json)


@train.command("embedder")
@_DATA
@_OUT
@_JSON
@click.option("--seed", default=0, show_default=True)
@click.option("--loss", type=click.Choice(LOSSES), default=RECIPE.loss, show_default=True, help="What parts products.")
@click.option("--multi-scale", is_flag=True, help="Add a shallow branch that looks at the small picture.")
def train_embedder_command(data: Path, out: Path, *, as_json: bool, seed: int, loss: str, multi_scale: bool) -> None:
    """The vectors and what is told of a garment. Goes on where it was stopped."""
    from backend.training.embedder import train_embedder  # noqa: PLC0415  imports torch

    try:
        figures = train_embedder(data, out, seed=seed, recipe=replace(RECIPE, loss=loss, multi_scale=multi_scale))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    _print(figures, as_json=as_json)


def _print(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        for line in _lines(name, value):
            click.echo(line)


def _lines(name: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        return [line for key, inner in value.items() for line in _lines(f"{name} {key}", inner)]
    return [f"{name:40} {value:.3f}" if isinstance(value, float) else f"{name:40} {value}"]
