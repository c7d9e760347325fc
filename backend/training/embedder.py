"""Train the embedder: EfficientNet-Lite0, a mask of the garment, and projections to a unit vector of three parts.

1. The ImageNet network's later stages learn kinds of garments, and to know one again (`embedder_tuning`); they are then
   drawn back towards what ImageNet taught them.
2. Every train garment is cut out as the detector would, in several views (`views`); what the early stages make of them
   is kept in files, because the network stays as it is from here on.
3. The mask head learns where the garment is, so that features and colours are pooled there.
4. The projections of identity and colour are whitened within garments (`embedder_start`): what the photos of one
   garment differ by counts less. Identity then learns a little by one of several losses (`embedder_losses`), kind by
   a softmax. The network itself would learn so few products by heart.
5. The heads come last.

Every step leaves a file in OUT/training; a command that was stopped goes on from the last one.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from string import Template
from typing import Any

import torch

from backend.training.checkpoints import written_whole
from backend.training.embedder_fit import fit_mask, fit_projections
from backend.training.embedder_heads import Told, fit_heads
from backend.training.embedder_recipe import RECIPE, Recipe, keep_recipe
from backend.training.embedder_tuning import tune_backbone
from backend.training.evaluation import evaluate_retrieval
from backend.training.examples import Examples, extract
from backend.training.export import export_embedder
from backend.training.imagenet import imagenet_backbone
from backend.training.pieces import Piece, keep_pieces, kept_pieces, list_pieces
from backend.training.seen_names import HEADS, NAMES, SIZES
from backend.vision.card import start_folder, write_card
from backend.vision.embedder_features import FEATURES
from backend.vision.embedder_net import PARTS, EmbedderNet, load_embedder, save_embedder
from backend.vision.model import Vision, load_vision

MODEL_ID = "lite0m7"
_CARD = Path(__file__).parent / "cards" / "EMBEDDER.md"


def train_embedder(
    data: Path, out: Path, *, seed: int = 0, recipe: Recipe = RECIPE, model_id: str = MODEL_ID
) -> dict[str, Any]:
    """Write embedder.pt, embedder.onnx, EMBEDDER.md and their part of model.json to `out`; returns the figures.

    `data` holds luma, garment_photos and street_photos; only their train splits are learned from. The same seed,
    recipe and data give the same weights on the same machine. Raises ValueError where `out` was begun with others.
    """
    start_folder(out)
    work = out / "training"
    keep_recipe(work / "recipe.json", recipe, seed)
    pieces = _pieces(data, out, work / "pieces.json", recipe)
    torch.manual_seed(seed)
    net = EmbedderNet(recipe.widths, SIZES, shallow=recipe.multi_scale)
    net.eval().features.backbone = imagenet_backbone().eval()
    backbone = net.features.backbone
    _once(
        work / "backbone.pt",
        net,
        lambda: tune_backbone(backbone, pieces, work / "tuning.pt", recipe, seed=seed),
    )
    examples = extract(net.features, pieces, work / "views", recipe=recipe, seed=seed)
    _once(work / "mask.pt", net, lambda: fit_mask(net, examples, recipe, seed=seed))
    raw = examples.kept_raw(net.features, work / "features.npy")
    _once(work / "projections.pt", net, lambda: fit_projections(net, examples, raw, recipe, seed=seed))
    told = fit_heads(net, examples, raw[:, :FEATURES], recipe, seed=seed)
    save_embedder(net, out / "embedder.pt")
    export_embedder(load_embedder(out / "embedder.pt"), out / "embedder.onnx")
    least = tuple((name, told[name].least) for name in HEADS)
    write_card(out, model_id=model_id, dim=net.dim, least=least, color_values=net.widths[-1], **HEADS)
    figures = _measure(data, load_vision(weights=out))
    (out / "EMBEDDER.md").write_text(describe(net, examples, figures, told, recipe=recipe, seed=seed), encoding="utf-8")
    heads = {name: asdict(one) for name, one in told.items()}
    return {"model_id": model_id, "dim": net.dim, "views": len(examples), "heads": heads, **figures}


def _pieces(data: Path, out: Path, file: Path, recipe: Recipe) -> list[Piece]:
    if not file.exists():
        keep_pieces(list_pieces(data, load_vision(weights=out), most=recipe.most), file)
    return kept_pieces(file)


def _once(file: Path, net: EmbedderNet, work: Callable[[], None]) -> None:
    """Do the work, or take what it left the last time."""
    if file.exists():
        net.load_state_dict(torch.load(file, weights_only=True))
        return
    work()
    with written_whole(file) as fresh:
        torch.save(net.state_dict(), fresh)


def _measure(data: Path, vision: Vision) -> dict[str, Any]:
    return {name: evaluate_retrieval(data / name, vision) for name in ("luma", "garment_photos")}


def describe(
    net: EmbedderNet, examples: Examples, figures: dict[str, Any], told: dict[str, Told], *, recipe: Recipe, seed: int
) -> str:
    """The model card."""
    shop, single = figures["luma"], figures["garment_photos"]
    alone = shop["alone"]  # the search does more with the same vectors
    rows = [("same product", alone["product"]), ("same product and colour", alone["product_and_color"])]
    rows += [("same class, luma", alone["class"]), ("same class, garment_photos", single["class"])]
    parts = zip(PARTS, net.widths, net.shares.tolist(), strict=True)
    return Template(_CARD.read_text(encoding="utf-8")).substitute(
        dim=net.dim, seed=seed, steps=recipe.steps, recolored=recipe.recolored,
        tuning=recipe.tuning.steps, blend=recipe.tuning.blend,
        views=len(examples), garments=len(set(examples.photos)),
        loss=f"{recipe.loss}, with a shallow parallel branch" if recipe.multi_scale else recipe.loss,
        parts=", ".join(f"{name} {width} ({share:.2f})" for name, width, share in parts),
        rows="\n".join(
            f"| {name} | " + " | ".join(f"{one[key]:.3f}" for key in ("hit@1", "hit@5", "hit@10", "mAP@10"))
            + f" | {one['queries']} |" for name, one in rows
        ),
        heads="\n".join(
            f"| {name} | {len(NAMES[name])} | {one.judged} | {one.right:.3f} | {min(one.least, 1.0):.2f} "
            f"| {one.share:.2f} | {one.right_where_told:.3f} |" for name, one in told.items()
        ),
        augmented=f"{single['augmented']['R@1']:.3f} of {single['augmented']['queries']}",
        categories=f"{shop['category']['accuracy']:.3f} on luma, {single['category']['accuracy']:.3f} on the others",
    )  # fmt: skip
