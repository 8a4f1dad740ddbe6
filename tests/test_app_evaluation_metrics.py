"""Figures against values worked out by hand."""

from dataclasses import replace

import pytest

from app.evaluation.metrics.summary import rank_of_gold, score, summarise
from app.evaluation.outcomes import Outcome

BASE = Outcome(id="x", kind="k", question="?", mode="writer", golden_hash="0", answerable=True)


@pytest.mark.parametrize(
    ("ranked", "gold", "rank"),
    [
        (["g"], ["g"], 1),
        (["a", "a", "a", "g"], ["g"], 2),  # distinct articles
        (["a", "h", "g"], ["g", "h"], 2),  # the first of several
        ([*"abcdefghi", "g2"], ["g2"], 10),
        ([*"abcdefghij", "g2"], ["g2"], None),  # eleventh
        ([], ["g"], None),
        (["a"], [], None),
    ],
)
def test_rank_counts_distinct_articles_to_the_tenth(ranked: list[str], gold: list[str], rank: int | None) -> None:
    assert rank_of_gold(ranked, gold) == rank


@pytest.mark.parametrize(
    ("answerable", "answered", "right", "points"),
    [
        (True, True, True, 1),
        (False, False, False, 1),
        (True, False, False, 0),
        (True, True, False, -1),
        (False, True, False, -1),
    ],
)
def test_score_rewards_abstaining_only_where_the_articles_do_not_say(
    answerable: bool, answered: bool, right: bool, points: int
) -> None:
    assert score(answerable=answerable, answered=answered, right=right) == points


def outcome(
    *, answerable: bool, answered: bool, right: bool = False, rank: int | None = None, seconds: float = 1.0
) -> Outcome:
    return replace(
        BASE, answerable=answerable, gold=("g",) if answerable else (), rank=rank, answered=answered, right=right,
        score=score(answerable=answerable, answered=answered, right=right), total_seconds=seconds,
        first_evidence_seconds=0.1, first_word_seconds=seconds if answered else None,
        sentences=4 if answered else 0, sentences_supported=3 if answered else 0,
        citations=5 if answered else 0, citations_resolved=5 if answered else 0,
    )  # fmt: skip


def test_every_figure_of_a_small_run() -> None:
    figures = summarise(
        [
            outcome(answerable=True, answered=True, right=True, rank=1, seconds=1),
            outcome(answerable=True, answered=True, right=False, rank=2, seconds=2),
            outcome(answerable=True, answered=False, rank=5, seconds=3),
            outcome(answerable=True, answered=True, right=True, rank=None, seconds=4),
            outcome(answerable=False, answered=False, seconds=5),
            outcome(answerable=False, answered=False, seconds=6),
            outcome(answerable=False, answered=True, seconds=17),
        ]
    )
    assert (figures.questions, figures.answerable, figures.ranked_questions, figures.asked) == (7, 4, 4, 7)
    assert (figures.hit_at_1, figures.hit_at_4, figures.hit_at_10) == (1 / 4, 2 / 4, 3 / 4)
    assert figures.mrr_at_10 == pytest.approx((1 + 1 / 2 + 1 / 5) / 4)
    assert figures.right == 2 / 4
    assert figures.wrong == 2 / 7
    assert figures.score == pytest.approx((1 - 1 + 0 + 1 + 1 + 1 - 1) / 7)
    assert figures.abstained == 3
    assert figures.abstention_precision == 2 / 3
    assert figures.abstention_recall == 2 / 3
    assert (figures.sentences, figures.sentences_supported) == (16, 12 / 16)
    assert (figures.citations, figures.citations_resolved) == (20, 1.0)
    assert figures.median_total_seconds == 4
    assert figures.median_first_word_seconds == 3  # of 1, 2, 4, 17
    assert figures.median_first_evidence_seconds == 0.1
    assert (figures.failed, figures.fallbacks, figures.gold_missing) == (0, 0, 0)


def test_a_failure_is_a_wrong_answer_and_never_an_abstention() -> None:
    figures = summarise([replace(BASE, answerable=False, score=-1, error="RetrievalError: gone")])
    assert (figures.failed, figures.abstained, figures.score, figures.wrong) == (1, 0, -1, 1)
    assert figures.abstention_precision is None
    assert figures.abstention_recall == 0


def test_a_gold_article_that_the_library_lacks_counts_as_not_found() -> None:
    figures = summarise([replace(BASE, gold_known=False), replace(BASE, gold=("g",), rank=1)])
    assert (figures.ranked_questions, figures.gold_missing, figures.hit_at_10) == (2, 1, 0.5)


def test_questions_without_gold_do_not_enter_the_ranks() -> None:
    assert summarise([BASE]).ranked_questions == 0


def test_quotes_count_as_fallback_only_where_a_writer_was_asked_for() -> None:
    fell_back = replace(BASE, fallback="no model reachable")
    assert summarise([fell_back, replace(fell_back, mode="quotes")]).fallbacks == 1


def test_nothing_to_divide_by_gives_none() -> None:
    figures = summarise([])
    assert figures.questions == 0
    assert {figures.hit_at_1, figures.mrr_at_10, figures.right, figures.score, figures.abstention_precision} == {None}
    assert {figures.sentences_supported, figures.citations_resolved, figures.median_total_seconds} == {None}


def test_retrieval_alone_gives_ranks_and_no_score() -> None:
    figures = summarise([replace(BASE, mode="retrieval", gold=("g",), rank=4)])
    assert (figures.hit_at_4, figures.mrr_at_10, figures.asked, figures.score, figures.right) == (
        1,
        0.25,
        0,
        None,
        None,
    )
