"""NITERU_EMBEDDER: a tiny open_clip model made here takes the embedder's place."""

import json
from pathlib import Path

import numpy as np
import pytest

from backend.vision import Picture, load_vision
from backend.vision.values import WHOLE

torch = pytest.importorskip("torch", reason="needs the extra `gpu`")
open_clip = pytest.importorskip("open_clip", reason="needs the package open_clip_torch")

_MODEL = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 64, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}
_PIXELS = {"mean": [0.5, 0.4, 0.3], "std": [0.25, 0.25, 0.25], "interpolation": "bicubic"}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    model = open_clip.CLIP(embed_dim=24, vision_cfg=_MODEL["vision_cfg"], text_cfg=_MODEL["text_cfg"])
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": _MODEL, "preprocess_cfg": _PIXELS}))
    torch.save(model.state_dict(), tmp_path / "open_clip_pytorch_model.bin")
    return tmp_path


def picture(seed: int) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 256, (80, 80, 3), dtype=np.uint8), 80, 80)


def test_vectors_come_from_the_encoder_and_categories_from_ours(tiny: Path) -> None:
    ours, theirs = load_vision(), load_vision(embedder=f"open_clip:local-dir:{tiny}")

    first, again, other = (theirs.see_box(picture(seed), WHOLE) for seed in (1, 1, 2))

    assert (theirs.dim, theirs.model_id) == (24, f"local-dir:{tiny}")
    assert first.vector.shape == (24,)
    assert first.vector.dtype == np.float32
    assert np.linalg.norm(first.vector) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(first.vector, again.vector)
    assert not np.allclose(first.vector, other.vector)
    assert first.category == ours.see_box(picture(1), WHOLE).category


def test_an_encoder_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    from backend.vision.runtimes.open_clip_encoder import EncoderUnavailable

    with pytest.raises(EncoderUnavailable, match=r"local-dir:.*NITERU_EMBEDDER.*huggingface"):
        load_vision(embedder=f"open_clip:local-dir:{tmp_path / 'nothing'}")


def test_an_encoder_that_the_hub_does_not_answer_for_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.vision.runtimes.open_clip_encoder import EncoderUnavailable

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderUnavailable, match=r"Marqo/marqo-fashionSigLIP.*huggingface\.co"):
        load_vision(embedder="open_clip:hf-hub:Marqo/marqo-fashionSigLIP")


def test_an_unknown_embedder_is_refused() -> None:
    with pytest.raises(ValueError, match="open_clip:MODEL"):
        load_vision(embedder="clip")
