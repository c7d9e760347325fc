"""What is asked of a gallery server for a photo: written once for each form of question, but for its vectors.

pymilvus checks and writes every search anew, its parameters as JSON: longer than a small gallery takes to answer.
"""

from dataclasses import dataclass
from typing import Any

from pymilvus import MilvusClient
from pymilvus.client.utils import check_status
from pymilvus.decorators import retry_on_rpc_failure
from pymilvus.grpc_gen.common_pb2 import PlaceholderGroup, PlaceholderType, PlaceholderValue
from pymilvus.grpc_gen.milvus_pb2 import SearchRequest

from backend.search.gallery import Vector
from backend.search.milvus_gallery.effort import Effort

_VECTORS = "$0"  # how Milvus calls what a search brings along


@dataclass(frozen=True, slots=True)
class Question:
    """All of a question but its vectors: the nearest `size` rows of a collection, of those that meet `condition`.

    `columns` are to be told of each, `effort` says in how much of the index to look for them, and with `group_by` rows
    of one group count as one.
    """

    collection: str
    condition: str
    size: int
    columns: tuple[str, ...]
    effort: Effort
    strong: bool
    group_by: str = ""

    def written(self, client: MilvusClient) -> bytes:
        """Return it as a SearchRequest without vectors; `client` is one that `writes_only`."""
        grouping = {"group_by_field": self.group_by} if self.group_by else {}
        request: Any = client.search(
            self.collection,
            [[0.0]],
            filter=self.condition,
            limit=self.size,
            output_fields=list(self.columns),
            anns_field="vector",
            search_params={"metric_type": "COSINE", "params": dict(self.effort)},
            consistency_level="Strong" if self.strong else "Bounded",
            **grouping,
        )
        request.ClearField("placeholder_group")
        return bytes(request.SerializeToString())


def writes_only(client: MilvusClient) -> None:
    """Let the client's searches return the request that they would have sent."""
    client._get_connection()._execute_search = lambda request, *_, **__: request


def asked_by(written: bytes, vectors: Vector) -> Any:
    """Return the SearchRequest that asks by these vectors (n, d)."""
    request = SearchRequest.FromString(written)
    values = [vector.tobytes() for vector in vectors]
    of_kind = PlaceholderValue(tag=_VECTORS, type=PlaceholderType.FloatVector, values=values)
    request.placeholder_group = PlaceholderGroup(placeholders=[of_kind]).SerializeToString()
    request.nq = len(values)
    return request


@retry_on_rpc_failure()  # type: ignore[untyped-decorator]
def answered(handler: Any, request: Any, *, timeout: float) -> Any:
    """Return the columns that the server answers a SearchRequest with, tried again for `timeout` s at most.

    pymilvus makes several objects of every row found, which took longer than the search itself. Raises
    MilvusException.
    """
    response = handler._stub.Search(request, timeout=timeout)
    check_status(response.status)
    return response.results
