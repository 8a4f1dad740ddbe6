"""The way of a question, as named stages over one Turn: condense, retrieve, show, write and check, finish.

Leaves out: keeping the turn (record), where the writer comes from (wiring), and what each stage decides by.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from app.abstaining import Signals, states_the_answer
from app.assembling import Assembly, nearest
from app.citations import Draft
from app.conversation import standalone
from app.errors import WriterError
from app.questions import can_answer
from app.quoting import Quote, choose_quotes, rank_quotes
from app.relevance import Relevance
from app.schema import Event, EvidenceFound, Reason, SentenceReleased
from app.supporting import Supported, find_support
from app.turn import Checked, Turn
from app.writing import Writer, within_budget
from index.articles import Retrieved
from index.retrieval import Retriever

log = logging.getLogger(__name__)

PASSAGES = 8

WriterSource = Callable[[], tuple[Writer | None, str | None]]
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
    turn.shown_to_writer = within_budget(turn.retrieved.evidence, writer.evidence_tokens)
    turn.writer = writer.model
    turn.writing = writer.begin(turn.standalone_question, turn.shown_to_writer, as_of=turn.asked_as_of)
    with closing(writer.write(turn.writing, n_passages=len(turn.shown_to_writer))) as drafts:
        for draft in drafts:
            released = _judge(turn, draft, relevance, assembly)
            if released is not None:
                turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
                yield released
            elif not assembly.sentences:
                return


def _judge(turn: Turn, draft: Draft, relevance: Relevance, assembly: Assembly) -> SentenceReleased | None:
    """The draft as a supported sentence, or the quote it leans on in its place, or nothing."""
    assert turn.writing is not None
    none_probability = turn.writing.none_probability
    named = [turn.shown_to_writer[n - 1] for n in draft.markers if 1 <= n <= len(turn.shown_to_writer)]
    support = find_support(draft.text, named, turn.shown_to_writer) if draft.text else None
    released: SentenceReleased | None = None
    problems: tuple[str, ...] = ("no passage states it",)
    if support is not None:
        problems = support.problems
        if not problems and _answers(
            turn, draft.text, support, relevance, none_probability, first=not assembly.sentences
        ):
            released = assembly.add_written(draft.text, support)
    if released is None and named and not assembly.sentences:
        quote = rank_quotes(named, relevance, question=turn.question)[0]
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
