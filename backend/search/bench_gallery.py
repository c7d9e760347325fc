"""`niteru bench search` without a tenant: how quick and how right galleries are, all engines in one run.

Engines take turns, a few photos each, so that whatever else the machine does weighs on all of them; the mark of each is
its ratio to plain exact numpy in the same run. `cpu_ms` is the processor's time, in this process and in the server's,
which waits for nobody: on a busy machine it says more than the clock.
"""

import gc
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backend.search.bench_engines import Answer, Engine, missing, running
from backend.search.bench_vectors import CATEGORY, DIM, QUERIES, SHARES, TOP, Drawn, draw, questions
from backend.search.gallery import Vector

Report = dict[str, Any]

ENGINES = ("numpy", "lite", "server", "hnswlib")
CONDITIONS = (*SHARES, CATEGORY)
_HEADS = {
    "p50 ms": "p50_ms",
    "p95 ms": "p95_ms",
    "of numpy": "of_numpy",
    "cpu ms": "cpu_ms",
    "of numpy's": "cpu_of_numpy",
    "recall@50": "recall",
    "worst": "worst_recall",
}
_WARM_UP = 3
_SLOW_ROUNDS = 5  # of hnswlib's filters, which call Python for every row
_IN_A_ROW = 5
"""Photos of a turn: an engine that is asked once after others finds every cache full of theirs."""
_BLAS_SLEEPS_SECONDS = 0.1
"""OpenBLAS's threads go on looking for work for some 30 ms after each product: on the core that the next one needs."""


def measure(sizes: Sequence[int], engines: Sequence[str], *, rounds: int, seed: int) -> Report:
    """Measure every engine that is installed at every size; `numpy` is always among them, as the reference."""
    absent = {name: why for name in engines if (why := missing(name))}
    names = ["numpy", *(name for name in engines if name not in absent and name != "numpy")]
    return {
        "dim": DIM,
        "queries_at_once": QUERIES,
        "top": TOP,
        "rounds": rounds,
        "seed": seed,
        "blas": _blas(),
        "missing": absent,
        "sizes": [_one_size(size, names, rounds=rounds, seed=seed) for size in sizes],
    }


def table(report: Report) -> str:
    """Return the report as lines for people."""
    lines = [
        f"{report['queries_at_once']} queries at once, top {report['top']}, {report['dim']} numbers a vector,"
        f" {report['rounds']} rounds, seed {report['seed']}, {report['blas']}",
        *(f"{name}: left out, {why}" for name, why in report["missing"].items()),
    ]
    for size in report["sizes"]:
        lines += ["", f"{size['vectors']:,} vectors ({size['raw_mb']} MB)"]
        lines.append(f"{'engine':<9}{'filter':<10}" + "".join(f"{head:>11}" for head in _HEADS))
        for engine in size["engines"]:
            lines += [_line(engine["engine"], name, facts) for name, facts in engine["filters"].items()]
            lines.append(
                f"{engine['engine']:<9}built in {engine['build_s']} s, memory {engine['memory_mb']} MB"
                f" = {engine['memory_to_raw']} times the vectors"
            )
    return "\n".join(lines)


def plot(report: Report, file: Path) -> None:
    """Draw p50 and recall of every engine and filter, a row of two pictures for each size (needs matplotlib)."""
    import matplotlib as mpl  # noqa: PLC0415 - comes with the extra `train`

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    sizes = report["sizes"]
    figure, axes = plt.subplots(len(sizes), 2, figsize=(12, 3.2 * len(sizes)), squeeze=False)
    for (times, recalls), size in zip(axes, sizes, strict=True):
        for engine in size["engines"]:
            names = list(engine["filters"])
            times.plot(names, [engine["filters"][name]["p50_ms"] for name in names], marker="o", label=engine["engine"])
            recalls.plot(names, [engine["filters"][name]["recall"] for name in names], marker="o")
        reference = size["engines"][0]["filters"]["plain"]["p50_ms"]
        times.axhline(reference / 4, linestyle=":", color="grey", label="numpy / 4")
        recalls.axhline(0.99, linestyle=":", color="grey")
        times.set(yscale="log", ylabel="p50, ms", title=f"{size['vectors']:,} vectors")
        recalls.set(ylabel=f"recall@{report['top']}", ylim=(0.85, 1.005))
        times.legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(file)
    plt.close(figure)


