"""The written part of an answer: what the writer is asked, and what of its reply is released.

Asked step by step, it writes nothing when none of the excerpts states the answer, and otherwise in the words of the
excerpt that does, one part of the question after the other; an endpoint that cannot be asked so is taken at its word,
and checked like any other. Leaves out: when to ask it (answering), the prompts (prompting), which excerpt it is to
write from (settling), the check (judging).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from app.abstaining import AT_ITS_WORD
from app.assembling import Assembly
from app.choosing import words_of
from app.excerpts import choose_excerpts
from app.judging import confidence_of, judge
from app.leaning import leaned_on, reads_before
from app.prompting import Asked
from app.questions import kind_of
from app.quoting import Quote
from app.relevance import Relevance
from app.schema import SentenceReleased
from app.settling import Settled, settle
from app.supporting import Cited
from app.turn import Turn

if TYPE_CHECKING:
    from app.citations import Draft
    from app.writing import Writer, Writing

MAX_SENTENCES = 3


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
    waiting: list[Settled] = []
    for part in parts:
        if writer.stated(writing, part.asked) is None:
            writing.stated = dict.fromkeys(asked.parts, AT_ITS_WORD)
            yield from _release(turn, writer.write_lines(writing), parts, assembly)
            return
        choice = settle(turn, writer, writing, part)
        if choice is None:
            continue
        waiting.append(choice)
        if choice.alone or assembly.sentences:
            for one in sorted(waiting, key=lambda choice: not choice.alone):
                yield from _tell(turn, writer, writing, one, parts, assembly)
            waiting.clear()


def _tell(
    turn: Turn, writer: Writer, writing: Writing, choice: Settled, parts: Sequence[Relevance], assembly: Assembly
) -> Iterator[SentenceReleased]:
    """Releases the sentence of one part, or more than one where the question has no other."""
    part, quote = choice.part, choice.quote
    number = _number(turn, quote)
    if number in turn.chosen or assembly.cites(quote):  # it answers two parts, and is told once
        return
    if number is not None:
        turn.chosen = (*turn.chosen, number)
    for released in _lead(turn, choice, parts, assembly):
        turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
        yield released
    if number is None or _is_told_word_for_word(writing, choice):
        turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
        yield assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, turn))
    else:
        for released in _release(turn, writer.write_sentence(writing, number, part.asked), parts, assembly):
            yield released
            if len(parts) > 1:
                return  # one sentence for each part leaves room for the others
    if not assembly.sentences:  # what was drafted could not be shown
        yield assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, turn))


def _is_told_word_for_word(writing: Writing, choice: Settled) -> bool:
    """Whether the sentence itself is shown, and none of the model's.

    A small model says yes too easily; and where articles differ, what each of them says has to be compared.
    """
    asked = choice.part.asked
    return kind_of(asked) == "yes_no" or (asked, choice.quote.passage) in writing.disputed


def _lead(turn: Turn, choice: Settled, parts: Sequence[Relevance], assembly: Assembly) -> Iterator[SentenceReleased]:
    """What comes before the first sentence: the answer in words of it, or else what it leans on, and words of that."""
    if assembly.sentences:
        return
    part, quote = choice.part, choice.quote
    itself, before = Cited(quote.passage, quote.start, quote.end), leaned_on(quote, part.question)
    for told in (itself, before) if len(parts) == 1 else ():
        words = words_of(told.text, choice.short, part.question, part.asked) if told else None
        if told and words:
            sure = confidence_of(quote, part, turn)
            yield assembly.add_words(told, words, quote=quote, part=part.asked, confidence=sure)
            if told is itself:  # it names what was asked for
                return
            break
    if before and reads_before(before, quote):
        yield assembly.add_leaned_on(before)


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
