"""The way of a question, as named stages over one Turn: condense, retrieve, show, write and check, finish.

Leaves out: keeping the turn (record), where the writer comes from (wiring), and what each stage decides by.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from app.abstaining import Signals, states_the_answer
from app.assembling import Assembly, nearest
from app.choosing import choose_number
from app.citations import Draft
from app.conversation import standalone
from app.errors import WriterError
from app.excerpts import choose_excerpts
from app.questions import can_answer
from app.quoting import Quote, choose_quotes, quote_of, rank_quotes
from app.relevance import Relevance
from app.schema import Event, EvidenceFound, Reason, SentenceReleased
from app.supporting import Supported, find_support
from app.turn import Checked, Turn
from index.articles import Retrieved
from index.retrieval import Retriever

if TYPE_CHECKING:
    from app.writing import Writer

log = logging.getLogger(__name__)

PASSAGES = 8
MAX_SENTENCES = 3

WriterSource = Callable[[], "tuple[Writer | None, str | None]"]
"""The writer, or None and one line for people that says why there is none (None: none is wanted)."""


def answer(turn: Turn, *, retriever: Retriever, writer_source: WriterSource) -> Iterator[Event]:
    """Answers a turn and fills it in, telling what there is to show as soon as there is.

    Closing the iterator stops the writer. Raises RetrievalError, EmbeddingError; a writer that fails is no error,
    quotes stand in for it.
    """
    turn.standalone_question = standalone(turn.question, turn.history)
    retrieved = retriever.retrieve(turn.standalone_question, as_of=turn.asked_as_of, filters=turn.filters, k=PASSAGES)
    turn.retrieved = retrieved
    turn.retrieval_seconds = turn.evidence_seconds = turn.seconds()
    assembly = Assembly(turn)
    if not retrieved.evidence:
        yield assembly.abstain(_reason_for_nothing(retrieved))
        return
    yield EvidenceFound(evidence=nearest(retrieved.evidence), seconds=turn.evidence_seconds)
    relevance = Relevance.of(turn.standalone_question, retriever)
    writer, turn.fallback = (None, None) if turn.quotes_only else writer_source()
    if writer is not None:
        try:
            yield from _write(turn, writer, relevance, assembly)
        except WriterError as error:
            log.warning("turn %s: %s; answering with quotes", turn.turn_id, error)
            turn.fallback = str(error)
            turn.writer = "quotes"
            assembly.clear()
            writer = None
    if writer is None:
        yield from _quote(turn, relevance, assembly)
    yield assembly.finish() if assembly.sentences else assembly.abstain("not_stated")


def _reason_for_nothing(retrieved: Retrieved) -> Reason:
    if not retrieved.library_articles:
        return "no_articles"
    return "not_stated" if retrieved.allowed_articles else "filtered_out"


def _write(turn: Turn, writer: Writer, relevance: Relevance, assembly: Assembly) -> Iterator[SentenceReleased]:
    """Releases each sentence that the writer completes and a passage supports; at the first sign of "not stated"
    the writer is stopped and nothing is released.
    """
    assert turn.retrieved is not None
    turn.excerpts = choose_excerpts(turn.retrieved.evidence, writer.evidence_tokens)
    turn.writer = writer.model
    turn.writing = writer.begin(turn.standalone_question, turn.excerpts, as_of=turn.asked_as_of)
    writer.weigh(turn.writing)
    number = None
    if turn.writing.probabilities:
        quotes = [quote_of(excerpt, relevance, question=turn.question) for excerpt in turn.excerpts]
        number = choose_number(quotes, turn.writing.probabilities)
        if not _stands(quotes[number - 1], relevance, turn.writing.none_probability):
            return
    with closing(writer.write(turn.writing, number=number)) as drafts:
        for draft in drafts:
            released = _judge(turn, draft, relevance, assembly)
            if released is not None:
                turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
                yield released
            if len(assembly.sentences) == MAX_SENTENCES:
                return


def _judge(turn: Turn, draft: Draft, relevance: Relevance, assembly: Assembly) -> SentenceReleased | None:
    """The draft as a supported sentence, or the sentence it leans on in its place, or nothing."""
    assert turn.writing is not None
    none_probability = turn.writing.none_probability
    leaned_on = [turn.excerpts[n - 1] for n in draft.markers if 1 <= n <= len(turn.excerpts)]
    named = list(dict.fromkeys(excerpt.passage for excerpt in leaned_on))
    shown = list(dict.fromkeys(excerpt.passage for excerpt in turn.excerpts))
    support = find_support(draft.text, named, shown) if draft.text else None
    released: SentenceReleased | None = None
    problems: tuple[str, ...] = ("no excerpt states it",)
    if support is not None:
        problems = support.problems
        if not problems and _answers(
            turn, draft.text, support, relevance, none_probability, first=not assembly.sentences
        ):
            released = assembly.add_written(draft.text, support)
    if released is None and leaned_on and not assembly.sentences:
        quote = quote_of(leaned_on[0], relevance, question=turn.question)
        if _stands(quote, relevance, none_probability):
            released = assembly.add_quote(quote)
    turn.checked.append(Checked(draft.text, draft.markers, released.sentence.text if released else None, problems))
    return released


def _answers(
    turn: Turn,
    text: str,
    support: Supported,
    relevance: Relevance,
    none_probability: float | None,
    *,
    first: bool,
) -> bool:
    """Whether a supported sentence answers this question; one that follows an answer only has to be supported."""
    if not first:
        return True
    passage = support.citations[0].passage
    return states_the_answer(
        Signals(
            coverage=relevance.coverage(f"{passage.title} {passage.quote}"),
            similarity=passage.similarity,
            right_kind=can_answer(turn.question, text),
            none_probability=none_probability,
        )
    )


def _stands(quote: Quote, relevance: Relevance, none_probability: float | None) -> bool:
    """Whether a quote may be shown as the answer."""
    return states_the_answer(
        Signals(
            coverage=relevance.coverage(f"{quote.passage.title} {quote.text}"),
            similarity=max(quote.similarity, quote.passage.similarity),
            right_kind=quote.right_kind,
            none_probability=none_probability,
        )
    )


def _quote(turn: Turn, relevance: Relevance, assembly: Assembly) -> Iterator[SentenceReleased]:
    """Releases the best quotes, if the best of them states the answer."""
    assert turn.retrieved is not None
    ranked = rank_quotes(turn.retrieved.evidence, relevance, question=turn.question)
    if not _any_stands(ranked, relevance):
        return
    turn.first_word_seconds = turn.seconds()
    for quote in choose_quotes(ranked):
        yield assembly.add_quote(quote)


def _any_stands(ranked: Sequence[Quote], relevance: Relevance) -> bool:
    return bool(ranked) and _stands(ranked[0], relevance, None)
