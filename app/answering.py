"""The way of a question, as named stages over one Turn: condense, retrieve, show, write and check, finish.

Leaves out: keeping the turn (record), where the writer comes from (wiring), and what each stage decides by (gathering,
choosing, judging, abstaining).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from app.abstaining import AT_ITS_WORD
from app.assembling import Assembly, nearest
from app.checking import check
from app.choosing import choose_number, leads_clearly, of_the_right_kind
from app.conversation import standalone
from app.errors import WriterError
from app.excerpts import choose_excerpts
from app.gathering import gather, names_strangers
from app.judging import confidence_of, judge, stands
from app.prompting import Asked
from app.questions import kind_of, parts_of
from app.quoting import CLOSE_SECOND, MAX_WORDS, Quote, choose_quotes, quote_of, rank_quotes
from app.relevance import Relevance
from app.schema import Event, EvidenceFound, Reason, SentenceReleased
from app.turn import Turn
from index.articles import Retrieved
from index.retrieval import Retriever

if TYPE_CHECKING:
    from app.citations import Draft
    from app.writing import Writer, Writing

log = logging.getLogger(__name__)

MAX_SENTENCES = 3

WriterSource = Callable[[], "tuple[Writer | None, str | None]"]
"""The writer, or None and one line for people that says why there is none (None: none is wanted)."""


def answer(turn: Turn, *, retriever: Retriever, writer_source: WriterSource) -> Iterator[Event]:
    """Answers a turn and fills it in, telling what there is to show as soon as there is.

    Closing the iterator stops the writer. Raises RetrievalError, EmbeddingError; a writer that fails is no error,
    quotes stand in for it.
    """
    turn.standalone_question = standalone(turn.question, turn.history)
    parts = [Relevance.of(part, standalone(part, turn.history), retriever.comparer) for part in parts_of(turn.question)]
    retrieved = turn.retrieved = gather(turn, retriever, parts)
    turn.retrieval_seconds = turn.evidence_seconds = turn.seconds()
    assembly = Assembly(turn)
    if not retrieved.evidence:
        yield assembly.abstain(_reason_for_nothing(retrieved))
        return
    turn.best_confidence = 0.0
    yield EvidenceFound(evidence=nearest(retrieved.evidence), seconds=turn.evidence_seconds)
    if names_strangers(turn.question, retrieved.evidence):
        yield assembly.abstain("not_stated")
        return
    writer, turn.fallback = (None, None) if turn.quotes_only else writer_source()
    if writer is not None:
        try:
            yield from _write(turn, writer, parts, assembly)
        except WriterError as error:
            log.warning("turn %s: %s; answering with quotes", turn.turn_id, error)
            turn.fallback = str(error)
            turn.writer = "quotes"
            assembly.clear()
            turn.best_confidence = 0.0  # quotes are weighed without the writer
            writer = None
    if writer is None or assembly.sentences:
        yield from _quote(turn, parts, assembly)
    yield assembly.finish() if assembly.sentences else assembly.abstain("not_stated")


def _reason_for_nothing(retrieved: Retrieved) -> Reason:
    if not retrieved.library_articles:
        return "no_articles"
    return "not_stated" if retrieved.allowed_articles else "filtered_out"


def _write(turn: Turn, writer: Writer, parts: Sequence[Relevance], assembly: Assembly) -> Iterator[SentenceReleased]:
    """Releases each sentence that the writer completes and a passage supports.

    Asked step by step, it writes nothing when none of the excerpts states the answer, and otherwise in the words of
    the excerpt that does; an endpoint that cannot be asked so is taken at its word, and checked like any other.
    """
    assert turn.retrieved is not None
    turn.excerpts = choose_excerpts(turn.retrieved.evidence, _shown_tokens(writer, parts))
    turn.writer = writer.model
    if not turn.excerpts:  # nothing but instructions was found
        return
    asked = Asked(turn.standalone_question, turn.excerpts, tuple(part.asked for part in parts), turn.asked_as_of)
    writing = turn.writing = writer.begin(asked)
    chosen = _choose(turn, writer, writing, parts)
    if chosen is None:
        writing.stated = dict.fromkeys(asked.parts, AT_ITS_WORD)
        yield from _release(turn, writer.write_lines(writing), parts, assembly)
        return
    turn.chosen = tuple(dict.fromkeys(number for _, number in chosen))
    for part, number in _one_each(chosen):
        if kind_of(part.asked) == "yes_no":  # a small model says yes too easily: the sentence itself tells
            turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
            quote = quote_of(turn.excerpts[number - 1], part)
            yield assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, turn))
            continue
        for released in _release(turn, writer.write_sentence(writing, number, part.asked), parts, assembly):
            yield released
            if len(chosen) > 1:
                break  # one sentence for each part leaves room for the others


def _one_each(chosen: Sequence[tuple[Relevance, int]]) -> list[tuple[Relevance, int]]:
    """A sentence that answers two parts of a question is told once."""
    return list({number: (part, number) for part, number in reversed(chosen)}.values())[::-1]


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


def _choose(
    turn: Turn, writer: Writer, writing: Writing, parts: Sequence[Relevance]
) -> list[tuple[Relevance, int]] | None:
    """The excerpt to lean on for each part that has one, the surest first, for the others lean on it.

    Empty when no part has one that stands by itself; None when the writer cannot be asked.
    """
    found: list[tuple[bool, Relevance, int]] = []
    for part in parts:
        if writer.stated(writing, part.asked) is None:
            return None
        quotes = of_the_right_kind(dict(enumerate((quote_of(excerpt, part) for excerpt in turn.excerpts), 1)))
        turn.weigh(max(confidence_of(quote, part, turn) for quote in quotes.values()))
        if any(stands(quote, part, turn, beside=True) for quote in quotes.values()):
            settled = kind_of(part.asked) == "yes_no" or leads_clearly(quotes)
            short = "" if settled else writer.shorten(writing, part.asked)
            number = choose_number(quotes, part.question, short)
            if stands(quotes[number], part, turn, beside=True):
                found.append((stands(quotes[number], part, turn), part, number))
    found.sort(key=lambda one: not one[0])
    return [(part, number) for _, part, number in found] if found and found[0][0] else []


def _quote(turn: Turn, parts: Sequence[Relevance], assembly: Assembly) -> Iterator[SentenceReleased]:
    """Releases the best quotes of each part whose best quote states the answer.

    After something written, these are the quotes beside it that say as much on their own, in what words are left.
    """
    assert turn.retrieved is not None
    ranks = [(part, rank_quotes(turn.retrieved.evidence, part)) for part in parts]
    ranks.sort(key=lambda item: not (item[1] and stands(item[1][0], item[0], None)))
    turn.weigh(max((confidence_of(ranked[0], part, None) for part, ranked in ranks if ranked), default=0.0))
    for part, ranked in ranks:
        if not ranked or not stands(ranked[0], part, None, beside=len(parts) > 1 and bool(assembly.sentences)):
            continue
        n_words = sum(len(sentence.text.split()) for sentence in assembly.sentences)
        fresh = [quote for quote in ranked if quote.right_kind and _says_more(quote, assembly)]
        close = choose_quotes(fresh, max_words=MAX_WORDS - n_words, least=CLOSE_SECOND * ranked[0].score)
        for quote in close if len(parts) == 1 else fresh[:1]:
            if len(assembly.sentences) < MAX_SENTENCES and _fits(quote, n_words):
                turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
                yield assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, None))


def _says_more(quote: Quote, assembly: Assembly) -> bool:
    """Whether a quote is neither cited already nor says again what a sentence of the answer says."""
    said = any(check(sentence.text, quote.text).supported for sentence in assembly.sentences)
    return not said and not assembly.cites(quote)


def _fits(quote: Quote, n_words: int) -> bool:
    """Whether a quote beside so many words keeps the answer short; the first quote always does."""
    return not n_words or n_words + len(quote.text.split()) <= MAX_WORDS
