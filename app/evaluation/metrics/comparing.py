"""Two runs paired question by question: what got better, what worse, and whether it may be chance. Pure.

Leaves out: telling it (comparison_text, page).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.errors import GoldenFileError
from app.evaluation.metrics.figures import FIGURES, LOWER_IS_BETTER, RANGES
from app.evaluation.metrics.intervals import Interval, mean_interval
from app.evaluation.outcomes import Outcome

PAIRED = ("score", "right", "wrong", "hit_at_1", "hit_at_10", "mrr_at_10", "passage_hit_at_1", "abstention_recall")
"""What is compared: figures to which a question adds one number at most."""
_TESTED_EXACTLY = frozenset(PAIRED) - {"mrr_at_10"}

Change = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure over the questions to which it applies in both runs.

    `difference` is the second less the first, `interval` its 95 % bootstrap interval. `better` and `worse` count the
    questions on which the second did so. `p` is the probability of a difference as large by chance, two-sided; None
    for a figure that is not tested.
    """

    figure: str
    questions: int
    first: float
    second: float
    difference: float
    interval: Interval
    better: int
    worse: int
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question in both runs."""

    first: Outcome
    second: Outcome

    @property
    def change(self) -> Change:
        """By its score, or by the place of the gold article where nobody was to answer."""
        one, other = _points(self.first), _points(self.second)
        return "same" if one == other else "better" if other > one else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two runs have in common, and how they differ on it. `unpaired` counts questions of only one of them."""

    pairs: tuple[Pair, ...]
    unpaired: int
    differences: tuple[Difference, ...]

    def changed(self, change: Change) -> list[Pair]:
        """The pairs that changed in that way, in the order of the first run."""
        return [pair for pair in self.pairs if pair.change == change]


def compare(first: Sequence[Outcome], second: Sequence[Outcome]) -> Comparison:
    """Pairs questions by id where they are word for word the same in both runs.

    Raises GoldenFileError when they have no question in common.
    """
    others: Mapping[tuple[str, str], Outcome] = {(one.id, one.golden_hash): one for one in second}
    pairs = tuple(
        Pair(first=one, second=others[one.id, one.golden_hash]) for one in first if (one.id, one.golden_hash) in others
    )
    if not pairs:
        raise GoldenFileError("these runs have no question in common: compare runs over the same golden questions")
    found = (_difference(name, pairs) for name in PAIRED)
    return Comparison(
        pairs=pairs,
        unpaired=len(first) + len(second) - 2 * len(pairs),
        differences=tuple(one for one in found if one is not None),
    )


def chance(differences: Sequence[int]) -> float:
    """The exact two-sided p of Fisher's randomisation test over paired differences of whole numbers.

    Each difference is as likely to have had the other sign; p is the share of all sign patterns whose sum is at least
    as far from zero as the one seen (recommended for comparing systems by Smucker, Allan and Carterette 2007). For
    differences of -1, 0 and 1 it is McNemar's exact test.

    >>> round(chance([1, 1, 1, 1, 1, -1]), 5)     # 2 * (1 + 6) / 2**6
    0.21875
    """
    moved = [abs(one) for one in differences if one]
    shares = np.ones(1)  # of all patterns, by their sum, from -sum(moved) to sum(moved)
    for size, number in sorted(Counter(moved).items()):
        each = np.zeros(2 * size * number + 1)
        each[:: 2 * size] = [math.comb(number, up) / 2**number for up in range(number + 1)]
        shares = np.convolve(shares, each)
    as_far = np.abs(np.arange(len(shares)) - sum(moved)) >= abs(sum(differences))
    return min(1.0, float(shares[as_far].sum()))


def _difference(name: str, pairs: Sequence[Pair]) -> Difference | None:
    share = FIGURES[name]
    both = [(share(pair.first), share(pair.second)) for pair in pairs]
    values = [(one[0], other[0]) for one, other in both if one[1] and other[1]]
    if not values:
        return None
    moved = [other - one for one, other in values]
    low, high = RANGES.get(name, (0.0, 1.0))
    sign = -1 if name in LOWER_IS_BETTER else 1
    first, second = (sum(column) / len(values) for column in zip(*values, strict=True))
    return Difference(
        figure=name,
        questions=len(values),
        first=first,
        second=second,
        difference=second - first,
        interval=mean_interval(moved, high - low),
        better=sum(sign * one > 0 for one in moved),
        worse=sum(sign * one < 0 for one in moved),
        p=chance([round(one) for one in moved]) if name in _TESTED_EXACTLY else None,
    )


def _points(one: Outcome) -> float:
    if one.score is not None:
        return one.score
    return 1 / one.rank if one.rank else 0.0
