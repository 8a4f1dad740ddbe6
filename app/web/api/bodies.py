"""What requests carry and responses hold, where it is not a value of app.schema. Leaves out: what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.asked import MAX_QUESTION_CHARACTERS
from app.describing import facts
from app.entries import Verdict
from app.schema import AlsoReported, Answer, published_text
from index.articles import Added, Retrieved, Version


def well_formed(value: Any) -> Any:
    r"""JSON whose texts can be stored and sent on: half a character, which only an escape can carry, becomes "?".

    >>> well_formed({"a": ["\ud800"]})
    {'a': ['?']}
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [well_formed(one) for one in value]
    if isinstance(value, dict):
        return {well_formed(key): well_formed(one) for key, one in value.items()}
    return value


class Body(BaseModel):
    """A request body: a field that is not known is refused, for it is a misspelt one."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _well_formed(cls, data: Any) -> Any:
        try:
            return well_formed(data)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None


class Limits(Body):
    """Which articles may be used."""

    as_of: date | None = Field(default=None, description="the day to ask from; later articles are left out")
    since: date | None = Field(default=None, description="only articles from this day on")
    until: date | None = Field(default=None, description="only articles up to this day")
    sources: list[str] = Field(default_factory=list, max_length=1000, description="only articles of these sources")
    undated: bool = Field(default=False, description="let articles without a date pass since and until")


class Question(Limits):
    """A question."""

    question: str = Field(max_length=MAX_QUESTION_CHARACTERS, examples=["What stake will Renault hold in Nissan?"])
    conversation_id: str | None = Field(default=None, description="go on with this conversation")
    follow: str | None = Field(default=None, description="take it as following the answer with this turn id")
    quotes_only: bool = Field(default=False, description="answer with quotes, without a model")
    stream: bool = Field(default=False, description="answer with server-sent events, as 'Accept: text/event-stream'")

    def options(self) -> dict[str, Any]:
        """What `Desk.stream` is given beside the question."""
        return self.model_dump(exclude={"question", "stream"})


class Passage(BaseModel):
    """A passage, `quote == text[start:end]` of that version of the article; `score` in [0, 1], higher is better."""

    rank: int
    article_id: str
    version: int
    start: int
    end: int
    quote: str
    score: float
    title: str
    source: str | None
    published_at: str | None
    url: str | None
    also_reported_by: list[AlsoReported] = Field(description="the near-copies that the article stands for")


class Found(BaseModel):
    """The passages of a search, best first, and what the filters kept out."""

    question: str
    as_of: date | None
    evidence: list[Passage]
    library_articles: int
    allowed_articles: int
    undated_left_out: int

    @classmethod
    def of(cls, question: str, retrieved: Retrieved) -> Found:
        """What `Desk.search` found."""
        passages = [
            Passage(
                rank=rank, article_id=one.article_id, version=one.version, start=one.start, end=one.end,
                quote=one.quote, score=one.score, title=one.title, source=one.source,
                published_at=published_text(one.published_at), url=one.url,
                also_reported_by=[AlsoReported(**facts(copy)) for copy in one.also_reported_by],
            )
            for rank, one in enumerate(retrieved.evidence, start=1)
        ]  # fmt: skip
        return cls(
            question=question,
            as_of=retrieved.as_of,
            evidence=passages,
            library_articles=retrieved.library_articles,
            allowed_articles=retrieved.allowed_articles,
            undated_left_out=retrieved.undated_left_out,
        )


class ArticleVersion(BaseModel):
    """One immutable text of an article; character offsets of citations index `text`."""

    article_id: str
    version: int
    title: str
    source: str | None
    author: str | None
    published_at: str | None
    url: str | None
    origin: str
    added_at: str
    text_sha256: str
    text: str

    @classmethod
    def of(cls, one: Version) -> ArticleVersion:
        """A version of the library."""
        return cls(
            article_id=one.article_id, version=one.number, title=one.title, source=one.source, author=one.author,
            published_at=published_text(one.published_at), url=one.url, origin=one.origin,
            added_at=one.added_at.isoformat(), text_sha256=one.text_sha256, text=one.text,
        )  # fmt: skip


class Outcome(BaseModel):
    """What became of one input; `error` says what is wrong with one that failed."""

    origin: str
    status: Literal["added", "updated", "unchanged", "failed"]
    article_id: str | None
    version: int | None
    title: str | None
    error: str | None

    @classmethod
    def of(cls, one: Added) -> Outcome:
        """What `Desk.add` said of it."""
        return cls(
            origin=one.origin, status=one.status, article_id=one.article_id, version=one.version, title=one.title,
            error=one.error,
        )  # fmt: skip


class Outcomes(BaseModel):
    """What became of each input."""

    outcomes: list[Outcome]

    @classmethod
    def of(cls, added: Sequence[Added]) -> Outcomes:
        """What `Desk.add` gave."""
        return cls(outcomes=[Outcome.of(one) for one in added])


class Address(Body):
    """A web page or feed to add: http(s), and not of a private network."""

    url: str = Field(max_length=4000, examples=["https://news.example/story"])


class Conversation(BaseModel):
    """A conversation, oldest answer first, as they were shown."""

    conversation_id: str
    title: str
    answers: list[Answer]


class Name(Body):
    """What to call a conversation; an empty name gives its first question back."""

    title: str = Field(max_length=1000)


class Judgement(Body):
    """What a reader says of an answer."""

    verdict: Verdict
    note: str = Field(default="", max_length=10_000, description="for should_have_known: the right answer")
