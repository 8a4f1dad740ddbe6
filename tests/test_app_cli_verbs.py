"""What each verb asks of the desk, and what it prints. Options and errors are in test_app_cli."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import scripted_cli
import scripted_desk
from scripted_cli import CommandDesk

from app.cli import main, terminal
from app.cli.progress import watch_writer
from app.config import load_settings
from app.entries import WriterStatus


@pytest.fixture
def desk() -> CommandDesk:
    return CommandDesk()


@pytest.fixture
def opened(desk: CommandDesk, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    return scripted_cli.use(monkeypatch, desk)


@pytest.fixture
def run(opened: object, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command; gives its exit code, what it printed and what it told on standard error."""
    assert opened

    def command(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


Run = Callable[..., tuple[int, str, str]]


def test_ask_prints_the_answer_then_what_it_cites(run: Run) -> None:
    code, out, err = run("ask", "What stake will Renault hold?")
    assert code == 0
    assert err == ""
    assert out.startswith("Renault will hold 15% of Nissan. [1] The deal closes by mid-year. [2]\n\n")
    assert (
        f"[1] “{scripted_desk.STAKE}”\n    Nissan and Renault reshape their alliance, Morning Wire, 2023-02-05 (a1 v1,"
        in out
    )
    assert f"[2] “{scripted_desk.TIME}”" in out
    assert "Turn t1, by qwen2.5-coder-1.5b, 2.3 s" in out


def test_ask_json_is_exactly_the_answer(run: Run, desk: CommandDesk) -> None:
    code, out, err = run("ask", "What stake?", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads(json.dumps(desk.reply.to_json()))


def test_ask_passes_its_options_on(run: Run, desk: CommandDesk, opened: Callable[[], list[dict[str, Any]]]) -> None:
    options = "--as-of 2023-02-10 --since 2023-01-01 --until 2023-02-09 --source a.org --source b.org --undated"
    assert run("ask", "Why?", *options.split(), "--follow", "t0", "--quotes", "--library", "mine")[0] == 0
    assert desk.asked == [
        {
            "question": "Why?",
            "as_of": date(2023, 2, 10),
            "since": date(2023, 1, 1),
            "until": date(2023, 2, 9),
            "sources": ("a.org", "b.org"),
            "undated": True,
            "follow": "t0",
            "quotes_only": True,
        }
    ]
    assert opened() == [{"library": Path("mine"), "writer": False, "seeded": True}]


def test_ask_opens_the_writer_unless_quotes_are_wanted(run: Run, opened: Callable[[], list[dict[str, Any]]]) -> None:
    run("ask", "Why?")
    assert opened()[0]["writer"] is True


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("not_stated", "The articles do not say. (not_stated)"),
        ("no_articles", "add some with 'onrecord add PATH'. (no_articles)"),
        ("filtered_out", "--as-of. (filtered_out)"),
    ],
)
def test_an_abstention_says_why_and_shows_the_nearest(reason: str, told: str, run: Run, desk: CommandDesk) -> None:
    desk.reply = scripted_desk.abstention(reason=reason)
    code, out, _ = run("ask", "What is the capital of France?")
    assert code == 0
    assert told in out.splitlines()[0]
    assert "The nearest passages:" in out
    assert f"- “{scripted_desk.AMPERE}”" in out


def test_an_abstention_in_words_of_its_own_is_not_said_twice(run: Run, desk: CommandDesk) -> None:
    desk.reply = scripted_desk.abstention(text="No article tells that.", nearest=())
    out = run("ask", "Why?")[1]
    assert out.startswith("No article tells that. (not_stated)\n\nTurn")


def test_fallback_and_notes_are_one_line_each(run: Run, desk: CommandDesk) -> None:
    desk.reply = scripted_desk.answer(
        writer="quotes", fallback="the model\nis missing: fetch it", notes=("3 articles were left out",)
    )
    _, out, err = run("ask", "Why?")
    assert "\n3 articles were left out\n" in out
    assert err == "onrecord: answered with quotes: the model is missing: fetch it\n"


