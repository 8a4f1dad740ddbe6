"""The embedded writer: a language model in a process of its own. Leaves out: fetching its weights, speaking to it."""

from __future__ import annotations

import json
import logging
import os
import secrets
import select
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx

from app.errors import WriterUnavailableError

log = logging.getLogger(__name__)

SERVER = Path(__file__).with_name("embedded_server.py")
CONTEXT_TOKENS = 4096
START_SECONDS = 180.0  # reading 1.1 GB from a slow disk
STOP_SECONDS = 3.0


class EmbeddedWriter:
    """An OpenAI-compatible server on a random loopback port, with a key of its own, over one model file.

    `start` starts it, or starts it again when it has died; everything may be called from any thread.
    `context_tokens` bounds prompt and answer together; `threads` is by default the cores we may use.
    """

    def __init__(
        self,
        model_path: Path,
        *,
        model: str | None = None,
        context_tokens: int = CONTEXT_TOKENS,
        threads: int | None = None,
    ) -> None:
        self.model_path = Path(model_path)
        self.model = model or self.model_path.stem
        self.context_tokens = context_tokens
        self.threads = threads or _cores()
        self.api_key = secrets.token_urlsafe(32)
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._base_url: str | None = None

    def start(self) -> None:
        """Return when it answers. Raises WriterUnavailableError with what the server said."""
        with self._lock:
            if self.alive():
                return
            self.stop()
            if not self.model_path.is_file():
                raise WriterUnavailableError(f"{self.model_path} does not exist: run 'onrecord doctor'")
            started = time.monotonic()
            with tempfile.TemporaryFile() as said:
                try:
                    self._start(said, started + START_SECONDS)
                except BaseException:
                    self.stop()
                    raise
            log.info(
                "the embedded writer is ready after %.1f s, with %d threads", time.monotonic() - started, self.threads
            )

    def alive(self) -> bool:
        """Is the server's process running and was it ready?"""
        process = self._process
        return process is not None and self._base_url is not None and process.poll() is None

    @property
    def base_url(self) -> str:
        """Where it is, ending in /v1. Raises WriterUnavailableError when it is not running."""
        base_url = self._base_url
        if base_url is None or not self.alive():
            raise WriterUnavailableError("the embedded writer is not running: start it first")
        return base_url

    @property
    def process_id(self) -> int | None:
        """The server's process, for those who watch it."""
        process = self._process
        return process.pid if process else None

    def stop(self) -> None:
        """End the server, if there is one."""
        with self._lock:
            process, self._process, self._base_url = self._process, None, None
            if process is None:
                return
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with suppress(BrokenPipeError):  # it has ended by itself
                        pipe.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, said: IO[bytes], deadline: float) -> None:
        # A session of its own: Ctrl-C in a terminal must not end it before the answer in progress.
        # No PR_SET_PDEATHSIG: it kills the server when the *thread* that started it ends.
        process = self._process = subprocess.Popen(  # noqa: S603 - our own file, without a shell
            [sys.executable, "-P", str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,
        )
        options = {
            "model_path": str(self.model_path),
            "model": self.model,
            "api_key": self.api_key,
            "context_tokens": self.context_tokens,
            "threads": self.threads,
        }
        assert process.stdin
        assert process.stdout
        with suppress(BrokenPipeError):  # then it has ended, and said why
            process.stdin.write(json.dumps(options).encode() + b"\n")
            process.stdin.flush()
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        line = process.stdout.readline() if readable else b""
        if not line:
            raise WriterUnavailableError(_failure(process, said, self.model_path))
        address: str = json.loads(line)["address"]
        self._wait_until_healthy(process, address, said, deadline)
        self._base_url = f"{address}/v1"

    def _wait_until_healthy(
        self, process: subprocess.Popen[bytes], address: str, said: IO[bytes], deadline: float
    ) -> None:
        # No proxy of the user's stands between us and loopback.
        with httpx.Client(trust_env=False, timeout=10.0) as client:
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    if client.get(f"{address}/health").status_code == httpx.codes.OK:
                        return
                except httpx.HTTPError as error:
                    log.debug("the embedded writer does not answer yet: %s", error)
                time.sleep(0.05)
        raise WriterUnavailableError(_failure(process, said, self.model_path))


def _failure(process: subprocess.Popen[bytes], said: IO[bytes], model_path: Path) -> str:
    """One line: how the server ended, and the last thing it said."""
    try:
        code = process.wait(1.0)
    except subprocess.TimeoutExpired:
        return (
            f"the embedded writer was not ready within {START_SECONDS:.0f} s: "
            "free some memory, or set ONRECORD_LLM_BASE_URL to another model"
        )
    said.seek(0)
    lines = [line.strip() for line in said.read().decode(errors="replace").splitlines() if line.strip()]
    how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
    return (
        f"the embedded writer {how} while starting on {model_path} ({lines[-1] if lines else 'it said nothing'}): "
        "run 'onrecord doctor', or set ONRECORD_LLM_BASE_URL to another model"
    )


def _cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
