"""The page on a free port of this machine, in a thread, for the time of a test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.web.command import page_server
from app.web.opening import OpeningDesk


@dataclass(frozen=True)
class Served:
    """Where it is served, and the desk behind it."""

    url: str
    desk: OpeningDesk

    def wait_for_page(self) -> None:
        """Until the waiting page has given way to the chat page."""
        end = time.monotonic() + 60
        while "gradio" not in self._text():
            assert time.monotonic() < end, "the page was not built in time"
            time.sleep(0.1)

    def _text(self) -> str:
        try:
            return httpx.get(self.url, timeout=20).text
        except httpx.ConnectError:
            return ""


@contextmanager
def served_page(factory: Callable[[], Any], *, wait: bool = True) -> Iterator[Served]:
    """Serve until the block ends; with `wait` it begins when the page is built and the desk open."""
    server, desk = page_server(factory, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, name="page")
    thread.start()
    served = Served(server.url, desk)
    try:
        if wait:
            served.wait_for_page()
            desk.wait(timeout_seconds=60)
        yield served
    finally:
        server.stop()
        thread.join(20)
        desk.close()
        assert not thread.is_alive(), "the server did not end"
