"""The command line over a real library: the seeds, the real embedding model, Chroma and tantivy, quotes for speed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from index.locks import writer_lock

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "What stake will Renault hold in Nissan after the deal?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "library"


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, cache_dir: Path, embedding_files: Path, library: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ONRECORD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("ONRECORD_EMBEDDING_FILE", str(embedding_files))
    monkeypatch.setenv("ONRECORD_LIBRARY", str(library))
    monkeypatch.setenv("ONRECORD_WRITER", "quotes")


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., tuple[int, str, str]]:
    def command(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return command


Run = Callable[..., tuple[int, str, str]]


def loaded(run: Run, *words: str) -> Any:
    code, out, err = run(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_new_library_answers_from_the_seeds_and_every_quote_resolves(run: Run) -> None:
    answer = loaded(run, "ask", QUESTION)
    assert answer["answered"]
    assert "15%" in answer["text"]
    assert answer["citations"]
    for cited in answer["citations"]:
        code, text, _ = run("show", cited["article_id"], "--version", str(cited["version"]), "--text")
        assert code == 0
        assert text[cited["start"] : cited["end"]] == cited["quote"]


def test_a_question_follows_an_earlier_one(run: Run) -> None:
    first = loaded(run, "ask", QUESTION)
    second = loaded(run, "ask", "And when will it be finalized?", "--follow", first["turn_id"])
    assert second["conversation_id"] == first["conversation_id"]
    assert run("ask", "Why?", "--follow", "nope")[0] == 1


def test_a_question_that_is_too_long_is_misuse(run: Run) -> None:
    code, out, err = run("ask", "why " * 10_000)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "10,000 words" in err


def test_an_abstention_is_no_failure(run: Run) -> None:
    code, out, _ = run("ask", "What is the capital of Mongolia?")
    assert code == 0
    assert "(not_stated)" in out


def test_a_source_that_no_article_has_is_filtered_out(run: Run) -> None:
    assert loaded(run, "ask", QUESTION, "--source", "nobody.example")["reason"] == "filtered_out"


def test_a_library_begun_by_adding_holds_only_what_was_added(run: Run, tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "good.txt").write_text("A small article\n\nThe cat sat on the mat in Lisbon on Tuesday.\n", "utf-8")
    (inputs / "empty.txt").touch()
    own = ["--library", str(tmp_path / "own")]
    code, out, err = run("add", str(inputs), str(tmp_path / "missing.txt"), *own)
    assert code == 1
    assert out == "added 1, updated 0, unchanged 0, failed 2\n"
    assert sorted(line.partition(": ")[0] for line in err.splitlines()) == ["failed", "failed"]
    (listed,) = loaded(run, "list", *own)
    assert listed["title"] == "A small article"
    assert run("add", str(inputs / "good.txt"), *own)[:2] == (0, "added 0, updated 0, unchanged 1, failed 0\n")
    found = loaded(run, "search", "Lisbon", "-k", "1", *own)
    assert [one["article_id"] for one in found["evidence"]] == [listed["article_id"]]
    assert run("remove", listed["article_id"], "--purge", *own)[0] == 0
    assert loaded(run, "list", *own) == []


def test_adding_while_another_writes_names_the_other(run: Run, library: Path) -> None:
    loaded(run, "list")
    with writer_lock(library):
        code, out, err = run("add", str(ROOT / "seeds"))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "already writing to this library" in err


def test_a_folder_that_cannot_be_written_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, out, err = run("list", "--library", str(tmp_path / "file"))
    assert (code, out, err.count("\n")) == (1, "", 1)


def test_a_missing_model_offline_is_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONRECORD_EMBEDDING_FILE")
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ONRECORD_OFFLINE", "true")
    code, out, err = run("ask", QUESTION)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "ONRECORD_OFFLINE" in err


def test_eval_measures_with_quotes(run: Run, tmp_path: Path) -> None:
    figures = loaded(
        run, "eval", str(ROOT / "tests/golden/seeds.jsonl"), "--quotes-only", "--limit", "2", "--output", str(tmp_path)
    )
    assert figures["total"]["questions"] == 2


def test_ctrl_c_ends_with_130_and_one_line(library: Path) -> None:
    code = """
import _thread, signal, sys, threading
from app.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits that it is ignored
import app.web.serving
def ask(args):
    threading.Timer(0.2, _thread.interrupt_main).start()
    threading.Event().wait(30)
import app.cli.verbs, app.cli.parser
app.cli.parser._VERBS = tuple((*verb[:3], ask) for verb in app.cli.parser._VERBS)
sys.exit(main(["list"]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "onrecord: interrupted\n")


def test_without_the_writers_weights_quotes_stand_and_say_how_to_fetch_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ONRECORD_WRITER", "auto")
    code, out, err = run("ask", QUESTION)
    assert code == 0
    assert "15%" in out
    assert err.startswith("onrecord: answered with quotes: ")
    assert err.endswith("'onrecord doctor --fetch' fetches it\n")
    assert err.count("\n") == 1
