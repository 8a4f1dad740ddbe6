"""A server's threads share few heaps, so that what one of them frees the others can use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAPS = """
import ctypes, sys, threading
from app.web import heap, command
if sys.argv[1] == "bound" and not heap.bound():
    sys.exit(3)
together = threading.Barrier(24)
def work():
    held = [bytearray(600) for _ in range(100)]  # past the sizes that Python keeps for itself
    together.wait(30)
threads = [threading.Thread(target=work) for _ in range(24)]
for one in threads: one.start()
for one in threads: one.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", HEAPS, how],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 3:
        pytest.skip("the allocator of this system takes no bounds")
    assert done.returncode == 0, done.stderr
    return done.stdout.count("<heap nr=")


def test_threads_share_a_heap_a_core() -> None:
    bounded = max(2, os.cpu_count() or 1)
    assert heaps("bound") <= bounded < min(24, 8 * (os.cpu_count() or 1))
    assert heaps("as it is") > bounded