def _one_size(size: int, names: Sequence[str], *, rounds: int, seed: int) -> Report:
    drawn = draw(size, seed=seed)
    with ExitStack() as stack:
        engines = [stack.enter_context(running(name)) for name in names]
        built = {engine.name: _built(engine, drawn) for engine in engines}
        asked = list(questions(drawn, rounds + _WARM_UP, seed=seed + 1))
        filtered = {name: _ask_all(engines, drawn, asked, name) for name in CONDITIONS}
        reports = [_engine_report(engine, built[engine.name], drawn, filtered) for engine in engines]
    return {"vectors": size, "raw_mb": _mb(drawn.vectors.nbytes), "engines": reports}


def _built(engine: Engine, drawn: Drawn) -> float:
    start = time.perf_counter()
    engine.build(drawn)
    return time.perf_counter() - start


def _ask_all(engines: Sequence[Engine], drawn: Drawn, asked: Sequence[Any], condition: str) -> dict[str, Report]:
    """Let the engines answer in turn; times and recall by engine. numpy answers without a filter only."""
    asking = [engine for engine in engines if engine.name != "numpy" or condition == "plain"]
    laps: dict[str, list[_Lap]] = {engine.name: [] for engine in asking}
    truths = [drawn.best_products(queries, condition) for queries in asked]
    for start in range(0, len(asked), _IN_A_ROW):
        for engine in asking:
            time.sleep(_BLAS_SLEEPS_SECONDS)
            for number in range(start, min(start + _IN_A_ROW, len(asked))):
                if engine.name == "hnswlib" and condition != "plain" and number >= _WARM_UP + _SLOW_ROUNDS:
                    break
                lap = _lap(engine, asked[number], condition, truths[number])
                if number >= _WARM_UP:
                    laps[engine.name].append(lap)
    return {engine.name: _facts(laps[engine.name], engine) for engine in asking}


@dataclass(frozen=True, slots=True)
class _Lap:
    ms: float
    cpu_ms: float
    recalls: list[float]


def _lap(engine: Engine, queries: Vector, condition: str, truth: Answer) -> _Lap:
    gc.disable()
    busy, busy_here = engine.processor_s(), time.process_time()
    start = time.perf_counter()
    answer = engine.search(queries, condition)
    end = time.perf_counter()
    cpu = time.process_time() - busy_here + engine.processor_s() - busy
    gc.enable()
    return _Lap((end - start) * 1000, cpu * 1000, recall(answer, truth))


def recall(answer: Answer, truth: Answer) -> list[float]:
    """Return for each query the share of the right products that was found."""
    pairs = zip(answer, truth, strict=True)
    return [len(set(found) & set(right)) / len(right) for found, right in pairs if right]


def _facts(laps: Sequence[_Lap], engine: Engine) -> Report:
    took = sorted(lap.ms for lap in laps)
    facts: Report = {
        "p50_ms": round(statistics.median(took), 2),
        "p95_ms": round(took[-(-len(took) * 95 // 100) - 1], 2),
        "cpu_ms": round(statistics.mean(lap.cpu_ms for lap in laps), 2),
    }
    if engine.name == "numpy":  # it finds rows, and is what the others are measured by
        return {**facts, "recall": 1.0, "worst_recall": 1.0}
    recalls = [recall for lap in laps for recall in lap.recalls] or [1.0]  # a filter may pass nothing
    return {**facts, "recall": round(statistics.mean(recalls), 4), "worst_recall": round(min(recalls), 3)}


def _engine_report(engine: Engine, build_s: float, drawn: Drawn, filtered: dict[str, dict[str, Report]]) -> Report:
    reference = filtered["plain"]["numpy"]
    memory = engine.memory()
    return {
        "engine": engine.name,
        "build_s": round(build_s, 1),
        "memory_mb": _mb(memory),
        "memory_to_raw": round(memory / drawn.vectors.nbytes, 2),
        "filters": {
            name: {
                **facts[engine.name],
                "of_numpy": round(facts[engine.name]["p50_ms"] / reference["p50_ms"], 3),
                "cpu_of_numpy": round(facts[engine.name]["cpu_ms"] / reference["cpu_ms"], 3),
            }
            for name, facts in filtered.items()
            if engine.name in facts
        },
    }


def _line(engine: str, condition: str, facts: Report) -> str:
    return f"{engine:<9}{condition:<10}" + "".join(f"{facts[key]:>11}" for key in _HEADS.values())


def _blas() -> str:
    """Say which BLAS numpy calls: on some machines the environment names an older processor, which slows it."""
    facts = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"numpy {np.__version__} with {facts['name']} {facts['version']}"


def _mb(size: int) -> int:
    return round(size / 1e6)
