"""Figures of finding against values worked out by hand, and the intervals of all figures."""

import doctest
import itertools
import json
import math
import random
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.evaluation.retrieval.metrics import MRR, HitRate, Recall
from llama_index.core.evaluation.retrieval.metrics_base import BaseRetrievalMetric

from app.evaluation.metrics import intervals as module
from app.evaluation.metrics.figures import FIGURES, value
from app.evaluation.metrics.intervals import intervals, mean_interval, wilson
from app.evaluation.metrics.quantities import QUANTITIES, drawn_quantity, quantity
from app.evaluation.metrics.summary import Summary, rank_of_gold, summarise
from app.evaluation.outcomes import Outcome, append_outcome, read_outcomes
from app.evaluation.report.table import report

BASE = Outcome(id="x", kind="k", question="?", mode="writer", golden_hash="0", answerable=True, gold=("g", "h"))


def scored(*scores: int) -> list[Outcome]:
    return [replace(BASE, id=str(at), score=one, answered=True, right=one == 1) for at, one in enumerate(scores)]


@pytest.mark.parametrize(
    ("ranked", "recall", "ndcg"),
    [
        (("g", "h"), 1.0, 1.0),
        (("a", "g"), 0.5, (1 / math.log2(3)) / (1 + 1 / math.log2(3))),
        (("a", "g", "b", "h"), 1.0, (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3))),
        ((*"abcdefijkl", "g"), 0.0, 0.0),
        ((), 0.0, 0.0),
    ],
)
def test_recall_and_ndcg_count_every_gold_article_of_the_first_ten(
    ranked: tuple[str, ...], recall: float, ndcg: float
) -> None:
    figures = summarise([replace(BASE, ranked=ranked)])
    assert figures.recall_at_10 == pytest.approx(recall)
    assert figures.ndcg_at_10 == pytest.approx(ndcg)


def test_ndcg_is_that_of_the_textbook() -> None:
    # Gains 1 0 1 0 0 1 of three relevant documents: DCG 1 + 1/2 + 1/log2(7), ideal 1 + 1/log2(3) + 1/2.
    one = replace(BASE, gold=("a", "c", "f"), ranked=tuple("abcdef"))
    assert summarise([one]).ndcg_at_10 == pytest.approx(1.856207 / 2.130930, abs=1e-6)


# Rankings and gold articles (a letter each) drawn at random, with what ir_measures 0.4.3, that is trec_eval by way of
# pytrec-eval-terrier 0.5.11, says of them: nDCG@10, RR@10, R@10, Success@1, @4 and @10. The package itself is no
# dependency of the tests, for it brings SciPy; ranx brings Numba and Matplotlib.
OF_TREC_EVAL = (
    ("mbcdljaiqn", "c", (0.5, 0.333333, 1.0, 0, 1, 1)),
    ("chtnbqjpdkoa", "mst", (0.234639, 0.333333, 0.333333, 0, 1, 1)),
    ("", "b", (0, 0, 0, 0, 0, 0)),
    ("ner", "ds", (0, 0, 0, 0, 0, 0)),
    ("fdglsiqbja", "gnpt", (0.19519, 0.333333, 0.25, 0, 1, 1)),
    ("soljhmcrdb", "jqs", (0.671386, 1.0, 0.666667, 1, 1, 1)),
    ("ojcdnrmfthgabse", "ks", (0, 0, 0, 0, 0, 0)),  # the 14th is too late
    ("lpocqehtkb", "abcfhjkmoprs", (0.546936, 0.5, 0.5, 0, 1, 1)),  # twelve gold articles, ten places
    ("b", "egj", (0, 0, 0, 0, 0, 0)),
    ("mpcfog", "eir", (0, 0, 0, 0, 0, 0)),
    ("inlmhcboqdka", "fips", (0.39038, 1.0, 0.25, 1, 1, 1)),
    ("enrlkcqijp", "b", (0, 0, 0, 0, 0, 0)),
    ("rmstqbhkgadojni", "abcdfijkoprt", (0.52633, 1.0, 0.416667, 1, 1, 1)),
    ("t", "m", (0, 0, 0, 0, 0, 0)),
)
MEANS_OF_TREC_EVAL = (0.21891868, 0.32142857, 0.24404762, 0.21428571, 0.5, 0.5)


