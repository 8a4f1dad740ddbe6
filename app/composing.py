"""The written part of an answer: what the writer is asked, and what of its reply is released.

Asked step by step, it writes nothing when none of the excerpts states the answer, and otherwise in the words of the
excerpt that does, one part of the question after the other; an endpoint that cannot be asked so is taken at its word,
and checked like any other. Leaves out: when to ask it (answering), the prompts (prompting), the check (judging).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from app.abstaining import AT_ITS_WORD
from app.assembling import Assembly
from app.choosing import holds, likeliest, of_the_right_kind, words_of
from app.excerpts import choose_excerpts
from app.instructing import telling_sentences
from app.judging import clearly_stands, confidence_of, judge, may_stand, stands
from app.prompting import Asked
from app.questions import kind_of
from app.quoting import Quote, quote_of, quotes_of
from app.relevance import Relevance
from app.schema import SentenceReleased
from app.turn import Turn
from index.articles import Evidence
from index.chunking import Span

if TYPE_CHECKING:
    from app.citations import Draft
    from app.writing import Writer, Writing

MAX_SENTENCES = 3

MOST_CONFIRMED = 2
"""Passages that the writer is asked to confirm by themselves, the likeliest first: the next where one does not."""


class _Choice(NamedTuple):
    """The sentence to lean on for a part of the question; `alone`: it stands without another part's beside it.

    `words` is the answer itself where a few of the sentence's words give it, as a span of them.
    """

    part: Relevance
    quote: Quote
    alone: bool
    words: Span | None


def compose(turn: Turn, writer: Writer, parts: Sequence[Relevance], assembly: Assembly) -> Iterator[SentenceReleased]:
    """Releases each sentence that the writer completes and a passage supports.

    The sentence of a part is written as soon as it is settled; one that stands beside another part's answer only waits
    for that. Closing the iterator stops the writer. Raises WriterError.
    """
    assert turn.retrieved is not None
    turn.excerpts = choose_excerpts(turn.retrieved.evidence, _shown_tokens(writer, parts))
    turn.writer = writer.model
    if not turn.excerpts:  # nothing but instructions was found
        return
    asked = Asked(turn.standalone_question, turn.excerpts, tuple(part.asked for part in parts), turn.asked_as_of)
    writing = turn.writing = writer.begin(asked)
    waiting: list[_Choice] = []
    for part in parts:
        if writer.stated(writing, part.asked) is None:
            writing.stated = dict.fromkeys(asked.parts, AT_ITS_WORD)
            yield from _release(turn, writer.write_lines(writing), parts, assembly)
            return
        choice = _choose(turn, writer, writing, part)
        if choice is None:
            continue
        waiting.append(choice)
        if choice.alone or assembly.sentences:
            for settled in sorted(waiting, key=lambda one: not one.alone):
                yield from _tell(turn, writer, writing, settled, parts, assembly)
            waiting.clear()


def _choose(turn: Turn, writer: Writer, writing: Writing, part: Relevance) -> _Choice | None:
    """The sentence to lean on, None when none stands even beside another part's."""
    shown = of_the_right_kind([quote_of(excerpt, part) for excerpt in turn.excerpts])
    if not any(may_stand(quote, part, turn) for quote in shown):
        turn.weigh(max(confidence_of(quote, part, turn) for quote in shown))
        return None
    short = "" if kind_of(part.asked) == "yes_no" else writer.shorten(writing, part.asked)
    by_itself = _is_told_by_itself(turn, part)
    elsewhere = _elsewhere(turn, shown, part, short) if by_itself else []
    quotes = likeliest([*shown, *elsewhere], part.question, short)
    tried: list[Evidence] = []
    for quote in quotes:
        if quote.passage in tried or not may_stand(quote, part, turn):
            continue
        if len(tried) == MOST_CONFIRMED:
            break
        tried.append(quote.passage)
        held = quote in shown and holds(quote.text, short, part.question) == 1.0
        if by_itself and not (held and clearly_stands(quote, part, turn)):
            writer.confirm(writing, quote.passage, part.asked, part.question)
        turn.weigh(confidence_of(quote, part, turn))
        if stands(quote, part, turn, beside=True):
            words = words_of(quote.text, short, part.question, part.asked)
            return _Choice(part, quote, alone=stands(quote, part, turn), words=words)
    return None


def _is_told_by_itself(turn: Turn, part: Relevance) -> bool:
    """Whether the writer can tell of a passage alone that it answers a part.

    To "will it?" it says no where the passage does, and it is lost where a question goes on from the one before.
    """
    return kind_of(part.asked) != "yes_no" and not turn.history


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


def _tell(
    turn: Turn, writer: Writer, writing: Writing, choice: _Choice, parts: Sequence[Relevance], assembly: Assembly
) -> Iterator[SentenceReleased]:
    """Releases the sentence of one part, or more than one where the question has no other."""
    part, quote = choice.part, choice.quote
    number = _number(turn, quote)
    if number in turn.chosen or assembly.cites(quote):  # it answers two parts, and is told once
        return
    if number is not None:
        turn.chosen = (*turn.chosen, number)
    if choice.words and len(parts) == 1:
        turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
        yield assembly.add_words(quote, choice.words, part=part.asked, confidence=confidence_of(quote, part, turn))
    if number is None or kind_of(part.asked) == "yes_no":  # a small model says yes too easily: the sentence tells
        turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
        yield assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, turn))
    else:
        for released in _release(turn, writer.write_sentence(writing, number, part.asked), parts, assembly):
            yield released
            if len(parts) > 1:
                return  # one sentence for each part leaves room for the others
    if not assembly.sentences:  # what was drafted could not be shown
        yield assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, turn))


def _number(turn: Turn, quote: Quote) -> int | None:
    """The number of a quote among what the writer is shown, None where it is not."""
    places = [(excerpt.passage, excerpt.start, excerpt.end) for excerpt in turn.excerpts]
    place = (quote.passage, quote.start, quote.end)
    return places.index(place) + 1 if place in places else None


def _shown_tokens(writer: Writer, parts: Sequence[Relevance]) -> int:
    """How much evidence the writer is shown: half as much again for each further part of the question."""
    return writer.evidence_tokens * (1 + len(parts)) // 2


def _release(
    turn: Turn, drafts: Generator[Draft], parts: Sequence[Relevance], assembly: Assembly
) -> Iterator[SentenceReleased]:
    with closing(drafts):
        for draft in drafts:
            released = judge(turn, draft, parts, assembly)
            if released is not None:
                turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
                yield released
            if len(assembly.sentences) == MAX_SENTENCES:
                return
