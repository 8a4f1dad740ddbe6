"""Bars that a run must clear."""

import doctest
from dataclasses import replace

import pytest

from app.evaluation.metrics import gate
from app.evaluation.metrics.gate import check, read_gate
from app.evaluation.outcomes import Outcome

RIGHT = Outcome(
    id="r", kind="direct", question="?", mode="writer", golden_hash="0", answerable=True, answered=True, right=True,
    score=1,
)  # fmt: skip
WRONG = replace(RIGHT, id="w", kind="near", answerable=False, right=False, score=-1)


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(gate).failed == 0


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("score>=0", [True]),
        ("score>0", [False]),
        ("score >= 0.0, wrong<=0.5", [True, True]),
        ("wrong<0.5,questions>=2", [False, True]),
        ("direct.right>=1,near.abstention_recall>=0.5", [True, False]),
        ("far.score>=-1", [False]),  # no such kind: nothing that could clear a bar
        ("abstention_precision>=0", [False]),  # nobody abstained
    ],
)
def test_bars_hold_or_do_not(text: str, holds: list[bool]) -> None:
    assert [one.holds for one in check(read_gate(text), [RIGHT, WRONG])] == holds


def test_a_bar_says_what_it_was_held_against() -> None:
    told = [str(one) for one in check(read_gate("score>=0.5,far.right>=1"), [RIGHT, WRONG])]
    assert told == [
        "gate score>=0.5: DOES NOT HOLD, it is 0.000",
        "gate far.right>=1: DOES NOT HOLD, there is none",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the gate is empty"),
        ("score", "is no bar"),
        ("score=>1", "is no bar"),
        ("score>=high", "is no bar"),
        ("beauty>=1", "'beauty' is no figure: there are questions, answerable"),
    ],
)
def test_what_is_no_gate_is_named(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_gate(text)
