"""The query API that everything else calls: ask, stream, search, add, conversations. Leaves out: how answers are made.

>>> from app import Desk
>>> with Desk.open(library="my-library") as desk:          # doctest: +SKIP
...     print(desk.ask("What stake will Renault hold?").text)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from threading import Event as Flag
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from app import seeds
from app.answering import answer
from app.config import Settings, load_settings
from app.errors import QuestionError
from app.examples import example_questions
from app.record import Record
from app.schema import (
    Answer,
    ArticleSummary,
    ConversationSummary,
    Event,
    Finished,
    WriterStatus,
    published_text,
)
from app.stored import answer_from_json
from app.turn import Exchange, Turn
from app.wiring import Parts, library_folder, open_parts
from index.articles import Added, Article, Filters, Retrieved, Version
from index.loading import count, load, load_address, load_bytes

log = logging.getLogger(__name__)

MAX_QUESTION_WORDS = 400
MAX_QUESTION_CHARACTERS = 4_000

Day = date | str | None
Progress = Callable[[int, int | None, str], None]
"""Called with inputs done, inputs in all (None: not known) and the one at work."""


class Desk:
    """A library, ready to be asked. Open one with `Desk.open`; it is a context manager, and safe between threads."""

    def __init__(self, parts: Parts, settings: Settings) -> None:
        self.settings = settings
        self._parts = parts
        self._record: Record = parts.record

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
        for event in self.stream(question, **options):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("a stream ends with Finished")

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
        Raises QuestionError at once; RetrievalError, EmbeddingError while streaming.
        """
        conversation, exchanges = self._conversation(conversation_id, follow, history)
        turn = Turn(
            question=_question(question),
            conversation_id=conversation,
            asked_as_of=_day(as_of, "as_of"),
            filters=_filters(since, until, sources, undated=undated),
            quotes_only=quotes_only,
            history=exchanges,
        )
        return self._run(turn, keep=history is None)

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
            _question(question),
            as_of=_day(as_of, "as_of"),
            filters=_filters(since, until, sources, undated=undated),
            k=k,
        )

    def add(self, *targets: str | Path, progress: Progress | None = None) -> list[Added]:
        """Adds files, folders and web addresses. What cannot be read is reported, and the rest goes on.

        Raises LibraryLockedError, EmbeddingError, StorageError; what was reported before stays added.
        """
        totals = [count(target) for target in targets]
        total = None if None in totals else sum(number for number in totals if number is not None)
        return self._add((item for target in targets for item in load(target)), total, progress)

    def add_address(self, address: str) -> list[Added]:
        """Adds a web page that somebody typed in: http(s) only, and never from a private network."""
        return self._add(load_address(address), None, None)

    def add_bytes(self, name: str, data: bytes) -> list[Added]:
        """Adds an uploaded file, known again by its name."""
        return self._add(load_bytes(name, data), None, None)

    def remove(self, article_id: str, *, purge: bool = False) -> None:
        """Takes an article out of answers at once; `purge` erases it, and every stored turn that showed it.

        Raises ArticleNotFoundError, LibraryLockedError.
        """
        self._parts.ingest.remove(article_id, purge=purge)

    def articles(self) -> list[ArticleSummary]:
        """The live articles, in the order in which they were added."""
        return [
            ArticleSummary(
                article_id=entry.article_id,
                version=entry.version,
                title=entry.title,
                source=entry.source,
                published_at=published_text(entry.published_at),
                url=entry.url,
                origin=entry.origin,
                words=entry.words,
                added_at=entry.added_at.isoformat(),
            )
            for entry in self._parts.library.articles()
        ]

    def article(self, article_id: str, version: int | None = None) -> Version:
        """A version of an article, the current one unless told otherwise. Raises ArticleNotFoundError."""
        return self._parts.library.article(article_id, version)

    def versions(self, article_id: str) -> list[Version]:
        """Every version of an article, oldest first. Raises ArticleNotFoundError."""
        return self._parts.library.history(article_id)

    def conversations(self) -> list[ConversationSummary]:
        """All conversations, the latest first."""
        return self._record.conversations()

    def conversation(self, conversation_id: str) -> list[Answer]:
        """The answers of a conversation, oldest first, as they were shown."""
        return self._record.answers(conversation_id)

    def turn(self, turn_id: str) -> Answer:
        """The answer of a turn, as it was shown. Raises ConversationNotFoundError."""
        return answer_from_json(self._record.turn(turn_id)["answer"])

    def turn_record(self, turn_id: str) -> dict[str, Any]:
        """Everything stored about a turn: asked, found, prompted, written, checked, shown."""
        return self._record.turn(turn_id)

    def delete_conversation(self, conversation_id: str) -> None:
        """Deletes a conversation and its turns. Raises ConversationNotFoundError."""
        self._record.delete(conversation_id)

    def writer_status(self) -> WriterStatus:
        """Where the writer stands."""
        return self._parts.writers.status()

    def wait_for_writer(self, timeout_seconds: float | None = None) -> WriterStatus:
        """Where the writer stands when it is ready or has failed, or the time is up."""
        return self._parts.writers.wait(timeout_seconds)

    def example_questions(self, n: int = 4) -> list[str]:
        """Questions that the newest articles answer."""
        entries = sorted(self._parts.library.articles(), key=lambda entry: str(entry.published_at or ""), reverse=True)
        versions = self._parts.library.versions_of([(entry.article_id, None) for entry in entries[: 4 * n]])
        return example_questions(versions, n)

    def default_as_of(self) -> date | None:
        """The day of the newest dated article, None where no article is dated."""
        return self._parts.retriever.default_as_of()

    def rebuild(self) -> None:
        """Builds the derived indexes anew from the library; embeds nothing."""
        self._parts.keywords.rebuild(self._parts.library)
        self._parts.vectors.rebuild(self._parts.library)

    def _run(self, turn: Turn, *, keep: bool) -> Iterator[Event]:
        parts = self._parts
        for event in answer(turn, retriever=parts.retriever, writer_source=parts.writers.current):
            if isinstance(event, Finished):
                if keep:
                    self._record.keep(turn)
                _log(turn, event.answer)
            yield event

    def _conversation(
        self, conversation_id: str | None, follow: str | None, history: Sequence[tuple[str, str]] | None
    ) -> tuple[str, Sequence[Exchange]]:
        if history is not None:
            return uuid4().hex[:16], [Exchange(question, text) for question, text in history]
        if follow is not None:
            conversation = self._record.conversation_of(follow)
            return conversation, self._record.history(conversation, upto=follow)
        if conversation_id is not None:
            return conversation_id, self._record.history(conversation_id)
        return uuid4().hex[:16], ()

    def _add(self, items: Iterable[Article | Added], total: int | None, progress: Progress | None) -> list[Added]:
        def tell(done: int, title: str) -> None:
            if progress is not None:
                progress(done, total, title)

        return list(self._parts.ingest.add(items, tell))


