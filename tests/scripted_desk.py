"""A desk that says what a test tells it to, with the pauses of a real one. Stands in for app.desk.Desk."""

from __future__ import annotations

import asyncio
import copy
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from app.entries import ArticleChange, ArticlePage, ArticleSummary, ConversationSummary, Feedback, Verdict, WriterStatus
from app.errors import ConversationNotFoundError
from app.people import ANONYMOUS, Person
from app.schema import (
    Answer,
    Citation,
    Event,
    EvidenceFound,
    Finished,
    Nearest,
    Queued,
    Sentence,
    SentenceReleased,
    Timings,
    Tokens,
)
from index.articles import Added, Version
from index.errors import ArticleNotFoundError

TEXT = (
    "Nissan and Renault agreed on Monday to reshape their alliance.\n\n"
    "Renault will cut its stake in Nissan to 15% from 43%, matching the size of Nissan's stake in Renault. "
    "The deal is expected to be finalized by mid-year.\n\n"
    "Nissan has no plan to provide engineering support to Renault's new Ampere EV business.\n"
) + "Both sides said that talks went on. " * 60
DATED = "Nissan and Renault agreed on Monday to reshape their alliance."
STAKE = "Renault will cut its stake in Nissan to 15% from 43%, matching the size of Nissan's stake in Renault."
TIME = "The deal is expected to be finalized by mid-year."
AMPERE = "Nissan has no plan to provide engineering support to Renault's new Ampere EV business."


def version(text: str = TEXT, **changes: Any) -> Version:
    """A version of an article about the alliance; any field can be changed."""
    plain = Version(
        article_id="a1",
        number=1,
        text=text,
        title="Nissan and Renault reshape their alliance",
        origin="alliance.txt",
        source="Morning Wire",
        author=None,
        published_at=datetime(2023, 2, 5, tzinfo=UTC),
        url="https://news.example/alliance",
        text_sha256=sha256(text.encode()).hexdigest(),
        added_at=datetime(2023, 2, 6, tzinfo=UTC),
    )
    return replace(plain, **changes)


def citation(marker: int, quote: str, article: Version | None = None) -> Citation:
    """A citation of that quote, wherever it stands in the article."""
    article = article or version()
    start = article.text.index(quote)
    return Citation(
        marker=marker,
        article_id=article.article_id,
        version=article.number,
        title=article.title,
        source=article.source,
        published_at=article.published_at.date().isoformat() if article.published_at else None,
        url=article.url,
        start=start,
        end=start + len(quote),
        quote=quote,
    )


def nearest(quote: str, article: Version | None = None, score: float = 0.5) -> Nearest:
    """A near passage with that quote."""
    cited = citation(1, quote, article)
    fields = {name: getattr(cited, name) for name in cited.__slots__ if name != "marker"}
    return Nearest(**fields, score=score)


def answer(**changes: Any) -> Answer:
    """An answer of two written sentences with two citations of one article."""
    plain = Answer(
        turn_id="t1",
        conversation_id="c1",
        question="What stake will Renault hold?",
        standalone_question="What stake will Renault hold?",
        as_of=date(2023, 2, 5),
        answered=True,
        reason=None,
        text="Renault will hold 15% of Nissan. [1] The deal closes by mid-year. [2]",
        sentences=(
            Sentence(text="Renault will hold 15% of Nissan.", status="supported", citations=(1,)),
            Sentence(text="The deal closes by mid-year.", status="supported", citations=(2,)),
        ),
        citations=(citation(1, STAKE), citation(2, TIME)),
        nearest=(nearest(AMPERE),),
        writer="qwen2.5-coder-1.5b",
        fallback=None,
        timings=Timings(
            retrieval_seconds=0.05, first_evidence_seconds=0.06, first_word_seconds=1.0, total_seconds=2.34
        ),
        tokens=Tokens(read=700, cached=500, written=40),
    )
    return replace(plain, **changes)


def abstention(**changes: Any) -> Answer:
    """An answer that the articles do not say."""
    silent: dict[str, Any] = {
        "answered": False,
        "reason": "not_stated",
        "text": "",
        "sentences": (),
        "citations": (),
        "nearest": (nearest(AMPERE), nearest(TIME)),
    }
    return answer(**(silent | changes))


