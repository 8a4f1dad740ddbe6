"""Follow-up questions are read with what was asked before them, and their figures are shares of gold passages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_parts import HashEmbedder

from app.evaluation.benchmark.followups import WAYS, read, recalls, understood
from app.evaluation.benchmark.measuring import opened
from index.library import Library
from index.retrieval import Retriever

GIVEN = {
    "passages": {
        "ghosn-1": "Carlos Ghosn\nCarlos Ghosn was arrested in Tokyo in November 2018.",
        "ferry-1": "The ferry\nThe ferry across the river carries bicycles at no charge.",
        "bread-1": "Bread\nRye bread keeps longer than wheat bread.",
        **{f"park-{n}": f"Park {n}\nPark {n} was arranged by the town in the year {1900 + n}." for n in range(9)},
    },
    "queries": {
        "a<::>2": {
            "all": "|user|: Who is Carlos Ghosn?\n|user|: When was he arrested?",
            "lastturn": "|user|: When was he arrested?",
            "rewrite": "|user|: When was Carlos Ghosn arrested?",
            "gold": ["ghosn-1"],
        },
        "b<::>1": {
            "all": "|user|: Does the ferry take bicycles?",
            "lastturn": "|user|: Does the ferry take bicycles?",
            "rewrite": "|user|: Does the ferry take bicycles?",
            "gold": ["ferry-1", "not-there"],
        },
    },
}


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[Retriever]:
    embedder = HashEmbedder()
    Library.open(tmp_path, embedder_name=embedder.name, dimension=embedder.dimension).close()
    with opened(tmp_path, embedder) as bench:
        list(bench.ingest.add(read(GIVEN)[0]))
        yield bench.retriever


def test_a_follow_up_is_understood_from_the_questions_before_it() -> None:
    _, (follow_up, first) = read(GIVEN)
    assert follow_up.earlier == ("Who is Carlos Ghosn?",)
    assert understood(follow_up) == "When was he arrested? (Carlos Ghosn; Who is Carlos Ghosn?)"
    assert understood(first) == first.last


def test_recall_is_the_share_of_gold_passages_among_the_first(retriever: Retriever) -> None:
    _, follow_ups = read(GIVEN)
    assert recalls(retriever, follow_ups, understood) == [1.0, 0.5]
    assert recalls(retriever, follow_ups, WAYS["a person's rewrite"]) == [1.0, 0.5]
