"""Files and addresses from the page into the library, with progress. Leaves out: reading and indexing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.describing import web_address
from app.web.asking import FAILED_INSIDE
from app.web.escaping import escape
from app.web.listing import added_html, progress_html
from index.articles import Added
from index.errors import OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk

LOGGER = logging.getLogger(__name__)

Job = tuple[str, Callable[[], list[Added]]]
"""What it is called on the page, and what adds it."""


def add_files(desk: Desk, paths: Sequence[str]) -> Iterator[str]:
    """HTML of the progress while uploaded files are added, then one line for each article or failure.

    A file is known again by its name, wherever the upload was put: a corrected one becomes a new version.
    """
    yield from _add([(Path(path).name, partial(_add_upload, desk, Path(path))) for path in paths])


def add_address(desk: Desk, address: str) -> Iterator[str]:
    """The same for a web address; anything else (a path of this machine above all) is refused."""
    url = web_address(address.strip())
    if url is None:
        shown = escape(address.strip()[:200])
        yield f'<p class="problem" role="alert">{shown} is not a web address: it begins with http:// or https://</p>'
        return
    yield from _add([(url, partial(desk.add_address, url))])


def _add_upload(desk: Desk, path: Path) -> list[Added]:
    return desk.add_bytes(path.name, path.read_bytes())


def _add(jobs: Sequence[Job]) -> Iterator[str]:
    added: list[Added] = []
    problem = ""
    for done, (name, job) in enumerate(jobs):
        yield progress_html(done, len(jobs) if len(jobs) > 1 else None, name)
        try:
            added += job()
        except OnRecordError as error:
            problem = str(error)
        except Exception:  # a border: whatever it was, what was added before stays added and is told
            LOGGER.exception("adding from the page failed")
            problem = FAILED_INSIDE
        if problem:
            break
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    yield told + (added_html(added) if added or not problem else "")