def _question(question: str) -> str:
    text = " ".join(question.split())
    if not text:
        raise QuestionError("the question is empty: type what you want to know")
    n_words = len(text.split())
    if n_words > MAX_QUESTION_WORDS or len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {n_words:,} words and {len(text):,} characters, at most {MAX_QUESTION_WORDS} and "
            f"{MAX_QUESTION_CHARACTERS:,} are read: shorten it, or add the text to the library and ask about it"
        )
    return text.encode("utf-8", "replace").decode("utf-8")


def _day(value: Day, name: str) -> date | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        raise QuestionError(f"{name}: {value!r} is no date: write it as YYYY-MM-DD, like 2023-06-30") from None


def _filters(since: Day, until: Day, sources: Sequence[str], *, undated: bool) -> Filters:
    first, last = _day(since, "since"), _day(until, "until")
    if first and last and first > last:
        raise QuestionError(f"since {first} is after until {last}: exchange them")
    return Filters(since=first, until=last, sources=tuple(sources), undated=undated)


def _log(turn: Turn, finished: Answer) -> None:
    log.info(
        "turn %s: %s evidence, %s tokens read, %s written, %.2f s, %s by %s",
        turn.turn_id,
        len(turn.retrieved.evidence) if turn.retrieved else 0,
        finished.tokens.read,
        finished.tokens.written,
        finished.timings.total_seconds,
        "answered" if finished.answered else finished.reason,
        finished.writer,
    )
