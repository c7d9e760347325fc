"""The thread that reads an index beside the one that asks."""

import os
import sys

import pytest

from backend.search.milvus_gallery.beside import Beside

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="says where its thread runs on Linux only")


def test_both_are_done_and_what_either_raises_is_raised() -> None:
    beside = Beside()

    for _ in range(2):  # the first time its thread begins
        assert beside.both(lambda: 1, lambda: 2) == (1, 2)
    with pytest.raises(ZeroDivisionError):
        beside.both(lambda: 1, lambda: 1 // 0)
    with pytest.raises(KeyError):
        beside.both(lambda: {}[1], lambda: 2)
    assert beside.both(lambda: 3, lambda: 4) == (3, 4)


@LINUX
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_it_keeps_off_the_core_that_asks_and_may_go_anywhere_while_it_is_waited_for() -> None:
    beside, allowed = Beside(), os.sched_getaffinity(0)
    beside.both(int, int)
    meanwhile: list[set[int]] = []

    _, during = beside.both(lambda: meanwhile.append(os.sched_getaffinity(beside._thread)), int)

    assert during == 0
    assert len(meanwhile[0]) == len(allowed) - 1
    assert os.sched_getaffinity(beside._thread) == allowed


@LINUX
def test_on_one_core_it_works_too() -> None:
    beside, allowed = Beside(), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        answers = [beside.both(lambda: 1, lambda: 2) for _ in range(2)]
    finally:
        os.sched_setaffinity(0, allowed)

    assert answers == [(1, 2), (1, 2)]
