"""The command line itself: options, help, errors, exit codes, streams. What verbs print is in test_app_cli_verbs."""

from __future__ import annotations

import argparse
import errno
import io
import json
import logging
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import scripted_cli
import scripted_desk
from scripted_cli import CommandDesk

from app.cli import main, terminal
from app.cli.logs import logging_to_stderr
from app.cli.parser import build_parser, parse
from app.errors import ConfigError, ConversationNotFoundError, GoldenFileError, QuestionError
from index.errors import LibraryLockedError, OnRecordError, StorageError

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    "numpy llama_index chromadb gradio onnxruntime pydantic sqlalchemy tantivy trafilatura rich httpx openai".split()
)


def verbs() -> dict[str, argparse.ArgumentParser]:
    for action in build_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("no verbs")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> CommandDesk:
    desk = CommandDesk()
    scripted_cli.use(monkeypatch, desk)
    return desk


@pytest.mark.parametrize("command", [["--help"], ["ask", "--help"], ["eval", "--help"], ["--version"], ["asc"]])
def test_help_and_misuse_import_nothing_heavy(command: list[str]) -> None:
    code = f"""
import sys, time
from app.cli import main
try:
    main({command!r})
except SystemExit:
    pass
print("heavy:", [name for name in {HEAVY!r} if name in sys.modules], "seconds:", time.process_time())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    told = done.stdout.splitlines()[-1]
    assert "heavy: []" in told
    assert float(told.rpartition(" ")[2]) < 0.5


@pytest.mark.parametrize("verb", ["", *verbs()])
def test_every_option_tells_its_default(verb: str) -> None:
    parser = verbs()[verb] if verb else build_parser()
    options = [action for action in parser._actions if action.option_strings and action.dest != "help"]
    assert options
    assert [action.option_strings for action in options if "(default: " not in (action.help or "")] == []


def test_verbs_are_those_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [verb for verb in verbs() if f"onrecord {verb}" not in readme] == []


@pytest.mark.parametrize(
    "command",
    [
        ["--library", "L", "--json", "-v", "list"],
        ["list", "-v", "--json", "--library", "L"],
        "--json list -v --library L".split(),
    ],
)
def test_shared_options_stand_before_or_after_the_verb(command: list[str]) -> None:
    args = parse(command)
    assert (args.library, args.json, args.verbose) == (Path("L"), True, 1)


def test_shared_options_have_defaults() -> None:
    args = parse(["list"])
    assert (args.library, args.json, args.verbose) == (None, False, 0)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ([], "name a verb"),
        (["asc"], "invalid choice: 'asc'"),
        (["ask"], "required: QUESTION"),
        (["ask", ""], "it is empty"),
        (["ask", "Why?", "--sinc", "2023-01-01"], "--sinc"),
        (["ask", "Why?", "--as-of", "yesterday"], "'yesterday' is not a day: write it as year-month-day"),
        (["ask", "Why?", "--since", "2023-02-30"], "'2023-02-30' is not a day"),
        (["ask", "Why?", "--since", "20230201"], "'20230201' is not a day"),
        (["ask", "Why?", "--since", "2023-03-01", "--until", "2023-02-01"], "--since 2023-03-01 is after --until"),
        (["search", "Why?", "-k", "0"], "'0' is not a number from 1 up"),
        (["search", "Why?", "-k", "many"], "'many' is not a number"),
        (["show", "a1", "--version", "-1"], "--version"),
        (["serve", "--port", "65536"], "'65536' is not a port"),
        (["list", "--library", " "], "names no folder"),
        (["add"], "required: PATH|URL"),
    ],
)
def test_misuse_is_one_line_and_exit_code_2(command: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(command)
    captured = capsys.readouterr()
    assert ended.value.code == 2
    assert captured.out == ""
    assert told in captured.err
    assert captured.err.startswith("onrecord: ")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (QuestionError("the question is too long: shorten it"), 2),
        (ConfigError("port 1 is taken: choose another"), 2),
        (GoldenFileError("line 3: no id"), 1),
        (ConversationNotFoundError("there is no turn 'x'"), 1),
        (LibraryLockedError("another process is writing"), 1),
        (StorageError("the disk is full: free some space"), 1),
        (OnRecordError("two\nlines \x1b[31m"), 1),
        (MemoryError(), 1),
        (ValueError("odd"), 1),
        (OSError(errno.ENOSPC, "No space left on device"), 1),
    ],
)
def test_an_error_is_one_line_and_its_exit_code(
    error: Exception, code: int, desk: CommandDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.raising = error
    assert main(["list"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("onrecord: ")
    assert captured.err.count("\n") == 1
    assert "\x1b" not in captured.err


def test_an_unexpected_error_shows_its_traceback_only_when_asked(
    desk: CommandDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.raising = ValueError("odd")
    assert main(["list"]) == 1
    assert capsys.readouterr().err == "onrecord: unexpected ValueError: odd: -v shows where\n"
    assert main(["list", "-v"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_expected_error_shows_where_with_two_v(desk: CommandDesk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.raising = StorageError("the disk is full")
    assert main(["list", "-v"]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert main(["list", "-vv"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_interrupting_is_one_line_and_130(desk: CommandDesk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.raising = KeyboardInterrupt()
    assert main(["list"]) == 130
    assert capsys.readouterr().err == "onrecord: interrupted\n"


def test_a_setting_that_cannot_be_used_is_misuse(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONRECORD_PORT", "many")
    assert main(["list"]) == 2
    assert "ONRECORD_PORT='many'" in capsys.readouterr().err


READER_GONE = """
import sys
sys.path.insert(0, "tests")
import scripted_cli
from app.cli import main, opening
opening.open_desk = lambda *_, **__: scripted_cli.CommandDesk()
sys.exit(main(["list"]))
"""


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READER_GONE], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()  # long before it has imported what it needs to write
        told = listing.stderr.read()
        assert listing.wait(30) == 1
    assert told == b""


def encoded(monkeypatch: pytest.MonkeyPatch, encoding: str) -> io.BytesIO:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    return written


def test_a_terminal_that_lacks_a_character_gets_a_replacement(
    monkeypatch: pytest.MonkeyPatch, desk: CommandDesk
) -> None:
    desk.held = {"a1": scripted_desk.version(title="Où est — l’été")}
    written = encoded(monkeypatch, "ascii")
    assert main(["list"]) == 0
    sys.stdout.flush()
    assert b"O? est ? l??t?" in written.getvalue()


def test_json_is_whole_on_a_terminal_that_lacks_characters(monkeypatch: pytest.MonkeyPatch, desk: CommandDesk) -> None:
    desk.held = {"a1": scripted_desk.version(title="Où est — l’été")}
    written = encoded(monkeypatch, "latin-1")
    assert main(["list", "--json"]) == 0
    sys.stdout.flush()
    assert json.loads(written.getvalue())[0]["title"] == "Où est — l’été"


def test_shown_text_cannot_steer_a_terminal() -> None:
    assert terminal.shown("a\x1b]0;title\x07b\r\nc\u202ed\x00") == "a ]0;title b c d"


def test_json_takes_lone_surrogates(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.write_json({"title": "a\ud800"})
    assert json.loads(capsys.readouterr().out) == {"title": "a\ud800"}


@pytest.mark.parametrize(
    ("verbosity", "seen"),
    [(0, {"warning"}), (1, {"warning", "info", "chroma warning"}), (2, {"warning", "info", "chroma warning", "debug"})],
)
def test_verbosity_chooses_what_is_logged(verbosity: int, seen: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().level
    with logging_to_stderr(verbosity):
        ours, theirs = logging.getLogger("app.desk"), logging.getLogger("chromadb.api")
        ours.debug("debug")
        ours.info("info")
        ours.warning("warning")
        theirs.debug("chroma debug")
        theirs.warning("chroma warning")
    told = {line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()}
    assert told == seen
    assert logging.getLogger().level == before


def test_python_warnings_stay_quiet_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with logging_to_stderr(0):
            warnings.warn("old", stacklevel=1)
        assert capsys.readouterr().err == ""
        with logging_to_stderr(1):
            warnings.warn("old", stacklevel=1)
    assert "old" in capsys.readouterr().err


def test_a_log_line_keeps_to_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr(0):
        logging.getLogger("app.desk").warning("a title: %s", "x\ny\x1b[1m")
    assert capsys.readouterr().err == "onrecord: a title: x y [1m\n"


def test_logs_for_programs_are_an_object_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_LOG_FORMAT", "json")
    with logging_to_stderr(0):
        logging.getLogger("app.desk").debug("a question")
        logging.getLogger("app.desk").info("turn 1:\n2 s", extra={"fields": {"turn_id": "1", "seconds": 2.0}})
        try:
            raise ValueError("x")
        except ValueError:
            logging.getLogger("app.web").exception("it failed")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["level"], first["message"], first["turn_id"]) == ("INFO", "turn 1:\n2 s", "1")
    assert first["time"].endswith("+00:00")
    assert "ValueError: x" in second["traceback"]


def test_an_error_for_programs_is_an_object(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ONRECORD_LOG_FORMAT", "json")
    assert main(["restore", str(tmp_path / "none"), "--library", str(tmp_path / "new")]) == 1
    told = json.loads(capsys.readouterr().err)
    assert told["level"] == "ERROR"
    assert "there is no file" in told["message"]
