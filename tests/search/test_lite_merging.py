"""Milvus Lite's merging of files as we do it: to its end, beside searches and writes, and losing nothing."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite
from milvus_lite.engine import compaction
from milvus_lite.engine.collection import Collection
from milvus_lite.engine.compaction import CompactionManager

from backend.search.milvus_gallery import lite_merging
from tests.conftest import wait_until

FIELDS = [
    FieldSchema("key", DataType.VARCHAR, is_primary=True, max_length=64),
    FieldSchema("image", DataType.VARCHAR, max_length=64),
    FieldSchema("vector", DataType.FLOAT_VECTOR, dim=4),
]
ROWS, AT_ONCE = 60, 10


@pytest.fixture
def merging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Merge by our way in this process, and what is small almost at once."""
    monkeypatch.setattr(Collection, "_bg_compact_and_index", Collection._bg_compact_and_index)
    monkeypatch.setattr(lite_merging, "QUIET_SECONDS", 0.2)
    lite_merging.install()


@pytest.fixture
def collection(tmp_path: Path, merging: None) -> Iterator[Collection]:
    lite = MilvusLite(str(tmp_path))
    yield lite.create_collection("rows", CollectionSchema(FIELDS))
    lite.close()


def write(collection: Collection, keys: range, image: str) -> None:
    collection.upsert([{"key": f"k{key:03}", "image": image, "vector": [float(key), 0.0, 0.0, 1.0]} for key in keys])
    collection.flush()


def write_all(collection: Collection) -> None:
    for start in range(0, ROWS, AT_ONCE):
        write(collection, range(start, start + AT_ONCE), "old")


def found(collection: Collection) -> dict[str, str]:
    return {row["key"]: row["image"] for row in collection.query("", output_fields=["key", "image"])}


def files(collection: Collection) -> int:
    return len(list(Path(collection.data_dir).rglob("data_*.parquet")))


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Events: a merge has begun, and it may go on."""
    begun, go_on = threading.Event(), threading.Event()
    own_way: Callable[..., Any] = CompactionManager._dedup_max_seq

    def held(merger: CompactionManager, table: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return own_way(merger, table)

    monkeypatch.setattr(CompactionManager, "_dedup_max_seq", held)
    yield begun, go_on
    go_on.set()


def test_what_was_written_bit_by_bit_soon_lies_in_one_file(collection: Collection) -> None:
    write_all(collection)

    wait_until(lambda: files(collection) == 1, what="one file")

    assert found(collection) == {f"k{key:03}": "old" for key in range(ROWS)}
    assert [segment.num_rows for segment in collection._segments_snapshot()] == [ROWS]


def test_beside_a_merge_rows_are_found_written_and_deleted_and_it_brings_none_back(
    tmp_path: Path, merging: None, hold: tuple[threading.Event, threading.Event]
) -> None:
    begun, go_on = hold
    lite = MilvusLite(str(tmp_path))
    collection = lite.create_collection("rows", CollectionSchema(FIELDS))
    expected = {f"k{key:03}": "old" for key in range(ROWS)} | {f"k{key:03}": "new" for key in range(5, 15)}
    for key in range(3):
        del expected[f"k{key:03}"]

    def use() -> None:
        write(collection, range(5, 15), "new")
        collection.delete(["k000", "k001", "k002"])
        collection.flush()
        answers.append(found(collection))

    write_all(collection)
    assert begun.wait(30)
    answers: list[dict[str, str]] = []
    beside = threading.Thread(target=use, daemon=True)
    beside.start()
    beside.join(30)
    assert not beside.is_alive()
    assert not go_on.is_set()
    go_on.set()
    wait_until(lambda: files(collection) == 1, what="one file")

    assert answers == [expected]
    assert found(collection) == expected
    lite.close()
    again = MilvusLite(str(tmp_path))
    assert found(again.get_collection("rows")) == expected
    again.close()


def test_a_merge_that_fails_loses_nothing_and_the_next_write_tries_again(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(compaction, "write_data_file", full)
        write_all(collection)
        wait_until(lambda: "gallery_merge_failed" in caplog.text, what="the failure")
        collection._wait_for_bg()
        assert found(collection) == {f"k{key:03}": "old" for key in range(ROWS)}
    write(collection, range(ROWS, ROWS + 1), "old")
    wait_until(lambda: files(collection) == 1, what="one file")

    assert len(found(collection)) == ROWS + 1


def test_a_collection_that_is_closed_in_the_meantime_is_left_alone(tmp_path: Path, merging: None) -> None:
    lite = MilvusLite(str(tmp_path))
    write(lite.create_collection("rows", CollectionSchema(FIELDS)), range(5), "old")
    timers = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]

    lite.close()
    for timer in timers:
        timer.join(30)

    assert len(list(tmp_path.rglob("data_*.parquet"))) == 1


@pytest.mark.parametrize(
    ("kilobytes", "merged"),
    [
        ([1650, 1650, 1650, 8100], 4),
        ([400, 1650, 1650, 8900], 4),  # the smallest alone is not a quarter of the next
        ([400, 400, 9000], 2),
        ([20, 400], 0),  # a shop that changes one product now and then writes little
        ([400, 12_000, 12_000], 0),  # those have an index
        ([400], 0),
        ([], 0),
    ],
)
def test_what_is_small_is_merged_where_little_that_is_large_is_written_again(
    tmp_path: Path, kilobytes: list[int], merged: int
) -> None:
    names = [f"{number}.parquet" for number in range(len(kilobytes))]
    for name, size in zip(names, kilobytes, strict=True):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size * 1000)

    chosen = lite_merging._small(CompactionManager(str(tmp_path), CollectionSchema(FIELDS)), str(tmp_path), names)

    assert (chosen or []) == names[:merged]
