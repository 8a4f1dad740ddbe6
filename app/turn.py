"""The record of one question on its way to an answer: each stage fills its field. Leaves out: the stages."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from index.articles import Evidence, Filters, Retrieved
from index.identity import text_sha256

if TYPE_CHECKING:
    from app.excerpts import Excerpt
    from app.schema import Answer
    from app.writing import Request, Writing


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the conversation, as understood, and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker said of one drafted sentence, and what became of it."""

    draft: str
    markers: tuple[int, ...]
    shown: str | None
    problems: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Turn:
    """Everything about one question. Fields without a default are given; the rest is filled on the way, in order.

    `asked_as_of` is the day the asker gave; `retrieved.as_of` the one that was used. `again_of` is the turn whose
    question is asked again. `best_confidence` is that of the best sentence weighed so far, shown or not; None while
    nothing was found.
    """

    question: str
    conversation_id: str
    asked_as_of: date | None
    filters: Filters
    quotes_only: bool = False
    again_of: str | None = None
    history: Sequence[Exchange] = ()
    turn_id: str = field(default_factory=lambda: uuid4().hex[:16])
    started: float = field(default_factory=time.perf_counter)
    standalone_question: str = ""
    retrieved: Retrieved | None = None
    retrieval_seconds: float = 0.0
    evidence_seconds: float = 0.0
    excerpts: tuple[Excerpt, ...] = ()
    chosen: tuple[int, ...] = ()
    best_confidence: float | None = None
    writer: str = "quotes"
    writing: Writing | None = None
    fallback: str | None = None
    checked: list[Checked] = field(default_factory=list)
    first_word_seconds: float | None = None
    answer: Answer | None = None

    def weigh(self, confidence: float) -> None:
        """Keeps the confidence of the best sentence."""
        self.best_confidence = max(self.best_confidence or 0.0, confidence)

    def seconds(self) -> float:
        """Since the question was asked."""
        return time.perf_counter() - self.started

    def to_json(self) -> dict[str, Any]:
        """All that is needed to replay and re-check the answer: asked, found, prompted, written, checked, shown."""
        retrieved, writing = self.retrieved, self.writing
        return {
            "turn_id": self.turn_id,
            "again_of": self.again_of,
            "question": self.question,
            "history": [[one.question, one.answer] for one in self.history],
            "standalone_question": self.standalone_question,
            "asked_as_of": self.asked_as_of.isoformat() if self.asked_as_of else None,
            "as_of": retrieved.as_of.isoformat() if retrieved and retrieved.as_of else None,
            "quotes_only": self.quotes_only,
            "filters": {
                "since": self.filters.since.isoformat() if self.filters.since else None,
                "until": self.filters.until.isoformat() if self.filters.until else None,
                "sources": list(self.filters.sources),
                "undated": self.filters.undated,
            },
            "found": _found(retrieved) if retrieved else None,
            "evidence": [_passage(passage) for passage in retrieved.evidence] if retrieved else [],
            "articles": [list(row) for row in retrieved.articles[:10]] if retrieved else [],
            "excerpts": [_excerpt(excerpt) for excerpt in self.excerpts],
            "chosen": list(self.chosen),
            "writer": self.writer,
            "model": dict(writing.parameters) if writing else None,
            "requests": [_request(request) for request in writing.requests] if writing else [],
            "raw": writing.raw if writing else None,
            "stated": dict(writing.stated) if writing else None,
            "short": dict(writing.short) if writing else None,
            "confirmed": {part: share for (part, _), share in writing.confirmed.items()} if writing else None,
            "agreeing": {part: sorted(ids) for part, ids in writing.agreeing.items()} if writing else None,
            "disputed": sorted({passage.article_id for _, passage in writing.disputed}) if writing else None,
            "checked": [
                {
                    "draft": item.draft,
                    "markers": list(item.markers),
                    "shown": item.shown,
                    "problems": list(item.problems),
                }
                for item in self.checked
            ],
            "fallback": self.fallback,
            "answer": self.answer.to_json() if self.answer else None,
        }


def _passage(passage: Evidence) -> dict[str, Any]:
    return {
        "article_id": passage.article_id,
        "version": passage.version,
        "start": passage.start,
        "end": passage.end,
        "sha256": text_sha256(passage.quote),
        "score": round(passage.score, 4),
        "also_reported_by": [copy.article_id for copy in passage.also_reported_by],
        "signals": {name: round(float(getattr(passage, name)), 4) for name in _SIGNALS},
    }


_SIGNALS = sorted(
    one.name for one in dataclasses.fields(Evidence) if one.name != "score" and isinstance(one.default, float)
)
"""What retrieval measured of a passage beside its score."""


def _found(retrieved: Retrieved) -> dict[str, int]:
    return {
        "library_articles": retrieved.library_articles,
        "allowed_articles": retrieved.allowed_articles,
        "undated_left_out": retrieved.undated_left_out,
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "prompt_sha256": text_sha256("\n".join(text for _, text in request.prompt)),
        "grammar_sha256": text_sha256(request.grammar),
        "max_tokens": request.max_tokens,
        "reply": request.reply,
    }


def _excerpt(excerpt: Excerpt) -> dict[str, Any]:
    passage = excerpt.passage
    return {
        "article_id": passage.article_id,
        "version": passage.version,
        "start": passage.start + excerpt.start,
        "end": passage.start + excerpt.end,
        "sha256": text_sha256(excerpt.text),
    }
