"""What a server takes at a time: of each user, of slow and large requests; and the page stands in the same line."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from scripted_desk import ScriptedDesk
from served_api import served_api, until

from app.people import Person
from app.web.admitting import Brought
from app.web.api.asking import Asking
from app.web.api.problems import BusyError
from app.web.api.queueing import Queue
from app.web.asking import Limits, ask
from app.web.bounds import Bounds
from app.web.opening import OpeningDesk
from app.web.session import Session

SLOWLY = {"question": "Write slowly"}


def who(brought: Brought) -> Person | None:
    return Person(brought.token, brought.token, "reader")


def as_(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


async def so(told: Callable[[], bool]) -> None:
    """Waits until it is so."""
    for _ in range(1000):
        if told():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to be in time")


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk(pause_seconds=0.0)


@pytest.fixture
def url(desk: ScriptedDesk) -> Iterator[str]:
    bounds = {"running": 4, "waiting": 4, "each": 2, "per_minute": 4, "answer_seconds": 30.0, "body_seconds": 1.0}
    with served_api(lambda: desk, host="0.0.0.0", admits=who, **bounds) as one:
        yield one


def test_one_user_has_a_share_of_the_line_and_is_told_when_to_come_again(url: str, desk: ScriptedDesk) -> None:
    chat = {"messages": [{"role": "user", "content": "Write slowly"}]}
    with ExitStack() as holding:
        for _ in range(2):
            stream = {"json": SLOWLY | {"stream": True}, "headers": as_("ann"), "timeout": 60}
            holding.enter_context(httpx.stream("POST", url + "/api/v1/ask", **stream))  # type: ignore[arg-type]
        until(lambda: len(desk.asked) == 2)
        for address, body in (("/api/v1/ask", SLOWLY), ("/v1/chat/completions", chat)):
            refused = httpx.post(url + address, json=body, headers=as_("ann"), timeout=60)
            assert refused.status_code == 429
            assert "2 questions of yours" in refused.json()["detail"]
            assert int(refused.headers["retry-after"]) >= 1
        other = httpx.post(url + "/api/v1/ask", json={"question": "What is Ampere?"}, headers=as_("bob"), timeout=60)
        assert other.status_code == 200, "the others have theirs"


def test_one_user_asks_so_often_in_a_minute(url: str) -> None:
    answered = [
        httpx.post(url + "/api/v1/ask", json={"question": "What is Ampere?"}, headers=as_("eve"), timeout=60)
        for _ in range(6)
    ]
    assert [one.status_code for one in answered] == [200] * 4 + [429] * 2
    assert "4 questions within a minute" in answered[-1].json()["detail"]
    assert 30 < int(answered[-1].headers["retry-after"]) <= 60
    assert httpx.post(url + "/api/v1/ask", json=SLOWLY | {"question": "Who?"}, headers=as_("kim")).status_code == 200


def test_whoever_nobody_was_asked_to_be_has_no_share() -> None:
    async def many() -> None:
        queue = Queue(Bounds(running=2, waiting=20, each=1, per_minute=1))
        places = [queue.join() for _ in range(22)]
        assert len(places) == 22
        with pytest.raises(BusyError, match="2 questions are being answered and 20 wait"):
            queue.join()

    asyncio.run(many())


def test_an_answer_that_takes_too_long_is_given_up_and_its_place_is_free() -> None:
    desk = ScriptedDesk(pause_seconds=0.0)
    with served_api(lambda: desk, running=1, waiting=0, answer_seconds=1.0) as url:
        slow = httpx.post(url + "/api/v1/ask", json=SLOWLY, timeout=60)
        assert slow.status_code == 504
        assert "no answer within 1 seconds" in slow.json()["detail"]
        until(lambda: desk.closed_streams == 1)
        assert httpx.post(url + "/api/v1/ask", json={"question": "What is Ampere?"}, timeout=60).status_code == 200


def test_a_body_that_never_comes_is_not_waited_for(url: str) -> None:
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port or 80)) as sender:
        head = f"POST /api/v1/ask HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer ann\r\n"
        sender.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n".encode())
        sender.sendall(b'{"question"')
        since = time.monotonic()
        answered = sender.recv(65536)
        assert b" 408 " in answered.splitlines()[0]
        assert time.monotonic() - since < 20


def test_a_question_on_the_page_stands_in_the_line_of_the_others_and_is_told_so() -> None:
    async def all_of_it() -> tuple[list[str], int]:
        desk = ScriptedDesk(pause_seconds=0.0)
        opening = OpeningDesk(lambda: desk)  # type: ignore[arg-type, return-value]
        opening.start()
        await asyncio.to_thread(opening.wait)
        asking = Asking(Bounds(running=1, waiting=1))
        ahead = asking.queue.join()
        shown: list[str] = []

        async def visit() -> None:
            async for html in ask(opening, asking, Session(), "What is Ampere?", Limits()):
                shown.append(html)  # noqa: PERF401 - it is looked at meanwhile

        visiting = asyncio.create_task(visit())
        await so(lambda: any("Waiting" in html for html in shown))
        refused = [html async for html in ask(opening, asking, Session(), "And I?", Limits())]
        assert "which is all this server takes" in refused[-1]
        await ahead.__aexit__()
        await visiting
        return shown, len(desk.asked)

    shown, asked = asyncio.run(all_of_it())
    assert "Waiting: yours is the next question" in "".join(shown)
    assert "Renault will hold 15%" in shown[-1]
    assert asked == 1


def test_who_leaves_the_line_on_the_page_makes_room_and_the_writer_stops() -> None:
    async def leaving() -> None:
        desk = ScriptedDesk(pause_seconds=0.0)
        opening = OpeningDesk(lambda: desk)  # type: ignore[arg-type, return-value]
        opening.start()
        await asyncio.to_thread(opening.wait)
        asking = Asking(Bounds(running=1, waiting=1))
        session, other = Session(), Session()

        async def visit(one: Session, question: str) -> None:
            async for _ in ask(opening, asking, one, question, Limits()):
                pass

        first = asyncio.create_task(visit(session, "Write slowly"))
        await so(lambda: bool(desk.asked))
        second = asyncio.create_task(visit(other, "Write slowly, too"))
        await so(lambda: asking.queue.waiting > 0)
        assert other.stop is not None
        other.stop.set()
        await second
        assert asking.queue.waiting == 0
        first.cancel()  # what Gradio does when the browser has gone
        await asyncio.gather(first, return_exceptions=True)
        assert desk.closed_streams == 1
        assert asking.queue.running == 0

    asyncio.run(leaving())
