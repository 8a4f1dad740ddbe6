"""The values a reader of answers gets, and their JSON. Leaves out: how they come about."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

SCHEMA_VERSION = 1

Reason = Literal["not_stated", "no_articles", "filtered_out"]
Status = Literal["supported", "quoted", "words"]
Relation = Literal["update", "superseded", "conflict"]


def published_text(moment: datetime | None) -> str | None:
    """The date as shown to people and in JSON: a bare day where only the day is known (midnight UTC).

    >>> from datetime import UTC
    >>> published_text(datetime(2023, 1, 5, tzinfo=UTC))
    '2023-01-05'
    """
    if moment is None:
        return None
    if moment.hour == moment.minute == moment.second == moment.microsecond == 0:
        return moment.date().isoformat()
    return moment.isoformat()


class Place(Protocol):
    """A span of an article version: satisfied by Citation, Nearest and Evidence."""

    @property
    def article_id(self) -> str:
        """Which article."""

    @property
    def version(self) -> int:
        """Which of its versions."""

    @property
    def start(self) -> int:
        """Offset of the first character."""

    @property
    def end(self) -> int:
        """Offset past the last character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoReported:
    """Another article that tells the same: a wire copy, or an earlier state of a running story."""

    article_id: str
    version: int
    title: str
    source: str | None
    published_at: str | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A place in an answer tied to a span of an article: `quote == version.text[start:end]`.

    `also_reported_by` are the near-copies that the article stands for, newest first.
    """

    marker: int
    article_id: str
    version: int
    title: str
    source: str | None
    published_at: str | None
    url: str | None
    start: int
    end: int
    quote: str
    also_reported_by: tuple[AlsoReported, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence shown as an answer: written and supported, or quoted; with its citations' markers.

    Or, first of all and with the status "words", the answer in a few words of what it cites, as they stand there.
    `independent_articles` counts the articles found that say it, near-copies once; None where nobody counted.
    """

    text: str
    status: Status
    citations: tuple[int, ...]
    independent_articles: int | None = None

    def with_markers(self) -> str:
        """The sentence with `[n]` for each of its citations, as it stands in the text of its answer."""
        markers = "".join(f"[{marker}]" for marker in self.citations)
        return f"{self.text} {markers}{':' if self.status == 'words' else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """What another article says that the answer does not: a quote that gives another value for what was asked.

    `value` is what `sentence`, the quote, gives, and `against` what a sentence of the answer gives, each word for word;
    `articles` counts the articles found that give this value, and `agreeing` those that give the answer's. `relation`
    is "update" where a later article tells how something changed, "superseded" where an earlier one tells how it was,
    and "conflict" where neither is to be seen.
    """

    value: str
    against: str
    relation: Relation
    articles: int
    agreeing: int
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """A passage that comes close. Offered beside an answer or an abstention, never as an answer."""

    article_id: str
    version: int
    title: str
    source: str | None
    published_at: str | None
    url: str | None
    start: int
    end: int
    quote: str
    score: float
    also_reported_by: tuple[AlsoReported, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds from the moment of asking; None where it did not happen."""

    retrieval_seconds: float
    first_evidence_seconds: float
    first_word_seconds: float | None
    total_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of the writer: read is every prompt whole, cached the part of them that it still had read."""

    read: int = 0
    cached: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is shown. `answered` is False for an abstention, and `reason` then says why.

    `text` joins the sentences with `[n]` markers. `writer` is the model's name or "quotes"; `fallback`
    says why quotes stand where a model was configured. `notes` are plain sentences about the answer
    itself (articles left out for want of a date, say), in the order in which to show them. `disagreements` are what
    other articles say instead, to be shown beside it, and `alternatives` quotes of articles that perhaps say something
    else, or tell of something else; what they cite comes after what the sentences cite.

    `confidence` in [0, 1] is the probability that the answer is right, of several parts the least sure one's; of an
    abstention that of the best sentence not shown; None where nothing was found, or where it was not measured.
    """

    turn_id: str
    conversation_id: str
    question: str
    standalone_question: str
    as_of: date | None
    answered: bool
    reason: Reason | None
    confidence: float | None = None
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Nearest, ...]
    writer: str
    fallback: str | None
    timings: Timings
    tokens: Tokens
    notes: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    alternatives: tuple[Sentence, ...] = ()
    schema_version: int = field(default=SCHEMA_VERSION)

    def to_json(self) -> dict[str, Any]:
        """A dictionary that json.dumps takes, `schema_version` first; dates as ISO strings."""
        record = dataclasses.asdict(self)
        record["as_of"] = self.as_of.isoformat() if self.as_of else None
        return {"schema_version": record.pop("schema_version"), **record}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """So many questions come before this one: for an answer at all, or, once there is evidence, at the writer."""

    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFound:
    """The passages, best first, before anything is written."""

    evidence: tuple[Nearest, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceReleased:
    """A sentence that is complete and checked, with the citations it brings (markers as in Answer)."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Last event of a stream. The answer is the truth: it replaces whatever was shown before."""

    answer: Answer


Event = Queued | EvidenceFound | SentenceReleased | Finished