def test_figures_of_finding_are_those_of_trec_eval() -> None:
    outcomes = [
        replace(BASE, ranked=tuple(ranked), gold=tuple(gold), rank=rank_of_gold(ranked, gold))
        for ranked, gold, _ in OF_TREC_EVAL
    ]
    names = ("ndcg_at_10", "mrr_at_10", "recall_at_10", "hit_at_1", "hit_at_4", "hit_at_10")
    for outcome, (_, _, expected) in zip(outcomes, OF_TREC_EVAL, strict=True):
        assert [value([outcome], name) for name in names] == pytest.approx(expected, abs=1e-6)
    assert [value(outcomes, name) for name in names] == pytest.approx(MEANS_OF_TREC_EVAL, abs=1e-7)


@pytest.mark.parametrize(
    ("ranks", "hits", "recall", "mrr", "ndcg"),
    [
        ((1,), (1, 1), 1.0, 1.0, 1.0),
        ((None,), (0, 0), 0.0, 0.0, 0.0),
        ((5,), (0, 0), 1.0, 0.2, 1 / math.log2(6)),
        ((3, 1), (1, 1), 1.0, 1.0, (1 + 1 / 2) / (1 + 1 / math.log2(3))),
        ((4, None), (0, 1), 0.5, 0.25, (1 / math.log2(5)) / (1 + 1 / math.log2(3))),
        ((1, 1), (1, 1), 1.0, 1.0, 1.0),  # both in one passage
        ((2, 2, 3), (0, 1), 1.0, 0.5, (1 / math.log2(3) + 1 / 2 + 1 / math.log2(5)) / (1.5 + 1 / math.log2(3))),
        ((10, 10), (0, 0), 1.0, 0.1, (1 / math.log2(11)) / (1 + 1 / math.log2(3))),
    ],
)
def test_passages_are_ranked_by_the_gold_quotes_that_they_overlap(
    ranks: tuple[int | None, ...], hits: tuple[int, int], recall: float, mrr: float, ndcg: float
) -> None:
    figures = summarise([replace(BASE, passage_ranks=ranks)])
    assert (figures.passage_hit_at_1, figures.passage_hit_at_4) == hits
    assert (figures.passage_recall_at_10, figures.passage_mrr_at_10) == (pytest.approx(recall), pytest.approx(mrr))
    assert figures.passage_ndcg_at_10 == pytest.approx(ndcg)


def test_only_answerable_questions_with_gold_quotes_enter_the_figures_of_passages() -> None:
    without = [replace(BASE, passage_ranks=()), BASE, replace(BASE, answerable=False, passage_ranks=(1,))]
    figures = summarise(without)
    assert (figures.passage_questions, figures.passage_hit_at_1, figures.passage_mrr_at_10) == (0, None, None)
    assert intervals(without)["passage_hit_at_1"] is None
    figures = summarise([*without, replace(BASE, passage_ranks=(1,)), replace(BASE, passage_ranks=(None,))])
    assert (figures.passage_questions, figures.passage_hit_at_1) == (2, 0.5)


def test_a_gold_article_that_is_missing_counts_as_not_found() -> None:
    figures = summarise([replace(BASE, gold=(), gold_known=False), replace(BASE, ranked=("g", "h"))])
    assert (figures.recall_at_10, figures.ndcg_at_10) == (0.5, 0.5)


def test_assertions_are_counted_over_the_answers_given() -> None:
    met = replace(BASE, score=1, answered=True, assertions=2, assertions_met=2)
    half = replace(met, score=-1, assertions_met=1)
    silent = replace(met, score=0, answered=False, assertions_met=0)
    assert summarise([met, half, silent]).assertions_met == 3 / 4


