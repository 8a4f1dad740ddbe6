"""The query API that everything else calls: ask, stream, search; what it holds is in holdings.

Leaves out: how answers are made.

>>> from app import Desk
>>> with Desk.open(library="my-library") as desk:          # doctest: +SKIP
...     print(desk.ask("What stake will Renault hold?").text)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from app import seeds
from app.answering import answer
from app.asked import Day, read_day, read_filters, read_question
from app.config import Settings, load_settings
from app.entries import WriterStatus
from app.holdings import Holdings
from app.schema import Answer, Event, Finished
from app.stored import asked_again
from app.timeline import Happening, happenings
from app.turn import Exchange, Turn
from app.wiring import Parts, library_folder, open_parts
from index import copies
from index.articles import Retrieved
from index.errors import StorageError

log = logging.getLogger(__name__)


class Desk(Holdings):
    """A library, ready to be asked. Open one with `Desk.open`; it is a context manager, and safe between threads."""

    def __init__(self, parts: Parts, settings: Settings) -> None:
        super().__init__(parts)
        self.settings = settings

    @classmethod
    def open(
        cls,
        library: Path | str | None = None,
        *,
        settings: Settings | None = None,
        writer: bool = True,
        fetch_writer: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Opens a library, by default the user's own; a new one is given the seed articles only when it is that one.

        `writer` starts the embedded writer in the background when its weights are on this machine; `fetch_writer`
        downloads them first where they are not (1.1 GB). `progress` is called with bytes done and bytes in all
        while the embedding model is fetched. Raises LibraryError, ModelFileError, EmbeddingError, ConfigError.
        """
        chosen = library_folder(library, settings or load_settings())
        parts = open_parts(chosen, fetch_progress=progress)
        desk = cls(parts, chosen)
        try:
            if library is None and parts.is_new and chosen.library == Settings().library:
                desk.add(seeds.folder())
            if writer:  # without its weights, and without fetching, this only finds out what to tell the reader
                parts.writers.begin(fetch=fetch_writer)
        except BaseException:
            desk.close()
            raise
        return desk

    def close(self) -> None:
        """Closes the library and stops the embedded writer. Twice is no error."""
        self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, question: str, **options: Any) -> Answer:
        """The answer to a question; the options are those of `stream`."""
        return _last(self.stream(question, **options))

    def stream(
        self,
        question: str,
        *,
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
        undated: bool = False,
        conversation_id: str | None = None,
        follow: str | None = None,
        history: Sequence[tuple[str, str]] | None = None,
        quotes_only: bool = False,
    ) -> Iterator[Event]:
        """The evidence, then each sentence once it is checked, then the whole answer, which is also stored.

        `as_of` is the day the question is asked from (a date, or YYYY-MM-DD); `since` and `until` are inclusive,
        and leave out articles without a date unless `undated`. A question may go on from `conversation_id`, from
        the turn `follow`, or from a `history` of (question, answer), oldest first, that is not stored.
        Raises QuestionError and, for a conversation of somebody else, ConversationNotFoundError at once;
        RetrievalError, EmbeddingError while streaming.
        """
        conversation, exchanges = self._conversation(conversation_id, follow, history)
        turn = Turn(
            question=read_question(question),
            conversation_id=conversation,
            asked_as_of=read_day(as_of, "as_of"),
            filters=read_filters(since, until, sources, undated=undated),
            quotes_only=quotes_only,
            history=exchanges,
        )
        return self._run(turn, keep=history is None)

    def stream_again(self, turn_id: str) -> Iterator[Event]:
        """A stored turn's question asked again, as `stream`: with its day and filters, of the articles as they are now.

        The new turn stands at the end of the conversation and takes the place of the old one in `stale`; the old one
        stays as it was. Raises ConversationNotFoundError at once.
        """
        record = self._record.turn(turn_id)
        conversation = self._record.conversation_of(turn_id)
        history = self._record.history(conversation, before=turn_id)
        return self._run(asked_again(record, history), keep=True)

    def ask_again(self, turn_id: str) -> Answer:
        """The answer of `stream_again`."""
        return _last(self.stream_again(turn_id))

    async def aask(self, question: str, **options: Any) -> Answer:
        """`ask`, in a thread."""
        return await asyncio.to_thread(self.ask, question, **options)

    async def astream(self, question: str, **options: Any) -> AsyncIterator[Event]:
        """`stream`, in a thread; leaving it stops the writer."""
        events = self.stream(question, **options)
        abandoned = Flag()
        done = object()

        def following() -> object:
            if abandoned.is_set():
                return done
            return next(events, done)

        try:
            while (event := await asyncio.to_thread(following)) is not done:
                yield event  # type: ignore[misc]
        finally:
            abandoned.set()
            close = getattr(events, "close", None)
            if close is not None:
                with suppress(ValueError):  # its thread is still in it, and ends after the event it is at
                    close()

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
        undated: bool = False,
    ) -> Retrieved:
        """The `k` best passages, ranked, and the ranked articles; nothing is written or stored."""
        return self._parts.retriever.retrieve(
            read_question(question),
            as_of=read_day(as_of, "as_of"),
            filters=read_filters(since, until, sources, undated=undated),
            k=k,
        )

    def timeline(self, question: str, *, k: int = 30, **options: Any) -> list[Happening]:
        """What the `k` best passages say happened when, about this, the earliest first; options as `search`."""
        return happenings(self.search(question, k=k, **options).evidence, question)

    def writer_status(self) -> WriterStatus:
        """Where the writer stands."""
        return self._parts.writers.status()

    def wait_for_writer(self, timeout_seconds: float | None = None) -> WriterStatus:
        """Where the writer stands when it is ready or has failed, or the time is up."""
        return self._parts.writers.wait(timeout_seconds)

    def rebuild(self) -> None:
        """Builds what is derived anew from the library; embeds nothing."""
        self.person.check("manage")
        copies.rebuild(self._parts.library)
        self._parts.keywords.rebuild(self._parts.library)
        self._parts.vectors.rebuild(self._parts.library)

    def _run(self, turn: Turn, *, keep: bool) -> Iterator[Event]:
        parts = self._parts
        for event in answer(turn, retriever=parts.retriever, writer_source=parts.writers.current):
            if isinstance(event, Finished):
                lost = self._keep(turn) if keep else ()
                _log(turn, event.answer)
                yield Finished(answer=replace(event.answer, notes=(*event.answer.notes, *lost)))
            else:
                yield event

    def _keep(self, turn: Turn) -> tuple[str, ...]:
        """Stores a finished turn. Where the disk does not allow that, the reader has the answer and is told so."""
        try:
            self._record.keep(turn)
        except StorageError as error:
            log.warning("turn %s could not be kept: %s", turn.turn_id, error)
            return (f"This answer could not be kept: {error}.",)
        return ()

    def _conversation(
        self, conversation_id: str | None, follow: str | None, history: Sequence[tuple[str, str]] | None
    ) -> tuple[str, Sequence[Exchange]]:
        if history is not None:
            return uuid4().hex[:16], [Exchange(question, text) for question, text in history]
        if follow is not None:
            conversation = self._record.conversation_of(follow)
            return conversation, self._record.history(conversation, upto=follow)
        if conversation_id is not None:
            self._record.check(conversation_id)
            return conversation_id, self._record.history(conversation_id)
        return uuid4().hex[:16], ()


def _last(events: Iterator[Event]) -> Answer:
    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise AssertionError("a stream ends with Finished")


def _log(turn: Turn, finished: Answer) -> None:
    """The one line of a question, without its text; `fields` are for logs that programs read."""
    fields = {
        "turn_id": turn.turn_id,
        "evidence": len(turn.retrieved.evidence) if turn.retrieved else 0,
        "tokens_read": finished.tokens.read,
        "tokens_written": finished.tokens.written,
        "seconds": round(finished.timings.total_seconds, 3),
        "outcome": "answered" if finished.answered else finished.reason,
        "writer": finished.writer,
    }
    log.info(
        "turn %s: %s evidence, %s tokens read, %s written, %.2f s, %s by %s", *fields.values(), extra={"fields": fields}
    )
