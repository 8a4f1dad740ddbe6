"""What each question adds to each figure; pure. Leaves out: adding it up (summary) and how sure it is (intervals).

Every figure but those of time is a sum over the questions divided by another, so that one definition serves the
table, the bootstrap and the paired comparison.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.evaluation.outcomes import Outcome

DEPTH = 10
"""How many distinct articles are looked at for hit@k, recall, nDCG and MRR."""

Share = Callable[[Outcome], tuple[float, float]]
"""An outcome to what it adds to a figure's numerator and denominator; (0, 0) where it does not belong."""


def is_ranked(one: Outcome) -> bool:
    """Whether the question enters the figures of finding: it is answerable and names gold articles."""
    return one.answerable and (bool(one.gold) or not one.gold_known)


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


def _asked(counts: Callable[[Outcome], float], *, among: Callable[[Outcome], bool] = lambda _: True) -> Share:
    """A mean over the questions that somebody was to answer, or those among them that belong."""

    def share(one: Outcome) -> tuple[float, float]:
        belongs = one.score is not None and among(one)
        return (float(counts(one)), 1.0) if belongs else (0.0, 0.0)

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
        "right": _asked(lambda one: one.right is True, among=lambda one: one.answerable),
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
