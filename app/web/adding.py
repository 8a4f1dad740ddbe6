"""Files and addresses from the page into the library, with progress. Leaves out: reading and indexing."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.web.asking import FAILED_INSIDE
from app.web.escaping import escape, web_address
from app.web.listing import added_html, progress_html
from index.articles import Added
from index.errors import OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk

LOGGER = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 0.2


def add_files(desk: Desk, paths: Sequence[str]) -> Iterator[str]:
    """HTML of the progress while the files are added, then one line for each of them."""
    yield from _add(desk, [Path(path) for path in paths])


def add_address(desk: Desk, address: str) -> Iterator[str]:
    """The same for a web address; anything else (a path of this machine above all) is refused."""
    url = web_address(address.strip())
    if url is None:
        shown = escape(address.strip()[:200])
        yield f'<p class="problem" role="alert">{shown} is not a web address: it begins with http:// or https://</p>'
        return
    yield from _add(desk, [url])


def _add(desk: Desk, targets: Sequence[str | Path]) -> Iterator[str]:
    updates: queue.SimpleQueue[tuple[int, int | None, str]] = queue.SimpleQueue()
    outcome: list[list[Added] | Exception] = []

    def work() -> None:
        try:
            outcome.append(desk.add(*targets, progress=lambda done, total, label: updates.put((done, total, label))))
        except Exception as error:  # noqa: BLE001 - a border: handed to the page's thread below
            outcome.append(error)

    thread = threading.Thread(target=work, name="adding", daemon=True)
    thread.start()
    yield progress_html(0, len(targets), str(targets[0]) if targets else "")
    while thread.is_alive():
        thread.join(SECONDS_BETWEEN_LOOKS)
        latest = _latest(updates)
        if latest is not None:
            yield progress_html(*latest)
    yield _outcome_html(outcome[0])


def _latest(updates: queue.SimpleQueue[tuple[int, int | None, str]]) -> tuple[int, int | None, str] | None:
    latest = None
    while True:
        try:
            latest = updates.get_nowait()
        except queue.Empty:
            return latest


def _outcome_html(outcome: list[Added] | Exception) -> str:
    if isinstance(outcome, list):
        return added_html(outcome)
    if isinstance(outcome, OnRecordError):
        message = str(outcome)
    else:
        LOGGER.error("adding from the page failed", exc_info=outcome)
        message = FAILED_INSIDE
    return f'<p class="problem" role="alert">{escape(message)}</p>'
