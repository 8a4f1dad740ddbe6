"""An article's facts as a reader sees them, whatever value of index carries them. Leaves out: its text. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypedDict

from app.schema import published_text


class Described(Protocol):
    """What evidence, a version's entry and everything else that names an article have in common."""

    @property
    def article_id(self) -> str:
        """Which article."""

    @property
    def version(self) -> int:
        """Which of its versions."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def source(self) -> str | None:
        """Who published it."""

    @property
    def published_at(self) -> datetime | None:
        """When."""

    @property
    def url(self) -> str | None:
        """Where."""


class Facts(TypedDict):
    """The fields that citations, near passages and the library's rows share."""

    article_id: str
    version: int
    title: str
    source: str | None
    published_at: str | None
    url: str | None


def facts(described: Described) -> Facts:
    """The facts, with the date as text; to be spread into a value of app.schema."""
    return Facts(
        article_id=described.article_id,
        version=described.version,
        title=described.title,
        source=described.source,
        published_at=published_text(described.published_at),
        url=described.url,
    )
