"""The golden questions about the seeds keep what tests/golden/README.md promises."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.evaluation.golden.matching import meets
from app.evaluation.golden.reading import read_golden

ROOT = Path(__file__).parent.parent
FILE = ROOT / "tests" / "golden" / "seeds.jsonl"
FIELDS = {"id", "question", "history", "date", "accept", "gold", "answerable", "kind"}
LINES: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
ANSWERABLE = [line for line in LINES if line["answerable"]]


def seed(name: str) -> str:
    return (ROOT / "seeds" / name).read_text(encoding="utf-8")


def test_there_are_enough_questions_of_every_kind() -> None:
    kinds = Counter(line["kind"] for line in LINES)
    expected = "direct paraphrased two_passages both_articles negative follow_up false_premise near far"
    assert set(kinds) == set(expected.split())
    assert min(kinds.values()) >= 5
    assert len(ANSWERABLE) >= 45
    assert len(LINES) - len(ANSWERABLE) >= 28


def test_ids_and_questions_are_their_own() -> None:
    assert len({line["id"] for line in LINES}) == len(LINES)
    assert len({(line["question"].casefold(), str(line["history"])) for line in LINES}) == len(LINES)


def test_the_file_reads_without_complaint() -> None:
    assert [question.id for question in read_golden(FILE)] == [line["id"] for line in LINES]


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["id"]))
def test_fields_fit_each_other(line: dict[str, Any]) -> None:
    assert set(line) == FIELDS
    assert line["answerable"] == bool(line["accept"]) == bool(line["gold"])
    assert bool(line["history"]) == (line["kind"] == "follow_up")
    if line["kind"] in {"false_premise", "near", "far"}:
        assert not line["answerable"]
    elif line["kind"] != "follow_up":
        assert line["answerable"]


@pytest.mark.parametrize("line", ANSWERABLE, ids=lambda line: str(line["id"]))
def test_gold_quotes_stand_in_the_articles_and_state_what_is_accepted(line: dict[str, Any]) -> None:
    for passage in line["gold"]:
        assert passage["quote"] in seed(passage["article"])
    assert meets(" ".join(passage["quote"] for passage in line["gold"]), line["accept"])
    articles = {passage["article"] for passage in line["gold"]}
    if line["kind"] == "both_articles":
        assert len(articles) == 2
    if line["kind"] in {"two_passages", "both_articles"}:
        assert len(line["gold"]) >= 2


@pytest.mark.parametrize("line", ANSWERABLE, ids=lambda line: str(line["id"]))
def test_an_abstention_in_words_is_not_taken_for_the_answer(line: dict[str, Any]) -> None:
    assert not meets("The articles in the library say nothing about that.", line["accept"])