@dataclass
class ScriptedDesk:
    """Answers by the first key found in the question; records what it was asked.

    The key "capital" abstains, "slowly" writes without end until stopped, "break" fails. With `steps` each sentence,
    and the end, waits until it is released.
    """

    pause_seconds: float = 0.05
    asked: list[dict[str, Any]] = field(default_factory=list)
    held: dict[str, Version] = field(default_factory=lambda: {"a1": version()})
    status: WriterStatus = field(
        default_factory=lambda: WriterStatus(state="ready", model="qwen", detail="qwen writes")
    )
    added_addresses: list[str] = field(default_factory=list)
    kept: dict[str, list[Answer]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    corrected: dict[str, list[Version]] = field(default_factory=dict)
    removed: dict[str, Version] = field(default_factory=dict)
    judged: dict[str, Feedback] = field(default_factory=dict)
    steps: threading.Semaphore | None = None
    closed_streams: int = 0
    closed: bool = False
    person: Person = ANONYMOUS

    def of(self, person: Person) -> ScriptedDesk:
        view = copy.copy(self)  # what it holds is shared
        view.person = person
        return self if person == self.person else view

    def check_conversation(self, conversation_id: str) -> None:
        """Nobody is told from anybody here."""

    def _reply(self, question: str) -> Answer:
        if "capital" in question:
            return abstention(question=question, standalone_question=question)
        if "quote" in question:
            quoted = Sentence(text=STAKE, status="quoted", citations=(1,))
            return answer(
                question=question,
                standalone_question=question,
                sentences=(quoted,),
                citations=(citation(1, STAKE),),
                writer="quotes",
                fallback="the writer is still being fetched, 43 %",
            )
        return answer(question=question, standalone_question=question)

    async def astream(self, question: str, **options: Any) -> AsyncIterator[Event]:
        self.asked.append({"question": question, **options})
        try:
            await asyncio.sleep(self.pause_seconds)
            reply = self._reply(question)
            yield EvidenceFound(evidence=(nearest(STAKE), nearest(TIME), nearest(AMPERE)), seconds=0.05)
            if "after others" in question:
                yield Queued(ahead=2)
            if "break" in question:
                raise RuntimeError("scripted")
            by_marker = {cited.marker: cited for cited in reply.citations}
            for sentence in reply.sentences:
                await self._step()
                yield SentenceReleased(sentence=sentence, citations=tuple(by_marker[m] for m in sentence.citations))
            if "slowly" in question:
                await asyncio.Event().wait()
            if self.steps:
                await self._step()
            yield Finished(answer=self._keep(reply, options))
        finally:
            self.closed_streams += 1

    async def _step(self) -> None:
        if self.steps is None:
            await asyncio.sleep(self.pause_seconds)
        else:
            await asyncio.to_thread(self.steps.acquire)

    def _keep(self, reply: Answer, options: dict[str, Any]) -> Answer:
        conversation_id = options.get("conversation_id") or f"c{len(self.records) + 1}"
        turn_id = f"t{len(self.records) + 1}"
        kept = replace(reply, turn_id=turn_id, conversation_id=conversation_id)
        self.kept.setdefault(conversation_id, []).append(kept)
        days = {name: str(day) if (day := options.get(name)) else None for name in ("as_of", "since", "until")}
        filters = {"sources": list(options.get("sources", ())), "undated": options.get("undated", False)}
        self.records[turn_id] = {"asked_as_of": days.pop("as_of"), "filters": {**days, **filters}}
        return kept

    def conversations(self, words: str = "") -> list[ConversationSummary]:
        every = [
            ConversationSummary(
                conversation_id=one, title=self.names.get(one) or answers[0].question, turns=len(answers),
                updated_at="2026-11-22T10:00:00+00:00",
            )
            for one, answers in reversed(self.kept.items())
        ]  # fmt: skip
        return [one for one in every if words.casefold() in one.title.casefold()]

    def conversation(self, conversation_id: str) -> list[Answer]:
        return list(self.kept.get(conversation_id, ()))

    def turn(self, turn_id: str) -> Answer:
        for answers in self.kept.values():
            for one in answers:
                if one.turn_id == turn_id:
                    return one
        raise ConversationNotFoundError(f"there is no turn {turn_id!r} in this library")

    def turn_record(self, turn_id: str) -> dict[str, Any]:
        return self.records[turn_id]

    def give_feedback(self, turn_id: str, verdict: Verdict | None, note: str = "") -> None:
        self.judged.pop(turn_id, None)
        if verdict:
            self.judged[turn_id] = Feedback(turn_id=turn_id, verdict=verdict, note=note, given_at="2026-11-22")

    def feedback(self, turn_id: str) -> Feedback | None:
        return self.judged.get(turn_id)

    def follow_ups(self, answer: Answer, n: int = 3) -> list[str]:
        return ["What is Nissan developing?"] if answer.answered else []

    def rename_conversation(self, conversation_id: str, name: str) -> None:
        self.names[conversation_id] = name

    def delete_conversation(self, conversation_id: str) -> None:
        if self.kept.pop(conversation_id, None) is None:
            raise ConversationNotFoundError(f"there is no conversation {conversation_id!r} in this library")

    def changes(self, answer: Answer) -> list[ArticleChange]:
        found = {}
        for article_id in dict.fromkeys(cited.article_id for cited in answer.citations):
            current = self.held.get(article_id)
            cited = [one for one in answer.citations if one.article_id == article_id]
            if current is None or current.number != cited[0].version:
                found[article_id] = ArticleChange(
                    article_id=article_id, title=cited[0].title, cited_version=cited[0].version,
                    current_version=current.number if current else None,
                    still_says=current is not None and all(one.quote in current.text for one in cited),
                )  # fmt: skip
        return list(found.values())

    def remove(self, article_id: str) -> None:
        if article_id not in self.held:
            raise ArticleNotFoundError(f"there is no article {article_id!r}: 'onrecord list' names them")
        self.removed[article_id] = self.held.pop(article_id)

    def restore(self, article_id: str) -> None:
        self.held[article_id] = self.removed.pop(article_id)

    def add_bytes(self, name: str, data: bytes, *, progress: Any = None) -> list[Added]:
        time.sleep(self.pause_seconds)
        if name.endswith(".bin") and b"\0" in data:
            return [Added(origin=name, status="failed", error="this is a binary file: give a text")]
        article_id = f"a{len(self.held) + 1}"
        self.held[article_id] = version(data.decode(), article_id=article_id, title=name, origin=name)
        return [Added(origin=name, status="added", article_id=article_id, version=1, title=name)]

    def add_address(self, address: str, *, progress: Any = None) -> list[Added]:
        self.added_addresses.append(address)
        if "unreachable" in address and self.added_addresses.count(address) == 1:
            return [Added(origin=address, status="failed", error="it does not answer: try again later")]
        if "feed" in address:
            pages = ("https://news.example/good", "https://news.example/unreachable")
            for done, page in enumerate(pages):
                progress(done, None, page)
            return [
                Added(origin=pages[0], status="added", article_id="a1", version=1, title="From the feed"),
                *self.add_address(pages[1]),
            ]
        return [Added(origin=address, status="added", article_id="a1", version=1, title="From the web")]

    def articles(self) -> list[ArticleSummary]:
        return [
            ArticleSummary(
                article_id=one.article_id,
                version=one.number,
                title=one.title,
                source=one.source,
                published_at=one.published_at.date().isoformat() if one.published_at else None,
                url=one.url,
                origin=one.origin,
                words=len(one.text.split()),
                added_at=one.added_at.isoformat(),
            )
            for one in self.held.values()
        ]

    def article_page(
        self, words: str = "", *, order: str = "added", descending: bool = False, offset: int = 0, limit: int = 100
    ) -> ArticlePage:
        every = self.articles()
        found = [one for one in every if all(word in one.title.casefold() for word in words.casefold().split())]
        if order != "added":
            name = {"published": "published_at"}.get(order, order)
            found.sort(key=lambda one: getattr(one, name) or "")
        if descending:
            found.reverse()
        rows = tuple(found[offset : offset + limit])
        return ArticlePage(articles=rows, offset=offset, found=len(found), total=len(every))

    def sources(self) -> list[str]:
        return sorted({one.source for one in self.held.values() if one.source})

    def versions(self, article_id: str) -> list[Version]:
        return [*self.corrected.get(article_id, ()), self.article(article_id)]

    def article(self, article_id: str, version: int | None = None) -> Version:
        every = self.held | self.removed
        for one in self.corrected.get(article_id, ()):
            if one.number == version:
                return one
        if article_id not in every:
            raise ArticleNotFoundError(f"there is no article {article_id!r}: 'onrecord list' names them")
        return every[article_id]

    def writer_status(self) -> WriterStatus:
        return self.status

    def example_questions(self, n: int = 4) -> list[str]:
        return ["What stake will Renault hold in Nissan after the deal?", "What is Ampere?"][:n]

    def __exit__(self, *exception: object) -> None:
        self.closed = True
