"""How long a running deployment takes to answer through HTTP, with a number of clients at once."""

import http.client
import json
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

from backend.errors import DomainError

Report = dict[str, Any]
Told = tuple[float, int, bytes]
"""What one request took (ms), its status and the body of its answer."""

WORDS = ("red dress", "black pants", "white shirt", "jacket", "赤いワンピース", "バッグ")
_MOST_FIRST = 200


class NothingToMeasure(DomainError):
    code = "nothing_to_measure"


def photo(base_url: str, key: str, photos: Sequence[Path], *, n: int, clients: Sequence[int]) -> Report:
    """Send `n` photos with each number of clients; return medians and p95 in ms, and each stage's share of the time.

    Raises NothingToMeasure without photos.
    """
    if not photos:
        raise NothingToMeasure("There are no photos in this folder.")
    sent = [path.read_bytes() for path in islice(cycle(photos), min(n, len(photos)))]

    asked = [httpx.Request("POST", f"{base_url}/v1/search/photo", files={"image": ("photo.jpg", one)}) for one in sent]
    return {"photos": len(sent), "runs": [_run(key, asked, n=n, clients=each) for each in clients]}


def search(base_url: str, key: str, product_ids: Sequence[str], *, n: int, clients: Sequence[int]) -> Report:
    """Ask `n` times for what is similar to a product, and for words, with each number of clients.

    Raises NothingToMeasure without products.
    """
    if not product_ids:
        raise NothingToMeasure("This shop has no products: crawl it first.")
    asked = {
        "similar": [httpx.Request("GET", f"{base_url}/v1/similar", params={"product_id": one}) for one in product_ids],
        "text": [httpx.Request("GET", f"{base_url}/v1/search/text", params={"q": words}) for words in WORDS],
    }
    return {name: [_run(key, some, n=n, clients=each) for each in clients] for name, some in asked.items()}


def _run(key: str, asked: Sequence[httpx.Request], *, n: int, clients: int) -> Report:
    """Ask `n` times in all, each of `clients` one after the other, after every question was asked once by one client.

    Those first ones are told apart: they wake things, and find nothing remembered.
    """
    for request in asked:
        request.headers["Authorization"] = f"Bearer {key}"
        request.read()
    lines = [_Line(asked[0].url) for _ in range(clients)]
    firsts = [lines[0].ask(request) for request in asked[:_MOST_FIRST]]

    def keep_asking(first: int) -> list[Told]:
        return [lines[first].ask(asked[number % len(asked)]) for number in range(first, n, clients)]

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        answers = [told for some in pool.map(keep_asking, range(clients)) for told in some]
    seconds = time.perf_counter() - start
    for line in lines:
        line.close()
    first = _round(statistics.median(took for took, _, _ in firsts))
    return {"clients": clients, "first_ms": {"median": first, "asked": len(firsts)}, **_summary(answers, seconds)}


class _Line:
    """One client's connection, kept open.

    By the standard library, with requests that are ready: clients share the processors with what they measure, and
    sending with httpx takes longer than an answer that was remembered.
    """

    def __init__(self, url: httpx.URL) -> None:
        self._connection = http.client.HTTPConnection(url.host, url.port, timeout=60)

    def ask(self, request: httpx.Request) -> Told:
        start = time.perf_counter()
        target, headers = request.url.raw_path.decode(), dict(request.headers)
        self._connection.request(request.method, target, body=request.content or None, headers=headers)
        response = self._connection.getresponse()
        body = response.read()
        return (time.perf_counter() - start) * 1000, response.status, body

    def close(self) -> None:
        self._connection.close()


def _summary(answers: Sequence[Told], seconds: float) -> Report:
    good = [(ms, json.loads(body)) for ms, status, body in answers if status == httpx.codes.OK]
    refused = [status for _, status, _ in answers if status != httpx.codes.OK]
    report: Report = {
        "answered": len(good),
        "refused": {str(status): refused.count(status) for status in sorted(set(refused))},
        "per_second": round(len(good) / seconds, 2),
    }
    if good:
        took = [ms for ms, _ in good]
        shares = {"median": 50, "p95": 95, "p99": 99, "max": 100}
        report["ms"] = {name: _round(_percentile(took, percent)) for name, percent in shares.items()}
        report["stages"] = _stages([answer["took_ms"] for _, answer in good], sum(took))
        report["matches_median"] = statistics.median(_matches(answer) for _, answer in good)
    return report


def _stages(told: Sequence[dict[str, float]], total: float) -> Report:
    """Return each stage's median and its share of all the time that the caller waited; `http` is the rest."""
    stages = {name: [took.get(name, 0.0) for took in told] for name in told[0] if name != "total"}
    shares: Report = {
        name: {"median_ms": _round(statistics.median(values)), "share": round(sum(values) / total, 3)}
        for name, values in stages.items()
    }
    rest = total - sum(sum(values) for values in stages.values())
    return {**shares, "http": {"share": round(rest / total, 3)}}


def _matches(answer: Report) -> int:
    lists = [one["matches"] for one in answer["objects"]] if "objects" in answer else [answer["matches"]]
    return sum(len(matches) for matches in lists)


def _percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least so many percent of them do not exceed."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _round(ms: float) -> float:
    return round(ms, 1)
