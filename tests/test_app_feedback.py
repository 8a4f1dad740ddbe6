"""What readers say of answers is kept, and becomes golden questions that say no more than the readers did."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from scripted_desk import AMPERE, STAKE, ScriptedDesk, abstention, answer, citation
from store_parts import Store, made_article
from test_app_record import asked

from app.cli import main
from app.entries import Feedback, Verdict
from app.errors import ConversationNotFoundError, GoldenFileError
from app.evaluation import golden_command
from app.evaluation.golden.from_feedback import golden_from_feedback
from app.evaluation.golden.reading import read_golden
from app.feedback import FeedbackRecord
from app.record import Record
from app.schema import Answer


def test_what_is_said_last_of_an_answer_counts_and_goes_with_it(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(made_article(1), made_article(2))
        record, kept = Record(store.library), FeedbackRecord(store.library)
        first, second = asked(store, conversation="c1"), asked(store, conversation="c2")
        record.keep(first)
        record.keep(second)
        kept.give(second.turn_id, "right", "")
        kept.give(first.turn_id, "wrong", "")
        kept.give(first.turn_id, "wrong_citation", "It is the second paragraph.")
        assert [(one.turn_id, one.verdict) for one in kept.all()] == [
            (first.turn_id, "wrong_citation"),
            (second.turn_id, "right"),
        ]
        said = kept.of(first.turn_id)
        assert said is not None
        assert said.note == "It is the second paragraph."
        kept.withdraw(second.turn_id)
        assert kept.of(second.turn_id) is None
        record.delete("c1")
        assert kept.all() == []
        with pytest.raises(ConversationNotFoundError, match="'gone'"):
            kept.give("gone", "right", "")


@dataclass
class JudgedDesk(ScriptedDesk):
    """One conversation of two turns, the second of which was judged."""

    judged: Answer = field(default_factory=answer)
    verdict: Verdict = "right"
    note: str = ""
    short: dict[str, str] = field(default_factory=dict)

    def conversation(self, conversation_id: str) -> list[Answer]:
        return [answer(turn_id="t0", question="Who holds Nissan?", text="Renault does."), self.judged]

    def turn(self, turn_id: str) -> Answer:
        if turn_id == "gone":
            raise ConversationNotFoundError("gone")
        return replace(self.judged, turn_id=turn_id)

    def turn_record(self, turn_id: str) -> dict[str, Any]:
        return {"asked_as_of": None, "short": self.short}

    def all_feedback(self) -> list[Feedback]:
        return [
            Feedback(turn_id=turn_id, verdict=self.verdict, note=self.note, given_at="2026-11-22T10:00:00+00:00")
            for turn_id in ("gone", "t1")
        ]


def line_of(desk: JudgedDesk) -> dict[str, Any]:
    (made,) = golden_from_feedback(desk)
    assert made.line is not None, made.why_not
    return made.line


def test_a_right_answer_is_looked_for_by_its_short_form_on_its_own_passages() -> None:
    line = line_of(JudgedDesk(short={"What stake?": "15%"}))
    assert (line["answerable"], line["accept"], line["kind"]) == (True, [["15%"]], "feedback")
    assert {"article": "a1", "quote": STAKE} in line["gold"]
    assert line["history"] == [{"question": "Who holds Nissan?", "answer": "Renault does."}]
    assert line["date"] == "2023-02-05"


def test_a_short_form_that_the_answer_does_not_state_was_never_judged() -> None:
    (made,) = golden_from_feedback(JudgedDesk(short={"What stake?": "43%"}))
    assert made.line is None
    assert "name what a right reply states" in made.why_not


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [(answer(), "should_have_said_no"), (abstention(), "right")],
    ids=["said too much", "rightly said no"],
)
def test_a_question_without_an_answer_is_one(judged: Answer, verdict: Verdict) -> None:
    line = line_of(JudgedDesk(judged=judged, verdict=verdict))
    assert (line["answerable"], line["accept"], line["gold"]) == (False, [], [])


def test_what_should_have_been_known_is_what_the_reader_noted() -> None:
    desk = JudgedDesk(judged=abstention(), verdict="should_have_known", note="engineering support")
    line = line_of(desk)
    assert line["accept"] == [["engineering support"]]
    assert line["gold"] == [{"article": "a1", "quote": AMPERE}]
    (made,) = golden_from_feedback(replace(desk, note=" ?"))
    assert made.why_not == "the reader did not note the right answer"


@pytest.mark.parametrize(
    ("note", "gold"),
    [("talks went on.", [{"article": "a1", "quote": "talks went on."}]), ("elsewhere", []), ("", [])],
)
def test_a_wrong_citation_leaves_the_answer_and_names_the_passage_noted(note: str, gold: list[dict[str, str]]) -> None:
    line = line_of(JudgedDesk(verdict="wrong_citation", note=note, short={"": "15% of Nissan"}))
    assert (line["accept"], line["gold"]) == ([["15% of Nissan"]], gold)


def test_a_thumb_down_alone_makes_no_question() -> None:
    (made,) = golden_from_feedback(JudgedDesk(verdict="wrong"))
    assert (made.line, made.why_not) == (None, "the reader did not say what was wrong")


def test_a_purged_article_is_no_passage_any_more() -> None:
    cited = citation(1, STAKE)
    desk = JudgedDesk(judged=answer(citations=(cited,)), verdict="wrong_citation", note="talks", short={"": "15%"})
    desk.held.clear()
    assert line_of(desk)["gold"] == []


def parsed(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    golden_command.add_arguments(parser)
    return parser.parse_args(argv)


def test_lines_are_printed_or_added_once_and_can_be_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = JudgedDesk(short={"": "15%"})
    args = parsed("--from-feedback")
    assert golden_command.action_of(args) == golden_command.action_of(parsed("from-feedback")) == "from-feedback"
    assert golden_command.from_feedback(args, desk) == 0
    out, err = capsys.readouterr()
    path = tmp_path / "golden.jsonl"
    path.write_text(out, encoding="utf-8")
    (golden,) = read_golden(path, as_of_field="date")
    assert golden.is_right("Renault will hold 15% [1].")
    assert err == "1 golden question\n"
    assert json.loads(out)["feedback"]["verdict"] == "right"
    again = tmp_path / "new.jsonl"
    for added in (1, 0):
        golden_command.from_feedback(parsed("from-feedback", str(again)), desk)
        assert capsys.readouterr() == ("", f"{added} golden question{'' if added == 1 else 's'} added to {again}\n")
    assert again.read_text(encoding="utf-8") == out
    again.write_text("no JSON", encoding="utf-8")
    with pytest.raises(GoldenFileError):
        golden_command.from_feedback(parsed("from-feedback", str(again)), desk)


def test_what_makes_no_question_is_told_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    golden_command.from_feedback(parsed("from-feedback"), JudgedDesk(verdict="wrong"))
    out, err = capsys.readouterr()
    assert out == ""
    assert "left out: 'What stake will Renault hold?': the reader did not say what was wrong" in err


def test_an_action_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden"]) == 2
    assert "from-feedback" in capsys.readouterr().err
