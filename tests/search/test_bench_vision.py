"""What `niteru bench` says about vision alone: whole documents, whose parts fit together; no figure is a limit here."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from backend.cli.bench import bench
from backend.search.bench_vision import GARMENTS


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number, side in enumerate((300, 1600)):
        Image.new("RGB", (side, side // 2), (40 * number, 90, 120)).save(tmp_path / f"{number}.jpg")
    return tmp_path


def test_bench_photo_without_a_tenant_takes_the_way_of_a_photo_apart(photos: Path) -> None:
    answer = CliRunner().invoke(bench, ["photo", "--photos", str(photos), "--n", "2"])

    report = json.loads(answer.output)
    ms = report["ms"]
    assert report["garments"] == GARMENTS
    assert report["runtime"] == "onnxruntime"
    assert ms["decode"] + ms["detect"] + ms["look"] == pytest.approx(ms["total"], rel=0.5)
    assert report["total_to_network"] == pytest.approx(ms["total"] / ms["network"], abs=0.02)
    assert report["memory_mb"]["peak"] > 0


def test_bench_photo_draws_a_photo_when_it_is_given_none() -> None:
    answer = CliRunner().invoke(bench, ["photo", "--n", "1"])

    assert json.loads(answer.output)["photos"] == 1


def test_bench_ingest_counts_pictures_garments_and_memory(photos: Path) -> None:
    answer = CliRunner().invoke(bench, ["ingest", "--photos", str(photos), "--n", "3"])

    report = json.loads(answer.output)
    assert report["images"] == 3
    assert report["images_per_second"]["mean"] > 0
    assert report["memory_mb"]["peak"] > 0