def test_an_article_cannot_steer_the_terminal(run: Run, desk: CommandDesk) -> None:
    hostile = scripted_desk.version(text="Gone.\x1b[2J\x1b]0;title\x07", title="\x1b[31mRed\nsecond line")
    desk.held = {"a1": hostile}
    for command in (["list"], ["show", "a1"]):
        assert "\x1b" not in run(*command)[1]
    assert len(run("list")[1].splitlines()) == 2


def test_show_text_prints_every_byte_and_nothing_else(
    desk: CommandDesk, opened: object, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = "\ufeffDas “ü”\r\nzwei\rdrei\x00\x1b[1m \U0001f600 e\u0301"
    desk.held = {"a1": scripted_desk.version(text=text)}
    assert main(["show", "a1", "--text"]) == 0
    assert capfdbinary.readouterr().out == text.encode()


def test_show_json_has_the_text_and_its_version(run: Run) -> None:
    record = json.loads(run("show", "a1", "--json")[1])
    assert record["text"] == scripted_desk.TEXT
    assert (record["article_id"], record["version"], record["published_at"]) == ("a1", 1, "2023-02-05")


def test_show_for_reading_begins_with_what_it_is(run: Run) -> None:
    lines = run("show", "a1")[1].splitlines()
    assert lines[:3] == [
        "Nissan and Renault reshape their alliance",
        "article: a1, version 1",
        "source: Morning Wire",
    ]
    assert "origin: alliance.txt" in lines


def test_an_unknown_article_is_one_line(run: Run) -> None:
    code, out, err = run("show", "nope")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "'nope'" in err


def test_list_is_a_table(run: Run) -> None:
    lines = run("list")[1].splitlines()
    assert lines[0].split() == ["ARTICLE", "DATE", "WORDS", "SOURCE", "TITLE"]
    assert lines[1].startswith("a1       2023-02-05    ")
    assert lines[1].endswith("Morning Wire  Nissan and Renault reshape their alliance")


def test_list_of_nothing_says_how_to_begin(run: Run, desk: CommandDesk) -> None:
    desk.held = {}
    assert run("list") == (
        0,
        "",
        "onrecord: there are no articles in this library: add some with 'onrecord add PATH'\n",
    )
    assert json.loads(run("list", "--json")[1]) == []


@pytest.mark.parametrize("purge", [False, True])
def test_remove_says_what_it_removed(purge: bool, run: Run, desk: CommandDesk) -> None:
    options = ["--purge"] if purge else []
    code, out, _ = run("remove", "a1", *options)
    assert code == 0
    assert out.startswith("removed a1: ")
    assert desk.told_to_remove == [("a1", purge)]
    assert json.loads(run("remove", "a1", "--json", *options)[1]) == {
        "article_id": "a1",
        "removed": True,
        "purged": purge,
    }


def test_search_prints_passages_with_scores(run: Run, desk: CommandDesk) -> None:
    _, out, _ = run("search", "stake", "-k", "3", "--since", "2023-01-01")
    assert out.startswith(f"1. “{scripted_desk.STAKE}”\n   Nissan and Renault")
    assert "score 0.812" in out
    assert "no date: 1" in out
    assert desk.searched[0]["k"] == 3
    assert desk.searched[0]["since"] == date(2023, 1, 1)


def test_search_json_ranks_evidence_with_article_ids(run: Run) -> None:
    record = json.loads(run("search", "stake", "--json")[1])
    (first,) = record["evidence"]
    assert (first["rank"], first["article_id"], first["published_at"]) == (1, "a1", "2023-02-05")
    assert first["quote"] == scripted_desk.STAKE
    assert record["articles"] == [{"article_id": "a1", "score": 1.0}]
    assert (record["as_of"], record["library_articles"]) == ("2023-02-05", 3)


@pytest.mark.parametrize(
    ("library", "allowed", "told"), [(0, 0, "There are no articles"), (3, 0, "No article passes"), (3, 3, "Nothing")]
)
def test_a_search_that_finds_nothing_says_why(
    library: int, allowed: int, told: str, run: Run, desk: CommandDesk
) -> None:
    desk.found = replace(
        scripted_cli.FOUND, evidence=(), library_articles=library, allowed_articles=allowed, undated_left_out=0
    )
    assert run("search", "stake")[1].startswith(told)


def test_add_sums_up_and_names_each_failure(run: Run, opened: Callable[[], list[dict[str, Any]]]) -> None:
    code, out, err = run("add", "one.txt", "two.bin", "three.txt")
    assert code == 1
    assert out == "added 2, updated 0, unchanged 0, failed 1\n"
    assert err == "failed: two.bin: this is a binary file: give a text\n"
    assert opened()[0]["seeded"] is False


def test_add_json_is_one_line_an_input(run: Run) -> None:
    code, out, err = run("add", "one.txt", "two.bin", "--json")
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 1
    assert (first["origin"], first["status"]) == ("one.txt", "added")
    assert (second["status"], second["error"]) == ("failed", "this is a binary file: give a text")
    assert err.startswith("failed: two.bin: ")


def test_add_succeeds_when_nothing_fails(run: Run) -> None:
    assert run("add", "one.txt") == (0, "added 1, updated 0, unchanged 0, failed 0\n", "")


def test_long_lines_are_broken_only_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "word " * 60
    assert terminal.wrapped(words).count("\n") == 0
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    lines = terminal.wrapped(words, first="[1] ", rest="    ").splitlines()
    assert len(lines) > 4
    assert max(len(line) for line in lines) < 60
    assert all(line.startswith("    word") for line in lines[1:])


def test_serve_passes_host_and_port_on(
    monkeypatch: pytest.MonkeyPatch, opened: Callable[[], list[dict[str, Any]]]
) -> None:
    from app.web import command

    served: list[dict[str, Any]] = []

    def serve(desk_factory: Callable[[], CommandDesk], **options: Any) -> None:
        desk_factory()
        served.append(options)

    monkeypatch.setattr(command, "serve", serve)
    assert main(["serve", "--port", "0", "--open"]) == 0
    (told,) = served
    assert {"host": "127.0.0.1", "port": 0, "open_browser": True}.items() <= told.items()
    assert told["library"] == load_settings().library
    assert opened()[0]["fetch_writer"] is True


def test_the_writer_is_watched_until_it_is_ready(desk: CommandDesk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.status = WriterStatus(state="fetching", model="qwen", detail="fetching: 1 of 2 MB", progress=0.5)
    thread = watch_writer(desk)  # type: ignore[arg-type]
    assert thread is not None
    desk.status = WriterStatus(state="ready", model="qwen", detail="qwen is ready")
    thread.join(10)
    assert capsys.readouterr().err == "onrecord: qwen is ready\n"


def test_a_writer_that_is_ready_is_not_watched(desk: CommandDesk) -> None:
    assert watch_writer(desk) is None  # type: ignore[arg-type]


def test_eval_runs_a_golden_file(run: Run, desk: CommandDesk, tmp_path: Path) -> None:
    assert run("eval", str(tmp_path / "missing.jsonl"))[0] == 1


def test_timeline_tells_times_and_takes_the_filters(run: Run, desk: CommandDesk) -> None:
    code, out, err = run("timeline", "the alliance", "--since", "2023-01-01", "-k", "5")
    assert (code, err) == (0, "")
    assert out.startswith("30 January 2023\n  “Nissan and Renault agreed on Monday to reshape their alliance.”\n")
    assert desk.searched[-1]["k"] == 5
    assert str(desk.searched[-1]["since"]) == "2023-01-01"
    assert json.loads(run("timeline", "the alliance", "--json")[1])["timeline"][0]["first"] == "2023-01-30"


def test_add_goes_on_every_so_often_until_it_is_interrupted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    code, out, err = run("add", "https://news.example/feed", "--every", "30m")
    assert (code, err) == (130, "onrecord: interrupted\n")
    assert out.count("added 1, ") == 2
    assert slept == [1800.0, 1800.0]


@pytest.mark.parametrize("text", ["5", "0m", "1s", "-1h", "often", "١h"])
def test_an_interval_is_a_minute_at_least(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with pytest.raises(SystemExit) as misused:
        main(["add", "one.txt", f"--every={text}"])
    assert misused.value.code == 2
    assert "write it as 30m, 2h or 1d" in capsys.readouterr().err
