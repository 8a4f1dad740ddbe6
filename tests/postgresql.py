"""A PostgreSQL server of the tests' own, from the machine's packages. Leaves out: what is stored in it.

Run as a program it makes sure that there is one: exit 0 and its place, or exit 1 and how to get one.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USERS = ("postgres", "nobody")
"""Who runs it where the tests run as root, which PostgreSQL refuses to be."""
MISSING = (
    "onrecord: no PostgreSQL to test with. Install it (Debian: apt-get install postgresql), or name the folder of its "
    "programs: ONRECORD_TEST_POSTGRESQL=/path/to/bin make test"
)
OPTIONS = "-c fsync=off -c listen_addresses= -c max_connections=100"


def find_programs() -> Path | None:
    """The folder of `initdb` and `postgres`: ONRECORD_TEST_POSTGRESQL, on PATH, or where Debian puts them."""
    named = os.environ.get("ONRECORD_TEST_POSTGRESQL")
    if named:
        return Path(named)
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).parent)
    return next((one for one in folders if (one / "initdb").exists() and (one / "postgres").exists()), None)


class PostgreSQL:
    """A running server that listens on a socket file alone."""

    def __init__(self, programs: Path, folder: Path, owner: dict[str, Any]) -> None:
        self._programs = programs
        self._folder = folder
        self._owner = owner
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", "-k", self._folder, *OPTIONS.split()],
                stdout=log, stderr=log, cwd=self._folder, **self._owner,
            )  # fmt: skip
        end = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < end, "PostgreSQL did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """At once, as by the power going off: nothing is finished. (A kill -9 would leave its children behind.)"""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """In good order, whoever is connected."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def new_database(self) -> str:
        """The address of an empty database."""
        self._databases += 1
        self.execute("postgres", f"CREATE DATABASE test_{self._databases}")
        return self.url(f"test_{self._databases}")

    def execute(self, database: str, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """A server, for the time of the block."""
    programs = find_programs()
    assert programs is not None, MISSING
    owner: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="onrecord-pg-"))
    try:
        if os.getuid() == 0:
            known = {one.pw_name: one for one in pwd.getpwall()}
            user = next(known[name] for name in USERS if name in known)
            owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}
            os.chown(folder, user.pw_uid, user.pw_gid)
        initialise = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "--no-sync"]
        made = subprocess.run(
            [*initialise, "--locale=C.UTF-8", "-E", "UTF8"], capture_output=True, text=True, cwd=folder, **owner
        )
        assert made.returncode == 0, made.stderr
        server = PostgreSQL(programs, folder, owner)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Find PostgreSQL, or say how to get it."""
    programs = find_programs()
    if programs is None:
        print(MISSING, file=sys.stderr)
        return 1
    print(f"postgresql: {programs}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
