"""Whether a passage may be taken to state the answer, and how surely: from what was found and what the model thinks.

Leaves out: how the signals are measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

COVERAGE = 0.3
"""What the covered share of the question's words is worth beside interaction and similarity."""

MIN_CASE = 1.43
"""What the three must come to together for a quote that no model has read.

On 68 questions about the seeds it scores .71, on 85 dated news questions .60; of 24 weights with the best threshold for
each, none scored more than .71 and .62 on the two, and from 1.40 to 1.58 these score .66-.71 and .56-.62.
"""

MIN_CASE_BESIDE = 1.1
"""What is enough for the second part of a question whose first part is answered: it is seldom asked for nothing."""

NAME_ASKED = 0.25
"""What it is worth that the question asks who or what a name stands for, and the sentence has that name."""

STATED = 2.0
"""What the model's own probability that the excerpts state the answer is worth beside the similarity."""

CONFIRMED, CONFIRMED_FROM, BEST_CONFIRMED = 4.0, 0.7, 0.05
"""What the model's word on the passage by itself is worth, from where on it speaks for it, and how far.

Of 244 news questions it tells right sentences from others with an AUC of .83, the other two together with .72. What is
surer than .05 above counts no further: that would make one more of 213 answers right.
"""

NAME_ASKED_STATED = 0.5
"""The same beside the model's probability, which is lower for so short a question."""

MIN_STATED = 1.79
"""What the signals must come to together, with a model.

Of 287 dated news questions 1.77, 1.79, 1.80 and 1.82 make 165, 165, 165 and 164 right and 21, 20, 19 and 19 wrong; of
55 questions that a paragraph of SQuAD does not answer they answer 17, 15, 15 and 13, and of 43 others 34, 34, 34 and
33. From 1.80 on one about the seeds is refused that is answered rightly. Logistic models of up to seven signals came
no higher.
"""

AGREED = 0.3
"""What it is worth that two articles found, or more, hold the model's short answer, the passage's own one of them.

Of 287 dated news questions, with 1.77 for the whole, 0, .15, .3 and .45 make 159, 162, 165 and 165 right, 21 wrong
each time.
"""

DISPUTED = 0.3
"""What it is worth that another article found surely gives another value (disagreeing): the question is one that
articles answer, and the model unsure for that reason. Of two such signs the greater counts.

With .3 nine of 110 questions about namesakes and texts made false are refused, without it 14; one more of 220 about
news is answered, with .5 two more.
"""

WORTH_ASKING = 1.5
"""What must be there before the model is asked about the passage by itself."""

CLEAR = 2.1
"""From here on a passage that holds the model's short answer is not asked about, which takes two seconds: of 61 news
questions that come so far the model denied one."""

MIN_STATED_BESIDE = 1.65
"""What is enough for the second part of a question."""

READ = (1.98, 3.08)
"""Slope and offset that make a probability of the case for a sentence that a model was asked about.

Logistic regression of whether the chosen sentence is right, over the 244 of 287 dated news questions that the model was
asked about; how far it can be trusted is told in docs/decisions/0010-confidence.md.
"""

UNREAD = (4.28, 5.74)
"""The same for quotes that no model has read, over 319 questions: whether one of those that are shown is right."""

AT_ITS_WORD = 0.8
"""The probability that a model is taken to give which names an excerpt and cannot be asked how sure it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for and against a sentence of a passage as the place of an answer.

    `coverage`: share of the question's weighted words in the passage and its heading, [0, 1]; `interaction` of the
    sentence and `similarity` of it or its passage: see index.interaction; `right_kind`: whether the text holds an
    answer of the kind asked for; `name_asked`: whether the question asks who or what a name stands for, and the
    sentence has it; `stated_probability`: the model's, [0, 1], that what it is shown states the answer, None where none
    was asked; `confirmed_probability`: the same of the one passage, read by itself, None where it was not; `agreed`:
    whether the passage's article and another one found hold the model's short answer; `disputed`: whether another one
    surely gives another value for the same.
    """

    coverage: float
    interaction: float
    similarity: float
    right_kind: bool
    name_asked: bool = False
    stated_probability: float | None = None
    confirmed_probability: float | None = None
    agreed: bool = False
    disputed: bool = False


def states_the_answer(signals: Signals, *, beside: bool = False) -> bool:
    """Whether a sentence may be taken to state the answer; `beside` another that does, less is asked."""
    if not signals.right_kind:
        return False
    if signals.stated_probability is None:
        return _case(signals) >= (MIN_CASE_BESIDE if beside else MIN_CASE)
    return _case(signals) >= (MIN_STATED_BESIDE if beside else MIN_STATED)


def may_state(signals: Signals) -> bool:
    """Whether it is worth asking the model if a passage, by itself, states the answer."""
    return signals.right_kind and _case(signals) >= WORTH_ASKING


def clearly_states(signals: Signals) -> bool:
    """Whether a passage that holds the model's short answer may be believed without asking about it by itself."""
    return signals.right_kind and _case(signals) >= CLEAR


def confidence(signals: Signals) -> float:
    """The probability, in [0, 1], that a sentence is a right answer; 0 for one that is not of the kind asked for.

    It rises with what states_the_answer weighs, and is .6 where that begins to be enough. On the questions that it was
    fitted on, predicted and observed shares of right answers are, in five bins, with a model .21 .16, .64 .73, .78 .84,
    .82 .76, .86 .81; of quotes .22 .19, .54 .60, .69 .71, .80 .79, .89 .87.
    """
    if not signals.right_kind:
        return 0.0
    slope, offset = UNREAD if signals.stated_probability is None else READ
    return round(1 / (1 + math.exp(offset - slope * _case(signals))), 4)


def _case(signals: Signals) -> float:
    if signals.stated_probability is None:
        named = NAME_ASKED if signals.name_asked else 0.0
        return COVERAGE * signals.coverage + signals.interaction + signals.similarity + named
    named = NAME_ASKED_STATED if signals.name_asked else 0.0
    confirmed = 0.0
    if signals.confirmed_probability is not None:
        confirmed = CONFIRMED * min(signals.confirmed_probability - CONFIRMED_FROM, BEST_CONFIRMED)
    told = max(AGREED if signals.agreed else 0.0, DISPUTED if signals.disputed else 0.0)
    return STATED * signals.stated_probability + signals.similarity + named + confirmed + told
