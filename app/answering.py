"""The way of a question, as named stages over one Turn: condense, retrieve, show, read closely, write and check,
finish.

Leaves out: keeping the turn (record), where the writer comes from (wiring), what it is asked (composing), and what each
stage decides by (gathering, judging, abstaining).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.assembling import NEAREST, Assembly, nearest
from app.checking import check
from app.composing import MAX_SENTENCES, compose
from app.conversation import standalone
from app.disagreeing import told_otherwise
from app.errors import WriterError
from app.gathering import gather
from app.judging import confidence_of, stands
from app.leaning import leaned_on, reads_before
from app.overview import MOST_ARTICLES, covers, overview, overview_topic
from app.questions import parts_of
from app.quoting import BESIDE_WRITTEN, CLOSE_SECOND, MAX_WORDS, Quote, choose_quotes, rank_quotes
from app.relevance import Relevance
from app.schema import Event, EvidenceFound, Queued, Reason, SentenceReleased
from app.turn import Turn
from app.unsaid import other_days, strangers
from index.articles import Retrieved
from index.retrieval import Retriever

if TYPE_CHECKING:
    from app.writing import Writer

log = logging.getLogger(__name__)

WriterSource = Callable[[], "tuple[Writer | None, str | None]"]
"""The writer, or None and one line for people that says why there is none (None: none is wanted)."""


def answer(turn: Turn, *, retriever: Retriever, writer_source: WriterSource) -> Iterator[Event]:
    """Answers a turn and fills it in, telling what there is to show as soon as there is.

    Closing the iterator stops the writer. Raises RetrievalError, EmbeddingError; a writer that fails is no error,
    quotes stand in for it.
    """
    turn.standalone_question = standalone(turn.question, turn.history)
    topic = overview_topic(turn.question)
    if topic is not None:
        yield from _give_overview(turn, topic, retriever)
        return
    parts = [Relevance.of(part, standalone(part, turn.history), retriever.comparer) for part in parts_of(turn.question)]
    gathered = gather(turn, retriever, parts)
    retrieved = turn.retrieved = gathered.retrieved()
    turn.retrieval_seconds = turn.evidence_seconds = turn.seconds()
    assembly = Assembly(turn)
    if not retrieved.evidence:
        yield assembly.abstain(_reason_for_nothing(retrieved))
        return
    turn.best_confidence = 0.0
    yield EvidenceFound(evidence=nearest(retrieved.evidence), seconds=turn.evidence_seconds)
    retrieved = turn.retrieved = gathered.read_closely(retriever).retrieved()
    if strangers(turn.question, retrieved.evidence) or other_days(turn.question, retrieved.evidence):
        yield assembly.abstain("not_stated")
        return
    writer, turn.fallback = (None, None) if turn.quotes_only else writer_source()
    if writer is not None:
        try:
            with writer.line.join() as place:
                for ahead in place.wait():
                    yield Queued(ahead=ahead)
                yield from compose(turn, writer, parts, assembly)
        except WriterError as error:
            log.warning("turn %s: %s; answering with quotes", turn.turn_id, error)
            turn.fallback = str(error)
            turn.writer = "quotes"
            assembly.clear()
            turn.best_confidence = 0.0  # quotes are weighed without the writer
            writer = None
    if writer is None or assembly.sentences:
        yield from _quote(turn, parts, assembly)
    _add_otherwise(turn, parts, assembly)
    yield assembly.finish() if assembly.sentences else assembly.abstain("not_stated")


def _reason_for_nothing(retrieved: Retrieved) -> Reason:
    if not retrieved.library_articles:
        return "no_articles"
    return "not_stated" if retrieved.allowed_articles else "filtered_out"


def _give_overview(turn: Turn, topic: str, retriever: Retriever) -> Iterator[Event]:
    """What articles say, in sentences of theirs: those about the topic, or the newest where none is named.

    "Summarize that" goes on about what was asked before.
    """
    topic = topic or _asked_before(turn)
    asked = Relevance.of(topic, topic, retriever.comparer) if topic else None
    if asked:
        turn.retrieved = retriever.retrieve(topic, as_of=turn.asked_as_of, filters=turn.filters, k=NEAREST)
        near = [article_id for article_id, _ in turn.retrieved.articles[:MOST_ARTICLES]]
        versions = [one for one in retriever.current_versions(near) if covers(asked, one)]
    else:
        turn.retrieved = retriever.latest(as_of=turn.asked_as_of, filters=turn.filters, k=MOST_ARTICLES)
        versions = retriever.current_versions([article_id for article_id, _ in turn.retrieved.articles])
    turn.retrieval_seconds = turn.evidence_seconds = turn.seconds()
    assembly = Assembly(turn)
    quotes = overview(versions, asked)
    evidence = turn.retrieved.evidence or tuple(quote.passage for quote in quotes)
    turn.retrieved = replace(turn.retrieved, evidence=evidence)
    if not evidence:
        yield assembly.abstain(_reason_for_nothing(turn.retrieved))
        return
    yield EvidenceFound(evidence=nearest(evidence), seconds=turn.evidence_seconds)
    for quote in quotes:
        turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
        yield assembly.add_quote(quote, part=turn.question, confidence=None)
    yield assembly.finish() if quotes else assembly.abstain("not_stated")


def _asked_before(turn: Turn) -> str:
    """The topic of the question before this one, "" where there is none."""
    before = turn.history[-1].question if turn.history else ""
    topic = overview_topic(before)
    return before if topic is None else topic


def _quote(turn: Turn, parts: Sequence[Relevance], assembly: Assembly) -> Iterator[SentenceReleased]:
    """Releases the best quotes of each part whose best quote states the answer.

    After something written, these are the quotes beside it that come near the best one, in what words are left; that
    the articles state the answer has then been settled with the writer.
    """
    assert turn.retrieved is not None
    settled = turn if assembly.sentences and len(parts) == 1 else None
    share = BESIDE_WRITTEN if assembly.sentences else CLOSE_SECOND
    ranks = [(part, rank_quotes(turn.retrieved.evidence, part)) for part in parts]
    ranks.sort(key=lambda item: not (item[1] and stands(item[1][0], item[0], None)))
    turn.weigh(max((confidence_of(ranked[0], part, None) for part, ranked in ranks if ranked), default=0.0))
    for part, ranked in ranks:
        beside = len(parts) > 1 and bool(assembly.sentences)
        if not ranked or not stands(ranked[0], part, settled, beside=beside):
            continue
        n_words = sum(len(sentence.text.split()) for sentence in assembly.sentences)
        fresh = [quote for quote in ranked if quote.right_kind and _says_more(quote, assembly)]
        close = choose_quotes(fresh, max_words=MAX_WORDS - n_words, least=share * ranked[0].score)
        for quote in close if len(parts) == 1 else fresh[:1]:
            if len(assembly.sentences) < MAX_SENTENCES and _fits(quote, n_words):
                turn.first_word_seconds = turn.first_word_seconds or turn.seconds()
                before = None if assembly.sentences else leaned_on(quote, part.question)
                if before and reads_before(before, quote):
                    yield assembly.add_leaned_on(before)
                yield assembly.add_quote(quote, part=part.asked, confidence=confidence_of(quote, part, None))


def _add_otherwise(turn: Turn, parts: Sequence[Relevance], assembly: Assembly) -> None:
    """What other articles say instead of the sentence shown for each part of the question, or perhaps do."""
    assert turn.retrieved is not None
    for part in parts:
        cited = assembly.grounds(part.asked)
        if cited is not None:
            told = told_otherwise(part, cited, turn.retrieved.evidence, turn.retrieved.otherwise)
            for dissent in told.dissents:
                assembly.add_dissent(dissent)
            for quote in told.alternatives:
                assembly.add_alternative(quote)


def _says_more(quote: Quote, assembly: Assembly) -> bool:
    """Whether a quote is neither cited already nor says again what a sentence of the answer says."""
    said = any(check(sentence.text, quote.text).supported for sentence in assembly.sentences)
    return not said and not assembly.cites(quote)


def _fits(quote: Quote, n_words: int) -> bool:
    """Whether a quote beside so many words keeps the answer short; the first quote always does."""
    return not n_words or n_words + len(quote.text.split()) <= MAX_WORDS
