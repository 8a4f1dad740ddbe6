"""A Desk that says what a test scripts, for the evaluation alone. Leaves out: any finding or writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from app.entries import ArticleSummary
from app.schema import Answer, Citation, Sentence, Timings, Tokens
from index.articles import Evidence, Retrieved, Version
from index.errors import ArticleNotFoundError, OnRecordError

TEXT = "Renault will hold 15% of Nissan. It held 43% before. Nissan has no plan to help Ampere."


def version(article_id: str, text: str = TEXT) -> Version:
    moment = datetime(2023, 2, 1, tzinfo=UTC)
    return Version(
        article_id=article_id, number=1, text=text, title=f"Title of {article_id}", origin=f"/news/{article_id}.txt",
        source=None, author=None, published_at=None, url=None, text_sha256="0" * 64, added_at=moment,
    )  # fmt: skip


def summary(article_id: str, origin: str, title: str = "A title", url: str | None = None) -> ArticleSummary:
    return ArticleSummary(
        article_id=article_id, version=1, title=title, source=None, published_at=None, url=url, origin=origin,
        words=10, added_at="2023-02-01",
    )  # fmt: skip


def citation(marker: int, quote: str, *, article_id: str = "one", start: int | None = None) -> Citation:
    at = TEXT.index(quote) if start is None else start
    return Citation(
        marker=marker, article_id=article_id, version=1, title="A title", source=None, published_at=None, url=None,
        start=at, end=at + len(quote), quote=quote,
    )  # fmt: skip


def evidence(article_id: str, start: int, end: int) -> Evidence:
    return Evidence(
        article_id=article_id, version=1, start=start, end=end, quote=TEXT[start:end], score=1.0, title="A title",
        source=None, published_at=None, url=None,
    )  # fmt: skip


def answer(
    question: str = "A question?",
    *,
    text: str = "",
    answered: bool = True,
    sentences: Sequence[Sentence] = (),
    citations: Sequence[Citation] = (),
    standalone_question: str = "",
    fallback: str | None = None,
    seconds: float = 2.0,
    confidence: float | None = None,
) -> Answer:
    return Answer(
        turn_id="t", conversation_id="c", question=question, standalone_question=standalone_question,
        as_of=None, answered=answered, reason=None if answered else "not_stated", text=text,
        sentences=tuple(sentences), citations=tuple(citations), nearest=(), writer="quotes" if fallback else "scripted",
        fallback=fallback, confidence=confidence, tokens=Tokens(read=100, written=10),
        timings=Timings(
            retrieval_seconds=0.05, first_evidence_seconds=0.1, first_word_seconds=seconds / 2 if answered else None,
            total_seconds=seconds,
        ),
    )  # fmt: skip


@dataclass
class ScriptedDesk:
    """Answers, or errors to raise, by question; ranks, and passages found, by question. `asked` keeps what came in."""

    answers: Mapping[str, Answer | Exception] = field(default_factory=dict)
    ranks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    found: Mapping[str, Sequence[Evidence]] = field(default_factory=dict)
    library: Sequence[ArticleSummary] = (
        summary("one", "/news/one.txt"),
        summary("two", "/news/two.txt"),
        summary("three", "/news/archive.jsonl#3"),
    )
    asked: list[tuple[str, date | str | None, bool, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    searched: list[tuple[str, int, date | str | None]] = field(default_factory=list)

    def ask(
        self,
        question: str,
        *,
        as_of: date | str | None = None,
        quotes_only: bool = False,
        history: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        self.asked.append((question, as_of, quotes_only, tuple(history)))
        scripted = self.answers[question]
        if isinstance(scripted, Exception):
            raise scripted
        return scripted

    def search(self, question: str, *, k: int = 10, as_of: date | str | None = None) -> Retrieved:
        self.searched.append((question, k, as_of))
        ranked = self.ranks.get(question, ())
        return Retrieved(
            evidence=tuple(self.found.get(question, ())),
            articles=tuple((article_id, 1 / place) for place, article_id in enumerate(ranked, start=1)),
            as_of=None, library_articles=3, allowed_articles=3, undated_left_out=0,
        )  # fmt: skip

    def articles(self) -> list[ArticleSummary]:
        return list(self.library)

    def article(self, article_id: str, version_number: int | None = None) -> Version:
        if article_id not in {one.article_id for one in self.library}:
            raise ArticleNotFoundError(f"no article {article_id!r}")
        return version(article_id)


class ScriptedError(OnRecordError):
    """An error of the tree, as a real Desk would raise it."""
