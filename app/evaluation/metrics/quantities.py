"""Figures that are no share: times, cost, calibration. Each over all questions and over resamples at once; pure.

Leaves out: shares (figures), intervals (intervals), plots (selective).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from app.evaluation.outcomes import Outcome

Floats = NDArray[np.float64]
Drawn = Callable[[Sequence[Outcome], Floats], Floats]
"""Outcomes and how often each is drawn, shape (resamples, outcomes), to figures; nan where there is none."""


BINS = 8
FEWEST_IN_BIN = 5


def quantity(outcomes: Sequence[Outcome], name: str) -> float | None:
    """One figure of these outcomes; None where there is nothing to measure."""
    found = drawn_quantity(outcomes, name, np.ones((1, len(outcomes))))[0]
    return None if np.isnan(found) else float(found)


def drawn_quantity(outcomes: Sequence[Outcome], name: str, counts: Floats) -> Floats:
    """The figure in each resample."""
    return QUANTITIES[name](outcomes, counts) if outcomes else np.full(len(counts), np.nan)


def bins_of(answers: int) -> list[int]:
    """Where bins of about equal size begin, and where the last one ends."""
    bins = max(1, min(BINS, answers // FEWEST_IN_BIN))
    return [round(at * answers / bins) for at in range(bins + 1)]


def _quantile(read: Callable[[Outcome], float | None], share: float) -> Drawn:
    """The value below which that share of the known ones lies, interpolated between the two nearest."""

    def drawn(outcomes: Sequence[Outcome], counts: Floats) -> Floats:
        values, counts = _known(outcomes, counts, read)
        order = np.argsort(values, kind="stable")
        values, upto = values[order], np.cumsum(counts[:, order], axis=1)
        if not len(values):
            return np.full(len(counts), np.nan)
        at = share * (upto[:, -1] - 1)
        below, above = (values[(upto > place[:, None]).argmax(axis=1)] for place in (np.floor(at), np.ceil(at)))
        return np.where(upto[:, -1] > 0, below + (above - below) * (at - np.floor(at)), np.nan)

    return drawn


def _mean(read: Callable[[Outcome], float | None]) -> Drawn:
    def drawn(outcomes: Sequence[Outcome], counts: Floats) -> Floats:
        values, counts = _known(outcomes, counts, read)
        return _ratio(counts @ values, counts.sum(axis=1))

    return drawn


def _known(
    outcomes: Sequence[Outcome], counts: Floats, read: Callable[[Outcome], float | None]
) -> tuple[Floats, Floats]:
    """The values of those outcomes that have one, and how often these are drawn."""
    values = np.array([np.nan if (value := read(one)) is None else value for one in outcomes], float)
    known = ~np.isnan(values)
    return values[known], counts[:, known]


def _of_confidence(figure: Callable[[Floats, Floats], float]) -> Drawn:
    """A figure of (confidence, whether right) of the answers given, from the least confident to the most."""

    def drawn(outcomes: Sequence[Outcome], counts: Floats) -> Floats:
        given = [at for at, one in enumerate(outcomes) if one.answered and one.confidence is not None]
        given.sort(key=lambda at: (outcomes[at].confidence or 0.0, outcomes[at].score == 1))
        confidence = np.array([outcomes[at].confidence for at in given], float)
        right = np.array([outcomes[at].score == 1 for at in given], float)
        times = counts[:, given].astype(int)
        pairs = ((np.repeat(confidence, row), np.repeat(right, row)) for row in times)
        return np.array([figure(*pair) if len(pair[0]) else np.nan for pair in pairs], float)

    return drawn


def _calibration_error(confidence: Floats, right: Floats) -> float:
    """The mean distance of confidence and share of right answers over bins of answers (Naeini et al. 2015)."""
    edges = np.array(bins_of(len(confidence)))
    missed = np.add.reduceat(confidence, edges[:-1]) - np.add.reduceat(right, edges[:-1])
    return float(np.abs(missed).sum() / len(confidence))


def _risk_area(confidence: Floats, right: Floats) -> float:
    """The mean share of wrong answers among the k most confident, over every k (AURC, Geifman et al. 2019).

    Answers of the same confidence come in together: each of them adds what holds when all are in.
    """
    most_first, wrong = confidence[::-1], np.cumsum(1 - right[::-1])
    last = np.searchsorted(-most_first, -most_first, side="right")
    return float((wrong[last - 1] / last).mean())


def _ratio(part: Floats, whole: Floats) -> Floats:
    found: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found


_TIMES: Mapping[str, Callable[[Outcome], float | None]] = MappingProxyType(
    {
        "first_evidence_seconds": lambda one: one.first_evidence_seconds,
        "first_word_seconds": lambda one: one.first_word_seconds,
        "total_seconds": lambda one: one.total_seconds,
    }
)

QUANTITIES: Mapping[str, Drawn] = MappingProxyType(
    {
        "calibration_error": _of_confidence(_calibration_error),
        "risk_area": _of_confidence(_risk_area),
        **{f"median_{name}": _quantile(read, 0.5) for name, read in _TIMES.items()},
        **{f"p95_{name}": _quantile(read, 0.95) for name, read in _TIMES.items()},
        "cost_per_question": _mean(lambda one: one.cost),
    }
)
"""By the name that the figure has in Summary; what each means is told there."""
