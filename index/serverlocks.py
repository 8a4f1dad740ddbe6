"""PostgreSQL's advisory locks: each held by a connection of its own, and gone with it. Leaves out: what they are for.

The connection tells who it is (its application name), so that whoever waits can name the holder.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from index.errors import StorageError

WRITER = 0x0E5EC0DE
"""The first of a lock's two numbers. Any other would do; it is every process's."""
INDEXES = 0x0E5EC0DF
RETRY_SECONDS = 0.05

_TRY = "SELECT pg_try_advisory_lock(:kind, hashtext(:name))"
_NAME = "SELECT set_config('application_name', :told, false)"
_RELEASE = "SELECT pg_advisory_unlock_all()"
_HOLDER = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.locktype = 'advisory' AND l.granted
AND l.classid::bigint = :kind AND l.objid::bigint = (hashtext(:name)::bigint & 4294967295) AND l.objsubid = 2
"""


@dataclass(slots=True)
class AdvisoryLock:
    """A lock, or the attempt at one."""

    connection: sql.Connection
    kind: int
    name: str
    held: bool = False

    def check(self) -> None:
        """Raises StorageError where the connection that holds it has ended, and the lock with it."""
        try:
            self.connection.execute(sql.text("SELECT 1"))
        except DBAPIError as error:
            raise StorageError(
                "the connection to the library's database was lost while writing: what was not reported as added was"
                " not added; run the command again"
            ) from error


@contextmanager
def advisory_lock(engine: sql.Engine, kind: int, name: str, *, wait_seconds: float) -> Iterator[AdvisoryLock]:
    """The lock of that kind (and, of an index, that name), `held` or, after `wait_seconds`, not."""
    key = name if kind == INDEXES else ""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        lock = AdvisoryLock(connection, kind, key)
        connection.execute(sql.text(_NAME), {"told": f"{name} (pid {os.getpid()} on {socket.gethostname()})"[:63]})
        until = time.monotonic() + wait_seconds
        while True:
            lock.held = bool(connection.execute(sql.text(_TRY), {"kind": kind, "name": key}).scalar())
            if lock.held or time.monotonic() >= until:
                break
            time.sleep(RETRY_SECONDS)
        try:
            yield lock
        finally:
            with suppress(SQLAlchemyError):  # a connection that has ended holds nothing
                connection.execute(sql.text(_RELEASE))
                connection.execute(sql.text(_NAME), {"told": "onrecord"})


def holder_message(lock: AdvisoryLock) -> str:
    """Who holds a lock that could not be had."""
    holder = lock.connection.execute(sql.text(_HOLDER), {"kind": lock.kind, "name": lock.name}).scalar()
    if holder is None:
        return "another process was writing to this library until just now: try again"
    return f"another process, '{holder}', is writing to this library: wait for it or stop it"
