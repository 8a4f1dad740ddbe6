"""`onrecord eval` from the golden file to the table, and a run that was cut off."""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripted_evaluation_desk import ScriptedDesk, ScriptedError, answer, citation, evidence

from app.errors import GoldenFileError
from app.evaluation.command import add_arguments, run
from app.evaluation.outcomes import read_outcomes
from app.schema import Sentence
from index.errors import StorageError

LINES: list[dict[str, Any]] = [
    {"id": "a", "question": "What stake?", "accept": [["15%"]], "gold": [{"article": "one.txt", "quote": "15%"}]},
    {"id": "b", "question": "What before?", "accept": [["43%"]], "gold": [{"article": "two.txt", "quote": "43%"}]},
    {"id": "c", "question": "Who pays?", "accept": [], "gold": []},
]
QUOTE = "Renault will hold 15% of Nissan."


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    path = tmp_path / "golden.jsonl"
    lines = (
        {**line, "answerable": bool(line["gold"]), "kind": "direct" if line["gold"] else "near", "history": []}
        for line in LINES
    )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def desk() -> ScriptedDesk:
    right = answer(
        text=f"{QUOTE} [1]",
        sentences=[Sentence(text=QUOTE, status="quoted", citations=(1,))],
        citations=[citation(1, QUOTE)],
    )
    return ScriptedDesk(
        {
            "What stake?": right,
            "What before?": answer(text="It was 15%.", seconds=4),
            "Who pays?": answer(answered=False, seconds=6),
        },
        {"What stake?": ["one"], "What before?": ["one", "three", "two"], "Who pays?": []},
        found={"What stake?": [evidence("two", 0, 20), evidence("one", 0, 20)]},
    )


@pytest.fixture
def evaluate(golden: Path, tmp_path: Path) -> Callable[..., int]:
    def evaluate(desk: ScriptedDesk, *options: str, file: Path = golden) -> int:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        parser.add_argument("--json", action="store_true")
        return run(parser.parse_args([str(file), "--output", str(tmp_path / "run.jsonl"), *options]), desk)

    return evaluate


