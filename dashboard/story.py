"""A product's way into search, told in steps: where it is, and why it stopped where it stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from backend.tenants.models import Product
from dashboard import formats
from dashboard.locale import said, t, tn

Status = Literal["done", "waiting", "stopped"]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: its name's key, how it went, and what there is to say about it."""

    name: str
    status: Status
    words: str


def tell(product: Product, trace: Mapping[str, Any]) -> list[Step]:
    """Return the steps page → facts → images → garments → embeddings → live of `catalog_trace.trace`'s answer."""
    images = [image for image in trace["images"] if image["state"] != "gone"]
    boxes = [box for image in images for box in image["detections"]]
    return [_page(trace["pages"]), _facts(product), _images(images), _garments(images, boxes), _vectors(images, boxes),
            _live(trace)]  # fmt: skip


def _page(pages: Rows) -> Step:
    fetched = [page for page in pages if page["state"] == "fetched"]
    if fetched:
        page = fetched[0]
        via = said("via", page["via"] or "http")
        return Step("page", "done", t("story.page.done", via=via, host=formats.host(page["url"])))
    if pages:
        page = pages[0]
        why = said("reason", page["reason"] or str(page["status_code"] or page["state"]))
        return Step("page", "waiting" if page["state"] in {"queued", "leased"} else "stopped", why)
    return Step("page", "done", t("story.page.unknown"))


def _facts(product: Product) -> Step:
    if product.attention:
        return Step("facts", "stopped", t("list.and").join(said("attention", each) for each in product.attention))
    sources = sorted({said("source", source) for source in product.sources.values() if isinstance(source, str)})
    return Step("facts", "done", t("story.facts.done", sources=t("list.and").join(sources)) if sources else "")


def _images(images: Rows) -> Step:
    if not images:
        return Step("images", "stopped", t("story.images.none"))
    by_state = {state: sum(image["state"] == state for image in images) for state in ("wanted", "failed", "set_aside")}
    words = [tn("story.images.found", len(images))]
    words += [tn(f"story.images.{state}", count) for state, count in by_state.items() if count]
    failed = by_state["failed"] == len(images)
    return Step("images", "stopped" if failed else "done", t("list.and").join(words))


def _garments(images: Rows, boxes: Rows) -> Step:
    if any(box["for_sale"] for box in boxes):
        sold = sorted({said("category", box["category"]) for box in boxes if box["for_sale"]})
        return Step("garments", "done", tn("story.garments.found", len(boxes), sold=t("list.and").join(sold)))
    if boxes:
        return Step("garments", "stopped", tn("story.garments.unsure", len(boxes)))
    waiting = any(image["state"] in {"wanted", "stored"} for image in images)
    return Step(
        "garments", "waiting" if waiting else "stopped", t("story.waiting" if waiting else "story.garments.none")
    )


def _vectors(images: Rows, boxes: Rows) -> Step:
    written = sum(box["embedding_id"] is not None for box in boxes)
    if written:
        models = sorted({str(image["model_id"]) for image in images if image["model_id"]})
        return Step("embeddings", "done", tn("story.embeddings.found", written, model=", ".join(models)))
    waiting = any(image["state"] in {"wanted", "stored"} for image in images)
    words = t("story.waiting" if waiting else "story.embeddings.none")
    return Step("embeddings", "waiting" if waiting else "stopped", words)


def _live(trace: Mapping[str, Any]) -> Step:
    if trace["searchable"]:
        return Step("live", "done", t("story.live.done"))
    status: Status = "waiting" if trace["reason"] == "images_open" else "stopped"
    return Step("live", status, t(f"why_not.{trace['reason']}"))
