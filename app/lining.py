"""The line before a writer that writes one answer at a time. Leaves out: writing, and who may ask at all (queueing)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS_BETWEEN_LOOKS = 1.0
"""How often someone who waits is told how many come before."""


class Line:
    """First come, first served, so many `at_once` (None: any number). Safe between threads.

    Whoever has had the turn for `patience_seconds` is waited for no longer: a reader of the query API may have stopped
    in the middle of an answer, and may even be who asks now.
    """

    def __init__(self, at_once: int | None, *, patience_seconds: float) -> None:
        self._at_once = at_once
        self._patience_seconds = patience_seconds
        self._changed = threading.Condition()
        self._places: list[Place] = []

    @contextmanager
    def join(self) -> Iterator[Place]:
        """A place at the end of the line, given up with the block."""
        place = Place(self)
        with self._changed:
            self._places.append(place)
        try:
            yield place
        finally:
            with self._changed:
                self._places.remove(place)
                self._changed.notify_all()

    def come(self, place: Place, seconds: float) -> bool:
        """Whether its turn comes within so many seconds; from then on it has it."""
        with self._changed:
            came = self._changed.wait_for(lambda: self._is_next(place), seconds)
            if came and place.since is None:
                place.since = time.monotonic()
            return came

    def ahead_of(self, place: Place) -> int:
        """How many before it are being answered or wait."""
        with self._changed:
            return self._before(place)

    def _is_next(self, place: Place) -> bool:
        return self._at_once is None or self._before(place) < self._at_once

    def _before(self, place: Place) -> int:
        overdue = time.monotonic() - self._patience_seconds
        earlier = self._places[: self._places.index(place)]
        return sum(one.since is None or one.since > overdue for one in earlier)


class Place:
    """Somebody's place in a line; `since` when, by the monotonic clock in seconds, it has its turn."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.since: float | None = None

    def wait(self) -> Iterator[int]:
        """How many come before, again and again until the turn comes; nothing where that is at once."""
        seconds = 0.0
        while not self._line.come(self, seconds):
            yield self._line.ahead_of(self)
            seconds = SECONDS_BETWEEN_LOOKS