def without_moment(report: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", "MOMENT", report)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_table_tells_kinds_and_total(
    evaluate: Callable[..., int], desk: ScriptedDesk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert evaluate(desk) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == [
        "kind", "n", "hit@1", "hit@4", "hit@10", "MRR@10", "psg@1", "psg@4", "pMRR@10", "right", "wrong", "score",
        "abst.P", "abst.R", "supported", "resolve", "first", "s", "all", "s",
    ]  # fmt: skip
    direct = "direct 2 0.500 1.000 1.000 0.667 0.000 0.500 0.250 0.500 0.500 +0.000 - - 1.000 1.000 1.50 3.00"
    near = "near 1 - - - - - - - - 0.000 +1.000 1.000 1.000 - - - 6.00"
    total = "total 3 0.500 1.000 1.000 0.667 0.000 0.500 0.250 0.500 0.333 +0.333 1.000 1.000 1.000 1.000 1.50 4.00"
    assert [" ".join(line.split()) for line in (shown[1], shown[2], shown[4])] == [direct, near, total]
    assert "3 questions, 2 answerable" in shown[6]
    assert [line["score"] for line in lines(tmp_path / "run.jsonl")] == [1, -1, 1]


def test_columns_of_passages_are_shown_only_where_a_question_gives_gold_quotes(
    evaluate: Callable[..., int], desk: ScriptedDesk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    news = tmp_path / "news.jsonl"
    line = {"id": "a", "question": "What stake?", "answer": "15%", "gold_doc_ids": ["one.txt"], "answerable": True}
    news.write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert evaluate(desk, file=news) == 0
    shown = capsys.readouterr().out
    assert "psg@1" not in shown
    assert "Passages" not in shown
    assert "hit@1" in shown


def test_json_holds_the_same_figures(
    evaluate: Callable[..., int], desk: ScriptedDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(desk, "--json", "--quotes-only") == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["schema_version"], figures["mode"], figures["writers"]) == (1, "quotes", ["scripted"])
    assert figures["total"]["score"] == pytest.approx(1 / 3)
    assert list(figures["by_kind"]) == ["direct", "near"]
    assert figures["by_kind"]["near"]["abstention_recall"] == 1
    assert [quotes_only for _, _, quotes_only, _ in desk.asked] == [True] * 3


def test_a_crash_keeps_what_was_asked_and_resuming_gives_the_same_report(
    evaluate: Callable[..., int], desk: ScriptedDesk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = tmp_path / "first"
    assert evaluate(desk, "--output", str(first / "run.jsonl")) == 0
    whole = capsys.readouterr().out.replace(str(first), str(tmp_path))

    broken = ScriptedDesk({**desk.answers, "What before?": KeyboardInterrupt()}, desk.ranks, desk.found)  # type: ignore[dict-item]
    with pytest.raises(BaseException):  # noqa: B017, PT011
        evaluate(broken)
    kept = tmp_path / "run.jsonl"
    kept.write_text(kept.read_text(encoding="utf-8") + '{"id": "b", "kind": "dir', encoding="utf-8")

    desk.asked.clear()
    assert evaluate(desk, "--resume") == 0
    assert [question for question, *_ in desk.asked] == ["What before?", "Who pays?"]
    assert capsys.readouterr().out == whole
    assert [line["id"] for line in lines(kept)] == ["a", "b", "c"]
    for ending in ("jsonl", "md", "html"):
        one, other = ((folder / f"run.{ending}").read_text(encoding="utf-8") for folder in (first, tmp_path))
        assert without_moment(one) == without_moment(other)


def test_resuming_asks_failed_and_changed_questions_again(
    evaluate: Callable[..., int], desk: ScriptedDesk, golden: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = ScriptedDesk({**desk.answers, "Who pays?": ScriptedError("the disk is gone")}, desk.ranks)
    assert evaluate(failing) == 1
    assert (
        "1 questions failed and count as wrong (the first, c: ScriptedError: the disk is gone)"
        in capsys.readouterr().out
    )
    golden.write_text(golden.read_text(encoding="utf-8").replace('"43%"', '"15%"', 1), encoding="utf-8")
    desk.asked.clear()
    assert evaluate(desk, "--resume") == 0
    assert [question for question, *_ in desk.asked] == ["What before?", "Who pays?"]
    assert [outcome.score for outcome in read_outcomes(tmp_path / "run.jsonl")] == [1, 1, 1]


def test_a_run_is_not_written_over(
    evaluate: Callable[..., int], desk: ScriptedDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(desk) == 0
    capsys.readouterr()
    assert evaluate(desk) == 2
    assert "holds a run already" in capsys.readouterr().err


def test_a_run_with_other_options_is_not_mixed_in(evaluate: Callable[..., int], desk: ScriptedDesk) -> None:
    assert evaluate(desk, "--retrieval-only") == 0
    with pytest.raises(GoldenFileError, match="made in mode 'retrieval', this run is 'writer'"):
        evaluate(desk, "--resume")


def test_a_file_that_is_no_run_is_left_alone(evaluate: Callable[..., int], desk: ScriptedDesk, golden: Path) -> None:
    before = golden.read_bytes()
    with pytest.raises(GoldenFileError, match="line 1: not a line of an evaluation run"):
        evaluate(desk, "--resume", "--output", str(golden))
    assert golden.read_bytes() == before


def test_a_missing_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldenFileError, match="cannot be read"):
        read_outcomes(tmp_path / "none.jsonl")


def test_in_a_folder_each_run_has_its_own_file_and_the_newest_is_resumed(
    evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path
) -> None:
    folder = tmp_path / "runs" / "deep"
    assert evaluate(desk, "--output", str(folder), "--limit", "1") == 0
    (first,) = folder.glob("*.jsonl")
    assert first.name.startswith("golden-2")
    desk.asked.clear()
    assert evaluate(desk, "--output", str(folder), "--resume") == 0
    assert list(folder.glob("*.jsonl")) == [first]
    assert len(desk.asked) == 2


def test_limit_and_sample_ask_fewer(evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path) -> None:
    assert evaluate(desk, "--limit", "2") == 0
    assert evaluate(desk, "--sample", "1", "--seed", "5", "--output", str(tmp_path / "sample.jsonl")) == 0
    assert (len(lines(tmp_path / "run.jsonl")), len(lines(tmp_path / "sample.jsonl"))) == (2, 1)


def test_a_count_of_none_is_misuse(evaluate: Callable[..., int], desk: ScriptedDesk) -> None:
    with pytest.raises(SystemExit) as caught:
        evaluate(desk, "--limit", "0")
    assert caught.value.code == 2


def test_a_folder_that_cannot_be_made_is_named(evaluate: Callable[..., int], desk: ScriptedDesk, golden: Path) -> None:
    with pytest.raises(StorageError, match="name another place with --output"):
        evaluate(desk, "--output", str(golden / "under-a-file"))


def test_notes_tell_of_fallbacks_and_missing_articles(
    evaluate: Callable[..., int], desk: ScriptedDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    quotes = answer(text="It is 15%.", fallback="no model reachable")
    fewer = ScriptedDesk({**desk.answers, "What stake?": quotes}, desk.ranks, library=desk.library[:1])
    assert evaluate(fewer) == 0
    shown = capsys.readouterr().out
    assert "1 answers are quotes although a writer was asked for (the first: no model reachable)." in shown
    assert "1 questions name only articles that are not in this library" in shown
