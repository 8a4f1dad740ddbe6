"""How far something is, on standard error: bars at a terminal, next to nothing elsewhere. Leaves out: results."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from app.cli import terminal
from app.schema import Answer, EvidenceFound, Finished, Queued, SentenceReleased

if TYPE_CHECKING:
    from app.cli.beside import Beside
    from app.desk import Desk

SECONDS_BETWEEN_LOOKS = 0.5
BESIDE_TITLE = 52  # characters of the bar and the figures, for up to a hundred thousand articles
ON_ITS_WAY = frozenset({"waiting", "fetching", "starting"})


@contextmanager
def article_bar() -> Iterator[Callable[[int, int | None, str], None]]:
    """Takes articles done, articles in all (None: not known) and the title at work."""
    title = TextColumn("{task.fields[title]}", markup=False)
    columns = (TextColumn("adding"), BarColumn(bar_width=20), MofNCompleteColumn(), TimeRemainingColumn(), title)
    with _bar(*columns) as bar:
        task = bar.add_task("", total=None, title="")
        width = max(bar.console.width - BESIDE_TITLE, 0)

        def tell(done: int, total: int | None, label: str) -> None:
            bar.update(task, completed=done, total=total, title=terminal.shown(label)[:width])

        yield tell


@contextmanager
def counting_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Takes how many are done and how many there are."""
    with _bar(TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
        yield _told(bar)


@contextmanager
def bytes_bar(what: str, size: int, *, silent: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Takes bytes done and bytes in all. One line where standard error is no terminal."""
    if not silent and not sys.stderr.isatty():
        terminal.tell(f"{what} ({size / 1e6:,.0f} MB)")
    columns = (TextColumn(what), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with _bar(*columns) as bar:
        yield _told(bar)


def asked(desk: Desk | Beside, question: str, options: dict[str, Any]) -> Answer:
    """The answer; at a terminal a line on standard error says how far it is.

    The embedded writer, when its weights are at hand, is waited for. `options` are those of `Desk.stream`.
    """
    from app.cli.beside import Beside

    sentences = 0
    with Console(stderr=True).status("looking for passages") as status:
        if isinstance(desk, Beside):
            return desk.ask(question, status.update, **options)
        if not options.get("quotes_only"):
            desk.wait_for_writer()
        for event in desk.stream(question, **options):
            if isinstance(event, EvidenceFound):
                status.update(f"{len(event.evidence)} passages found, writing")
            elif isinstance(event, Queued):
                status.update(f"waiting for the writer: {event.ahead} before this one")
            elif isinstance(event, SentenceReleased):
                sentences += 1
                status.update(f"{sentences} {'sentence' if sentences == 1 else 'sentences'} written and checked")
            elif isinstance(event, Finished):
                return event.answer
    raise AssertionError("a stream ends with its answer")


def watch_writer(desk: Desk) -> threading.Thread | None:
    """Shows in a thread how the writer's model arrives, until it writes or cannot; None where nothing is to come."""
    if desk.writer_status().state not in ON_ITS_WAY:
        return None
    thread = threading.Thread(target=_watch_writer, args=(desk,), name="writer-progress", daemon=True)
    thread.start()
    return thread


def _watch_writer(desk: Desk) -> None:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with _bar(*columns) as bar:
        task = bar.add_task("the writer is awaited", total=1.0)
        ended = threading.Event()
        while (status := desk.writer_status()).state in ON_ITS_WAY:
            bar.update(task, completed=status.progress or 0.0, description=terminal.shown(status.detail))
            ended.wait(SECONDS_BETWEEN_LOOKS)
    terminal.tell(status.detail)


def _told(bar: Progress) -> Callable[[int, int], None]:
    task = bar.add_task("", total=None)

    def tell(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)

    return tell


def _bar(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
