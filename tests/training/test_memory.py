"""What a training frees stays its own."""

import platform
import subprocess
import sys

import pytest

from backend.config import PROJECT

_SCRIPT = """
import resource
from backend.training.memory import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytearray(100_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

before = [faults(), faults()][1]
keep_freed_memory()
print(before, [faults(), faults()][1])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told")
def test_a_block_that_was_freed_is_taken_again_without_asking_the_system() -> None:
    command = [sys.executable, "-c", _SCRIPT]
    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout

    before, after = map(int, printed.split())
    assert after < before / 10
