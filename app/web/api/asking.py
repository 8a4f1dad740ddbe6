"""Questions and their answers: POST /api/v1/ask, and what the other ways of asking share with it.

Leaves out: how an answer comes about (app.desk).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.asked import read_filters, read_question
from app.schema import Answer, Event, EvidenceFound, Finished, Queued
from app.web.api import PREFIX
from app.web.api.bodies import Question
from app.web.api.desks import OpenDesk
from app.web.api.measuring import Measures
from app.web.api.problems import BusyError, SlowAnswerError, problem_of
from app.web.api.queueing import Queue
from app.web.api.streaming import MEDIA_TYPE, AskerLeftError, EventStream, event, while_asked
from app.web.bounds import Bounds

if TYPE_CHECKING:
    from app.desk import Desk

router = APIRouter(prefix=PREFIX, tags=["questions"])
SECONDS_BETWEEN_LOOKS = 1.0
"""How often someone who waits is told how many are ahead."""
LEFT = 499
"""The status, not of a standard, that servers log for a client that closed its connection; nobody receives it."""


class Asking:
    """Asks the desk for everybody, in turn, and counts. For one event loop."""

    def __init__(self, bounds: Bounds) -> None:
        self.queue = Queue(bounds)
        self.measures = Measures()
        self._answer_seconds = bounds.answer_seconds

    async def check(self, desk: Desk, question: str, options: Mapping[str, Any]) -> None:
        """Raises what can be told before the answer begins: QuestionError, ConversationNotFoundError, BusyError."""
        read_question(question)
        since, until, sources = options.get("since"), options.get("until"), options.get("sources", ())
        read_filters(since, until, sources, undated=options.get("undated", False))
        if options.get("follow") is not None:
            await run_in_threadpool(desk.turn, options["follow"])
        if options.get("conversation_id") is not None:
            await run_in_threadpool(desk.check_conversation, options["conversation_id"])
        try:
            self.queue.check(desk.person.user_id)
        except BusyError:
            self.measures.refused()
            raise

    async def events(self, desk: Desk, question: str, options: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        """The places in line, then the desk's events. Closing it, or cancelling who waits for it, stops the writer.

        Raises BusyError when the line is full, SlowAnswerError when the answer takes longer than is waited for.
        """
        finished = False
        try:
            async with self.queue.join(desk.person.user_id) as place:
                seconds = 0.0
                while not await place.come(seconds):
                    yield Queued(ahead=place.ahead)
                    seconds = SECONDS_BETWEEN_LOOKS
                async with aclosing(desk.astream(question, **options)) as events:  # type: ignore[type-var]
                    async for one in self._in_time(events):
                        if isinstance(one, Finished):
                            finished = True
                            self.measures.answer(one.answer)
                        yield one
        except (GeneratorExit, asyncio.CancelledError):
            if not finished:
                self.measures.abandoned()
            raise

    async def _in_time(self, events: AsyncIterator[Event]) -> AsyncIterator[Event]:
        end = asyncio.get_running_loop().time() + self._answer_seconds
        while True:
            try:
                async with asyncio.timeout_at(end):  # wait_for may lose a cancellation: the writer would write on
                    one = await anext(events, None)
            except TimeoutError:
                raise SlowAnswerError(
                    f"no answer within {self._answer_seconds:g} seconds: ask again, or with quotes alone"
                ) from None
            if one is None:
                return
            yield one

    async def answer(self, desk: Desk, question: str, options: Mapping[str, Any]) -> Answer:
        """The whole answer."""
        async with aclosing(self.events(desk, question, options)) as events:
            async for one in events:
                if isinstance(one, Finished):
                    return one.answer
        raise AssertionError("a stream ends with Finished")


@router.post(
    "/ask",
    response_model=Answer,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "the answer"}},
)
async def ask(body: Question, request: Request, desk: OpenDesk) -> Answer | Response:
    """The answer to a question; an abstention is one, with `answered` false and a reason.

    As server-sent events (`stream`, or `Accept: text/event-stream`): `queued` while others come first, `evidence`,
    `queued` while the writer writes for others, each checked `sentence`, the whole `answer`; or `error` with a problem
    document. The answer replaces what came before. An asker who leaves stops the writer.
    """
    asking: Asking = request.app.state.asking
    options = body.options()
    await asking.check(desk, body.question, options)
    if body.stream or MEDIA_TYPE in request.headers.get("accept", ""):
        return EventStream(_told(asking.events(desk, body.question, options)))
    try:
        return await while_asked(request, asking.answer(desk, body.question, options))
    except AskerLeftError:
        return Response(status_code=LEFT)


async def _told(events: AsyncGenerator[Event, None]) -> AsyncGenerator[str, None]:
    """The events as text."""
    try:
        async with aclosing(events):
            async for one in events:
                yield _text(one)
    except Exception as error:  # noqa: BLE001 - a border: the status is sent already, so the failure is an event
        yield event("error", problem_of(error))


def _text(one: Event) -> str:
    if isinstance(one, Queued):
        return event("queued", asdict(one))
    if isinstance(one, EvidenceFound):
        return event("evidence", asdict(one))
    if isinstance(one, Finished):
        return event("answer", one.answer.to_json())
    return event("sentence", asdict(one))
