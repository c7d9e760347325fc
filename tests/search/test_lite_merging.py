"""Milvus Lite's merging of files as we do it: to its end, beside searches and writes, and losing nothing."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite
from milvus_lite.engine import compaction
from milvus_lite.engine.collection import Collection
from milvus_lite.engine.compaction import CompactionManager

from backend.search.milvus_gallery import lite_merging
from backend.search.milvus_gallery.lite_merging import Merger, merge_all
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


def write_all(collection: Collection, rows: int = ROWS) -> None:
    """Write rows in files of AT_ONCE; what is due of them is merged meanwhile."""
    for start in range(0, rows, AT_ONCE):
        write(collection, range(start, start + AT_ONCE), "old")


def all_there_are(_: Merger, there: Sequence[str]) -> list[str]:
    """Choose every file, while there are several."""
    return list(there) if len(there) > 1 else []


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


def test_nothing_of_a_collection_that_is_dropped_stays_in_memory(tmp_path: Path, merging: None) -> None:
    lite = MilvusLite(str(tmp_path))
    collection: Collection | None = lite.create_collection("rows", CollectionSchema(FIELDS))
    write_all(collection)
    wait_until(lambda: files(collection) == 1, what="one file")
    there = weakref.ref(collection)

    lite.drop_collection("rows")
    collection = None

    def is_gone() -> bool:
        gc.collect()
        return there() is None

    wait_until(is_gone, what="the collection to be forgotten")
    lite.close()


class FakeTimer:
    """Remembers for how long it would have waited, and whether it still would."""

    made: list["FakeTimer"]

    def __init__(self, seconds: float, *_: object) -> None:
        self.seconds, self.waits = seconds, False
        self.made.append(self)

    def start(self) -> None:
        self.waits = True

    def cancel(self) -> None:
        self.waits = False


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[FakeTimer]:
    """All timers begun: none of them ever rings."""
    FakeTimer.made = []
    monkeypatch.setattr(threading, "Timer", FakeTimer)
    return FakeTimer.made


def test_four_files_alike_are_merged_at_once_and_fewer_wait_until_nobody_writes(
    timers: list[FakeTimer], collection: Collection, hold: tuple[threading.Event, threading.Event]
) -> None:
    begun, go_on = hold
    write_all(collection, 30)
    collection._wait_for_bg()
    assert files(collection) == 3
    assert [timer.waits for timer in timers] == [False] * (len(timers) - 1) + [True]
    assert {timer.seconds for timer in timers} == {lite_merging.QUIET_SECONDS}

    write(collection, range(30, 40), "old")
    assert begun.wait(30)
    assert not any(timer.waits for timer in timers)
    go_on.set()
    collection._wait_for_bg()

    assert files(collection) == 1
    assert timers[-1].waits


def test_merging_goes_on_while_there_are_fewer_files_and_ends_when_not(
    timers: list[FakeTimer], collection: Collection
) -> None:
    write_all(collection, 30)
    collection._wait_for_bg()

    merge_all(collection, lambda _, there: list(there[:1]))
    assert files(collection) == 3
    merge_all(collection, lambda _, there: list(there[:2]) if len(there) > 1 else [])
    assert files(collection) == 1
    assert found(collection) == {f"k{key:03}": "old" for key in range(30)}


def test_a_collection_that_is_being_closed_waits_for_one_merge_at_most(
    timers: list[FakeTimer], collection: Collection
) -> None:
    write_all(collection, 30)
    collection._wait_for_bg()
    chosen: list[int] = []

    def two(_: Merger, there: Sequence[str]) -> list[str]:
        collection._bg_closed = bool(chosen)
        chosen.append(len(there))
        return list(there[:2])

    merge_all(collection, two)

    assert chosen == [3, 2]
    assert files(collection) == 2


def test_no_files_name_comes_twice_whatever_was_deleted(timers: list[FakeTimer], collection: Collection) -> None:
    """What is known of a file is kept by its name: with a name of before it would be taken for another's."""
    write(collection, range(10), "old")
    names = collection._manifest.get_data_files("_default")

    def names_after(first: int, deleted: range) -> None:
        """Write ten rows, forget some, and merge all there is; note the names of the files on the way."""
        write(collection, range(first, first + 10), "old")
        names.extend(collection._manifest.get_data_files("_default")[1:])
        collection.delete([f"k{key:03}" for key in deleted])
        collection.flush()
        collection._wait_for_bg()
        merge_all(collection, all_there_are)
        names.extend(collection._manifest.get_data_files("_default"))

    names_after(10, range(10, 20))  # all that is new
    names_after(20, range(20, 30))
    names_after(30, range(5))  # the first of all
    names_after(40, range(40, 50))
    names_after(50, range(5, 10))
    names_after(60, range(60, 70))

    assert len(names) == len(set(names)) == 13
    assert found(collection) == {f"k{key:03}": "old" for key in [*range(30, 40), *range(50, 60)]}


def test_nor_does_that_of_a_file_whose_rows_are_all_that_is_left(
    timers: list[FakeTimer], collection: Collection
) -> None:
    write_all(collection, 30)
    collection._wait_for_bg()
    names = collection._manifest.get_data_files("_default")

    merge_all(collection, lambda _, there: list(there[1:]) if len(there) == 3 else [])
    names += collection._manifest.get_data_files("_default")[1:]
    collection.delete([f"k{key:03}" for key in range(20)])
    collection.flush()
    merge_all(collection, all_there_are)
    names += collection._manifest.get_data_files("_default")

    assert len(names) == len(set(names)) == 5
    assert found(collection) == {f"k{key:03}": "old" for key in range(20, 30)}


def test_deletions_that_no_row_needs_any_more_are_forgotten(timers: list[FakeTimer], collection: Collection) -> None:
    write(collection, range(10), "old")
    collection.delete([f"k{key:03}" for key in range(10)])
    collection.flush()
    write(collection, range(10, 20), "new")
    collection._wait_for_bg()
    assert list(Path(collection.data_dir).rglob("delta_*.parquet"))

    merge_all(collection, all_there_are)

    assert not list(Path(collection.data_dir).rglob("delta_*.parquet"))
    assert not collection._delta_index.snapshot
    assert found(collection) == {f"k{key:03}": "new" for key in range(10, 20)}


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
    timers: list[FakeTimer], collection: Collection, kilobytes: list[int], merged: int
) -> None:
    names = [f"data/{number}.parquet" for number in range(len(kilobytes))]
    folder = Path(collection.data_dir, "partitions", "_default")
    for name, size in zip(names, kilobytes, strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("wb") as file:
            file.truncate(size * 1000)

    assert Merger(collection, "_default").small(names) == names[:merged]
