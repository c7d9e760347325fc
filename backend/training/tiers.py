"""`niteru train tiers`: from which scores on a match is the same item, very close, or of the same style."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backend.search.ranking import thresholds_of
from backend.training.evaluation import tiers
from backend.vision.card import read_card, start_folder
from backend.vision.model import Vision


def train_tiers(data: Path, out: Path, vision: Vision) -> dict[str, Any]:
    """Choose the thresholds of the model on one half of the held-out photos, measure them on the other.

    Writes `tiers.json` and TIERS.md into `out`, which becomes a whole set of weights. `style` stays the served model's:
    below it nothing is shown, which is a matter of taste and not of labels.
    """
    start_folder(out)
    style = thresholds_of(read_card().model_id).style
    chosen = tiers.choose(tiers.ask(data, vision, "choose"), style)
    figures = tiers.evaluate_tiers(data, vision, chosen)
    known = {vision.model_id: asdict(chosen)}
    (out / "tiers.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    (out / "TIERS.md").write_text(_card(vision.model_id, figures), encoding="utf-8")
    return figures


def _card(model_id: str, figures: dict[str, Any]) -> str:
    same, recall = figures["same"], figures["same_recall"]
    close, quiet = figures["close"], figures["nothing_close"]
    return f"""# Tiers of {model_id}

Lowest scores: {", ".join(f"{name} {value}" for name, value in figures["thresholds"].items())}.

Chosen by `niteru train tiers --data DIR` on one half of the shop's held-out products (by a hash of the SKU) and on
train photos of single garments of categories that the shop does not sell, of which the embedder learned nothing: the
lowest `same` at which {tiers.PRECISION_SAME:.0%} of products called the same are; the lowest `close` at which
{tiers.ALIKE_CLOSE:.0%} of products called close or the same are of the garment's category, and
{tiers.NOTHING_CLOSE:.0%} of the foreign garments find nothing close. `style` was kept.

Measured on the other half: of {same["called"]} products called the same {same["precision"]:.3f} are;
{recall["share"]:.3f} of {recall["queries"]} photos whose product is among the matches find it as the same; of
{close["called"]} products called close or the same {close["same_category"]:.3f} are of the garment's category; for
{quiet["right"]:.3f} of {quiet["queries"]} foreign garments nothing is called close.

Data: luma (Magento sample data, OSL-3.0 / AFL-3.0) and garment_photos (clothing-dataset, CC0), not part of the project.
Licence of this file: AGPL-3.0-or-later.
"""
