"""How well articles are found: ranks of gold articles, asked in several ways. Leaves out: how long it takes (speed)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from app.evaluation.golden.reading import Golden
from app.evaluation.metrics.summary import rank_of_gold
from index.ranking import Weights
from index.retrieval import Retriever

TIMED = re.compile(
    r"\b(this|last|next|past|coming)\s+(week|weekend|month|year|spring|summer|fall|autumn|winter|season)\b"
    r"|\b(today|tonight|yesterday|recent(ly)?|latest|now|currently|days? ago|weeks? ago)\b"
    r"|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
"""Questions with a time expression of their own, as the description of our evaluation data defines them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Shares of questions with a gold article among the first 1, 4, 10; the mean of 1/rank within 10."""

    questions: int
    hit_at_1: float
    hit_at_4: float
    hit_at_10: float
    mrr_at_10: float


def halves(questions: Sequence[Golden]) -> tuple[tuple[Golden, ...], tuple[Golden, ...]]:
    """Every other question: the first half is what weights are fitted on, the second is kept apart."""
    return tuple(questions[::2]), tuple(questions[1::2])


def find_all(retriever: Retriever, questions: Sequence[Golden], *, as_of: date | str | None) -> list[int | None]:
    """The rank of the first gold article of each question; `as_of` is a day, None, or "asked" for each its own."""
    ranks = []
    for question in questions:
        day = question.as_of if as_of == "asked" else as_of
        found = retriever.candidates(question.question, as_of=day if isinstance(day, date) else None)
        shown = [found.catalogue.article_ids[story.place] for story in found.stories(Weights())[:50]]
        ranks.append(rank_of_gold(shown, question.gold))
    return ranks


def summed(ranks: Sequence[int | None]) -> Found:
    """The figures of these ranks."""

    def share(depth: int) -> float:
        return fmean(rank is not None and rank <= depth for rank in ranks) if ranks else 0.0

    return Found(
        questions=len(ranks),
        hit_at_1=share(1),
        hit_at_4=share(4),
        hit_at_10=share(10),
        mrr_at_10=fmean(1 / rank if rank else 0.0 for rank in ranks) if ranks else 0.0,
    )


def finding(retriever: Retriever, questions: Sequence[Golden]) -> dict[str, Found]:
    """The figures by way of asking: on the day (all, and both halves), without a day, and long after.

    "late" and "late, no day" are about the questions that carry no time of their own, asked from the end of the year
    of the newest article and without a day.
    """
    asked = [question for question in questions if question.answerable and question.gold and question.as_of]
    dated, undated = find_all(retriever, asked, as_of="asked"), find_all(retriever, asked, as_of=None)
    timeless = [place for place, question in enumerate(asked) if not TIMED.search(question.question)]
    newest = retriever.default_as_of()
    late = date(newest.year, 12, 31) if newest else None
    return {
        "as of the day": summed(dated),
        "as of the day, fitted half": summed(dated[::2]),
        "as of the day, other half": summed(dated[1::2]),
        "no day": summed(undated),
        "no day, other half": summed(undated[1::2]),
        "late": summed(find_all(retriever, [asked[place] for place in timeless], as_of=late)),
        "late, no day": summed([undated[place] for place in timeless]),
    }
