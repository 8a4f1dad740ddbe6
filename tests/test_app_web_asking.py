"""A question from the page, without a browser: what is shown when, stopping, failing, and the fields beside it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from scripted_desk import ScriptedDesk

from app.errors import QuestionError
from app.web.api.asking import Asking
from app.web.asking import Limits, ask, read_limits
from app.web.bounds import Bounds
from app.web.opening import DeskOpeningError, OpeningDesk
from app.web.session import Session
from index.errors import StorageError


def opened(desk: ScriptedDesk) -> OpeningDesk:
    opening = OpeningDesk(lambda: desk)  # type: ignore[arg-type, return-value]
    opening.start()
    opening.wait(timeout_seconds=5)
    return opening


def shown(desk: OpeningDesk, session: Session, question: str, limits: Limits | None = None) -> list[str]:
    async def collect() -> list[str]:
        return [html async for html in ask(desk, Asking(Bounds()), session, question, limits or Limits())]

    return asyncio.run(collect())


def test_evidence_comes_before_sentences_and_the_answer_last() -> None:
    steps = shown(opened(ScriptedDesk(pause_seconds=0)), Session(), "What stake?")
    assert ["Nearest passages" in step for step in steps] == [False, True, True, True, False]
    assert ["15% of Nissan." in step for step in steps] == [False, False, True, True, True]
    assert "The deal closes" not in steps[2]
    assert 'class="turn answered"' in steps[-1]


def test_who_waits_for_the_writer_is_told_beside_the_evidence() -> None:
    steps = shown(opened(ScriptedDesk(pause_seconds=0)), Session(), "What stake, after others?")
    assert "Waiting for the writer: 2 questions come before yours" in steps[2]
    assert "Nearest passages" in steps[2]
    assert "Waiting" not in steps[3]


def test_a_follow_up_continues_the_conversation_and_the_past_is_kept() -> None:
    desk, session = ScriptedDesk(pause_seconds=0), Session()
    opening = opened(desk)
    shown(opening, session, "What stake?")
    shown(opening, session, "And when?")
    assert [asked["conversation_id"] for asked in desk.asked] == [None, "c1"]
    assert len(session.past) == 1
    assert "What stake?" in session.past_html
    assert "And when?" in session.current_html


def test_the_fields_reach_the_desk() -> None:
    desk = ScriptedDesk(pause_seconds=0)
    limits = read_limits("2023-02-05", " 2023-01-01", "2023-02-01", ["Wire"], True)
    shown(opened(desk), Session(), "What stake?", limits)
    asked = desk.asked[0]
    assert (str(asked["as_of"]), str(asked["since"]), str(asked["until"])) == ("2023-02-05", "2023-01-01", "2023-02-01")
    assert asked["sources"] == ("Wire",)
    assert asked["undated"] is True


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (("soon", "", "", [], False), "As of is 'soon': write a day as 2023-02-05"),
        (("", "2023-13-01", "", [], False), "From is '2023-13-01'"),
        (("", "2023-02-02", "2023-02-01", [], False), "is later than To"),
    ],
)
def test_a_wrong_day_is_named(fields: tuple[str, str, str, list[str], bool], said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        read_limits(*fields)


def test_empty_fields_limit_nothing() -> None:
    assert read_limits("", None, " ", None, False) == Limits()


def test_stopping_keeps_what_was_checked_and_ends_the_writer() -> None:
    desk, session = ScriptedDesk(pause_seconds=0), Session()
    opening = opened(desk)

    async def stop_after_two_sentences() -> list[str]:
        steps = []
        async for html in ask(opening, Asking(Bounds()), session, "Write slowly", Limits()):
            steps.append(html)
            if "The deal closes" in html and session.stop is not None:
                session.stop.set()
        return steps

    steps = asyncio.run(asyncio.wait_for(stop_after_two_sentences(), timeout=5))
    assert "Stopped." in steps[-1]
    assert "15% of Nissan." in steps[-1]
    assert desk.closed_streams == 1
    assert session.stop is None


def test_a_reader_who_leaves_ends_the_writer() -> None:
    desk, session = ScriptedDesk(pause_seconds=0), Session()
    opening = opened(desk)

    async def leave() -> None:
        steps = ask(opening, Asking(Bounds()), session, "Write slowly", Limits())
        async for html in steps:
            if "The deal closes" in html:
                break
        await steps.aclose()  # type: ignore[attr-defined]

    asyncio.run(asyncio.wait_for(leave(), timeout=5))
    assert desk.closed_streams == 1


def test_a_failure_inside_is_told_as_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    steps = shown(opened(ScriptedDesk(pause_seconds=0)), Session(), "break")
    assert 'class="turn failed"' in steps[-1]
    assert "scripted" not in steps[-1]
    assert "scripted" in caplog.text


def test_a_library_that_cannot_be_opened_is_told_with_its_remedy() -> None:
    def refuse() -> Any:
        raise StorageError("the disk is full: free some space")

    opening = OpeningDesk(refuse)
    opening.start()
    steps = shown(opening, Session(), "What stake?")
    assert "the disk is full: free some space" in steps[-1]
    assert 'class="turn failed"' in steps[-1]
    with pytest.raises(DeskOpeningError):
        opening.ready()
    opening.close()


def test_an_unexpected_failure_to_open_points_to_the_doctor(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> Any:
        raise ValueError("inside")

    opening = OpeningDesk(fail)
    opening.start()
    with pytest.raises(DeskOpeningError, match=r"ValueError.*onrecord doctor"):
        opening.wait(timeout_seconds=5)
    assert "inside" in caplog.text


def test_a_question_waits_for_the_library() -> None:
    gate = threading.Event()

    def slow() -> Any:
        gate.wait(5)
        return ScriptedDesk(pause_seconds=0)

    opening = OpeningDesk(slow)
    opening.start()
    assert opening.ready() is None
    with pytest.raises(DeskOpeningError, match="still being opened"):
        opening.wait(timeout_seconds=0.01)
    threading.Timer(0.1, gate.set).start()
    steps = shown(opening, Session(), "What stake?")
    assert "Opening the library" in steps[0]
    assert 'class="turn answered"' in steps[-1]


def test_a_question_can_be_stopped_while_the_library_is_opened() -> None:
    gate = threading.Event()

    def slow() -> Any:
        gate.wait(10)
        return ScriptedDesk()

    opening, session = OpeningDesk(slow), Session()
    opening.start()

    async def stop_at_once() -> list[str]:
        steps = []
        async for html in ask(opening, Asking(Bounds()), session, "What stake?", Limits()):
            steps.append(html)
            if session.stop is not None:
                session.stop.set()
        return steps

    assert "Stopped." in asyncio.run(stop_at_once())[-1]
    gate.set()
    opening.wait(timeout_seconds=5)


def test_closing_closes_an_open_desk() -> None:
    desk = ScriptedDesk()
    opened(desk).close()
    assert desk.closed
