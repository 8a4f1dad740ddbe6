"""Several questions asked at a time: the same lines, faults that stop everything, and never the embedded writer."""

from __future__ import annotations

import argparse
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from scripted_evaluation_desk import ScriptedDesk, answer

from app.config import Settings
from app.evaluation.command import add_arguments, asking_options
from app.evaluation.golden.reading import Golden
from app.evaluation.outcomes import Outcome, read_outcomes
from app.evaluation.runs.recorded import recorded_run
from app.evaluation.runs.running import ask_all
from app.evaluation.systems.judge import Judge
from app.schema import Answer

QUESTIONS = tuple(
    Golden(
        id=f"q{number}",
        question=f"Question {number}?",
        kind="k",
        answerable=True,
        accept=(("15%",),),
        gold=("one.txt",),
    )
    for number in range(6)
)
ANSWERS = {one.question: answer(text=f"15%, says {one.id}.") for one in QUESTIONS}


@dataclass
class WaitingDesk(ScriptedDesk):
    """Answers only once three are asked at the same time."""

    together: threading.Barrier = field(default_factory=lambda: threading.Barrier(3, timeout=60))

    def ask(self, question: str, **options: Any) -> Answer:
        self.together.wait()
        return super().ask(question, **options)


def record() -> dict[str, Any]:
    return {"made_by": {}, "key": None}


def recorded(desk: ScriptedDesk, lines: Path, **options: Any) -> list[Outcome]:
    return recorded_run(desk, QUESTIONS, mode="writer", lines=lines, record=record(), fresh=True, **options)


def test_questions_asked_side_by_side_give_the_same_lines(tmp_path: Path) -> None:
    one = recorded(ScriptedDesk(ANSWERS), tmp_path / "one.jsonl")
    three = recorded(WaitingDesk(ANSWERS), tmp_path / "three.jsonl", parallel=3)
    assert one == three
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "three.jsonl").read_bytes()


def test_a_fault_of_the_program_stops_the_others(tmp_path: Path) -> None:
    desk = ScriptedDesk({**ANSWERS, "Question 0?": ZeroDivisionError()})
    with pytest.raises(ZeroDivisionError):
        list(ask_all(desk, QUESTIONS, mode="writer", parallel=2))


@pytest.mark.parametrize(
    ("mode", "changed", "allowed"),
    [
        ("quotes", {}, 4),
        ("retrieval", {}, 4),
        ("writer", {}, 1),
        ("model-alone", {}, 1),
        ("writer", {"llm_base_url": "http://127.0.0.1:9/v1", "llm_model": "m"}, 4),
    ],
)
def test_the_embedded_writer_is_asked_one_at_a_time(
    mode: Any, changed: dict[str, str], allowed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = parser.parse_args(["golden.jsonl", "--parallel", "4"])
    settings = Settings().model_copy(update=changed)
    assert asking_options(args, mode, settings, Judge())["parallel"] == allowed
    assert ("one question at a time" in capsys.readouterr().err) == (allowed == 1)


def test_answers_cost_what_their_model_does(tmp_path: Path) -> None:
    lines = tmp_path / "run.jsonl"
    (first, *_) = recorded(ScriptedDesk(ANSWERS), lines, prices=[("other", 9.0, 9.0), ("scripted", 2.0, 10.0)])
    assert first.cost == pytest.approx((100 * 2 + 10 * 10) / 1_000_000)
    assert [one.cost for one in read_outcomes(lines)] == [first.cost] * len(QUESTIONS)
    (free, *_) = recorded(ScriptedDesk(ANSWERS), tmp_path / "free.jsonl", prices=[("other", 9.0, 9.0)])
    assert free.cost is None
    assert replace(first, cost=None) == free


@pytest.mark.parametrize("text", ["1,2", "m=1", "m=1,2,3", "=1,2", "m=a,b", "m=-1,2", "m=nan,2", ""])
def test_what_is_no_price_is_misuse(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["golden.jsonl", "--price", text])
    assert "is no price: write MODEL=READ,WRITTEN" in capsys.readouterr().err
    assert parser.parse_args(["golden.jsonl", "--price", "a=b=0.15,0.60"]).price == [("a=b", 0.15, 0.6)]
