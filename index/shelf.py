"""The list of live articles, a page at a time: searched, put in order and cut by the database. Leaves out: their texts.

Ten thousand articles are listed as quickly as ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sql

from index.articles import ArticleEntry
from index.library import Library
from index.tables import articles, versions

Order = Literal["added", "title", "source", "published", "words"]
ORDERS: tuple[Order, ...] = ("added", "title", "source", "published", "words")
_LISTED = tuple(column for column in versions.c if column.name not in {"text", "text_sha256", "content_sha256"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfPage:
    """Some of the articles in an order; `found` of the library's `total` match the words asked for."""

    entries: tuple[ArticleEntry, ...]
    found: int
    total: int


def shelf_page(
    library: Library,
    words: str = "",
    *,
    order: Order = "added",
    descending: bool = False,
    offset: int = 0,
    limit: int = 100,
) -> ShelfPage:
    """The articles whose title or source holds every word, whatever its case, `limit` of them from `offset` on.

    Articles without a source or a date come last in either direction; among equals the one added first is first.
    """
    live = articles.c.removed_at.is_(None)
    current = (versions.c.article_id == articles.c.article_id) & (versions.c.number == articles.c.current_version)
    matching = [live, *(_holds(word) for word in words.casefold().split())]
    found = sql.select(sql.func.count()).select_from(versions.join(articles, current)).where(*matching)
    rows = sql.select(*_LISTED).join(articles, current).where(*matching)
    rows = rows.order_by(*_by(order, descending=descending), articles.c.article_key).limit(limit).offset(offset)
    with library.reading() as connection:
        entries = tuple(_entry(dict(row)) for row in connection.execute(rows).mappings())
        total = connection.execute(sql.select(sql.func.count()).select_from(articles).where(live)).scalar_one()
        n_found = connection.execute(found).scalar_one() if words.strip() else total
    return ShelfPage(entries=entries, found=n_found, total=total)


def sources(library: Library) -> list[str]:
    """The sources that live articles name, in the order of the alphabet."""
    current = (versions.c.article_id == articles.c.article_id) & (versions.c.number == articles.c.current_version)
    query = sql.select(versions.c.source).join(articles, current).where(articles.c.removed_at.is_(None)).distinct()
    with library.reading() as connection:
        return sorted((source for source in connection.scalars(query) if source), key=str.casefold)


def _holds(word: str) -> sql.ColumnElement[bool]:
    text = versions.c.title + " " + sql.func.coalesce(versions.c.source, "")
    return sql.func.instr(sql.func.casefold(text), word) > 0


def _by(order: Order, *, descending: bool) -> list[sql.ColumnElement[Any]]:
    column: sql.ColumnElement[Any] = {
        "added": articles.c.article_key,
        "title": sql.func.casefold(versions.c.title),
        "source": sql.func.casefold(versions.c.source),
        "published": versions.c.published_at,
        "words": versions.c.words,
    }[order]
    return [(column.desc() if descending else column.asc()).nulls_last()]


def _entry(row: dict[str, Any]) -> ArticleEntry:
    row["version"] = row.pop("number")
    row["added_at"] = datetime.fromisoformat(row["added_at"])
    row["published_at"] = datetime.fromisoformat(row["published_at"]) if row["published_at"] else None
    return ArticleEntry(**row)
