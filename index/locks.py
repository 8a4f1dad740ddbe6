"""The lock that lets one writer at a time change a library, and tells who holds it. Leaves out: what is written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LibraryLockedError
from index.tables import storage_errors

WAIT_SECONDS = 2.0


@contextmanager
def writer_lock(folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Holds the writer lock of the library in `folder`, after waiting at most `wait_seconds` for it.

    The lock is the operating system's: it ends with the process that holds it, however that ends. The note beside
    it only names the holder, and is believed only while the lock is taken. LibraryLockedError names the holder.
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
