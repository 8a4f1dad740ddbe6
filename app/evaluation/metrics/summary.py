"""Figures over the outcomes of many questions; pure. Leaves out: whether one reply is right (golden.matching)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.evaluation.metrics.figures import DEPTH, FIGURES, has_gold_quotes, is_ranked, value
from app.evaluation.metrics.quantities import QUANTITIES, quantity
from app.evaluation.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures of a set of questions; shares are 0..1, None where there is nothing to divide by.

    `hit_at_*` and `mrr_at_10`: over the `ranked_questions`, the answerable ones that name gold articles.
    `recall_at_10`, `ndcg_at_10`: over the same, of all their gold articles.
    `passage_*`: the same of passages that overlap a gold quote, over the `passage_questions`, the answerable ones
    whose gold quotes are given.
    `right`: of the answerable questions, those answered rightly. `contains`, `token_f1`: over the same, the reply
    compared word by word with what is expected. `assertions_met`: of what the answers given should state, what they do.
    `wrong`: of all, those with score -1.
    `score`: the mean of +1, 0, -1 over all, in -1..1 (CRAG, arXiv 2406.04744).
    `abstention_precision`: of the abstentions, those where the articles do not say; `abstention_recall`: of
    the questions where they do not say, those abstained from. `sentences_supported` and
    `citations_resolved`: of all sentences and citations shown as an answer. `citation_recall`, `citation_precision`:
    after ALCE, by our own checker or the judge asked for, the same for every system (citation_quality).
    `calibration_error`, `risk_area`: of the answers' own confidence (quantities).
    `cost`: of all, in the currency of the prices told, None where the writer of any answer has none;
    `cost_per_question`: its mean over those that have one.
    `failed`: questions whose asking failed; `fallbacks`: answers that are quotes although a writer was asked for;
    `unjudged`: answers whose citations the judge gave no verdict on.
    """

    questions: int
    answerable: int
    ranked_questions: int
    gold_missing: int
    hit_at_1: float | None
    hit_at_4: float | None
    hit_at_10: float | None
    mrr_at_10: float | None
    recall_at_10: float | None
    ndcg_at_10: float | None
    passage_questions: int
    passage_hit_at_1: float | None
    passage_hit_at_4: float | None
    passage_recall_at_10: float | None
    passage_mrr_at_10: float | None
    passage_ndcg_at_10: float | None
    asked: int
    right: float | None
    contains: float | None
    token_f1: float | None
    assertions_met: float | None
    wrong: float | None
    score: float | None
    abstained: int
    abstention_precision: float | None
    abstention_recall: float | None
    sentences: int
    sentences_supported: float | None
    citations: int
    citations_resolved: float | None
    citation_recall: float | None
    citation_precision: float | None
    calibration_error: float | None
    risk_area: float | None
    median_first_evidence_seconds: float | None
    median_first_word_seconds: float | None
    median_total_seconds: float | None
    p95_first_evidence_seconds: float | None
    p95_first_word_seconds: float | None
    p95_total_seconds: float | None
    tokens_read: int
    tokens_written: int
    cost: float | None
    cost_per_question: float | None
    fallbacks: int
    unjudged: int
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
    listed = list(outcomes)
    ranked = [one for one in listed if is_ranked(one)]
    asked = [one for one in listed if one.score is not None]
    shown = [one for one in asked if one.answered]
    return Summary(
        questions=len(listed),
        answerable=sum(one.answerable for one in listed),
        ranked_questions=len(ranked),
        gold_missing=sum(not one.gold_known for one in ranked),
        passage_questions=sum(map(has_gold_quotes, listed)),
        asked=len(asked),
        abstained=sum(one.answered is False for one in asked),
        sentences=sum(one.sentences for one in shown),
        citations=sum(one.citations for one in shown),
        tokens_read=sum(one.tokens_read for one in listed),
        tokens_written=sum(one.tokens_written for one in listed),
        cost=_cost(asked),
        unjudged=sum(one.judge_error is not None for one in listed),
        fallbacks=sum(one.mode == "writer" and one.fallback is not None for one in listed),
        failed=sum(one.error is not None for one in listed),
        **{name: value(listed, name) for name in FIGURES},
        **{name: quantity(listed, name) for name in QUANTITIES},
    )


def _cost(asked: Sequence[Outcome]) -> float | None:
    costs = [one.cost for one in asked if one.error is None]
    return sum(one for one in costs if one is not None) if costs and None not in costs else None
