"""Which sentence the writer is to write from, settled with it step by step.

It is asked for the answer in a few words, and whether the passage that holds it states the answer by itself. Whether
other articles say the same, or otherwise, is looked up. Leaves out: how surely a sentence stands (judging, abstaining),
and what is then written (composing).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from app.choosing import holds, likeliest, of_the_right_kind
from app.disagreeing import told_otherwise
from app.instructing import telling_sentences
from app.judging import clearly_stands, confidence_of, may_stand, stands
from app.questions import kind_of
from app.quoting import Quote, quote_of, quotes_of
from app.relevance import Relevance
from app.supporting import Cited
from app.turn import Turn
from index.articles import Evidence

if TYPE_CHECKING:
    from app.writing import Writer, Writing

MOST_CONFIRMED = 2
"""Passages that the writer is asked to confirm by themselves, the likeliest first: the next where one does not."""


class Settled(NamedTuple):
    """The sentence to write from for a part of the question; `alone`: it stands without another part's beside it.

    `short` is the answer in a few words, as the writer gave it.
    """

    part: Relevance
    quote: Quote
    alone: bool
    short: str


def settle(turn: Turn, writer: Writer, writing: Writing, part: Relevance) -> Settled | None:
    """The sentence to write from, None when none stands even beside another part's."""
    shown = of_the_right_kind([quote_of(excerpt, part) for excerpt in turn.excerpts])
    for quote in likeliest(shown, part.question)[:MOST_CONFIRMED]:
        _note_dispute(turn, writing, quote, part)
    if not any(may_stand(quote, part, turn) for quote in shown):
        turn.weigh(max(confidence_of(quote, part, turn) for quote in shown))
        return None
    short = "" if kind_of(part.asked) == "yes_no" else writer.shorten(writing, part.asked)
    writing.agreeing[part.asked] = _agreeing(turn, part, short)
    by_itself = _is_told_by_itself(part)
    elsewhere = _elsewhere(turn, shown, part, short) if by_itself else []
    quotes = likeliest([*shown, *elsewhere], part.question, short)
    tried: list[Evidence] = []
    for quote in quotes:
        if quote.passage in tried or not may_stand(quote, part, turn):
            continue
        if len(tried) == MOST_CONFIRMED:
            break
        tried.append(quote.passage)
        _note_dispute(turn, writing, quote, part)
        held = quote in shown and holds(quote.text, short, part.question) == 1.0
        if by_itself and not (held and clearly_stands(quote, part, turn)):
            writer.confirm(writing, quote.passage, part.asked, part.question)
        turn.weigh(confidence_of(quote, part, turn))
        if stands(quote, part, turn, beside=True):
            return Settled(part, quote, alone=stands(quote, part, turn), short=short)
    return None


def _is_told_by_itself(part: Relevance) -> bool:
    """Whether the writer can tell of a passage alone that it answers a part.

    To "will it?" it says no where the passage does, and it is lost where a question goes on from the one before and
    had to be completed from it.
    """
    return kind_of(part.asked) != "yes_no" and part.question == part.asked


def _agreeing(turn: Turn, part: Relevance, short: str) -> frozenset[str]:
    """The articles found in which a sentence holds all of the short answer."""
    assert turn.retrieved is not None
    return frozenset(
        passage.article_id
        for passage in turn.retrieved.evidence
        if any(
            holds(passage.quote[start:end], short, part.question) == 1.0
            for start, end in telling_sentences(passage.quote)
        )
    )


def _note_dispute(turn: Turn, writing: Writing, quote: Quote, part: Relevance) -> None:
    """Notes that another article surely gives another value than a quote, where one does.

    The question is then one that articles answer, however little the model believes it of either.
    """
    assert turn.retrieved is not None
    cited = Cited(quote.passage, quote.start, quote.end)
    if told_otherwise(part, cited, turn.retrieved.evidence, turn.retrieved.otherwise).dissents:
        writing.disputed.add((part.asked, quote.passage))


def _elsewhere(turn: Turn, shown: Sequence[Quote], part: Relevance, short: str) -> list[Quote]:
    """Where none of the sentences shown holds the short answer: those of other passages that do.

    The model then has it from what it learnt, which is good for a guess: the passage is what is asked about next.
    """
    assert turn.retrieved is not None
    if not short or any(holds(quote.text, short, part.question) for quote in shown):
        return []
    seen = {excerpt.passage for excerpt in turn.excerpts}
    found = [
        quote
        for passage in turn.retrieved.evidence
        if passage not in seen
        for quote in quotes_of(passage, telling_sentences(passage.quote), part)
    ]
    return [quote for quote in found if quote.right_kind and holds(quote.text, short, part.question) == 1.0]