def test_tails_of_time_are_interpolated() -> None:
    figures = summarise([replace(BASE, total_seconds=float(seconds)) for seconds in range(1, 22)])
    assert (figures.median_total_seconds, figures.p95_total_seconds) == (11, 20)
    assert summarise([replace(BASE, total_seconds=3.0)]).p95_total_seconds == 3
    assert summarise([BASE]).p95_total_seconds is None


def test_every_figure_is_a_field_of_the_summary() -> None:
    assert {*FIGURES, *QUANTITIES} <= set(Summary.__slots__)


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_an_interval_is_as_wide_as_the_theory_says() -> None:
    # 60 of 100: the normal approximation gives .6 +- 1.96 * sqrt(.24 / 100) = .504 to .696.
    low, high = intervals(scored(*[1] * 60, *[-1] * 40), ["right"])["right"] or (0, 0)
    assert low == pytest.approx(0.504, abs=0.015)
    assert high == pytest.approx(0.696, abs=0.015)
    low, high = intervals(scored(*[1] * 60, *[-1] * 40), ["score"])["score"] or (0, 0)
    assert (low, high) == pytest.approx((0.2 - 0.192, 0.2 + 0.192), abs=0.03)


def test_intervals_are_the_same_every_time() -> None:
    outcomes = scored(1, 1, 0, -1, 1, -1, 0)
    assert intervals(outcomes) == intervals(outcomes)


def test_where_all_is_alike_doubt_remains() -> None:
    found = intervals(scored(*[1] * 10))
    assert found["right"] == pytest.approx((0.722, 1.0), abs=0.001)
    assert found["wrong"] == pytest.approx((0.0, 0.278), abs=0.001)
    assert found["score"] == pytest.approx((0.445, 1.0), abs=0.001)
    assert found["abstention_recall"] is None
    assert intervals(scored(*[0] * 10))["score"] == pytest.approx((-0.278, 0.278), abs=0.001)
    assert intervals([])["score"] is None


def test_sentences_of_one_answer_go_together() -> None:
    whole = replace(BASE, score=1, answered=True, sentences=10, sentences_supported=10)
    none = replace(whole, sentences_supported=0)
    low, high = intervals([whole, none] * 5, ["sentences_supported"])["sentences_supported"] or (0, 0)
    assert high - low > 0.5  # 10 answers are known, not 100 sentences: those alone would give +-.1


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [(0.5, 10, 0.2366, 0.7634), (0.1, 20, 0.0279, 0.3010), (0.0, 50, 0.0, 0.0713)],
)
def test_wilson_is_that_of_the_tables(share: float, n: int, low: float, high: float) -> None:
    assert wilson(share, n) == pytest.approx((low, high), abs=1e-4)


def test_a_mean_of_differences_has_an_interval() -> None:
    assert mean_interval([]) == (0, 0)
    assert mean_interval([0] * 10, 2.0) == pytest.approx((-0.555, 0.555), abs=0.001)  # alike so far
    low, high = mean_interval([1, -1] * 50)
    assert (low, high) == pytest.approx((-0.196, 0.196), abs=0.03)


@given(st.lists(st.sampled_from([1, 0, -1]), min_size=1, max_size=30))
def test_a_figure_lies_in_its_interval(scores: list[int]) -> None:
    outcomes = scored(*scores)
    for name, interval in intervals(outcomes).items():
        figure = value(outcomes, name) if name in FIGURES else quantity(outcomes, name)
        assert (interval is None) == (figure is None)
        if interval is not None and figure is not None:
            assert interval[0] - 1e-9 <= figure <= interval[1] + 1e-9


