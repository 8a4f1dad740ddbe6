"""One question from the page: its fields checked, its events turned into HTML. Leaves out: Gradio's components."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from app.errors import QuestionError
from app.schema import Citation, Event, EvidenceFound, Finished, Nearest, Queued, Sentence, SentenceReleased
from app.web import render
from app.web.api.asking import Asking
from app.web.opening import FAILED_INSIDE, OpeningDesk
from app.web.session import Session, Shown, finished
from index.errors import OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk

LOGGER = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a question may use: the fields of "Time and sources", checked, and whether to leave the writer out."""

    as_of: date | None = None
    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()
    undated: bool = False
    quotes_only: bool = False


def read_day(text: str | None, field_name: str) -> date | None:
    """A day as typed, None when empty; raises QuestionError naming the field."""
    if not text or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise QuestionError(f"{field_name} is {text.strip()[:40]!r}: write a day as 2023-02-05") from None


def read_limits(
    as_of: str | None, since: str | None, until: str | None, sources: Sequence[str] | None, undated: bool
) -> Limits:
    """The fields of "Time and sources" as typed -> checked; raises QuestionError naming the wrong one."""
    limits = Limits(
        as_of=read_day(as_of, "As of"),
        since=read_day(since, "From"),
        until=read_day(until, "To"),
        sources=tuple(sources or ()),
        undated=undated,
    )
    if limits.since and limits.until and limits.since > limits.until:
        raise QuestionError(f"From ({limits.since}) is later than To ({limits.until}): exchange them")
    return limits


@dataclass(slots=True)
class _Draft:
    """What has arrived of an answer so far."""

    question: str
    evidence: Sequence[Nearest] | None = None
    sentences: list[Sentence] = field(default_factory=list)
    citations: dict[int, Citation] = field(default_factory=dict)

    def html(self, *, step: str = "", stopped: bool = False) -> str:
        if not step:
            step = "Writing, and checking every sentence…" if self.evidence else "Looking through the articles…"
        return render.streaming_html(
            self.question,
            evidence=self.evidence,
            sentences=self.sentences,
            citations=tuple(self.citations.values()),
            step=step,
            stopped=stopped,
        )

    def take(self, event: EvidenceFound | SentenceReleased) -> None:
        if isinstance(event, EvidenceFound):
            self.evidence = event.evidence
        else:
            self.sentences.append(event.sentence)
            self.citations.update({citation.marker: citation for citation in event.citations})


async def ask(desk: OpeningDesk, asking: Asking, session: Session, question: str, limits: Limits) -> AsyncIterator[str]:
    """The turn's HTML each time it changes; the last one is final. Failures become a turn that says so.

    Ends early, keeping what was checked so far, once `session.stop` is set; says no more once the session was cleared.
    """
    stop = session.begin()
    draft = _Draft(question)
    try:
        async for shown in _turns(desk, asking, session, draft, limits, stop):
            if session.stop is not stop:
                return
            session.current = shown
            yield shown.html
    except OnRecordError as error:
        if session.stop is stop:
            session.current = Shown(render.problem_html(question, str(error)))
            yield session.current.html
    except Exception:  # a border: whatever it was must not look like an answer, nor like an abstention
        LOGGER.exception("a question from the page failed")
        if session.stop is stop:
            session.current = Shown(render.problem_html(question, FAILED_INSIDE))
            yield session.current.html
    finally:
        if session.stop is stop:
            session.stop = None


async def _turns(
    desk: OpeningDesk, asking: Asking, session: Session, draft: _Draft, limits: Limits, stop: asyncio.Event
) -> AsyncIterator[Shown]:
    if not desk.settled:
        yield Shown(draft.html(step="Opening the library…"))
    # Looked at again and again, not waited for in a thread: that would hold up the server's end.
    while not desk.settled and not stop.is_set():  # noqa: ASYNC110
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    if stop.is_set():
        yield Shown(draft.html(stopped=True))
        return
    opened = desk.wait()
    yield Shown(draft.html())
    async with contextlib.aclosing(_until_stopped(_events(opened, asking, session, draft, limits), stop)) as events:
        async for event in events:
            if isinstance(event, Finished):
                if session.stop is stop:
                    session.conversation_id = event.answer.conversation_id
                yield finished(opened, event.answer)
                return
            if isinstance(event, Queued):
                yield Shown(draft.html(step=_in_line(event.ahead, "for the writer" if draft.evidence else "")))
                continue
            draft.take(event)
            yield Shown(draft.html())
    yield Shown(draft.html(stopped=True))


def _in_line(ahead: int, what_for: str) -> str:
    waiting = f"Waiting {what_for}".rstrip()
    if not ahead:
        return f"{waiting}: yours is the next question…"
    return f"{waiting}: {ahead:,} {'question comes' if ahead == 1 else 'questions come'} before yours…"


def _events(desk: Desk, asking: Asking, session: Session, draft: _Draft, limits: Limits) -> AsyncIterator[Event]:
    options = {
        "as_of": limits.as_of,
        "since": limits.since,
        "until": limits.until,
        "sources": limits.sources,
        "undated": limits.undated,
        "quotes_only": limits.quotes_only,
        "conversation_id": session.conversation_id,
    }
    return asking.events(desk, draft.question, options)


async def _until_stopped(events: AsyncIterator[Event], stop: asyncio.Event) -> AsyncGenerator[Event, None]:
    """The events until they end or stop is set; then the source is closed, which stops the writer."""
    stopping = asyncio.create_task(stop.wait())
    try:
        while True:
            coming = asyncio.ensure_future(anext(events, None))
            try:
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not coming.done():
                    coming.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await coming
            if coming.cancelled() or (event := coming.result()) is None:
                return
            yield event
    finally:
        stopping.cancel()
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()
