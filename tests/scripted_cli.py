"""The command line over a desk that says what a test tells it to. Stands in for opening a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
import scripted_desk

from app.cli import opening
from app.entries import WriterStatus
from app.schema import Answer, Event, EvidenceFound, Finished, SentenceReleased
from app.timeline import Happening, happenings
from index.articles import Added, Evidence, Retrieved

EVIDENCE = Evidence(
    article_id="a1",
    version=1,
    start=64,
    end=165,
    quote=scripted_desk.STAKE,
    score=0.8125,
    title="Nissan and Renault reshape their alliance",
    source="Morning Wire",
    published_at=scripted_desk.version().published_at,
    url="https://news.example/alliance",
)
FOUND = Retrieved(
    evidence=(EVIDENCE,),
    articles=(("a1", 1.0),),
    as_of=date(2023, 2, 5),
    library_articles=3,
    allowed_articles=2,
    undated_left_out=1,
)


@dataclass
class CommandDesk(scripted_desk.ScriptedDesk):
    """A desk for one command. `raising` is raised by whatever is called first; `reply` answers every question."""

    pause_seconds: float = 0.0
    reply: Answer = field(default_factory=scripted_desk.answer)
    found: Retrieved = FOUND
    raising: BaseException | None = None
    told_to_remove: list[tuple[str, bool]] = field(default_factory=list)
    searched: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> CommandDesk:
        if self.raising is not None:
            raise self.raising
        return self

    def stream(self, question: str, **options: Any) -> Iterator[Event]:
        self.asked.append({"question": question, **options})
        yield EvidenceFound(evidence=self.reply.nearest, seconds=0.01)
        for sentence in self.reply.sentences:
            yield SentenceReleased(sentence=sentence, citations=())
        yield Finished(answer=self.reply)

    def timeline(self, question: str, **options: Any) -> list[Happening]:
        self.searched.append({"question": question, **options})
        return happenings([scripted_desk.citation(1, scripted_desk.DATED)])

    def search(self, question: str, **options: Any) -> Retrieved:
        self.searched.append({"question": question, **options})
        return self.found

    def add(self, *targets: str, progress: Callable[[int, int | None, str], None] | None = None) -> list[Added]:
        outcomes = []
        for done, target in enumerate(targets):
            if progress is not None:
                progress(done, len(targets), f"\x1b[1m{target}")
            if target.endswith(".bin"):
                outcomes.append(Added(origin=target, status="failed", error="this is a binary file: give a text"))
            else:
                outcomes.append(Added(origin=target, status="added", article_id="a2", version=1, title=target))
        return outcomes

    def remove(self, article_id: str, *, purge: bool = False) -> None:
        self.article(article_id)
        self.told_to_remove.append((article_id, purge))

    def wait_for_writer(self, timeout_seconds: float | None = None) -> WriterStatus:
        return self.status


def use(monkeypatch: pytest.MonkeyPatch, desk: CommandDesk) -> Callable[[], list[dict[str, Any]]]:
    """Every verb gets this desk; what is returned tells with which options it was opened."""
    opened: list[dict[str, Any]] = []

    def open_desk(settings: Any, **options: Any) -> CommandDesk:
        opened.append({"library": settings.library, **options})
        return desk

    monkeypatch.setattr(opening, "open_desk", open_desk)
    return lambda: opened