def drawn(seed: int, questions: int = 80) -> list[Outcome]:
    """Outcomes of every sort, as a run would have them."""
    draw = random.Random(seed)
    found = []
    for number in range(questions):
        answerable, answered = draw.random() < 0.7, draw.random() < 0.8
        ranked = tuple(draw.sample("abcdefghijklmno", draw.choice([0, 3, 10])))
        gold = tuple(draw.sample("abcdefghijklmno", draw.choice([1, 1, 3]))) if answerable else ()
        right = answerable and answered and draw.random() < 0.6
        sentences, uses = draw.randint(1, 3), draw.randint(1, 4)
        found.append(
            replace(
                BASE, id=str(number), kind=draw.choice(["direct", "near"]), answerable=answerable, gold=gold,
                ranked=ranked, rank=rank_of_gold(ranked, gold), answered=answered, right=right,
                score=(0 if answerable else 1) if not answered else 1 if right else -1,
                sentences=sentences, sentences_supported=draw.randint(0, sentences),
                sentences_entailed=draw.randint(0, sentences), citation_uses=uses,
                citations_needed=draw.randint(0, uses), citations=uses, citations_resolved=draw.randint(0, uses),
                assertions=2 if answerable else 0, assertions_met=draw.randint(0, 2) if answerable else 0,
                total_seconds=draw.random() * 9, first_word_seconds=draw.random() if answered else None,
                first_evidence_seconds=draw.random(), tokens_read=draw.randint(0, 900), tokens_written=number,
                passage_ranks=tuple(draw.choices([None, 1, 2, 5, 10], k=draw.choice([0, 1, 1, 3]))),
                contains=right and draw.random() < 0.9 if answerable else None,
                token_f1=draw.random() if answerable else None, cost=draw.random(),
                confidence=draw.choice([None, draw.random(), 0.5]),
            )
        )  # fmt: skip
    return [*found, replace(BASE, id="failed", gold=("a",), score=-1, error="RetrievalError: gone")]


def times_of(lines: list[dict[str, Any]]) -> dict[str, float]:
    found = {}
    for name in ("first_evidence_seconds", "first_word_seconds", "total_seconds"):
        cuts = statistics.quantiles([line[name] for line in lines if line[name] is not None], n=20, method="inclusive")
        found |= {f"median_{name}": cuts[9], f"p95_{name}": cuts[18]}
    return found


