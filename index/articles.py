"""The values that flow through index: articles, versions, chunks, evidence. Leaves out: all behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A source text with its metadata, as read, not yet in a library.

    `origin` names where it came from for people and for recognising it again (an absolute path, an
    address, or path#record). `given_id` is the identifier that a JSON record brought along.
    `published_at` is timezone-aware; midnight UTC means that only the day is known; None: not told.
    """

    text: str
    title: str
    origin: str
    given_id: str | None = None
    source: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One immutable text of an article. Character offsets everywhere index `text`."""

    article_id: str
    number: int
    text: str
    title: str
    origin: str
    source: str | None
    author: str | None
    published_at: datetime | None
    url: str | None
    text_sha256: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a version, `version.text[start:end]`."""

    chunk_id: int
    article_id: str
    version: int
    ordinal: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which articles may be used. Days are inclusive; `undated` lets articles without a date pass them."""

    since: date | None = None
    until: date | None = None
    sources: Sequence[str] = ()
    undated: bool = False

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another article that tells the same: a wire copy of it, or an earlier state of a running story."""

    article_id: str
    version: int
    title: str
    source: str | None
    published_at: datetime | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A passage offered to the writer: `quote == version.text[start:end]`, always.

    `score` is in [0, 1], higher is better, comparable within one question only. `coverage` is the share, in
    [0, 1], of the question's words (weighted by rarity) that occur in the passage; `similarity` the cosine of
    question and passage, `interaction` the mean cosine of the question's words and the passage's nearest tokens. They
    can be compared between questions; until the passage has been read closely they are estimates, from the vectors of
    its sentences and the share of words. `also_reported_by` are the near-copies that the article stands for, newest
    first.
    """

    article_id: str
    version: int
    start: int
    end: int
    quote: str
    score: float
    title: str
    source: str | None
    published_at: datetime | None
    url: str | None
    coverage: float = 0.0
    similarity: float = 0.0
    interaction: float = 0.0
    also_reported_by: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What a question brought up: evidence, best first, and what the filters kept out.

    `promising` are the passages, some overlapping, that a close reading would choose its evidence from; none are left
    once that has been done. `articles` ranks article ids, best first (deeper than the evidence), of near-copies the
    newest alone.
    `undated_left_out` counts the articles that a date filter kept out only because they have no date.
    `library_articles` counts live articles, `allowed_articles` those that pass the filters and the as-of day.
    `otherwise` are passages of near-copies that tell a passage of the evidence in other words: no evidence of their
    own, but what may contradict it; they are looked for when the passages are read closely.
    """

    evidence: tuple[Evidence, ...]
    articles: tuple[tuple[str, float], ...]
    as_of: date | None
    library_articles: int
    allowed_articles: int
    undated_left_out: int
    otherwise: tuple[Evidence, ...] = ()
    promising: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of one input of `add`. `error` is one line for people, set when status is "failed"."""

    origin: str
    status: Literal["added", "updated", "unchanged", "failed"]
    article_id: str | None = None
    version: int | None = None
    title: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleEntry:
    """One live article as a library lists it: its current version without the text."""

    article_id: str
    version: int
    title: str
    origin: str
    source: str | None
    author: str | None
    published_at: datetime | None
    url: str | None
    words: int
    added_at: datetime
