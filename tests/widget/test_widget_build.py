"""The committed build: current, small, and clean. No Node is needed to see that."""

import base64
import gzip
import hashlib
import json
from pathlib import Path

import pytest

WIDGET = Path(__file__).parents[2] / "widget"
MANIFEST = json.loads((WIDGET / "dist" / "manifest.json").read_text())
BUDGET = {
    "v1.js": 8 * 1024,
    "v1-strip.js": 6 * 1024,
    "v1-find.js": 3 * 1024,
    "v1-dialog.js": 25 * 1024,
}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_build_was_made_from_exactly_these_sources():
    sources = {str(path.relative_to(WIDGET)) for path in (WIDGET / "src").rglob("*") if path.is_file()}
    sources |= {"build.mjs", "package.json", "package-lock.json", "tsconfig.json"}

    assert MANIFEST["sources"] == {name: sha256(WIDGET / name) for name in sources}, "run `npm run build` in widget/"


def test_the_committed_files_are_the_ones_that_were_built():
    dist = WIDGET / "dist"
    found = [path for path in dist.rglob("*") if path.is_file() and not path.relative_to(dist).parts[0][0].isdigit()]
    built = {str(path.relative_to(dist)): sha256(path) for path in found}
    del built["manifest.json"]

    assert {name: facts["sha256"] for name, facts in MANIFEST["dist"].items()} == built


@pytest.mark.parametrize("name", BUDGET)
def test_each_file_is_within_its_budget(name):
    assert len(gzip.compress((WIDGET / "dist" / name).read_bytes(), 9)) <= BUDGET[name]


@pytest.mark.parametrize("name", BUDGET)
def test_no_file_evaluates_text_or_writes_html(name):
    code = (WIDGET / "dist" / name).read_text(encoding="utf-8")

    for word in ("eval(", "new Function", "innerHTML", "insertAdjacentHTML", "document.write", "localStorage"):
        assert word not in code


def test_whoever_pins_the_loader_pins_every_part():
    code = (WIDGET / "dist" / "v1.js").read_text(encoding="utf-8")
    hashes = {name: base64.b64encode(bytes.fromhex(facts["sha256"])) for name, facts in MANIFEST["dist"].items()}

    assert [name for name, hash_ in hashes.items() if f'"{hash_.decode()}"' not in code] == ["v1.js"]


def test_the_lock_names_no_registry():
    lock = json.loads((WIDGET / "package-lock.json").read_text())

    assert [name for name, facts in lock["packages"].items() if "resolved" in facts] == []


RELEASES = sorted(path.parent for path in (WIDGET / "dist").glob("[0-9]*/manifest.json"))


@pytest.mark.parametrize("folder", RELEASES, ids=lambda folder: folder.name)
def test_a_release_stays_as_it_was(folder):
    facts = json.loads((folder / "manifest.json").read_text())["dist"]

    assert {name: sha256(folder / name) for name in facts} == {name: fact["sha256"] for name, fact in facts.items()}


def test_the_version_of_the_package_is_released():
    version = json.loads((WIDGET / "package.json").read_text())["version"]

    assert version in {folder.name for folder in RELEASES}, "run `npm run release` in widget/"
