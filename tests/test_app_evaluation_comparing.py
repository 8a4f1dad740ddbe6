"""Two runs, question by question: what changed, whether it may be chance, and how it is told."""

import argparse
import doctest
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import GoldenFileError, QuestionError
from app.evaluation import comparisons
from app.evaluation.metrics import comparing
from app.evaluation.metrics.comparing import chance, compare
from app.evaluation.options import add_arguments
from app.evaluation.outcomes import Outcome, rewrite_outcomes
from app.evaluation.runs import provenance

BASE = Outcome(id="x", kind="direct", question="What stake?", mode="writer", golden_hash="0", answerable=True)


def scored(*scores: int, text: str = "") -> list[Outcome]:
    return [
        replace(BASE, id=f"q{at}", score=score, answered=score != 0, right=score == 1, text=text or f"answer {at}")
        for at, score in enumerate(scores)
    ]


def by_all_patterns(differences: list[int]) -> float:
    """The definition, written out: every pattern of signs."""
    patterns = list(product((1, -1), repeat=len(differences)))
    sums = [abs(sum(sign * one for sign, one in zip(pattern, differences, strict=True))) for pattern in patterns]
    return sum(one >= abs(sum(differences)) for one in sums) / len(patterns)


@pytest.mark.parametrize("module", [comparing, provenance])
def test_examples_in_the_docstrings_hold(module: Any) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([], 1.0),
        ([0, 0, 0], 1.0),
        ([1], 1.0),
        ([1] * 5, 2 / 32),
        ([1] * 10 + [-1] * 2, 2 * (1 + 12 + 66) / 4096),  # McNemar's exact test of 10 against 2: .0386
        ([2, 1], 2 / 4),
        ([2, -1], 1.0),
    ],
)
def test_chance_is_that_worked_out_by_hand(differences: list[int], p: float) -> None:
    assert chance(differences) == pytest.approx(p)


@given(st.lists(st.integers(-2, 2), max_size=9))
def test_chance_counts_every_pattern_of_signs(differences: list[int]) -> None:
    assert chance(differences) == pytest.approx(by_all_patterns(differences))


def test_many_questions_are_no_trouble() -> None:
    assert chance([1, -1] * 2_000) == pytest.approx(1.0)
    assert chance([2] * 1_500) < 1e-100


def test_what_changed_is_paired_by_question() -> None:
    found = compare(scored(1, -1, 0, -1, 1), scored(1, 1, 0, 0, -1))
    assert [pair.first.id for pair in found.changed("better")] == ["q1", "q3"]
    assert [pair.first.id for pair in found.changed("worse")] == ["q4"]
    score, right = (next(one for one in found.differences if one.figure == name) for name in ("score", "right"))
    assert (score.first, score.second, score.difference) == (0.0, 0.2, pytest.approx(0.2))
    assert (score.better, score.worse, score.questions) == (2, 1, 5)
    assert score.p == pytest.approx(by_all_patterns([0, 2, 0, 1, -2]))
    assert (right.better, right.worse, right.p) == (1, 1, 1.0)
    wrong = next(one for one in found.differences if one.figure == "wrong")
    assert (wrong.better, wrong.worse) == (2, 1)  # fewer wrong answers are better


def test_questions_of_one_run_or_changed_ones_are_left_out() -> None:
    second = scored(1, 1, 1)
    found = compare(scored(1, 1), [replace(second[0], golden_hash="1"), *second[1:]])
    assert ([pair.first.id for pair in found.pairs], found.unpaired) == (["q1"], 3)
    with pytest.raises(GoldenFileError, match="no question in common"):
        compare(scored(1), [replace(second[0], golden_hash="1")])


def test_of_searches_the_place_of_the_gold_article_counts() -> None:
    search = replace(BASE, mode="retrieval", gold=("g",))
    found = compare([replace(search, rank=2)], [replace(search, rank=1)])
    assert len(found.changed("better")) == 1
    assert {one.figure for one in found.differences} == {"hit_at_1", "hit_at_10", "mrr_at_10"}


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    paths = (tmp_path / "before.jsonl", tmp_path / "after.jsonl")
    rewrite_outcomes(paths[0], scored(1, -1, 0, text="It is <15%>.\x1b[31m"))
    rewrite_outcomes(paths[1], scored(1, 1, -1))
    for path, model in zip(paths, ("one", "other"), strict=True):
        record = {"golden": {"file": "g.jsonl"}, "made_by": {"settings": {"llm_model": model}}}
        path.with_suffix(".run.json").write_text(json.dumps(record), encoding="utf-8")
    return paths


@pytest.fixture
def compared(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def compared(*options: str) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        parser.add_argument("--json", action="store_true")
        args = parser.parse_args(options)
        first, second = comparisons.wanted(args).runs
        return comparisons.compare_runs(args, first, second), capsys.readouterr().out

    return compared


def test_answers_stand_side_by_side(compared: Callable[..., tuple[int, str]], runs: tuple[Path, Path]) -> None:
    code, shown = compared("--compare", *map(str, runs))
    assert code == 0
    assert "made_by.settings.llm_model: one -> other" in shown
    assert "Better: 1 of 3\n  q1  What stake?\n    wrong               It is <15%>. [31m\n" in shown
    assert "Worse: 1 of 3\n  q2  What stake?\n    abstained           It is <15%>. [31m\n    wrong " in shown
    assert "\x1b" not in shown
    page = runs[1].with_name("after-compared.html").read_text(encoding="utf-8")
    assert "It is &lt;15%&gt;." in page
    assert "made_by.settings.llm_model" in page


def test_a_gate_holds_the_second_run(compared: Callable[..., tuple[int, str]], runs: tuple[Path, Path]) -> None:
    assert compared("--compare", ",".join(map(str, runs)), "--gate", "wrong<=0.2")[0] == 1
    assert compared("--compare", *map(str, reversed(runs)), "--gate", "wrong<=0.4")[0] == 0


def test_the_comparison_is_json_for_machines(compared: Callable[..., tuple[int, str]], runs: tuple[Path, Path]) -> None:
    record = json.loads(compared("--compare", *map(str, runs), "--json")[1])
    assert [one["id"] for one in record["better"]] == ["q1"]
    assert record["differences"][0]["figure"] == "score"


@pytest.mark.parametrize("options", [["a.jsonl"], ["a.jsonl", "b.jsonl", "c.jsonl"], ["quotes", "b.jsonl", "c"]])
def test_what_is_neither_runs_nor_systems_is_misuse(options: list[str]) -> None:
    with pytest.raises(QuestionError, match="name two finished runs"):
        comparisons.wanted(argparse.Namespace(compare=options, file=None))


def test_a_golden_file_may_stand_after_the_systems() -> None:
    args = argparse.Namespace(compare=["quotes,embedded", "golden.jsonl"], file=None)
    assert comparisons.wanted(args).systems == ("quotes", "embedded")
    assert args.file == Path("golden.jsonl")


def test_a_run_that_is_not_there_is_named(compared: Callable[..., tuple[int, str]], runs: tuple[Path, Path]) -> None:
    with pytest.raises(GoldenFileError, match="cannot be read"):
        compared("--compare", str(runs[0]), "none.jsonl")
    runs[1].write_text("", encoding="utf-8")
    with pytest.raises(GoldenFileError, match="holds no question"):
        compared("--compare", *map(str, runs))
