"""How a server that runs for months gives memory back. Leaves out: who holds any.

glibc gives each new thread a heap of its own, up to eight a core, and keeps in each what was freed there. A server's
threads come and go with every article added (the keyword index's writers) and with questions, and the same garbage
stayed behind in every heap: 60 additions and 480 questions by four threads over 1,613 articles took 817 MB, of which
370 were in use, and more from round to round. With a heap a core and large blocks returned at once it is 561 MB, 10 of
them since the first third.
"""

from __future__ import annotations

import ctypes
import os
import sys

LARGE_BYTES = 1 << 20
"""A block from this size on is the system's own again when it is freed. Left to itself glibc raises this to 32 MB."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h


def bound() -> bool:
    """Bounds the heaps of this process, before it starts threads; whether its allocator is one that can be told to."""
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library, musl's for one
        return False
    heaps = max(2, os.cpu_count() or 1)
    wanted = ((_ARENA_MAX, heaps), (_MMAP_THRESHOLD, LARGE_BYTES), (_TRIM_THRESHOLD, LARGE_BYTES))
    taken = [mallopt(option, value) for option, value in wanted]
    return all(taken)
