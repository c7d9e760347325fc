"""How a gallery server is asked: what goes over the wire besides a question's vectors."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
import numpy as np
import pytest
from pymilvus.grpc_gen import common_pb2, milvus_pb2, schema_pb2

from backend.search.milvus_gallery.question import Question
from backend.search.milvus_gallery.server import Missing, server

VECTORS = np.eye(3, 8, dtype=np.float32)


class Recorder:
    """A Milvus that has no rows, and keeps what it was asked; `refusals` are the codes that it answers with first."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, dict[str, Any]]] = []
        self.refusals: list[int] = []

    def search(self, request: Any, context: Any) -> Any:
        self.asked.append((request, dict(context.invocation_metadata())))
        if self.refusals:
            return milvus_pb2.SearchResults(status=common_pb2.Status(code=self.refusals.pop()))
        return milvus_pb2.SearchResults(results=schema_pb2.SearchResultData(topks=[0] * request.nq))

    def handlers(self) -> grpc.GenericRpcHandler:
        answers: dict[str, tuple[Any, Any]] = {
            "Connect": (milvus_pb2.ConnectRequest, lambda *_: milvus_pb2.ConnectResponse(identifier=7)),
            "GetVersion": (milvus_pb2.GetVersionRequest, lambda *_: milvus_pb2.GetVersionResponse(version="v2.3.5")),
            "LoadCollection": (milvus_pb2.LoadCollectionRequest, lambda *_: common_pb2.Status()),
            "GetLoadingProgress": (
                milvus_pb2.GetLoadingProgressRequest,
                lambda *_: milvus_pb2.GetLoadingProgressResponse(progress=100),
            ),
            "Search": (milvus_pb2.SearchRequest, self.search),
        }
        methods = {
            name: grpc.unary_unary_rpc_method_handler(answer, kind.FromString, lambda reply: reply.SerializeToString())
            for name, (kind, answer) in answers.items()
        }
        return grpc.method_handlers_generic_handler("milvus.proto.milvus.MilvusService", methods)


@pytest.fixture
def recorder() -> Iterator[tuple[Recorder, str]]:
    milvus = grpc.server(ThreadPoolExecutor(2))
    heard = Recorder()
    milvus.add_generic_rpc_handlers((heard.handlers(),))
    port = milvus.add_insecure_port("127.0.0.1:0")
    milvus.start()
    yield heard, f"http://127.0.0.1:{port}"
    milvus.stop(0)


def test_a_search_is_of_its_database_and_of_whoever_has_the_password(recorder: tuple[Recorder, str]) -> None:
    heard, uri = recorder

    server(f"{uri}/shopdb", "root:secret").search("rows", Question("", 5, ("shown",), ()), VECTORS, timeout=5)

    ((_, told),) = heard.asked
    assert (told["dbname"], told["identifier"]) == ("shopdb", "7")
    assert "authorization" in told


def test_a_question_is_written_once_and_asked_of_any_collection_by_any_vectors() -> None:
    question = Question("price < 5", 20, ("shown",), (("nprobe", 3),), group_by="product_id")

    first, second = question.asked("rows", VECTORS), question.asked("others", VECTORS[:1].astype(np.float64))

    assert (first.collection_name, first.nq, second.collection_name, second.nq) == ("rows", 3, "others", 1)
    told = {each.key: each.value for each in first.search_params}
    assert (first.dsl, told["topk"], json.loads(told["params"])["nprobe"]) == ("price < 5", "20", 3)
    assert (told["group_by_field"], list(first.output_fields)) == ("product_id", ["shown"])
    (sent,) = common_pb2.PlaceholderGroup.FromString(second.placeholder_group).placeholders
    np.testing.assert_array_equal(np.frombuffer(sent.values[0], np.float32), VECTORS[0])


@pytest.mark.parametrize(("strong", "level"), [(True, common_pb2.Strong), (False, common_pb2.Bounded)])
def test_staleness_is_bounded_unless_the_newest_writes_are_asked_for(strong: bool, level: int) -> None:
    asked = Question("", 5, (), (), strong=strong).asked("rows", VECTORS)

    assert (asked.consistency_level, asked.use_default_consistency) == (level, False)
    assert (asked.guarantee_timestamp == 0) == strong  # 0 is as of now


def test_a_collection_that_is_not_loaded_is_loaded_and_asked_again(recorder: tuple[Recorder, str]) -> None:
    heard, uri = recorder
    heard.refusals = [101]

    found = server(uri, "").search("rows", Question("", 5, ("shown",), ()), VECTORS, timeout=5)

    assert (list(found.topks), len(heard.asked)) == ([0, 0, 0], 2)


def test_a_collection_that_is_gone_is_missing(recorder: tuple[Recorder, str]) -> None:
    heard, uri = recorder
    heard.refusals = [100]

    with pytest.raises(Missing):
        server(uri, "").search("rows", Question("", 5, ("shown",), ()), VECTORS, timeout=5)
