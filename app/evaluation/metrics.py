"""Figures over the outcomes of many questions; pure. Leaves out: whether one reply is right (matching)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from app.evaluation.outcomes import Outcome

DEPTH = 10
"""How many distinct articles are looked at for hit@k and MRR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures of a set of questions; shares are 0..1, None where there is nothing to divide by.

    `hit_at_*` and `mrr_at_10`: over the `ranked_questions`, the answerable ones that name gold articles.
    `right`: of the answerable questions, those answered rightly. `wrong`: of all, those with score -1.
    `score`: the mean of +1, 0, -1 over all, in -1..1 (CRAG, arXiv 2406.04744).
    `abstention_precision`: of the abstentions, those where the articles do not say; `abstention_recall`: of
    the questions where they do not say, those abstained from. `sentences_supported` and
    `citations_resolved`: of all sentences and citations shown as an answer. `failed`: questions whose asking
    failed; `fallbacks`: answers that are quotes although a writer was asked for.
    """

    questions: int
    answerable: int
    ranked_questions: int
    gold_missing: int
    hit_at_1: float | None
    hit_at_4: float | None
    hit_at_10: float | None
    mrr_at_10: float | None
    asked: int
    right: float | None
    wrong: float | None
    score: float | None
    abstained: int
    abstention_precision: float | None
    abstention_recall: float | None
    sentences: int
    sentences_supported: float | None
    citations: int
    citations_resolved: float | None
    median_first_evidence_seconds: float | None
    median_first_word_seconds: float | None
    median_total_seconds: float | None
    fallbacks: int
    failed: int


def rank_of_gold(ranked: Iterable[str], gold: Iterable[str]) -> int | None:
    """The place, from 1, of the first gold article among the first ten distinct ones; None when it is not there.

    >>> rank_of_gold(["a", "a", "b", "gold"], ["gold", "other"])
    3
    """
    wanted = set(gold)
    distinct = list(dict.fromkeys(ranked))[:DEPTH]
    return next((place for place, article_id in enumerate(distinct, start=1) if article_id in wanted), None)


def score(*, answerable: bool, answered: bool, right: bool) -> int:
    """+1 for a right answer, or abstaining where the articles do not say; 0 abstaining where they do; else -1."""
    if not answered:
        return 0 if answerable else 1
    return 1 if answerable and right else -1


def summarise(outcomes: Sequence[Outcome]) -> Summary:
    """All figures of these outcomes."""
    ranked = [one for one in outcomes if one.answerable and (one.gold or not one.gold_known)]
    asked = [one for one in outcomes if one.score is not None]
    answerable = [one for one in asked if one.answerable]
    abstained = [one for one in asked if one.answered is False]
    unanswerable = [one for one in asked if not one.answerable]
    apt = sum(not one.answerable for one in abstained)
    shown = [one for one in asked if one.answered]
    sentences, citations = sum(one.sentences for one in shown), sum(one.citations for one in shown)
    return Summary(
        questions=len(outcomes),
        answerable=sum(one.answerable for one in outcomes),
        ranked_questions=len(ranked),
        gold_missing=sum(not one.gold_known for one in ranked),
        hit_at_1=_hit(ranked, 1),
        hit_at_4=_hit(ranked, 4),
        hit_at_10=_hit(ranked, DEPTH),
        mrr_at_10=fmean(1 / one.rank if one.rank else 0.0 for one in ranked) if ranked else None,
        asked=len(asked),
        right=_share(sum(one.right is True for one in answerable), len(answerable)),
        wrong=_share(sum(one.score == -1 for one in asked), len(asked)),
        score=fmean(one.score or 0 for one in asked) if asked else None,
        abstained=len(abstained),
        abstention_precision=_share(apt, len(abstained)),
        abstention_recall=_share(apt, len(unanswerable)),
        sentences=sentences,
        sentences_supported=_share(sum(one.sentences_supported for one in shown), sentences),
        citations=citations,
        citations_resolved=_share(sum(one.citations_resolved for one in shown), citations),
        median_first_evidence_seconds=_median(one.first_evidence_seconds for one in outcomes),
        median_first_word_seconds=_median(one.first_word_seconds for one in outcomes),
        median_total_seconds=_median(one.total_seconds for one in outcomes),
        fallbacks=sum(one.mode == "writer" and one.fallback is not None for one in outcomes),
        failed=sum(one.error is not None for one in outcomes),
    )


def _hit(ranked: Sequence[Outcome], depth: int) -> float | None:
    return _share(sum(one.rank is not None and one.rank <= depth for one in ranked), len(ranked))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
