"""What each question adds to each figure; pure. Leaves out: adding it up (summary) and how sure it is (intervals).

Every figure here is a sum over the questions divided by another, so that one definition serves the table, the
bootstrap and the paired comparison. What is no such share, times and calibration, is in quantities.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from app.evaluation.outcomes import Outcome

DEPTH = 10
"""How many distinct articles, or passages, are looked at for hit@k, recall, nDCG and MRR."""

Share = Callable[[Outcome], tuple[float, float]]
"""An outcome to what it adds to a figure's numerator and denominator; (0, 0) where it does not belong."""


def is_ranked(one: Outcome) -> bool:
    """Whether the question enters the figures of finding: it is answerable and names gold articles."""
    return one.answerable and (bool(one.gold) or not one.gold_known)


def has_gold_quotes(one: Outcome) -> bool:
    """Whether the question enters the figures of finding passages: it is answerable and its gold quotes are given."""
    return one.answerable and bool(one.passage_ranks)


def _hit(depth: int) -> Share:
    def share(one: Outcome) -> tuple[float, float]:
        return (float(one.rank is not None and one.rank <= depth), 1.0) if is_ranked(one) else (0.0, 0.0)

    return share


def _reciprocal_rank(one: Outcome) -> tuple[float, float]:
    return (1 / one.rank if one.rank else 0.0, 1.0) if is_ranked(one) else (0.0, 0.0)


def _recall(one: Outcome) -> tuple[float, float]:
    if not is_ranked(one):
        return 0.0, 0.0
    gold = set(one.gold)
    return (len(gold & set(one.ranked[:DEPTH])) / len(gold) if gold else 0.0), 1.0


def _ndcg(one: Outcome) -> tuple[float, float]:
    """Binary gains over log2(place + 1), divided by the best possible (Järvelin and Kekäläinen 2002)."""
    if not is_ranked(one):
        return 0.0, 0.0
    gold = set(one.gold)
    gained = sum(1 / math.log2(at + 1) for at, found in enumerate(one.ranked[:DEPTH], start=1) if found in gold)
    best = sum(1 / math.log2(at + 1) for at in range(1, min(len(gold), DEPTH) + 1))
    return (gained / best if best else 0.0), 1.0


def _passages(share: Callable[[Sequence[int | None]], float]) -> Share:
    """A mean over the answerable questions that give gold quotes, of what their places come to."""

    def of(one: Outcome) -> tuple[float, float]:
        return (share(one.passage_ranks), 1.0) if has_gold_quotes(one) and one.passage_ranks else (0.0, 0.0)

    return of


def _first(ranks: Sequence[int | None]) -> float:
    return min((rank for rank in ranks if rank is not None), default=math.inf)


def _ndcg_of_quotes(ranks: Sequence[int | None]) -> float:
    """As of articles, each gold quote gaining once. Of several in one passage each takes a place of its own after it.

    >>> _ndcg_of_quotes([1, 1]), round(_ndcg_of_quotes([2, None]), 3)
    (1.0, 0.387)
    """
    gained, place = 0.0, 0
    for rank in sorted(rank for rank in ranks if rank is not None):
        place = max(rank, place + 1)
        gained += 1 / math.log2(place + 1) if place <= DEPTH else 0.0
    return gained / sum(1 / math.log2(at + 1) for at in range(1, min(len(ranks), DEPTH) + 1))


def _asked(counts: Callable[[Outcome], float], *, among: Callable[[Outcome], bool] = lambda _: True) -> Share:
    """A mean over the questions that somebody was to answer, or those among them that belong."""

    def share(one: Outcome) -> tuple[float, float]:
        belongs = one.score is not None and among(one)
        return (float(counts(one)), 1.0) if belongs else (0.0, 0.0)

    return share


def _compared(how: Callable[[Outcome], float | None]) -> Share:
    """A mean over the answerable questions whose reply was compared; an abstention and a failure state nothing."""

    def share(one: Outcome) -> tuple[float, float]:
        compared = 0.0 if one.error else how(one)
        belongs = one.score is not None and one.answerable and compared is not None
        return (float(compared or 0.0), 1.0) if belongs else (0.0, 0.0)

    return share


def _shown(part: Callable[[Outcome], int | None], whole: Callable[[Outcome], int | None]) -> Share:
    """A share of what answers show, sentences or citations; what was not counted does not enter."""

    def share(one: Outcome) -> tuple[float, float]:
        counted, of = part(one), whole(one)
        return (float(counted), float(of)) if one.answered and counted is not None and of else (0.0, 0.0)

    return share


FIGURES: Mapping[str, Share] = MappingProxyType(
    {
        "hit_at_1": _hit(1),
        "hit_at_4": _hit(4),
        "hit_at_10": _hit(DEPTH),
        "mrr_at_10": _reciprocal_rank,
        "recall_at_10": _recall,
        "ndcg_at_10": _ndcg,
        "passage_hit_at_1": _passages(lambda ranks: float(_first(ranks) <= 1)),
        "passage_hit_at_4": _passages(lambda ranks: float(_first(ranks) <= 4)),
        "passage_recall_at_10": _passages(lambda ranks: sum(rank is not None for rank in ranks) / len(ranks)),
        "passage_mrr_at_10": _passages(lambda ranks: 1 / _first(ranks)),
        "passage_ndcg_at_10": _passages(_ndcg_of_quotes),
        "right": _asked(lambda one: one.right is True, among=lambda one: one.answerable),
        "contains": _compared(lambda one: one.contains),
        "token_f1": _compared(lambda one: one.token_f1),
        "assertions_met": _shown(lambda one: one.assertions_met, lambda one: one.assertions),
        "wrong": _asked(lambda one: one.score == -1),
        "score": _asked(lambda one: one.score or 0),
        "abstention_precision": _asked(lambda one: not one.answerable, among=lambda one: one.answered is False),
        "abstention_recall": _asked(lambda one: one.answered is False, among=lambda one: not one.answerable),
        "sentences_supported": _shown(lambda one: one.sentences_supported, lambda one: one.sentences),
        "citation_recall": _shown(lambda one: one.sentences_entailed, lambda one: one.sentences),
        "citation_precision": _shown(lambda one: one.citations_needed, lambda one: one.citation_uses),
        "citations_resolved": _shown(lambda one: one.citations_resolved, lambda one: one.citations),
    }
)
"""By the name that the figure has in Summary; what each means is told there."""

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType({"score": (-1.0, 1.0)})
"""Where a figure can lie, if not in 0..1."""

LOWER_IS_BETTER = frozenset({"wrong"})


def value(outcomes: list[Outcome], name: str) -> float | None:
    """One figure of these outcomes; None where there is nothing to divide by."""
    parts, wholes = zip(*map(FIGURES[name], outcomes), strict=True) if outcomes else ((), ())
    whole = math.fsum(wholes)
    return math.fsum(parts) / whole if whole else None
