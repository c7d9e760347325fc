"""A file that a training keeps is there whole, or as it was."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `train`")

from backend.training.checkpoints import written_whole


def test_the_old_file_is_read_until_the_new_one_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_text("32")

    with written_whole(file) as fresh:
        fresh.write_text("6")
        assert file.read_text() == "32"
        fresh.write_text("64")

    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("rows", "64")]


def test_a_file_that_could_not_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_text("32")

    with pytest.raises(OSError, match="disk is full"):
        _write_half(file)

    assert file.read_text() == "32"


def _write_half(file: Path) -> None:
    with written_whole(file) as fresh:
        fresh.write_text("6")
        raise OSError("the disk is full")
