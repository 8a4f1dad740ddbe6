"""Puts golden questions to a Desk, one after the other or several at a time. Leaves out: reading them, figures."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Protocol

from app.entries import ArticleSummary
from app.errors import JudgeError
from app.evaluation.golden.locating import gold_articles, ranks_of_quotes
from app.evaluation.golden.matching import contains, token_f1
from app.evaluation.golden.reading import Golden
from app.evaluation.metrics.citation_quality import Supports, citation_quality
from app.evaluation.metrics.figures import DEPTH
from app.evaluation.metrics.summary import rank_of_gold, score
from app.evaluation.metrics.verifying import resolves, verify
from app.evaluation.outcomes import Mode, Outcome, Passage
from app.schema import Answer
from app.verifying import FindVersion
from index.articles import Evidence, Retrieved, Version
from index.errors import OnRecordError

FOUND_KEPT = 5
"""How many passages of the search are kept with each question, for whoever reads why it failed."""
_VERSIONS_KEPT = 64


class AskedDesk(Protocol):
    """The part of app.Desk that an evaluation uses."""

    def ask(
        self,
        question: str,
        *,
        as_of: date | str | None = None,
        quotes_only: bool = False,
        history: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        """The answer; `history` holds earlier (question, answer text), oldest first."""
        ...

    def search(self, question: str, *, k: int = 10, as_of: date | str | None = None) -> Retrieved:
        """Articles, ranked."""
        ...

    def articles(self) -> list[ArticleSummary]:
        """The library's list."""
        ...

    def article(self, article_id: str, version: int | None = None) -> Version:
        """A version, the newest unless told otherwise."""
        ...


def pick(
    questions: Sequence[Golden], *, limit: int | None = None, sample: int | None = None, seed: int = 0
) -> tuple[Golden, ...]:
    """A random sample (the same for the same seed and file), then the first `limit`; the file's order is kept."""
    places = list(range(len(questions)))
    if sample is not None and sample < len(places):
        places = sorted(random.Random(seed).sample(places, sample))  # noqa: S311 - to be repeated, not to be secret
    return tuple(questions[place] for place in places[:limit])


def golden_hash(question: Golden) -> str:
    """Sixteen hex digits that change when anything about the question does, but not with the day it is asked from.

    The day is told by the outcome, so that a question can be paired with itself asked from another day.
    """
    return hashlib.sha256(repr(replace(question, as_of=None)).encode()).hexdigest()[:16]


def ask_all(
    desk: AskedDesk, questions: Sequence[Golden], *, mode: Mode, judge: Supports | None = None, parallel: int = 1
) -> Iterator[Outcome]:
    """Ask the questions and tell how each went, in order. A question that fails is an outcome too.

    With `parallel` so many are asked at a time, and told as they are done. Only errors of the OnRecord tree are taken
    as a failure; any other is a fault of the program and is raised, and no further question is asked.
    """
    gold = gold_articles(questions, desk.articles())
    find_version = lru_cache(maxsize=_VERSIONS_KEPT)(desk.article)

    def ask(question: Golden) -> Outcome:
        return _ask(desk, question, mode, gold, find_version, judge)

    yield from map(ask, questions) if parallel == 1 else _side_by_side(ask, questions, parallel)


def _side_by_side(ask: Callable[[Golden], Outcome], questions: Sequence[Golden], parallel: int) -> Iterator[Outcome]:
    with ThreadPoolExecutor(parallel, thread_name_prefix="asking") as threads:
        waiting = [threads.submit(ask, question) for question in questions]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            for one in waiting:
                one.cancel()


