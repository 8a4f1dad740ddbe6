"""Runs of words by which two texts are compared, and the few that stand for a text. Leaves out: which texts (copies).

After Broder, "On the resemblance and containment of documents" (1997): a text is the set of its runs of five words;
the 48 with the smallest hashes are a fair sample of it, and samples of two texts share about as much as the texts do.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Shingles = NDArray[np.int64]
"""Hashes of a text's runs of words, ascending, each once; not negative."""

RUN_WORDS = 5
SAMPLE = 48
"""Of two texts a fifth of whose runs are shared, samples of 48 share 10, and fewer than 4 once in a hundred times."""

_WORD = re.compile(r"\w+")
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


def shingles(text: str) -> Shingles:
    """The text's runs of five words, case and punctuation apart; empty for fewer words."""
    words = np.array([zlib.crc32(word.encode()) for word in _WORD.findall(text.casefold())], dtype=np.uint64)
    n_runs = len(words) - RUN_WORDS + 1
    if n_runs <= 0:
        return np.empty(0, dtype=np.int64)
    hashes = np.zeros(n_runs, dtype=np.uint64)
    for place in range(RUN_WORDS):
        hashes = hashes * _STEP + words[place : place + n_runs]
    hashes ^= hashes >> np.uint64(31)  # the mixing of splitmix64: small hashes must be no matter of a few words
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(29)
    return np.unique((hashes >> np.uint64(1)).astype(np.int64))


def sample(found: Shingles) -> list[int]:
    """The at most 48 smallest of a text's shingles."""
    smallest: list[int] = found[:SAMPLE].tolist()
    return smallest


def may_share(one: Sequence[int], other: Sequence[int]) -> float:
    """How much of the shorter text may at most stand in the longer, 0..1, by their samples (each ascending).

    Below the lower of the two last hashes both samples are whole; what is shared there is the estimate, and three times
    its standard error is added.
    """
    last = min((found[-1] for found in (one, other) if len(found) == SAMPLE), default=np.iinfo(np.int64).max)
    here, there = ({hash_ for hash_ in found if hash_ <= last} for found in (one, other))
    n_compared = min(len(here), len(there))
    return min(1.0, len(here & there) / n_compared + 1.5 / math.sqrt(n_compared)) if n_compared else 1.0


def shared(one: Shingles, other: Shingles) -> tuple[float, float]:
    """How alike two texts are, each 0..1: what is shared as a share of the shorter, and of both together."""
    if not len(one) or not len(other):
        return 0.0, 0.0
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / min(len(one), len(other)), both / (len(one) + len(other) - both)
