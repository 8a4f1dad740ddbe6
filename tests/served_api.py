"""The API on a free port of this machine, without the page, for the time of a test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from app.web.admitting import Admits
from app.web.api.building import build_api
from app.web.bounds import Bounds
from app.web.opening import OpeningDesk
from app.web.serving import PageServer, bind


@contextmanager
def served_api(
    factory: Callable[[], Any], *, host: str = "127.0.0.1", admits: Admits | None = None, **options: Any
) -> Iterator[str]:
    """Its address; the block begins when the desk is open."""
    desk = OpeningDesk(factory)
    server = PageServer(lambda: build_api(desk, bounds=Bounds(**options)), bind(host, 0), admits=admits)
    thread = threading.Thread(target=server.run, name="api")
    thread.start()
    try:
        desk.start()
        desk.wait(timeout_seconds=180)
        end = time.monotonic() + 180
        while httpx.get(server.url + "/readyz", timeout=60).status_code == 503:
            assert time.monotonic() < end, "the API was not built in time"
            time.sleep(0.05)
        yield server.url
    finally:
        server.stop()
        thread.join(60)
        desk.close()
        assert not thread.is_alive(), "the server did not end"


def until(told: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until it is so."""
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.02)
