"""A name and a password -> who that is, with guessing held back. Leaves out: how passwords are hashed (passwords).

A browser sends both with every request, and a slow hash for each would be all that the server does. So what fitted is
remembered for some minutes, in memory and hashed with a key of this process; it ends when the kept password changes.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict, deque
from threading import Lock
from typing import TypeVar

from app.errors import TooManyAttemptsError
from app.passwords import LONGEST, fits, hashed
from app.people import Person
from app.users import UserRecord

REMEMBERED_SECONDS = 600.0
FAILURES, FAILURE_SECONDS = 10, 60.0
"""As many wrong passwords for one name within as many seconds, and the name must wait until they are past."""
_NAMES = 10_000

Value = TypeVar("Value")


class SignIn:
    """The passwords of one library's users. Safe between threads: one is hashed at a time, which bounds the memory."""

    def __init__(self, users: UserRecord) -> None:
        self._users = users
        self._key = secrets.token_bytes(32)
        self._fitted: OrderedDict[str, tuple[bytes, str, float]] = OrderedDict()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()
        self._nobodys: str | None = None

    def person(self, name: str, password: str) -> Person | None:
        """Whose name and password they are; None where they are nobody's. Raises TooManyAttemptsError."""
        found = self._users.named(name)
        person, kept = found if found is not None else (None, None)
        digest = hmac.digest(self._key, password.encode("utf-8", "surrogatepass"), "sha256")
        if person is not None and kept is not None and self._remembers(person.user_id, digest, kept):
            return person
        with self._lock:
            self._check(name)
            # Somebody unknown takes as long as a wrong password: names cannot be told by the time it takes.
            if kept is None and self._nobodys is None:
                self._nobodys = hashed(secrets.token_hex(16))
            if fits(password[: LONGEST + 1], kept or self._nobodys or "") and person is not None and kept:
                _put(self._fitted, person.user_id, (digest, kept, time.monotonic() + REMEMBERED_SECONDS))
                return person
            failures = self._failures.get(name, deque(maxlen=FAILURES))
            failures.append(time.monotonic())
            _put(self._failures, name, failures)
        return None

    def _remembers(self, user_id: str, digest: bytes, kept: str) -> bool:
        known = self._fitted.get(user_id)
        if known is None:
            return False
        return hmac.compare_digest(known[0], digest) and known[1] == kept and time.monotonic() < known[2]

    def _check(self, name: str) -> None:
        failures = self._failures.get(name)
        if failures is None or len(failures) < FAILURES:
            return
        seconds = failures[0] + FAILURE_SECONDS - time.monotonic()
        if seconds > 0:
            raise TooManyAttemptsError(
                f"{FAILURES} wrong passwords for this name within a minute: try again in {seconds:.0f} seconds", seconds
            )


def _put(table: OrderedDict[str, Value], key: str, value: Value) -> None:
    table[key] = value
    table.move_to_end(key)
    while len(table) > _NAMES:
        table.popitem(last=False)
