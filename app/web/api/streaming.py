"""Answers that arrive piece by piece: server-sent events, and work that ends when its asker leaves.

Leaves out: what is sent (asking, completions).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

MEDIA_TYPE = "text/event-stream"
SECONDS_BETWEEN_SIGNS = 15.0
"""Proxies give a silent connection up after half a minute or more."""
SIGN_OF_LIFE = ": still at work\n\n"

T = TypeVar("T")


class AskerLeftError(Exception):
    """Nobody waits for the response any more."""


def event(name: str | None, data: Any) -> str:
    r"""One server-sent event; text is sent as it is, anything else as JSON.

    >>> event("answer", {"text": "a\nb"})
    'event: answer\ndata: {"text": "a\\nb"}\n\n'
    """
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "") + f"data: {text}\n\n"


class EventStream(StreamingResponse):
    """A response of these events, with signs of life while none comes. It ends them when its asker leaves.

    They run in a task of their own: cancelled, it closes them wherever they are, while a generator that nobody goes on
    with is closed when its memory is wanted.
    """

    def __init__(self, events: AsyncGenerator[str, None]) -> None:
        self._events = events
        self._arrived: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(self._with_signs(), media_type=MEDIA_TYPE, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it all."""
        running = asyncio.create_task(self._run())
        try:
            await super().__call__(scope, receive, send)
        finally:
            running.cancel()

    async def _run(self) -> None:
        async with aclosing(self._events):
            async for one in self._events:
                await self._arrived.put(one)
        await self._arrived.put(None)

    async def _with_signs(self) -> AsyncIterator[str]:
        while True:
            try:
                async with asyncio.timeout(SECONDS_BETWEEN_SIGNS):
                    one = await self._arrived.get()
            except TimeoutError:
                yield SIGN_OF_LIFE
                continue
            if one is None:
                return
            yield one


async def while_asked(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work gives; when the asker leaves first the work is cancelled. Raises AskerLeftError."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise AskerLeftError
        return working.result()
    finally:
        leaving.cancel()
        if not working.done():
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
