"""The test shop's answers without its server: what it would send, asked for in one process."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any


def load_shop(shared: Path, theme: str, lang: str) -> Any:
    """Return the shop `serve.py` serves: `.truth()`, `.feed()`, `.answer(path, query)`."""
    spec = importlib.util.spec_from_file_location("serve_shop", shared / "shops" / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Shop(theme, lang, False, "", "https://shop.example")
