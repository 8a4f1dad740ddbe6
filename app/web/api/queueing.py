"""How many questions are answered at a time, and how many may wait for that. Leaves out: answering them."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from app.web.api.problems import BusyError


class Queue:
    """First come, first served: at most `running` at a time, at most `waiting` in line. For one event loop."""

    def __init__(self, *, running: int, waiting: int) -> None:
        self._free = running
        self._waiting = waiting
        self._line: deque[asyncio.Future[None]] = deque()
        self.running = 0

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._line)

    def check(self) -> None:
        """Raises BusyError when the line is full."""
        if not self._free and len(self._line) >= self._waiting:
            raise BusyError(
                f"{self.running} questions are being answered and {self.waiting} wait, which is all this server takes: "
                "try again in a moment"
            )

    def join(self) -> Place:
        """A place in line, or at once a turn; raises BusyError when the line is full."""
        self.check()
        if self._free:
            self._begin()
            return Place(self, None)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        return Place(self, turn)

    def ahead_of(self, turn: asyncio.Future[None] | None) -> int:
        """How many in line come before it."""
        return self._line.index(turn) if turn is not None and turn in self._line else 0

    def leave(self, turn: asyncio.Future[None] | None) -> None:
        """Gives a turn, or a place in line, to the next."""
        with suppress(ValueError):
            self._line.remove(turn)  # type: ignore[arg-type]
            return
        self.running -= 1
        self._free += 1
        while self._line:
            following = self._line.popleft()
            if not following.done():
                self._begin()
                following.set_result(None)
                return

    def _begin(self) -> None:
        self._free -= 1
        self.running += 1


class Place:
    """Somebody's place in line; leaving its block makes room, whether the turn had come or not."""

    def __init__(self, queue: Queue, turn: asyncio.Future[None] | None) -> None:
        self._queue = queue
        self._turn = turn

    async def __aenter__(self) -> Place:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._queue.leave(self._turn)

    @property
    def ahead(self) -> int:
        """How many in line come before it."""
        return self._queue.ahead_of(self._turn)

    async def come(self, seconds: float) -> bool:
        """Whether the turn comes within so many seconds."""
        if self._turn is not None:
            await asyncio.wait({self._turn}, timeout=seconds)
        return self._turn is None or self._turn.done()
