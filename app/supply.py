"""The embedded writer's way to being ready: fetch the weights, start the server. Leaves out: both steps themselves."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Literal

from app.embedded import EmbeddedWriter
from app.entries import WriterStatus
from app.errors import WriterUnavailableError
from index import modelfiles
from index.errors import OnRecordError
from index.modelfiles import Model

log = logging.getLogger(__name__)

State = Literal["waiting", "fetching", "starting", "ready", "unavailable"]

STOP_SECONDS = 5.0


class _StoppedError(Exception):
    """Nobody waits for the writer any more."""


class WriterSupply:
    """Makes the embedded writer ready in the background, and says how far it is.

    Nothing happens before `begin`. `named` is a file of the user's that holds the weights. Everything may
    be called from any thread.
    """

    def __init__(
        self,
        *,
        cache_dir: Path,
        named: Path | None = None,
        offline: bool = False,
        model: Model = modelfiles.WRITER,
        threads: int | None = None,
    ) -> None:
        self.model = model
        self._cache_dir = cache_dir
        self._named = named
        self._offline = offline
        self._threads = threads
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._writer: EmbeddedWriter | None = None
        self._status = WriterStatus(state="waiting", model=model.name, detail="the writer has not been started")

    def begin(self, *, fetch: bool) -> None:
        """Go to work, unless it is under way or done; after a failure, try again.

        With `fetch` False nothing is sent: the weights must be on this machine.
        """
        with self._lock:
            if (self._thread and self._thread.is_alive()) or self._status.state == "ready":
                return
            self._stopping.clear()
            self._tell("waiting", "looking for the writer's model")
            self._thread = threading.Thread(target=self._work, args=(fetch,), name="writer-supply", daemon=True)
            self._thread.start()

    def status(self) -> WriterStatus:
        """Where the writer stands now."""
        status, writer = self._status, self._writer
        if status.state == "ready" and writer and not writer.alive():
            return WriterStatus(state="starting", model=self.model.name, detail="the writer stopped; it starts again")
        return status

    def wait(self, timeout_seconds: float | None = None) -> WriterStatus:
        """Where the writer stands when the background work is done, or the time is up."""
        thread = self._thread
        if thread:
            thread.join(timeout_seconds)
        return self.status()

    def writer(self) -> EmbeddedWriter:
        """The running writer, started again if it died. Raises WriterUnavailableError while it is not ready."""
        writer = self._writer
        if writer is None:
            raise WriterUnavailableError(self._status.detail)
        writer.start()
        return writer

    def stop(self) -> None:
        """End the background work and the server. What was fetched is kept."""
        self._stopping.set()
        thread = self._thread
        if thread and thread is not threading.current_thread():
            thread.join(STOP_SECONDS)
        with self._lock:
            writer, self._writer = self._writer, None
            self._tell("waiting", "the writer was stopped")
        if writer:
            writer.stop()

    def _work(self, fetch: bool) -> None:
        try:
            writer = EmbeddedWriter(self._weights(fetch), model=self.model.name, threads=self._threads)
            self._tell("starting", "the writer is starting")
            writer.start()
        except _StoppedError:
            return
        except OnRecordError as error:
            log.warning("no writer: %s", error)
            self._tell("unavailable", str(error))
            return
        except Exception:  # the border of a thread: what is not foreseen must not look like waiting for ever
            log.exception("no writer")
            self._tell("unavailable", "the writer could not be started; the log says why")
            return
        with self._lock:
            if not self._stopping.is_set():
                self._writer = writer
                self._tell("ready", f"{self.model.name} is ready")
                return
        writer.stop()

    def _weights(self, fetch: bool) -> Path:
        found = modelfiles.find(self.model, self._cache_dir, self._named)
        if found:
            return found
        if not fetch:
            raise WriterUnavailableError(
                f"{self.model.name} ({self.model.size / 1e9:.1f} GB) is not on this machine yet: "
                "'onrecord doctor --fetch' fetches it"
            )
        return modelfiles.fetch(
            self.model,
            cache_dir=self._cache_dir,
            named=self._named,
            offline=self._offline,
            progress=self._fetching,
        )

    def _fetching(self, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise _StoppedError
        detail = f"fetching the writer's model: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
        self._tell("fetching", detail, progress=done / total)

    def _tell(self, state: State, detail: str, *, progress: float | None = None) -> None:
        self._status = WriterStatus(state=state, model=self.model.name, detail=detail, progress=progress)
