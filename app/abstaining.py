"""Whether a passage may be taken to state the answer: the code decides, from what was found and what the model thinks.

Leaves out: how the signals are measured.
"""

from __future__ import annotations

from dataclasses import dataclass

MIN_CASE = 1.2
"""What coverage and similarity must come to together for a quote that no model has read.

It was the best sum of the two on one half of 287 dated news questions: score .431 there, .392 on the other half,
.633 on the questions about the seeds, where no threshold on a weighted sum came above .658.
"""

MIN_CASE_BESIDE = 0.8
"""What is enough for the second part of a question whose first part is answered: it is seldom asked for nothing."""

MIN_COVERAGE = 0.4
"""A quote that shares few words with the question states no answer to it, however near it seems."""

MIN_COVERAGE_BESIDE = 0.2
"""As much less is asked of the second part's."""

STATED = 2.0
"""What the model's own probability that the excerpts state the answer is worth beside the similarity."""

MIN_STATED = 1.9
"""What the two must come to together."""

MIN_STATED_BESIDE = 1.7
"""What is enough for the second part of a question."""

AT_ITS_WORD = 0.8
"""The probability that a model is taken to give which names an excerpt and cannot be asked how sure it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for and against a passage as the place of an answer.

    `coverage`: share of the question's weighted words in the passage and its heading, [0, 1]; `similarity`: cosine
    of question and passage; `stated_probability`: the model's, [0, 1], None where none was asked; `right_kind`:
    whether the text holds an answer of the kind asked for.
    """

    coverage: float
    similarity: float
    right_kind: bool
    stated_probability: float | None = None


def states_the_answer(signals: Signals, *, beside: bool = False) -> bool:
    """Whether a passage may be taken to state the answer; `beside` another that does, less is asked."""
    if not signals.right_kind:
        return False
    if signals.stated_probability is not None:
        case = STATED * signals.stated_probability + signals.similarity
        return case >= (MIN_STATED_BESIDE if beside else MIN_STATED)
    case = signals.coverage + signals.similarity
    if beside:
        return case >= MIN_CASE_BESIDE and signals.coverage >= MIN_COVERAGE_BESIDE
    return case >= MIN_CASE and signals.coverage >= MIN_COVERAGE
