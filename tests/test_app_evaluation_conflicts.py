"""A library that disagrees is told from one that does not, and an answer counts for the document that gives it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.evaluation.benchmark.conflicts import Replied, main, read, replies, told

QUESTION = "How much did the bridge at Ambleford cost?"
DEARER = "The bridge at Ambleford cost $12 million, the county said."
CHEAPER = "The bridge at Ambleford cost $9 million in all, records show."
LIKE = "Building the bridge at Ambleford cost the county $12 million."
BESIDE = "Rye bread keeps longer than wheat bread."


def _line(*documents: tuple[str, str, str]) -> str:
    told = [dict(zip(("text", "answer", "type"), one, strict=True)) for one in documents]
    return json.dumps({"question": QUESTION, "documents": told})


def test_both_answers_are_named_and_agreeing_documents_raise_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_dir: Path, embedding_files: Path
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("ONRECORD_EMBEDDING_FILE", str(embedding_files))
    lines = [
        _line((DEARER, "$12 million", "correct"), (CHEAPER, "$9 million", "misinformation")),
        _line((DEARER, "$12 million", "correct"), (LIKE, "$12 million", "correct"), (BESIDE, "unknown", "noise")),
        _line((BESIDE, "unknown", "noise")),
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines))
    asked = read(tmp_path / "questions.jsonl")
    assert [len(one.answers) for one in asked] == [2, 1]
    several, one = replies(tmp_path / "library", asked, quotes_only=True)
    assert (several.answered, several.named, several.called, several.distracted) == (True, 2, 2, 0)
    assert (one.answered, one.named, one.called, one.disagreements) == (True, 1, 0, 0)


def test_a_run_goes_on_where_its_file_ends(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cache_dir: Path,
    embedding_files: Path,
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("ONRECORD_EMBEDDING_FILE", str(embedding_files))
    data, output = tmp_path / "questions.jsonl", tmp_path / "replies.jsonl"
    like = (LIKE, "$12 million", "correct")
    data.write_text(
        "\n".join([_line((DEARER, "$12 million", "correct"), (CHEAPER, "$9 million", "correct")), _line(like)])
    )
    told_of: list[str] = []
    for n_lines in (1, 2, 2):
        argv = ["conflicts", "--data", str(data), "--output", str(output), "--quotes-only", "--minutes", "0"]
        monkeypatch.setattr("sys.argv", argv)
        assert main() == 0
        told_of.append(capsys.readouterr().out)
        assert len(output.read_text().splitlines()) == n_lines
    assert "too few to tell" in told_of[0]
    assert "two of them or more named 1.000" in told_of[1]
    assert told_of[1] == told_of[2]


def test_data_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "sys.argv", ["conflicts", "--data", "nowhere.jsonl", "--output", str(tmp_path / "replies.jsonl")]
    )
    with pytest.raises(SystemExit):
        main()
    assert "there is no 'nowhere.jsonl': give the path" in capsys.readouterr().err


def test_the_calls_of_documents_that_do_not_count_are_told_apart() -> None:
    def one(answers: int, *, named: int, called: int, disagreements: int, distracted: int = 0) -> Replied:
        return Replied(
            number=0,
            answers=answers,
            answered=True,
            named=named,
            called=called,
            disagreements=disagreements,
            distracted=distracted,
            seconds=1.0,
        )

    several = [one(2, named=2, called=2, disagreements=1), one(3, named=2, called=0, disagreements=0)]
    assert "too few" in told(several)
    shares = told([*several, one(1, named=1, called=1, disagreements=1, distracted=1)])
    assert "two of them or more named 1.000, as a disagreement 0.500" in shares
    assert "called a disagreement 1.000 (1 of these 1" in shares