def _ask(
    desk: AskedDesk,
    question: Golden,
    mode: Mode,
    gold: Mapping[str, Sequence[str]],
    find_version: FindVersion,
    judge: Supports | None,
) -> Outcome:
    ids = tuple(dict.fromkeys(article_id for name in question.gold for article_id in gold[name]))
    outcome = Outcome(
        id=question.id,
        kind=question.kind,
        question=question.question,
        mode=mode,
        golden_hash=golden_hash(question),
        answerable=question.answerable,
        as_of=question.as_of.isoformat() if question.as_of else None,
        gold=ids,
        gold_known=bool(ids) or not question.gold,
        expected=question.expected,
        assertions=len(question.expected),
        gold_quotes=tuple(quote for _, quote in question.passages),
        passage_ranks=(None,) * len(question.passages),
    )
    try:
        if mode != "retrieval":
            answer = desk.ask(
                question.question, as_of=question.as_of, quotes_only=mode == "quotes", history=question.history
            )
            outcome = _judged(outcome, question, answer, find_version, judge)
        return _ranked(outcome, question, desk, gold, find_version)
    except OnRecordError as error:
        return replace(outcome, error=f"{type(error).__name__}: {error}", score=None if mode == "retrieval" else -1)


def _judged(
    outcome: Outcome, question: Golden, answer: Answer, find_version: FindVersion, judge: Supports | None
) -> Outcome:
    right = answer.answered and question.is_right(answer.text)
    verified = verify(answer, find_version)
    stated = answer.text if answer.answered else ""
    outcome = _with_quality(outcome, answer, judge)
    return replace(
        outcome,
        contains=contains(stated, question.expected) if question.expected else None,
        token_f1=token_f1(stated, question.expected) if question.expected else None,
        standalone_question=answer.standalone_question,
        answered=answer.answered,
        reason=answer.reason,
        right=right,
        score=score(answerable=question.answerable, answered=answer.answered, right=right),
        assertions_met=question.requirements_met(answer.text) if answer.answered else 0,
        text=answer.text,
        confidence=answer.confidence,
        shown=tuple(
            Passage(
                article_id=cited.article_id,
                title=cited.title,
                start=cited.start,
                end=cited.end,
                quote=cited.quote,
                marker=cited.marker,
                resolves=resolves(cited, find_version),
            )
            for cited in answer.citations
        ),
        sentences=verified.sentences,
        sentences_supported=verified.sentences_supported,
        citations=verified.citations,
        citations_resolved=verified.citations_resolved,
        writer=answer.writer,
        fallback=answer.fallback,
        retrieval_seconds=answer.timings.retrieval_seconds,
        first_evidence_seconds=answer.timings.first_evidence_seconds,
        first_word_seconds=answer.timings.first_word_seconds,
        total_seconds=answer.timings.total_seconds,
        tokens_read=answer.tokens.read,
        tokens_written=answer.tokens.written,
    )


def _with_quality(outcome: Outcome, answer: Answer, judge: Supports | None) -> Outcome:
    """With the counts of its citations. A judge that fails says nothing of the answer: it is told, and not counted."""
    try:
        quality = citation_quality(answer, judge)
    except JudgeError as error:
        return replace(outcome, judge_error=str(error))
    return replace(
        outcome,
        sentences_entailed=quality.supported,
        citation_uses=quality.uses,
        citations_needed=quality.needed,
    )


def _ranked(
    outcome: Outcome,
    question: Golden,
    desk: AskedDesk,
    gold: Mapping[str, Sequence[str]],
    find_version: FindVersion,
) -> Outcome:
    """With the articles' ranks and the best passages, found for the standalone question where the Desk made one."""
    asked = outcome.standalone_question or question.question
    retrieved = desk.search(asked, k=DEPTH, as_of=question.as_of)
    everything = [article_id for article_id, _ in retrieved.articles] or [
        evidence.article_id for evidence in retrieved.evidence
    ]
    ranked = tuple(dict.fromkeys(everything))[:DEPTH]
    return replace(
        outcome,
        ranked=ranked,
        rank=rank_of_gold(ranked, outcome.gold),
        found=tuple(map(_found, retrieved.evidence[:FOUND_KEPT])),
        passage_ranks=ranks_of_quotes(question, gold, retrieved.evidence[:DEPTH], find_version),
    )


def _found(passage: Evidence) -> Passage:
    return Passage(
        article_id=passage.article_id,
        title=passage.title,
        start=passage.start,
        end=passage.end,
        quote=passage.quote,
    )
