"""What the desk tells besides answers: rows of its lists, the writer's state, and what became of cited articles.

Leaves out: answers and their parts (schema).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.people import Role

Verdict = Literal["right", "wrong", "wrong_citation", "should_have_known", "should_have_said_no"]
"""What a reader says of an answer: "wrong" where no reason is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterStatus:
    """Where the writer stands. `progress` is 0..1 while fetching; `detail` is one line for people."""

    state: Literal["off", "waiting", "fetching", "starting", "ready", "unavailable"]
    model: str | None
    detail: str
    progress: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a reader said of a turn's answer. `note` may be empty; for "should_have_known" it is the right answer."""

    turn_id: str
    verdict: Verdict
    note: str
    given_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may use a server. `password` tells whether there is one: without, a token or a proxy lets in."""

    name: str
    role: Role
    made_at: str
    password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that was made, without what it is, and whose it is. `revoked_at` is None while it admits."""

    token_id: str
    name: str
    user: str | None
    made_at: str
    revoked_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSummary:
    """One row of the library's list."""

    article_id: str
    version: int
    title: str
    source: str | None
    published_at: str | None
    url: str | None
    origin: str
    words: int
    added_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """Some rows of the library's list in an order: those from `offset` on of the `found` that match, of `total`."""

    articles: tuple[ArticleSummary, ...]
    offset: int
    found: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """One row of the list of conversations."""

    conversation_id: str
    title: str
    turns: int
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleChange:
    """An article that is no longer as an answer cites it. `current_version` is None once it was removed.

    `still_says` tells whether every quote of the answer still stands in the current version.
    """

    article_id: str
    title: str
    cited_version: int
    current_version: int | None
    still_says: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleTurn:
    """A turn that quotes articles which were changed or removed since, in the order of its citations."""

    turn_id: str
    conversation_id: str
    question: str
    changes: tuple[ArticleChange, ...]
