"""What adding an article would mean: nothing, a new article, a new version; its chunks and the texts to embed.

Leaves out: doing it (commits). A plan holds while the writer lock is held.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sql

from index.articles import Added, Article
from index.chunking import Span, chunk, sentences
from index.chunktexts import ChunkText, text_hash
from index.identity import article_id_candidates, content_sha256, identity
from index.library import Library
from index.tables import articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An article about to be committed. `new_version` is False when a removed one only comes back to life.

    `texts` and `text_hashes` are aligned with `spans`.
    """

    article: Article
    added: Added
    article_id: str
    version: int
    identity: str
    content_sha256: str
    new_article: bool
    new_version: bool
    spans: tuple[Span, ...]
    texts: tuple[ChunkText, ...]
    text_hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    article_id: str
    current_version: int
    removed: bool
    content_sha256: str
    title: str


def plan(library: Library, connection: sql.Connection, article: Article) -> Plan | Added:
    """What adding `article` means for the library as `connection` sees it: a plan, or what is already certain."""
    if not _storable(article):
        return _failed(article, "its text is not valid Unicode: save it as UTF-8 and add it again")
    recognised_by, content = identity(article), content_sha256(article)
    known = _find(connection, "a.identity = :value", recognised_by)
    if known is None and recognised_by.startswith("origin:"):
        twin = _find(connection, "v.content_sha256 = :value AND a.removed_at IS NULL", content)
        if twin is not None:
            return _added(article, "unchanged", twin.article_id, twin.current_version)
    if known is not None and known.content_sha256 == content and not known.removed:
        return _added(article, "unchanged", known.article_id, known.current_version)
    sentence_spans = sentences(article.text)
    spans = chunk(
        article.text, sentence_spans, chunk_tokens=library.chunk_tokens, overlap_tokens=library.overlap_tokens
    )
    if not spans:
        return _failed(article, "there is nothing to read in it: check the file and add it again")
    if known is None:
        article_id, version = _new_id(connection, article), 1
    else:
        article_id, version = known.article_id, known.current_version + (known.content_sha256 != content)
    texts = tuple(
        ChunkText.of(article.title, article.published_at, article.text, span, sentence_spans) for span in spans
    )
    revived = known is None or known.removed
    return Plan(
        article=article,
        added=_added(article, "added" if revived else "updated", article_id, version),
        article_id=article_id,
        version=version,
        identity=recognised_by,
        content_sha256=content,
        new_article=known is None,
        new_version=known is None or known.content_sha256 != content,
        spans=tuple(spans),
        texts=texts,
        text_hashes=tuple(text_hash(one.text) for one in texts),
    )


def _find(connection: sql.Connection, condition: str, value: str) -> _Known | None:
    row = connection.execute(sql.text(f"{_KNOWN} WHERE {condition} LIMIT 1"), {"value": value}).one_or_none()
    return None if row is None else _Known(row[0], row[1], bool(row[2]), row[3], row[4])


_KNOWN = """
SELECT a.article_id, a.current_version, a.removed_at IS NOT NULL, v.content_sha256, v.title
FROM articles a JOIN versions v ON v.article_id = a.article_id AND v.number = a.current_version
"""
"""As text: an unchanged archive is nothing but this question, once an article."""


def _new_id(connection: sql.Connection, article: Article) -> str:
    first, otherwise = article_id_candidates(article)
    taken = connection.execute(sql.select(articles.c.article_id).where(articles.c.article_id == first)).one_or_none()
    return first if taken is None else otherwise


def _storable(article: Article) -> bool:
    values = (
        article.text,
        article.title,
        article.origin,
        article.source,
        article.author,
        article.url,
        article.given_id,
    )
    try:
        for value in values:
            (value or "").encode()
    except UnicodeEncodeError:
        return False
    return True


def _added(article: Article, status: str, article_id: str, version: int) -> Added:
    return Added(
        origin=article.origin,
        status=status,  # type: ignore[arg-type]
        article_id=article_id,
        version=version,
        title=article.title,
    )


def _failed(article: Article, why: str) -> Added:
    origin = article.origin.encode("utf-8", "replace").decode()
    return Added(origin=origin, status="failed", error=f"{origin}: {why}")
