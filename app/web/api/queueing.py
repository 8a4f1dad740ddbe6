"""How many questions are answered at a time, and how many may wait for that. Leaves out: answering them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from contextlib import suppress

from app.web.api.problems import SECONDS_TO_RETRY, BusyError
from app.web.bounds import Bounds

_MINUTE = 60.0
_USERS = 10_000
"""Whose questions of the last minute are remembered: of more, those who asked last."""


class Queue:
    """First come, first served: so many at a time, so many in line, so many of one user. For one event loop.

    Users are told by their ids; "" is whoever nobody was asked to be, and has no bounds of their own.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._free = bounds.running
        self._line: deque[asyncio.Future[None]] = deque()
        self._held: Counter[str] = Counter()
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self.running = 0

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._line)

    def check(self, who: str = "") -> None:
        """Raises BusyError when the line is full, or its user has had their share of it."""
        if who:
            self._check_share(who)
        if not self._free and len(self._line) >= self._bounds.waiting:
            raise BusyError(
                f"{self.running} questions are being answered and {self.waiting} wait, which is all this server takes: "
                "try again in a moment",
                SECONDS_TO_RETRY,
            )

    def _check_share(self, who: str) -> None:
        if self._held[who] >= self._bounds.each:
            raise BusyError(
                f"{self._held[who]} questions of yours are being answered or wait, which is all that one user may have "
                "here: try again when one is done",
                SECONDS_TO_RETRY,
            )
        asked, now = self._asked.get(who, deque()), time.monotonic()
        while asked and asked[0] <= now - _MINUTE:
            asked.popleft()
        if len(asked) >= self._bounds.per_minute:
            seconds = asked[0] + _MINUTE - now
            raise BusyError(
                f"you asked {len(asked)} questions within a minute, which is all that one user may here: try again in "
                f"{seconds:.0f} seconds",
                seconds,
            )

    def join(self, who: str = "") -> Place:
        """A place in line, or at once a turn; raises BusyError as `check` does."""
        self.check(who)
        if who:
            self._held[who] += 1
            self._asked.setdefault(who, deque()).append(time.monotonic())
            self._asked.move_to_end(who)
            while len(self._asked) > _USERS:
                self._asked.popitem(last=False)
        if self._free:
            self._begin()
            return Place(self, who, None)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        return Place(self, who, turn)

    def ahead_of(self, turn: asyncio.Future[None] | None) -> int:
        """How many in line come before it."""
        return self._line.index(turn) if turn is not None and turn in self._line else 0

    def leave(self, who: str, turn: asyncio.Future[None] | None) -> None:
        """Gives a turn, or a place in line, to the next."""
        if who:
            self._held[who] -= 1
            if not self._held[who]:
                del self._held[who]
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

    def __init__(self, queue: Queue, who: str, turn: asyncio.Future[None] | None) -> None:
        self._queue = queue
        self._who = who
        self._turn = turn

    async def __aenter__(self) -> Place:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._queue.leave(self._who, self._turn)

    @property
    def ahead(self) -> int:
        """How many in line come before it."""
        return self._queue.ahead_of(self._turn)

    async def come(self, seconds: float) -> bool:
        """Whether the turn comes within so many seconds."""
        if self._turn is not None:
            await asyncio.wait({self._turn}, timeout=seconds)
        return self._turn is None or self._turn.done()
