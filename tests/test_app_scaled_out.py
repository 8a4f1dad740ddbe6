"""Three serving processes over one PostgreSQL and one Chroma server: one library, whatever of it is killed."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from postgresql import PostgreSQL
from scaled_out import Office, Outage, Process, office, outage

KNOWN = 6
AWAY_SECONDS = 1.5


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, embedding_files: Path, postgresql: PostgreSQL
) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office"), postgresql, KNOWN) as one:
        yield one


def test_what_is_added_through_one_is_answered_from_through_the_others_within_two_seconds(running: Office) -> None:
    took = [seconds for number in range(KNOWN, KNOWN + 3) for seconds in running.seconds_until_known(number)]
    assert statistics.median(took) < 2, took


def test_a_killed_process_takes_nothing_but_itself_away(running: Office) -> None:
    last = running.processes[2]

    def again() -> None:
        last.start()
        last.wait()

    seen = outage(running, KNOWN, last.kill, again, AWAY_SECONDS)
    assert_clear(seen, ("ConnectError", "ReadError", "RemoteProtocolError", "is starting", "still being opened"))


def test_without_chroma_it_says_so_and_goes_on_when_it_is_back(running: Office) -> None:
    seen = outage(running, KNOWN, running.chroma.kill, running.chroma.start, AWAY_SECONDS)
    assert seen.seen.errors
    assert_clear(seen, (f"the Chroma server at {running.chroma.url} does not answer",))


def test_without_postgresql_it_says_so_and_goes_on_when_it_is_back(running: Office) -> None:
    seen = outage(running, KNOWN, running.database.kill, running.database.start, AWAY_SECONDS)
    assert seen.seen.errors
    assert_clear(seen, ("the library's database: it does not answer: check that PostgreSQL runs",))


def test_a_conversation_goes_on_through_any_process(running: Office) -> None:
    first, second, third = running.processes
    told = first.ask(0).json()
    assert [one["turn_id"] for one in conversation(second, told["conversation_id"])] == [told["turn_id"]]
    assert [one["turn_id"] for one in conversation(third, told["conversation_id"])] == [told["turn_id"]]


def conversation(process: Process, conversation_id: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = httpx.get(f"{process.url}/api/v1/conversations/{conversation_id}").json()[
        "answers"
    ]
    return found


def assert_clear(one: Outage, said: tuple[str, ...]) -> None:
    """Nothing wrong was answered; errors came only while it was away, and said what was away."""
    assert one.seen.wrong == []
    for at, status, text in one.seen.errors:
        assert status in (0, 503), text
        assert any(part in text for part in said), text
        assert one.down - 1 < at < one.up + 1
