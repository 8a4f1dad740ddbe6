"""An asker who leaves just when something arrives stops the writer all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from app.web.api.asking import Asking


async def _left_as_it_arrives() -> tuple[bool, bool]:
    """Whether the reading of an answer ended when it was cancelled as an event came; whether the answer was closed."""
    arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    closed = asyncio.Event()

    async def events() -> AsyncIterator[Any]:
        try:
            await arrived
            yield "evidence"
            await asyncio.Event().wait()
        finally:
            closed.set()

    async def read() -> None:
        patient: Any = SimpleNamespace(_answer_seconds=60.0)
        async for _ in Asking._in_time(patient, events()):
            pass

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    arrived.set_result(None)
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait({reading}, timeout=5)
    return reading.cancelled(), closed.is_set()


def test_leaving_as_an_event_arrives_is_not_lost() -> None:
    assert asyncio.run(_left_as_it_arrives()) == (True, True)
