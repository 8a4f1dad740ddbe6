"""Files and addresses from the page into the library, one after the other. Leaves out: reading and indexing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.describing import web_address
from app.web.arriving import Arrival, shown_origin
from app.web.opening import FAILED_INSIDE
from index.articles import Added
from index.errors import LoadingError, OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk
    from app.holdings import Progress

LOGGER = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 0.3
"""How often the page is told which article of a file or a feed is at work."""
NOT_TRIED = "not tried, because the one before it could not be added"
GONE = "the uploaded copy is no longer here: drop the file again"


def files(paths: Sequence[str]) -> list[Arrival]:
    """Uploaded files. One is known again by its name, wherever it was put: a corrected one becomes a new version."""
    return [Arrival(Path(path).name, partial(_add_upload, Path(path))) for path in paths]


def address(text: str) -> list[Arrival]:
    """A web address; raises LoadingError for anything else (a path of this machine above all)."""
    url = web_address(text.strip())
    if url is None:
        raise LoadingError(f"{text.strip()[:200]} is not a web address: it begins with http:// or https://")
    return [_page(url)]


def bring_in(desk: Desk, wanted: Sequence[Arrival], every: list[Arrival]) -> Iterator[None]:
    """Adds those wanted in their order; yields each time that one of them has changed.

    Whatever one holds that cannot be read is told with it, and the rest goes on; where nothing can be added at all,
    because another process holds the library say, the rest is not tried. A page that a feed names and that failed
    becomes an arrival of its own in `every`, behind the feed, to be tried again alone.
    """
    for arrival in wanted:
        arrival.begin("waiting")
    with ThreadPoolExecutor(max_workers=1) as pool:
        for arrival in wanted:
            arrival.begin("working")
            yield
            running = pool.submit(arrival.add, desk, partial(_tell, arrival))
            yield from _followed(arrival, running)
            problem = _ended(arrival, running)
            if problem:
                break
            _set_apart(arrival, every)
    for arrival in wanted:
        if arrival.state == "waiting":
            arrival.end(problem=NOT_TRIED)
    yield


def _page(url: str) -> Arrival:
    return Arrival(url, partial(_add_page, url))


def _add_page(url: str, desk: Desk, progress: Progress) -> list[Added]:
    return desk.add_address(url, progress=progress)


def _add_upload(path: Path, desk: Desk, progress: Progress) -> list[Added]:
    if not path.exists():
        return [Added(origin=path.name, status="failed", error=GONE)]
    return desk.add_bytes(path.name, path.read_bytes(), progress=progress)


def _tell(arrival: Arrival, done: int, _total: int | None, title: str) -> None:
    arrival.done, arrival.title = done, shown_origin(title)


def _followed(arrival: Arrival, running: Future[list[Added]]) -> Iterator[None]:
    """Yields while it runs, as often as there is something new to tell."""
    seen = (arrival.done, arrival.title)
    while not running.done():
        wait([running], timeout=SECONDS_BETWEEN_LOOKS)
        if (arrival.done, arrival.title) != seen:
            seen = (arrival.done, arrival.title)
            yield


def _ended(arrival: Arrival, running: Future[list[Added]]) -> str:
    """Notes what became of it; gives why nothing more can be added, empty where that is not so."""
    try:
        arrival.end(running.result())
    except OnRecordError as error:
        arrival.end(problem=str(error))
    except Exception:  # a border: whatever it was, what was added before stays added and is told
        LOGGER.exception("adding from the page failed")
        arrival.end(problem=FAILED_INSIDE)
    return arrival.problem


def _set_apart(arrival: Arrival, every: list[Arrival]) -> None:
    """The pages of a feed that failed, each as an arrival of its own behind the feed's."""
    failed = [
        one
        for one in arrival.outcomes
        if one.status == "failed" and one.origin != arrival.name and web_address(one.origin) == one.origin
    ]
    if not failed:
        return
    arrival.outcomes = tuple(one for one in arrival.outcomes if one not in failed)
    place = every.index(arrival) + 1
    apart = [_page(one.origin) for one in failed]
    for page, outcome in zip(apart, failed, strict=True):
        page.end([outcome])
    every[place:place] = apart
