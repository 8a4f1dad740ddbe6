"""How sure a figure is: bootstrap intervals over the questions. Leaves out: the figures' definitions (figures).

Questions are drawn with replacement as often as there are questions, a question with everything that it adds, so a
share of sentences knows that sentences of one answer go together (Efron and Tibshirani 1993, chapter 13, percentile
intervals). The draws have a fixed seed: the same lines give the same intervals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.evaluation.metrics.figures import FIGURES, RANGES
from app.evaluation.metrics.quantities import QUANTITIES, drawn_quantity, quantity
from app.evaluation.outcomes import Outcome

LEVEL = 0.95
RESAMPLES = 2_000
_SEED = 20_230_206
_NORMAL = 1.959963984540054  # the normal distribution's 97.5th percentile
_DRAWN_AT_ONCE = 2_000_000

Interval = tuple[float, float]


def intervals(
    outcomes: Sequence[Outcome], names: Iterable[str] = (*FIGURES, *QUANTITIES)
) -> dict[str, Interval | None]:
    """The 95 % interval of each figure named; None where there is nothing to measure."""
    wanted = list(names)
    shares = {
        name: np.array([FIGURES[name](one) for one in outcomes], float).reshape(-1, 2)
        for name in wanted
        if name in FIGURES
    }
    drawn: dict[str, list[NDArray[np.float64]]] = {name: [] for name in wanted}
    for counts in _draws(len(outcomes)):
        for name in wanted:
            share = shares.get(name)
            drawn[name].append(drawn_quantity(outcomes, name, counts) if share is None else counts @ share)
    found: dict[str, Interval | None] = {}
    for name in wanted:
        share = shares.get(name)
        range_of = RANGES.get(name, (0.0, 1.0))
        found[name] = (
            _interval_of_quantity(quantity(outcomes, name), drawn[name])
            if share is None
            else _interval(share, drawn[name], *range_of)
        )
    return found


def mean_interval(differences: Sequence[float], largest: float = 1.0) -> Interval:
    """The 95 % interval of the mean of paired differences, each in -largest..largest; (0, 0) where there are none."""
    values = np.array(differences, float)
    if not len(values):
        return 0.0, 0.0
    if np.ptp(values) == 0:
        return _alike(float(values[0]), len(values), -largest, largest)
    means = np.concatenate([counts @ values for counts in _draws(len(values))]) / len(values)
    return _percentiles(means)


def wilson(share: float, n: float) -> Interval:
    """Wilson's score interval of a share among n (Wilson 1927).

    >>> tuple(round(end, 3) for end in wilson(1.0, 10))
    (0.722, 1.0)
    """
    squared = _NORMAL**2
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = _NORMAL / (1 + squared / n) * math.sqrt(share * (1 - share) / n + squared / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _draws(n: int) -> Iterable[NDArray[np.float64]]:
    """How often each question is drawn, (some resamples, n) at a time."""
    random = np.random.default_rng(_SEED)
    at_once = max(1, _DRAWN_AT_ONCE // max(n, 1))
    for first in range(0, RESAMPLES if n else 0, at_once):
        yield random.multinomial(n, [1 / n] * n, size=min(at_once, RESAMPLES - first)).astype(float)


def _interval_of_quantity(seen: float | None, drawn: Sequence[NDArray[np.float64]]) -> Interval | None:
    """Never without the figure itself: resamples repeat questions, which moves a calibration error up, not down."""
    if seen is None:
        return None
    values = np.concatenate(drawn)
    low, high = _percentiles(values[~np.isnan(values)])
    return min(low, seen), max(high, seen)


def _interval(
    share: NDArray[np.float64], resamples: Sequence[NDArray[np.float64]], low: float, high: float
) -> Interval | None:
    belong = share[share[:, 1] > 0]
    if not len(belong):
        return None
    each = belong[:, 0] / belong[:, 1]
    if np.ptp(each) == 0:
        return _alike(float(each[0]), len(belong), low, high)
    drawn = np.concatenate(resamples)
    filled = drawn[drawn[:, 1] > 0]
    return _percentiles(filled[:, 0] / filled[:, 1])


def _alike(seen: float, n: int, low: float, high: float) -> Interval:
    """Where all are alike every resample is, too, and the bootstrap knows no doubt. Wilson's interval does.

    At least that share of all questions is like those seen, and the rest may be anything.
    """
    share = wilson(1.0, n)[0]
    return seen * share + low * (1 - share), seen * share + high * (1 - share)


def _percentiles(values: NDArray[np.float64]) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