def rescored(lines: list[dict[str, Any]]) -> dict[str, float]:
    """The figures of a run worked out from its lines alone, by their definitions, with nothing of ours."""

    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    def dcg(hits: list[bool]) -> float:
        return sum(hit / math.log2(place + 2) for place, hit in enumerate(hits))

    def dcg_of_quotes(ranks: list[int]) -> float:
        places: list[int] = []
        for rank in sorted(ranks):
            places.append(next(place for place in itertools.count(rank) if place not in places))
        return sum(1 / math.log2(place + 1) for place in places if place <= 10)

    finding = [line for line in lines if line["answerable"]]
    quoted = [line["passage_ranks"] for line in finding if line["passage_ranks"]]
    within = [[rank for rank in ranks if rank] for ranks in quoted]
    hits = [[article in line["gold"] for article in line["ranked"][:10]] for line in finding]
    shown = [line for line in lines if line["answered"]]
    silent = [line for line in lines if line["answered"] is False]
    sure = sorted((line["confidence"], line["right"]) for line in shown if line["confidence"] is not None)
    bins = max(1, min(8, len(sure) // 5))
    edges = [round(at * len(sure) / bins) for at in range(bins + 1)]
    missed = [
        abs(sum(one[0] for one in sure[low:high]) - sum(one[1] for one in sure[low:high]))
        for low, high in itertools.pairwise(edges)
    ]
    risks = [mean([float(not right) for other, right in sure if other >= confidence]) for confidence, _ in sure]
    unstated = [line for line in lines if not line["answerable"]]
    figures = {
        f"hit_at_{depth}": mean([float(any(found[:depth])) for found in hits]) for depth in (1, 4, 10)
    }  # fmt: skip
    for name, part, whole in (
        ("assertions_met", "assertions_met", "assertions"),
        ("sentences_supported", "sentences_supported", "sentences"),
        ("citation_recall", "sentences_entailed", "sentences"),
        ("citation_precision", "citations_needed", "citation_uses"),
        ("citations_resolved", "citations_resolved", "citations"),
    ):
        figures[name] = sum(line[part] for line in shown) / sum(line[whole] for line in shown)
    return figures | {
        "mrr_at_10": mean([1 / (found.index(True) + 1) if True in found else 0.0 for found in hits]),
        "recall_at_10": mean([sum(found) / len(line["gold"]) for found, line in zip(hits, finding, strict=True)]),
        "ndcg_at_10": mean(
            [dcg(found) / dcg([True] * len(line["gold"])) for found, line in zip(hits, finding, strict=True)]
        ),
        "passage_hit_at_1": mean([float(1 in ranks) for ranks in within]),
        "passage_hit_at_4": mean([float(any(rank < 5 for rank in ranks)) for ranks in within]),
        "passage_recall_at_10": mean([len(ranks) / len(all_) for ranks, all_ in zip(within, quoted, strict=True)]),
        "passage_mrr_at_10": mean([1 / min(ranks) if ranks else 0.0 for ranks in within]),
        "passage_ndcg_at_10": mean(
            [dcg_of_quotes(ranks) / dcg_of_quotes([1] * len(all_)) for ranks, all_ in zip(within, quoted, strict=True)]
        ),
        "right": mean([float(line["right"] is True) for line in finding]),
        "contains": mean([float(line["contains"] is True) for line in finding]),
        "token_f1": mean([line["token_f1"] or 0.0 for line in finding]),
        "calibration_error": sum(missed) / len(sure),
        "risk_area": mean(risks),
        "cost_per_question": mean([line["cost"] for line in lines if line["cost"] is not None]),
        "wrong": mean([float(bool(line["error"]) or bool(line["answered"] and not line["right"])) for line in lines]),
        "score": mean(
            [
                -1.0 if line["error"] else (1.0 if line["right"] else -1.0) if line["answered"] else
                0.0 if line["answerable"] else 1.0
                for line in lines
            ]
        ),
        "abstention_precision": mean([float(not line["answerable"]) for line in silent]),
        "abstention_recall": mean([float(line["answered"] is False) for line in unstated]),
        **times_of(lines),
        "tokens_read": sum(line["tokens_read"] for line in lines),
        "failed": sum(line["error"] is not None for line in lines),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_an_independent_scorer_over_the_lines_agrees_with_the_report(seed: int, tmp_path: Path) -> None:
    outcomes = drawn(seed)
    file = tmp_path / "run.jsonl"
    for outcome in outcomes:
        append_outcome(file, outcome)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    told = report(read_outcomes(file), file="golden.jsonl", lines=str(file))
    by_kind = {kind: [line for line in lines if line["kind"] == kind] for kind in ("direct", "near")}
    for figures, own in ((told["total"], lines), *((told["by_kind"][kind], by_kind[kind]) for kind in by_kind)):
        expected = rescored(own)
        assert {*FIGURES, *QUANTITIES} <= set(expected)
        assert {name: figures[name] for name in expected} == pytest.approx(expected)


def test_resampled_quantities_are_those_of_the_resampled_questions() -> None:
    outcomes = drawn(7, questions=40)
    counts = np.random.default_rng(1).multinomial(len(outcomes), [1 / len(outcomes)] * len(outcomes), size=5)
    for row in counts:
        repeated = [one for one, times in zip(outcomes, row, strict=True) for _ in range(times)]
        for name in QUANTITIES:
            (found,) = drawn_quantity(outcomes, name, row[None, :].astype(float))
            assert found == pytest.approx(quantity(repeated, name)), name


def test_the_score_of_questions_that_have_an_answer_is_that_of_crag() -> None:
    # The paper's truthfulness: the share of right answers less that of wrong ones; a missing one counts nothing.
    silent = replace(BASE, score=0, answered=False)
    assert summarise([*scored(*[1] * 33, *[-1] * 13), *[silent] * 54]).score == pytest.approx(0.2)


@pytest.mark.parametrize(("name", "metric"), [("mrr_at_10", MRR), ("hit_at_10", HitRate), ("recall_at_10", Recall)])
def test_figures_of_finding_are_those_of_llama_index(name: str, metric: type[BaseRetrievalMetric]) -> None:
    for one in drawn(11):
        if one.answerable and one.gold and one.ranked:
            theirs = metric().compute(expected_ids=list(one.gold), retrieved_ids=list(one.ranked[:10])).score
            assert value([one], name) == pytest.approx(theirs)
