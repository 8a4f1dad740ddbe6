"""`onrecord eval --repeat` over the seeds, with quotes: the same again, and what it refuses."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.config import Settings
from app.errors import ConfigError
from app.evaluation.outcomes import read_outcomes, rewrite_outcomes
from app.evaluation.repeating import differing_lines
from app.evaluation.runs.files import Run, record_file
from app.evaluation.runs.restoring import restored_settings

GOLDEN = Path(__file__).resolve().parent / "golden" / "seeds.jsonl"
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repeating")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, cache_dir: Path, embedding_files: Path, folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ONRECORD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("ONRECORD_EMBEDDING_FILE", str(embedding_files))
    monkeypatch.setenv("ONRECORD_LIBRARY", str(folder / "library"))


@pytest.fixture
def earlier(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run of three of a copy of the questions, to be changed at will."""
    monkeypatch.chdir(folder)
    made = folder / "run.jsonl"
    if not made.exists():
        Path("mine").mkdir()
        questions = shutil.copy(GOLDEN, Path("mine") / "questions.jsonl")
        options = ("--quotes-only", "--sample", "3", "--seed", "2", "--output", str(made))
        assert main(["eval", str(questions), *options]) == 0
    capsys.readouterr()
    for path in (made, record_file(made)):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / made.name


def repeated(earlier: Path, *options: str) -> int:
    return main(["eval", "--repeat", str(earlier), "--output", str(earlier.with_name("again.jsonl")), *options])


def change_record(lines: Path, change: Change) -> None:
    path = record_file(lines)
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record)
    path.write_text(json.dumps(record), encoding="utf-8")


def test_a_run_is_repeated_line_for_line(
    earlier: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_LLM_TIMEOUT_SECONDS", "7")
    change_record(earlier, lambda record: record["made_by"]["program"].update(version="0.0.1"))
    assert repeated(earlier) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "3 of 3 lines are the same in answer and citations"
    (told,) = [line for line in err.splitlines() if "since the run differ" in line]
    assert "program.version 0.0.1 then" in told
    assert "settings.llm_timeout_seconds 60.0 then, 7.0 now" in told
    assert told.endswith("(the recorded settings are used)")
    again = json.loads(record_file(earlier.with_name("again.jsonl")).read_text(encoding="utf-8"))
    made = json.loads(record_file(earlier).read_text(encoding="utf-8"))
    assert again["options"] == made["options"]
    assert again["made_by"]["settings"] == made["made_by"]["settings"]


def test_lines_that_differ_are_named_and_moved_questions_can_be(
    earlier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *rest = read_outcomes(earlier)
    rewrite_outcomes(earlier, [replace(first, text="Something else."), *rest])
    change_record(earlier, lambda record: record["golden"].update(path="gone.jsonl"))
    assert repeated(earlier, str(GOLDEN), "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["total"]["questions"] == 3
    assert err.splitlines()[-1] == f"2 of 3 lines are the same in answer and citations; these differ: {first.id}"


def test_times_do_not_count_and_citations_do(earlier: Path) -> None:
    outcomes = read_outcomes(earlier)
    cited = next(one for one in outcomes if one.shown)
    assert differing_lines([cited], [replace(cited, total_seconds=99.0)]) == []
    moved = replace(cited, shown=(replace(cited.shown[0], start=cited.shown[0].start + 1), *cited.shown[1:]))
    assert differing_lines([cited], [moved]) == [cited.id]
    assert differing_lines(outcomes, outcomes[1:]) == [outcomes[0].id]


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        (lambda record: record["made_by"]["library"].update(sha256="0" * 64), "--library"),
        (lambda record: record["made_by"]["embedding"].update(sha256="0" * 64), "set up that model"),
        (lambda record: record["golden"].update(sha256="0" * 64), "onrecord eval FILE --repeat"),
        (lambda record: record["golden"].update(path="gone.jsonl"), "onrecord eval FILE --repeat"),
        (lambda record: record["options"].update(mode="model-alone"), "--compare"),
        (lambda record: record.pop("made_by"), "without --repeat"),
    ],
    ids=["library", "model", "questions", "no questions", "another system", "no record"],
)
def test_what_is_not_as_it_was_is_refused(
    earlier: Path, capsys: pytest.CaptureFixture[str], change: Change, remedy: str
) -> None:
    change_record(earlier, change)
    assert repeated(earlier) == 2
    assert remedy in capsys.readouterr().err
    assert not earlier.with_name("again.jsonl").exists()


def test_options_of_the_record_are_not_given_again(earlier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert repeated(earlier, "--sample", "3", "--resume") == 2
    assert "leave out --resume, --sample" in capsys.readouterr().err


def test_a_key_is_not_sent_where_a_record_says() -> None:
    record = {"made_by": {"settings": {"llm_base_url": "http://far/v1", "llm_model": "m"}}}
    run = Run(lines=Path("run.jsonl"), outcomes=(), record=record)
    near = Settings(llm_base_url="http://near/v1", llm_model="n", llm_api_key="k")
    with pytest.raises(ConfigError, match="ONRECORD_LLM_BASE_URL"):
        restored_settings(run, near, {"llm"})
    login = Settings(llm_base_url="http://me:secret@far/v1", llm_model="n", llm_api_key="k")
    restored = restored_settings(run, login, {"llm"})
    assert (restored.llm_base_url, restored.llm_model, restored.llm_api_key) == ("http://me:secret@far/v1", "m", "k")
