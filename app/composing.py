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
from app.choosing import choose_number, leads_clearly, of_the_right_kind
from app.excerpts import choose_excerpts
from app.judging import confidence_of, judge, stands
from app.prompting import Asked
from app.questions import kind_of
from app.quoting import quote_of
from app.relevance import Relevance
from app.schema import SentenceReleased
from app.turn import Turn

if TYPE_CHECKING:
    from app.citations import Draft
    from app.writing import Writer, Writing

MAX_SENTENCES = 3


class _Choice(NamedTuple):
    """The excerpt to lean on for a part of the question; `alone`: it stands without another part's answer beside it."""

    part: Relevance
    number: int
    alone: bool


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
        if choice.alone or turn.chosen:
            for settled in sorted(waiting, key=lambda one: not one.alone):
                yield from _tell(turn, writer, writing, settled, parts, assembly)
            waiting.clear()


def _choose(turn: Turn, writer: Writer, writing: Writing, part: Relevance) -> _Choice | None:
    """The excerpt to lean on, None when none stands even beside another part's."""
    quotes = of_the_right_kind(dict(enumerate((quote_of(excerpt, part) for excerpt in turn.excerpts), 1)))
    turn.weigh(max(confidence_of(quote, part, turn) for quote in quotes.values()))
    if not any(stands(quote, part, turn, beside=True) for quote in quotes.values()):
        return None
    settled = kind_of(part.asked) == "yes_no" or leads_clearly(quotes)
    number = choose_number(quotes, part.question, "" if settled else writer.shorten(writing, part.asked))
    if not stands(quotes[number], part, turn, beside=True):
        return None
    return _Choice(part, number, alone=stands(quotes[number], part, turn))


def _tell(
    turn: Turn, writer: Writer, writing: Writing, choice: _Choice, parts: Sequence[Relevance], assembly: Assembly
) -> Iterator[SentenceReleased]:
    """Releases the sentence of one part, or more than one where the question has no other."""
    part, number = choice.part, choice.number
    if number in turn.chosen:  # it answers two parts, and is told once
        return
    turn.chosen = (*turn.chosen, number)
    if kind_of(part.asked) == "yes_no":  # a small model says yes too easily: the sentence itself tells
        turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
        quote = quote_of(turn.excerpts[number - 1], part)
        yield assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, turn))
        return
    for released in _release(turn, writer.write_sentence(writing, number, part.asked), parts, assembly):
        yield released
        if len(parts) > 1:
            return  # one sentence for each part leaves room for the others


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
