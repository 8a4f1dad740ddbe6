"""Versions of articles as a library's tables hold them. Leaves out: who may ask, and when (library)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sql

from index.articles import Version
from index.errors import ArticleNotFoundError
from index.tables import articles, versions

SLICE = 250  # pairs in one IN (...): every SQLite takes that many

_COLUMNS = [column for column in versions.c if column.name not in {"words", "content_sha256"}]


def versions_left(
    connection: sql.Connection, wanted: Sequence[tuple[str, int | None]]
) -> dict[tuple[str, int | None], Version]:
    """Those of the versions that are there, as (article id, number, or None for the current one of a live article)."""
    found: dict[tuple[str, int | None], Version] = {}
    numbered = [one for one in wanted if one[1] is not None]
    for first in range(0, len(numbered), SLICE):
        part = numbered[first : first + SLICE]
        # SQLite would go through the whole table for pairs; for ids and numbers apart it looks them up
        query = sql.select(*_COLUMNS).where(
            versions.c.article_id.in_({article_id for article_id, _ in part}),
            versions.c.number.in_({number for _, number in part}),
        )
        for version in _read(connection, query):
            if (version.article_id, version.number) in part:
                found[version.article_id, version.number] = version
    current = [article_id for article_id, number in wanted if number is None]
    for first in range(0, len(current), SLICE):
        live = versions.c.article_id.in_(current[first : first + SLICE]) & articles.c.removed_at.is_(None)
        for version in _read(connection, sql.select(*_COLUMNS).join(articles, is_current()).where(live)):
            found[version.article_id, None] = version
    return found


def history(connection: sql.Connection, article_id: str) -> list[Version]:
    """Every version of an article, oldest first; none where there never was one, or it was purged."""
    query = sql.select(*_COLUMNS).where(versions.c.article_id == article_id)
    return _read(connection, query.order_by(versions.c.number))


def is_current() -> sql.ColumnElement[bool]:
    """Whether a version is its article's current one."""
    return (versions.c.article_id == articles.c.article_id) & (versions.c.number == articles.c.current_version)


def not_found(article_id: str, number: int | None) -> ArticleNotFoundError:
    """The error for a version that is not there."""
    which = f"version {number} of article '{article_id}'" if number is not None else f"article '{article_id}'"
    return ArticleNotFoundError(f"there is no {which} in this library: 'onrecord list' shows what there is")


def with_times(row: dict[str, Any], *, number_as: str = "number") -> dict[str, Any]:
    """A row with its moments read, and its version's number under the name that is wanted."""
    row[number_as] = row.pop("number")
    for name in ("published_at", "added_at"):
        value = row[name]
        row[name] = datetime.fromisoformat(value) if isinstance(value, str) else None
    return row


def _read(connection: sql.Connection, query: sql.Select[Any]) -> list[Version]:
    return [Version(**with_times(dict(row))) for row in connection.execute(query).mappings()]
