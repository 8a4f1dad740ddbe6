"""The locks that processes share over a library: one writer at a time, one that builds an index at a time.

They end with the process that holds them, however that ends: beside a file they are the operating system's, beside
PostgreSQL its advisory locks (serverlocks). Leaves out: what is written.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index import derived, serverlocks
from index.errors import LibraryLockedError
from index.library import Library
from index.tables import storage_errors

WAIT_SECONDS = 2.0

StillHeld = Callable[[], None]
"""Raises StorageError once a lock was lost, as it is when its database was started again."""


@contextmanager
def writing(library: Library, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[StillHeld]:
    """Holds the writer lock of a library, after waiting at most `wait_seconds` for it.

    LibraryLockedError names the holder.
    """
    if not library.on_server:
        with writer_lock(library.folder, wait_seconds=wait_seconds):
            yield _nothing_to_lose
        return
    with (
        storage_errors(library.folder),
        serverlocks.advisory_lock(library.engine, serverlocks.WRITER, _command(), wait_seconds=wait_seconds) as lock,
    ):
        if not lock.held:
            raise LibraryLockedError(serverlocks.holder_message(lock))
        yield lock.check


@contextmanager
def index_lock(library: Library, name: str, *, wait_seconds: float) -> Iterator[bool]:
    """Holds the lock over an index that all of a library's processes share, or gives False when it is not to be had."""
    if not library.on_server:
        with derived.index_lock(library.folder / f"{name}.lock", wait_seconds=wait_seconds) as held:
            yield held
        return
    with (
        storage_errors(library.folder),
        serverlocks.advisory_lock(library.engine, serverlocks.INDEXES, name, wait_seconds=wait_seconds) as lock,
    ):
        yield lock.held


@contextmanager
def writer_lock(folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """As `writing`, of the library file in `folder`, whether or not it is there yet.

    The note beside the lock only names the holder, and is believed only while the lock is taken.
    """
    lock = FileLock(folder / "writer.lock", thread_local=False)
    note = folder / "writer.json"
    with storage_errors(folder):
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise LibraryLockedError(_locked_message(note)) from None
    try:
        with storage_errors(folder):
            note.write_text(json.dumps({"pid": os.getpid(), "command": _command(), "since": _now()}), "utf-8")
        yield
        note.unlink(missing_ok=True)
    finally:
        lock.release()


def _nothing_to_lose() -> None:
    """The operating system takes no lock away."""


def _locked_message(note: Path) -> str:
    try:
        holder = json.loads(note.read_text("utf-8"))
        pid, command, since = int(holder["pid"]), str(holder["command"]), str(holder["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return "another process is writing to this library: wait for it or stop it"
    if pid == os.getpid():
        return f"this process is already writing to this library (since {since}): wait until it is done"
    return f"another process (pid {pid}, '{command}', since {since}) is writing to this library: wait for it or stop it"


def _command() -> str:
    """The command as typed, without the arguments that may be long."""
    return " ".join([Path(sys.argv[0]).name or "python", *sys.argv[1:2]])[:80]


def _now() -> str:
    return datetime.now().astimezone().strftime("%H:%M")
