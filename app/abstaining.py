"""Whether a passage may be taken to state the answer: the code decides, from what was found and what the model thinks.

Leaves out: how the signals are measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MIN_CASE = 1.2
"""What coverage, similarity and the writer's certainty must come to together.

For quotes it was the best sum of the two on one half of 287 dated news questions: score .431 there, .392 on the other
half, .633 on the questions about the seeds, where no threshold on a weighted sum came above .658.
"""

MIN_CASE_BESIDE = 0.8
"""What is enough for the second part of a question whose first part is answered: it is seldom asked for nothing."""

MIN_COVERAGE = 0.2
"""A passage that shares next to no word with the question states no answer to it, however near it seems."""

MIN_COVERAGE_QUOTES = 0.4
"""More is asked of a quote that no model has read."""

MAX_NONE_PROBABILITY = 0.3
"""Above it, the writer's own probability that no excerpt states the answer decides alone."""

CERTAINTY = 0.2
"""What each power of ten below 1/10 in that probability adds to the case; above 1/10 it takes from it."""

_LEAST = 3e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for and against a passage as the place of an answer.

    `coverage`: share of the question's weighted words in the passage and its heading, [0, 1]; `similarity`: cosine
    of question and passage; `none_probability`: the writer's, None where there is none; `right_kind`: whether the
    text holds an answer of the kind asked for.
    """

    coverage: float
    similarity: float
    right_kind: bool
    none_probability: float | None = None


def states_the_answer(signals: Signals, *, beside: bool = False) -> bool:
    """Whether a passage may be taken to state the answer; `beside` another that does, less is asked."""
    if not signals.right_kind:
        return False
    case = signals.coverage + signals.similarity
    enough = MIN_CASE_BESIDE if beside else MIN_CASE
    none = signals.none_probability
    if none is None:
        return case >= enough and signals.coverage >= (MIN_COVERAGE if beside else MIN_COVERAGE_QUOTES)
    if none > MAX_NONE_PROBABILITY or signals.coverage < MIN_COVERAGE:
        return False
    return case + CERTAINTY * (-math.log10(max(none, _LEAST)) - 1) >= enough
