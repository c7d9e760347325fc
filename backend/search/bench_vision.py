"""`niteru bench photo` without a tenant, and `niteru bench ingest`: what seeing costs in this process, stage by stage.

Nothing but vision is measured: no queue, no gallery, no HTTP. Photos are made 1080 pixels long first, and every one is
looked at with the same number of garments, so that two folders of photos give comparable figures.
"""

import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from backend.vision import Box, Detection, Picture, Vision, images, judge, load_vision
from backend.vision.colors import shades_of_crop
from backend.vision.crops import embedder_crop, letterbox

Report = dict[str, Any]

SIDE = 1080
"""Pixels of a photo's longer side."""
GARMENTS = 6
_BATCH = 8  # pictures that ingestion looks at together
_WARM_UP = 3
_MIDDLE = (Box(0.25, 0.15, 0.5, 0.35), Box(0.3, 0.45, 0.4, 0.45), Box(0.35, 0.85, 0.15, 0.1))
"""Where garments are looked for in a photo that shows fewer than GARMENTS."""


def photo(photos: Sequence[Path], *, n: int, runtime: str, device: str, threads: int) -> Report:
    """Look at `n` photos one by one, as the query worker does; medians in ms, and the share that is not network.

    `network` is what the two networks alone take for the same photo and crops, measured turn by turn with the whole
    way, so that whatever else the machine does weighs on both; `total_cpu` is the processor's time, which waits for
    nobody. Without photos, one is drawn.
    """
    vision, load_s = _load(runtime, device, threads)
    sent = [_as_sent(path) for path in photos[:n]] or [_drawn()]
    laps: dict[str, list[float]] = {}
    for number, data in enumerate(islice(cycle(sent), n + _WARM_UP)):
        took = _one_photo(vision, data)
        if number >= _WARM_UP:
            for stage, ms in took.items():
                laps.setdefault(stage, []).append(ms)
    median = {stage: round(statistics.median(values), 1) for stage, values in laps.items()}
    p95 = sorted(laps["total"])[-(-n * 95 // 100) - 1]
    return {
        **_machine(vision, threads),
        "photos": n,
        "pixels": SIDE,
        "garments": GARMENTS,
        "ms": {**median, "total_p95": round(p95, 1)},
        "total_to_network": round(statistics.median(laps["total"]) / statistics.median(laps["network"]), 2),
        "load_s": round(load_s, 2),
        "memory_mb": _memory(),
    }


def ingest(photos: Sequence[Path], *, n: int, runtime: str, device: str, threads: int) -> Report:
    """Decode, look at and judge `n` pictures in batches, as the vision worker does; pictures a second."""
    vision, load_s = _load(runtime, device, threads)
    sent = [path.read_bytes() for path in islice(photos, n)] or [_drawn()]
    _one_batch(vision, sent[:_BATCH])
    garments, busy = 0, 0.0
    took: list[float] = []
    everything = list(islice(cycle(sent), n))
    for start in range(0, n, _BATCH):
        batch = everything[start : start + _BATCH]
        begin, cpu = time.perf_counter(), time.process_time()
        garments += _one_batch(vision, batch)
        took.append((time.perf_counter() - begin) / len(batch))
        busy += time.process_time() - cpu
    return {
        **_machine(vision, threads),
        "images": n,
        "garments_per_image": round(garments / n, 2),
        "images_per_second": {"mean": round(len(took) / sum(took), 2), "median": round(1 / statistics.median(took), 2)},
        "cpu_ms_per_image": round(busy * 1000 / n, 1),
        "load_s": round(load_s, 2),
        "memory_mb": _memory(),
    }


def _load(runtime: str, device: str, threads: int) -> tuple[Vision, float]:
    """A warm Vision, and the seconds until it was."""
    start = time.perf_counter()
    vision = load_vision(runtime=runtime, device=device, threads=threads)
    blank = Picture(np.full((64, 64, 3), 200, np.uint8), 64, 64)
    vision.see([blank])
    vision.whole(blank)
    return vision, time.perf_counter() - start


def _one_photo(vision: Vision, data: bytes) -> dict[str, float]:
    """Milliseconds of each stage of the way, of the whole way, and of the networks alone."""
    start, cpu = time.perf_counter(), time.process_time()
    picture = images.decode(data)
    decoded = time.perf_counter()
    found = _so_many(vision.find([picture])[0])
    detected = time.perf_counter()
    vision.look_at([(picture, one) for one in found])
    end, cpu_end = time.perf_counter(), time.process_time()
    parts = _parts(vision, picture, [one.box for one in found])
    return {
        "decode": (decoded - start) * 1000,
        "detect": (detected - decoded) * 1000,
        "look": (end - detected) * 1000,
        "total": (end - start) * 1000,
        "total_cpu": (cpu_end - cpu) * 1000,
        **parts,
        "network": parts["detector_network"] + parts["embedder_network"],
    }


def _parts(vision: Vision, picture: Picture, boxes: Sequence[Box]) -> dict[str, float]:
    """What detecting and looking are made of, each done once more by itself."""
    networks = vision.networks
    took: dict[str, float] = {}
    square = _timed(took, "letterbox", lambda: letterbox(picture, networks.detector_side).pixels[None])
    _timed(took, "detector_network", lambda: networks.detect(square, 0.25))
    crops = _timed(took, "crops", lambda: np.stack([embedder_crop(picture, box) for box in boxes]))
    _timed(took, "embedder_network", lambda: [networks.look(batch) for batch in _batches(crops, networks.batch)])
    _timed(took, "colors", lambda: [shades_of_crop(crop) for crop in crops])
    return took


def _timed(took: dict[str, float], stage: str, work: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    answer = work()
    took[stage] = (time.perf_counter() - start) * 1000
    return answer


def _batches(crops: Any, size: int) -> Iterator[Any]:
    for start in range(0, len(crops), size):
        yield crops[start : start + size]


def _so_many(found: Sequence[Detection]) -> list[Detection]:
    """Exactly GARMENTS of them."""
    more = (Detection(box, "top", 0.5) for box in cycle(_MIDDLE))
    return [*found[:GARMENTS], *islice(more, max(0, GARMENTS - len(found)))]


def _one_batch(vision: Vision, batch: Sequence[bytes]) -> int:
    """Look at pictures as ingestion does; returns how many garments were seen."""
    pictures = [images.decode(data) for data in batch]
    seen = vision.see(pictures)
    for picture, garments in zip(pictures, seen, strict=True):
        judge(picture, [Detection(one.box, one.category, one.confidence) for one in garments])
    return sum(len(garments) for garments in seen)


def _as_sent(path: Path) -> bytes:
    with Image.open(path) as image:
        return _jpeg(image.convert("RGB"))


def _jpeg(image: Image.Image) -> bytes:
    scale = SIDE / max(image.size)
    stream = BytesIO()
    sized = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    sized.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def _drawn() -> bytes:
    """A drawn figure in a red shirt and dark trousers before a street of noise, as JPEG."""
    noise = np.random.default_rng(0).integers(90, 220, (64, 40, 3), np.uint8)
    image = Image.fromarray(noise).resize((675, SIDE), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    draw.ellipse([290, 60, 390, 200], fill=(224, 178, 150))
    draw.polygon([(220, 210), (460, 210), (540, 470), (470, 500), (440, 400), (440, 560), (240, 560), (240, 400),
                  (210, 500), (140, 470)], fill=(190, 25, 40))  # fmt: skip
    draw.polygon(
        [(240, 560), (440, 560), (450, 960), (365, 960), (340, 660), (315, 960), (230, 960)], fill=(40, 42, 60)
    )
    draw.ellipse([210, 950, 310, 1000], fill=(20, 20, 20))
    draw.ellipse([370, 950, 470, 1000], fill=(20, 20, 20))
    return _jpeg(image)


def _machine(vision: Vision, threads: int) -> Report:
    return {
        "runtime": vision.runtime,
        "device": vision.device,
        "model_id": vision.model_id,
        "detector_side": vision.detector_side,
        "threads": threads,
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "processor": _processor(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> dict[str, int]:
    """Megabytes: the most that was resident, and what is now this process's own share (with libraries shared)."""
    memory = {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}
    rollup = Path("/proc/self/smaps_rollup")
    if rollup.exists():
        lines = dict(line.split(":", 1) for line in rollup.read_text(encoding="utf-8").splitlines()[1:])
        memory["pss"] = int(lines["Pss"].split()[0]) // 1024
    return memory
