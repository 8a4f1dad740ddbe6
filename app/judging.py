"""What becomes of a drafted sentence: shown with what supports it, replaced by a quote, or dropped.

Leaves out: the check of a sentence against a passage (checking, supporting), and when to abstain (abstaining).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.abstaining import Signals, clearly_states, confidence, may_state, states_the_answer
from app.assembling import Assembly
from app.checking import denies
from app.citations import Draft
from app.excerpts import Excerpt
from app.questions import can_answer, tells_of_name_asked
from app.quoting import Quote, quote_of
from app.relevance import Relevance
from app.schema import SentenceReleased
from app.supporting import Supported, find_support
from app.turn import Checked, Turn
from index.articles import Evidence


def judge(turn: Turn, draft: Draft, parts: Sequence[Relevance], assembly: Assembly) -> SentenceReleased | None:
    """The draft as a supported sentence, or the sentence it was written from in its place, or nothing.

    `parts` are the questions that the question asks: a sentence has to answer one of them.
    """
    marked = [turn.excerpts[n - 1] for n in draft.markers if 1 <= n <= len(turn.excerpts)]
    named = list(dict.fromkeys(excerpt.passage for excerpt in marked))
    shown = list(dict.fromkeys(excerpt.passage for excerpt in turn.excerpts))
    support = find_support(draft.text, named, shown) if draft.text else None
    as_chosen = bool(draft.markers) and set(draft.markers) <= set(turn.chosen)
    if support and as_chosen and not _rests_on(support, marked):
        support = Supported(support.citations, ("it repeats another sentence than the one chosen",))
    if support and says_yes_or_no(draft.text):
        support = Supported(support.citations, ("it says yes or no by itself",))
    if support and assembly.says_no_more(draft.text):
        support = Supported(support.citations, ("it says no more than the words before it",))
    released: SentenceReleased | None = None
    beside = bool(assembly.sentences)
    answered = _answered(turn, draft.text, support, parts, beside) if support and not support.problems else None
    if support and answered:
        part, sure = answered
        copied = [excerpt for excerpt in marked if " ".join(excerpt.text.split()) == draft.text]
        if copied:
            released = assembly.add_quote(quote_of(copied[0], part), part=part.asked, confidence=sure)
        else:
            released = assembly.add_written(draft.text, support, part=part.asked, confidence=sure)
    elif marked:
        quotes = [(quote_of(marked[0], part), part) for part in parts]
        turn.weigh(max(confidence_of(quote, part, turn) for quote, part in quotes))
        standing = [(quote, part) for quote, part in quotes if stands(quote, part, turn, beside=beside)]
        if standing and not assembly.cites(standing[0][0]):
            quote, part = standing[0]
            released = assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, turn))
    problems = support.problems if support else ("no excerpt states it",)
    turn.checked.append(Checked(draft.text, draft.markers, released.sentence.text if released else None, problems))
    return released


def stands(quote: Quote, part: Relevance, turn: Turn | None, *, beside: bool = False) -> bool:
    """Whether a quote may be shown as the answer; without a turn, whatever the writer thinks of it.

    `beside` an answer to another part of the question, less is asked.
    """
    return states_the_answer(_signals(quote, part, turn), beside=beside)


def may_stand(quote: Quote, part: Relevance, turn: Turn) -> bool:
    """Whether it is worth asking the writer if the passage of a quote, by itself, states the answer to a part."""
    return may_state(_signals(quote, part, turn))


def clearly_stands(quote: Quote, part: Relevance, turn: Turn) -> bool:
    """Whether a quote that holds the writer's short answer stands without asking that."""
    return clearly_states(_signals(quote, part, turn))


def confidence_of(quote: Quote, part: Relevance, turn: Turn | None) -> float:
    """The probability, in [0, 1], that a quote is the answer to a part; without a turn, as if no writer had read it."""
    return confidence(_signals(quote, part, turn))


def says_yes_or_no(text: str) -> bool:
    """Whether a sentence begins with a verdict of the model's own: a "no" may stand before what is denied.

    >>> says_yes_or_no("Yes, it pays."), says_yes_or_no("No, it will not pay.")
    (True, False)
    """
    verdict = re.match(r"(yes|no)\b[,.:;]", text, re.IGNORECASE)
    return bool(verdict) and not (verdict and verdict[1].lower() == "no" and denies(text[verdict.end() :]))


def _rests_on(support: Supported, excerpts: Sequence[Excerpt]) -> bool:
    """Whether any of what supports a sentence lies in the excerpts: a small model copies what stands first."""
    return any(
        cited.passage == excerpt.passage and cited.start < excerpt.end and excerpt.start < cited.end
        for cited in support.citations
        for excerpt in excerpts
    )


def _answered(
    turn: Turn, text: str, support: Supported, parts: Sequence[Relevance], beside: bool
) -> tuple[Relevance, float] | None:
    """The first part of the question that a supported sentence answers, and how surely."""
    passage = support.citations[0].passage
    for part in parts:
        signals = Signals(
            coverage=part.coverage(f"{passage.title} {passage.quote}"),
            interaction=passage.interaction,
            similarity=passage.similarity,
            right_kind=can_answer(part.asked, text),
            name_asked=tells_of_name_asked(part.question, text),
            stated_probability=_stated(turn, part),
            confirmed_probability=_confirmed(turn, part, passage),
            agreed=_agreed(turn, part, passage),
            disputed=_disputed(turn, part, passage),
        )
        if states_the_answer(signals, beside=beside):
            return part, confidence(signals)
    return None


def _signals(quote: Quote, part: Relevance, turn: Turn | None) -> Signals:
    return Signals(
        coverage=part.coverage(f"{quote.passage.title} {quote.passage.quote}"),
        interaction=quote.interaction,
        similarity=max(quote.similarity, quote.passage.similarity),
        right_kind=quote.right_kind,
        name_asked=tells_of_name_asked(part.question, quote.text),
        stated_probability=_stated(turn, part),
        confirmed_probability=_confirmed(turn, part, quote.passage),
        agreed=_agreed(turn, part, quote.passage),
        disputed=_disputed(turn, part, quote.passage),
    )


def _confirmed(turn: Turn | None, part: Relevance, passage: Evidence) -> float | None:
    return turn.writing.confirmed.get((part.asked, passage)) if turn and turn.writing else None


def _agreed(turn: Turn | None, part: Relevance, passage: Evidence) -> bool:
    agreeing = turn.writing.agreeing.get(part.asked, frozenset()) if turn and turn.writing else frozenset()
    return len(agreeing) > 1 and passage.article_id in agreeing


def _disputed(turn: Turn | None, part: Relevance, passage: Evidence) -> bool:
    return bool(turn and turn.writing and (part.asked, passage) in turn.writing.disputed)


def _stated(turn: Turn | None, part: Relevance) -> float | None:
    return turn.writing.stated.get(part.asked) if turn and turn.writing else None
