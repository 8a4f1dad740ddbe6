"""The whole server, page and API, on a free port, where everybody is asked who they are or nobody is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from app.web.command import Door, page_server


@contextmanager
def serving(desk: Any, host: str, door: Door | None = None) -> Iterator[str]:
    """The whole server, page and API."""
    server, opening = page_server(lambda: desk, host=host, port=0, door=door)
    thread = threading.Thread(target=server.run, name="office")
    thread.start()
    try:
        opening.wait(timeout_seconds=180)
        end = time.monotonic() + 180
        while httpx.get(server.url + "/readyz", timeout=60).status_code == 503:
            assert time.monotonic() < end, "the server was not built in time"
            time.sleep(0.1)
        yield server.url
    finally:
        server.stop()
        thread.join(60)
        assert not thread.is_alive(), "the server did not end"
