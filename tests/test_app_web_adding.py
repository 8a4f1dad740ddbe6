"""What is given to the page for the library, without a browser: added in order, told line by line, tried again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripted_desk import STAKE, ScriptedDesk

from app.web import adding
from app.web.arriving import LINES_SHOWN, Arrival, arrivals_html
from index.articles import Added
from index.errors import LibraryLockedError, LoadingError


def add(desk: ScriptedDesk, wanted: list[Arrival], every: list[Arrival] | None = None) -> list[str]:
    """What is shown at each step."""
    every = wanted if every is None else every
    return [arrivals_html(every) for _ in adding.bring_in(desk, tuple(wanted), every)]  # type: ignore[arg-type]


def uploads(*paths: Path) -> list[Arrival]:
    return adding.files([str(path) for path in paths])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    paths = tuple(tmp_path / name for name in ("good.txt", "bad.bin", "last.txt"))
    for path, data in zip(paths, (STAKE.encode(), b"\0", b"Last."), strict=True):
        path.write_bytes(data)
    return paths


def test_each_file_has_its_line_from_waiting_to_what_became_of_it(files: tuple[Path, ...]) -> None:
    steps = add(ScriptedDesk(pause_seconds=0), uploads(*files))
    assert 'value="0" max="3"' in steps[0]
    for said in ("good.txt</bdi> is being added", "bad.bin</bdi> is waiting", "last.txt</bdi> is waiting"):
        assert said in steps[0]
    assert 'value="1" max="3"' in steps[1]
    assert "1 of 3: 1 added" in steps[1]
    assert "bad.bin</bdi> is being added" in steps[1]
    assert "2 added, 1 not added" in steps[-1]
    assert "<progress" not in steps[-1]
    places = [steps[-1].index(name) for name in ("good.txt", "bad.bin", "last.txt")]
    assert places == sorted(places)


def test_what_failed_is_tried_again_in_its_place(files: tuple[Path, ...]) -> None:
    desk, arrivals = ScriptedDesk(pause_seconds=0), uploads(*files)
    shown = add(desk, arrivals)[-1]
    assert f'data-act="retry" data-id="{arrivals[1].key}" aria-label="Try bad.bin again"' in shown
    assert "Try all" not in shown
    files[1].write_text("Now a text.")
    steps = add(desk, [arrivals[1]], arrivals)
    assert "2 of 3: 2 added" in steps[0]
    assert "bad.bin</bdi> is being added" in steps[0]
    assert "3 added" in steps[-1]
    assert "Try" not in steps[-1]
    assert len(desk.held) == 4


def test_an_upload_that_is_gone_is_asked_for_again(files: tuple[Path, ...]) -> None:
    files[1].unlink()
    assert adding.GONE in add(ScriptedDesk(pause_seconds=0), uploads(files[1]))[-1]


def test_one_file_moves_without_a_total(files: tuple[Path, ...]) -> None:
    assert "max=" not in add(ScriptedDesk(pause_seconds=0), uploads(files[0]))[0]


def test_a_web_address_is_added_as_it_was_typed() -> None:
    desk = ScriptedDesk()
    steps = add(desk, adding.address(" https://news.example/a "))
    assert desk.added_addresses == ["https://news.example/a"]
    assert "1 added" in steps[-1]


@pytest.mark.parametrize("address", ["/etc/hostname", "file:///etc/hostname", "notes.txt", "ftp://a.example/b"])
def test_only_web_addresses_are_taken_from_the_page(address: str) -> None:
    with pytest.raises(LoadingError, match="is not a web address"):
        adding.address(address)


def test_a_page_of_a_feed_that_failed_is_tried_again_alone() -> None:
    desk, arrivals = ScriptedDesk(), adding.address("https://news.example/feed")
    shown = add(desk, arrivals)[-1]
    assert "1 added, 1 not added" in shown
    assert "onrecord add --every 30m https://news.example/feed" in shown
    feed, page = arrivals
    assert (feed.failed, page.failed) == (False, True)
    assert "2 added" in add(desk, [page], arrivals)[-1]
    assert desk.added_addresses.count("https://news.example/feed") == 1
    assert desk.added_addresses.count("https://news.example/unreachable") == 2


def failing(error: Exception) -> Callable[..., list[Added]]:
    def add_bytes(name: str, data: bytes, **_: Any) -> list[Added]:
        if name.startswith("good"):
            return [Added(origin=name, status="added", title="Good")]
        raise error

    return add_bytes


def test_a_library_locked_by_another_process_is_named_and_the_rest_is_kept_for_later(files: tuple[Path, ...]) -> None:
    desk, arrivals = ScriptedDesk(pause_seconds=0), uploads(*files)
    desk.add_bytes = failing(LibraryLockedError("process 12 is adding: wait for it"))  # type: ignore[method-assign]
    steps = add(desk, arrivals)
    assert "process 12 is adding" in steps[-1]
    assert "1 added, 2 not added" in steps[-1]
    assert adding.NOT_TRIED in steps[-1]
    assert not any("last.txt</bdi> is being added" in step for step in steps)
    assert "Try all 2 again" in steps[-1]
    del desk.add_bytes
    files[1].write_text("Now a text.")
    assert "3 added" in add(desk, arrivals[1:], arrivals)[-1]


def test_an_unexpected_failure_to_add_is_logged_and_not_shown(
    files: tuple[Path, ...], caplog: pytest.LogCaptureFixture
) -> None:
    desk = ScriptedDesk()
    desk.add_bytes = failing(RuntimeError("scripted"))  # type: ignore[method-assign]
    said = add(desk, uploads(files[1]))[-1]
    assert "inside OnRecord" in said
    assert "scripted" not in said
    assert "RuntimeError: scripted" in caplog.text


def test_what_failed_comes_first_where_not_all_can_be_shown() -> None:
    outcomes = [Added(origin=f"{n}.txt", status="added") for n in range(2000)]
    arrival = Arrival("many.jsonl", failing(RuntimeError()))
    arrival.end([*outcomes, Added(origin="/uploads/bad.bin", status="failed", error="it is binary: give a text")])
    shown = arrivals_html([arrival])
    assert shown.count("<li") == LINES_SHOWN + 1
    assert "2,000 added, 1 not added" in shown
    assert "and 1,951 more" in shown
    assert shown.index("bad.bin") < shown.index("0.txt")
    assert "/uploads" not in shown


def test_nothing_given_shows_nothing_and_nothing_found_says_so() -> None:
    assert arrivals_html([]) == ""
    empty = Arrival("empty.jsonl", failing(RuntimeError()))
    empty.end([])
    assert "Nothing to add" in arrivals_html([empty])
