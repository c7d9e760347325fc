"""The thread that reads an index beside the one that asks."""

import os
import sys

import pytest

from backend.search.milvus_gallery.beside import Beside


def test_work_beside_returns_what_it_found_and_raises_what_it_raised() -> None:
    beside = Beside()

    assert beside.submit(pow, 2, exp=5).result() == 32
    with pytest.raises(ZeroDivisionError):
        beside.submit(divmod, 1, 0).result()


@pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs two cores of a Linux")
def test_it_runs_on_another_core_than_the_one_that_asks() -> None:
    beside, ours = Beside(), os.sched_getaffinity(0)
    asking = min(ours)
    os.sched_setaffinity(0, {asking})
    try:
        theirs = beside.submit(os.sched_getaffinity, 0).result()
    finally:
        os.sched_setaffinity(0, ours)

    assert asking not in theirs
