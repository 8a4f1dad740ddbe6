"""Each text is asked about alone, and answering and abstaining count the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.evaluation.benchmark.unanswerable import Replied, read, replies, told

TEXT = "The bridge at Ambleford was opened in 1931. It was built by Sarah Whitlow, an engineer from Leeds."


def test_a_text_is_asked_about_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_dir: Path, embedding_files: Path
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("ONRECORD_EMBEDDING_FILE", str(embedding_files))
    asked = {
        "a": ("Who built the bridge at Ambleford?", ["Sarah Whitlow"], TEXT),
        "b": ("Who built the bridge at Ambleford?", [], "Rye bread keeps longer than wheat bread."),
    }
    questions = [{"id": name, "context": text, "question": question} for name, (question, _, text) in asked.items()]
    answers = {name: {"answers": told, "is_impossible": not told} for name, (_, told, _) in asked.items()}
    (tmp_path / "squad2_questions.json").write_text(json.dumps({"queries": questions}))
    (tmp_path / "squad2_answers.json").write_text(json.dumps(answers))
    first, second = replies(tmp_path / "library", read(tmp_path), quotes_only=True)
    assert (first.answerable, first.answered, first.right) == (True, True, True)
    assert (second.answerable, second.answered, second.right) == (False, False, False)


def test_balanced_accuracy_counts_both_kinds_the_same() -> None:
    def one(name: str, *, answerable: bool, answered: bool) -> Replied:
        return Replied(name, answerable, answered, right=answered, confidence=0.5, seconds=1.0)

    three = [one("a", answerable=True, answered=True), one("b", answerable=True, answered=False)]
    assert "too few" in told(three)
    assert told([*three, one("c", answerable=False, answered=False)]).startswith("balanced accuracy 0.750")
