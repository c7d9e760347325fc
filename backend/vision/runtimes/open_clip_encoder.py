"""A heavier encoder of open_clip in place of our own embedder: the detector, and the categories, stay ours.

`hf-hub:Marqo/marqo-fashionSigLIP` is downloaded from the Hugging Face hub on first use; `local-dir:PATH` is a folder
with `open_clip_config.json` and its weights, for machines that cannot reach the hub.
"""

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from backend.vision.images import Pixels
from backend.vision.runtimes import Floats, Looks, Runtime

PREFIX = "open_clip:"


class EncoderUnavailable(RuntimeError):
    """The encoder named in NITERU_EMBEDDER cannot be loaded; the sentence says why and what to do."""


class OpenClipRuntime:
    """Another runtime whose vectors come from an open_clip encoder."""

    def __init__(self, inner: Runtime, spec: str, device: str) -> None:
        self._inner = inner
        self._device = torch.device(device)
        self._model, self._mean, self._deviation, self._side = _load(spec, self._device)
        self.name = f"{inner.name} and open_clip"
        self.device, self.batch = device, inner.batch
        self.detector_side, self.embedder_side = inner.detector_side, inner.embedder_side
        self.dim = self.look(np.zeros((1, self.embedder_side, self.embedder_side, 3), np.uint8)).vectors.shape[1]

    def detect(self, squares: Pixels, threshold: float) -> Floats:
        return self._inner.detect(squares, threshold)

    @torch.inference_mode()
    def look(self, crops: Pixels) -> Looks:
        unit = torch.from_numpy(crops).to(self._device).permute(0, 3, 1, 2).float() / 255
        if unit.shape[-1] != self._side:
            size = (self._side, self._side)
            unit = nn.functional.interpolate(unit, size, mode="bicubic", antialias=True).clamp(0, 1)
        vectors: Tensor = self._model.encode_image((unit - self._mean) / self._deviation, normalize=True)
        return replace(self._inner.look(crops), vectors=vectors.float().cpu().numpy())


def _load(spec: str, device: torch.device) -> tuple[Any, Tensor, Tensor, int]:
    """The model, its pixels' mean and deviation (1, 3, 1, 1), and the side of its squares in pixels."""
    if find_spec("open_clip") is None:
        raise EncoderUnavailable(
            f"NITERU_EMBEDDER is {PREFIX}{spec}: install open_clip with pip install open_clip_torch."
        )
    import open_clip  # type: ignore[import-untyped]  # noqa: PLC0415  only when asked for: it is not in the base install

    try:
        model, _ = open_clip.create_model_from_pretrained(spec, device=device, return_transform=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise EncoderUnavailable(
            f"The encoder {spec!r} of NITERU_EMBEDDER cannot be loaded ({error}). Let this machine reach "
            "huggingface.co once, or name a folder with its files as open_clip:local-dir:PATH."
        ) from error
    size = model.visual.image_size
    side = size if isinstance(size, int) else size[0]
    mean, deviation = (
        torch.tensor(values, device=device).view(1, 3, 1, 1)
        for values in (model.visual.image_mean, model.visual.image_std)
    )
    return model.eval(), mean, deviation, int(side)
