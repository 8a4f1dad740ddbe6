"""Does confidence tell right from wrong? Risk against coverage, and calibration; pure. Leaves out: drawing them.

The confidence is the answer's own (`Outcome.confidence`). A system that tells none has neither curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from app.evaluation.metrics.intervals import Interval, wilson
from app.evaluation.metrics.quantities import bins_of
from app.evaluation.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Covered:
    """`risk` is the share of wrong answers when only this share of all questions, the most confident, is answered."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Beyond:
    """The `least` and the `most` that the risk can be when abstentions are given up until this share is answered."""

    coverage: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Answers of similar confidence: how confident on average, how often right, with Wilson's interval."""

    answers: int
    confidence: float
    right: float
    interval: Interval


def risk_coverage(outcomes: Sequence[Outcome]) -> tuple[Covered, ...]:
    """The risk at every coverage that was reached, from the most confident answer on (El-Yaniv and Wiener 2010).

    Questions abstained from are never covered (see beyond_given); answers of the same confidence come in together.
    Empty where nothing was answered.
    """
    asked = sum(one.score is not None for one in outcomes)
    answered = sorted(_answered(outcomes), key=lambda pair: -pair[0])
    points: list[Covered] = []
    wrong = 0
    for at, (confidence, right) in enumerate(answered, start=1):
        wrong += not right
        if at == len(answered) or answered[at][0] != confidence:
            points.append(Covered(at / asked, wrong / at))
    return tuple(points)


def beyond_given(outcomes: Sequence[Outcome]) -> tuple[Beyond, ...]:
    """What the risk could be if questions abstained from were answered as well, the most confident first.

    What the articles do not say can only be answered wrongly; what they say, rightly (least) or wrongly (most). Begins
    with the answers given; empty where none is, or no abstention tells a confidence.
    """
    asked = sum(one.score is not None for one in outcomes)
    given = _answered(outcomes)
    wrong = sum(not right for _, right in given)
    silent = [one for one in outcomes if one.answered is False and one.confidence is not None]
    silent.sort(key=lambda one: -(one.confidence or 0.0))
    if not given or not silent:
        return ()
    points = [Beyond(len(given) / asked, wrong / len(given), wrong / len(given))]
    unsayable = 0
    for at, one in enumerate(silent, start=1):
        unsayable += not one.answerable
        answered = len(given) + at
        if at == len(silent) or silent[at].confidence != one.confidence:
            points.append(Beyond(answered / asked, (wrong + unsayable) / answered, (wrong + at) / answered))
    return tuple(points)


def calibration(outcomes: Sequence[Outcome]) -> tuple[Bin, ...]:
    """Answers in bins of about equal size, from the least confident to the most; empty where nothing was answered."""
    answered = sorted(_answered(outcomes))
    return tuple(_bin(answered[low:high]) for low, high in pairwise(bins_of(len(answered))) if high > low)


def _answered(outcomes: Sequence[Outcome]) -> list[tuple[float, bool]]:
    """Confidence and whether right, of every answer that was given with one."""
    return [(one.confidence, one.score == 1) for one in outcomes if one.answered and one.confidence is not None]


def _bin(group: Sequence[tuple[float, bool]]) -> Bin:
    right = fmean(one for _, one in group)
    return Bin(
        answers=len(group),
        confidence=fmean(confidence for confidence, _ in group),
        right=right,
        interval=wilson(right, len(group)),
    )
