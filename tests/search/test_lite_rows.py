"""Milvus Lite's rows as we find them: the same as its own way finds, whatever was written before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite
from milvus_lite.engine.collection import Collection

from backend.search.milvus_gallery import lite_rows
from backend.search.milvus_gallery.lite_standing import Standings

FIELDS = [
    FieldSchema("key", DataType.VARCHAR, is_primary=True, max_length=64),
    FieldSchema("image", DataType.VARCHAR, max_length=64),
    FieldSchema("vector", DataType.FLOAT_VECTOR, dim=4),
]
OWN_WAY, OWN_COUNT = Collection.query, Collection._num_entities


@pytest.fixture
def collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collection]:
    """A collection of a Lite in this process, which asks for rows by our way."""
    for name in ("query", "_num_entities"):
        monkeypatch.setattr(Collection, name, getattr(Collection, name))
    lite_rows.install(Standings())
    lite = MilvusLite(str(tmp_path))
    yield lite.create_collection("rows", CollectionSchema(FIELDS))
    lite.close()


def row(key: int, image: int) -> dict[str, Any]:
    return {"key": f"k{key:03}", "image": f"i{image}", "vector": [float(key), float(image), 0.0, 1.0]}


def by_key(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda each: str(each["key"]))


def test_after_any_writes_the_rows_are_those_of_lites_own_way(collection: Collection) -> None:
    chance = np.random.default_rng(7)
    for turn in range(120):
        if chance.random() < 0.7:
            keys = chance.integers(0, 60, size=chance.integers(1, 30))
            collection.upsert([row(key, turn) for key in dict.fromkeys(keys.tolist())])
        else:
            collection.delete([f"k{key:03}" for key in chance.integers(0, 60, size=5)])
        if chance.random() < 0.5:
            collection.flush()
        if chance.random() < 0.5:
            continue  # several writes between two questions
        condition = ["", f'image in ["i{turn}", "i{turn - 3}"]', 'key > "k030"'][turn % 3]

        assert by_key(collection.query(condition)) == by_key(OWN_WAY(collection, condition))
        assert collection.num_entities == OWN_COUNT(collection, None)


def test_pages_come_in_the_order_of_their_keys_with_the_columns_asked_for(collection: Collection) -> None:
    for start in (20, 0, 10):
        collection.upsert([row(key, start) for key in range(start, start + 10)])
        collection.flush()

    page = collection.query('key > "k007"', output_fields=["image"], limit=5, offset=2, order_by_pk=True)

    assert page == [{"key": f"k{key:03}", "image": f"i{key // 10 * 10}"} for key in range(10, 15)]
    assert len(collection.query("", limit=7)) == 7
    assert collection.query('image == "i99"') == []
