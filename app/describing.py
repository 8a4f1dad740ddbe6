"""An article's facts as a reader sees them, whatever value of index carries them. Leaves out: its text. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol, TypedDict
from urllib.parse import urlsplit

from app.schema import Disagreement, Relation, published_text


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


def plain_day(published_at: str | None, *, short: bool = False) -> str:
    """An ISO date or time as people write the day, `short` with the month's first letters; no date: as it is.

    >>> plain_day("2023-02-05T10:00:00+00:00"), plain_day(None)
    ('5 February 2023', 'undated')
    """
    if not published_at:
        return "undated"
    try:
        moment = date.fromisoformat(published_at[:10])
    except ValueError:
        return published_at
    return f"{moment.day} {moment:{'%b' if short else '%B'}} {moment.year}"


RELATIONS: dict[Relation, str] = {
    "update": "A later article tells how it changed",
    "superseded": "An earlier article tells how it was before",
    "conflict": "Another article says otherwise",
}
"""What a disagreement is, in words."""


def told_disagreement(one: Disagreement) -> str:
    """What a disagreement is, in a line above its quote.

    An example: "Another article says otherwise: “25%”, not “15%” (1 article found against 3)."
    """
    how_many = f"{one.articles} article{'' if one.articles == 1 else 's'} found against {one.agreeing}"
    return f"{RELATIONS[one.relation]}: “{one.value}”, not “{one.against}” ({how_many})."


ALTERNATIVES = "Other articles, perhaps about something else"
"""What is told above quotes that may answer otherwise."""


def web_address(url: str | None) -> str | None:
    """The address itself when a browser may follow it, else None: http(s), a host, no control characters.

    >>> web_address("javascript:alert(1)") is None
    True
    """
    if url is None or any(character.isspace() or not character.isprintable() for character in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host else None
