"""Whether to answer at all: a decision of the code, from what was found and what the model thought of it.

Leaves out: how the signals are measured. The thresholds are plain numbers, fitted by hand on half of the dated news
questions and on no question about the seeds; the other half is what is reported.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_NONE_PROBABILITY = 0.06
"""Above it, the model's own probability that no passage states the answer means: not stated."""

CERTAIN_NONE_PROBABILITY = 0.01
"""Below it, the model is sure that a passage states the answer, and less of the question need be met."""

MIN_COVERAGE_QUOTES = 0.4
MIN_SIMILARITY_QUOTES = 0.45
MIN_SUM_QUOTES = 1.2
"""What a quote must have when no model has read it: words of the question met, nearness in meaning, both together."""

MIN_COVERAGE_WRITTEN = 0.4
"""The least of the question's words that what a written sentence cites must meet, heading included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for and against a passage as the place of an answer.

    `coverage`: share of the question's weighted words in the passage and its heading, [0, 1]; `similarity`: cosine
    of question and passage; `none_probability`: the writer's, None where there is none; `right_kind`: whether the
    passage holds an answer of the kind asked for.
    """

    coverage: float
    similarity: float
    right_kind: bool
    none_probability: float | None = None


def states_the_answer(signals: Signals) -> bool:
    """Whether a passage may be taken to state the answer."""
    if not signals.right_kind:
        return False
    if signals.none_probability is None:
        return (
            signals.coverage >= MIN_COVERAGE_QUOTES
            and signals.similarity >= MIN_SIMILARITY_QUOTES
            and signals.coverage + signals.similarity >= MIN_SUM_QUOTES
        )
    if signals.none_probability > MAX_NONE_PROBABILITY:
        return False
    return signals.none_probability <= CERTAIN_NONE_PROBABILITY or signals.coverage >= MIN_COVERAGE_WRITTEN
