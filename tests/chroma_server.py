"""Chroma's own server as a process of the tests. Leaves out: what is in it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

RUN = "import sys; from chromadb.cli.cli import app; sys.exit(app())"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


class ChromaProcess:
    """A server on a port that it keeps, over files that outlive it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", RUN, "run", "--path", str(self.folder)),
                *("--host", "127.0.0.1", "--port", str(self.port)),
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
        )  # fmt: skip
        end = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, "chroma run ended"
            assert time.monotonic() < end, "chroma run did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    def lose_everything(self) -> None:
        """Its files are gone, as those of a container without a volume."""
        shutil.rmtree(self.folder)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat").status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def chroma_running(folder: Path) -> Iterator[ChromaProcess]:
    """A server, for the time of the block."""
    server = ChromaProcess(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
