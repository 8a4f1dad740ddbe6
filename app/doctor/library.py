"""The library and what is derived from it: whole, consistent, up to date? Leaves out: mending it (rebuilding)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import sqlalchemy as sql

from app.config import Settings
from app.doctor.findings import Finding, note, ok, problem
from app.doctor.losses import losses
from app.doctor.probing import vector_files
from app.doctor.served import served_vectors
from app.record import Record
from index import modelfiles
from index.derived import Mark, read_mark
from index.errors import LibraryLockedError, OnRecordError
from index.identity import text_sha256
from index.keywordfiles import damaged_files
from index.keywords import KeywordIndex
from index.library import Library, embedding_mismatch
from index.locks import writing
from index.tables import FILE_NAME, articles, chunks, exists, sentence_vectors, vectors, versions
from index.vectors import VectorIndex

SHOWN = 3
OFF_UNIT = 1e-3
"""Vectors are normalised in single precision."""


def library_findings(settings: Settings, *, verify: bool) -> Iterator[Finding]:
    """The file, what it holds, who writes to it, and its indexes. Makes no library where there is none."""
    folder = settings.library.expanduser().absolute()
    url, chroma_url = settings.database_url, settings.chroma_url
    try:
        there = exists(folder, url)
    except OnRecordError as error:
        yield problem("library", str(error))
        return
    if not there:
        where = folder if url is None else "the database"
        yield note("library", f"there is none in {where} yet: the first 'onrecord add' or 'onrecord ask' makes it")
        return
    damage = _damage(folder / FILE_NAME) if url is None else None
    if damage:
        yield problem("library", damage)
        return
    wanted = settings.embedding_model if settings.embedding_base_url else modelfiles.EMBEDDING.name
    try:
        with Library.open_with_any_embedder(
            folder, embedder_name=wanted or "", dimension=0, database_url=url
        ) as library:
            yield _contents(library)
            if library.on_server:
                yield note("library", "whether the database is whole, its server tells: pg_amcheck, and its log")
            if library.embedder_name != wanted:
                yield problem("library", str(embedding_mismatch(library.embedder_name, wanted or "")))
            elif wanted == modelfiles.EMBEDDING.name:
                yield _sentences(library)
            yield _lock(library)
            if verify:
                yield _texts(library)
                yield _citations(library)
                yield _lengths(library)
                yield _keyword_files(folder)
            yield _keywords(library)
            if chroma_url is not None:
                yield served_vectors(library, chroma_url)
                return
            stored = vector_files(folder, every=verify)
            yield stored
            if stored.state != "problem":
                yield _vectors(library)
    except OnRecordError as error:
        yield problem("library", str(error))


def _damage(path: Path) -> str | None:
    """What SQLite finds wrong with the file, in one line."""
    remedy = "restore it from a backup, or move it away and add the articles again"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            said = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({SHOWN})")]
            if said != ["ok"]:
                return f"{path} is damaged ({'; '.join(said)}); {losses(path)}: {remedy}"
            lost = connection.execute("PRAGMA foreign_key_check").fetchone()
            if lost:
                return f"{path} is damaged (a row of {lost[0]} refers to one of {lost[2]} that is gone): {remedy}"
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                return f"{path} is not a library of OnRecord's: name another folder with --library"
    except sqlite3.Error as error:
        return f"{path} cannot be read ({error}); {losses(path)}: {remedy}"
    return None


def _contents(library: Library) -> Finding:
    live = sql.select(sql.func.count()).select_from(articles).where(articles.c.removed_at.is_(None))
    wrong = sql.select(sql.func.count()).where(sql.func.length(vectors.c.vector) != 4 * library.dimension)
    with library.reading() as connection:
        n_articles, n_wrong = connection.execute(live).scalar_one(), connection.execute(wrong).scalar_one()
        counted = {
            table.name: connection.execute(sql.select(sql.func.count()).select_from(table)).scalar_one()
            for table in (versions, chunks, vectors)
        }
    if n_wrong:
        return problem("library", f"{n_wrong:,} vectors are not of {library.dimension} numbers: add the articles again")
    told = ", ".join(f"{number:,} {name}" for name, number in counted.items())
    return ok(
        "library",
        f"{library.place}: {n_articles:,} articles, {told}, by {library.embedder_name},"
        f" generation {library.generation()}",
    )


def _sentences(library: Library) -> Finding:
    """Whether the chunks have the vectors of their sentences, which the local model tells."""
    kept = sql.exists().where(sentence_vectors.c.text_hash == chunks.c.text_hash)
    with library.reading() as connection:
        n_without = connection.execute(sql.select(sql.func.count()).select_from(chunks).where(~kept)).scalar_one()
    if n_without:
        return note("sentences", f"{n_without:,} chunks have no vectors of theirs: run 'onrecord doctor --rebuild'")
    return ok("sentences", "every chunk has the vectors of its sentences")


def _lock(library: Library) -> Finding:
    try:
        with writing(library, wait_seconds=0):
            return ok("writing", "nobody else writes to it")
    except LibraryLockedError as error:
        return note("writing", str(error))


def _texts(library: Library) -> Finding:
    """Whether every version still is the text whose hash was kept."""
    columns = (versions.c.article_id, versions.c.number, versions.c.text, versions.c.text_sha256)
    changed, n_read = [], 0
    with library.reading() as connection:
        for article_id, number, text, kept in connection.execute(sql.select(*columns)):
            n_read += 1
            if text_sha256(text) != kept:
                changed.append(f"{article_id} version {number}")
    if changed:
        some = ", ".join(changed[:SHOWN])
        return problem("texts", f"{len(changed):,} of {n_read:,} texts were changed ({some}): restore a backup")
    return ok("texts", f"{n_read:,} texts are those that were added")


def _lengths(library: Library) -> Finding:
    """Whether every vector is of unit length, which one with a changed bit seldom is."""
    wrong, n_read = set(), 0
    query = (
        sql.select(articles.c.article_id, vectors.c.vector)
        .join(chunks, chunks.c.article_key == articles.c.article_key)
        .join(vectors, vectors.c.text_hash == chunks.c.text_hash)
    )
    with library.reading() as connection:
        for article_id, vector in connection.execute(query):
            n_read += 1
            if not abs(float(np.linalg.norm(np.frombuffer(vector, dtype="<f4").astype(float))) - 1) < OFF_UNIT:
                wrong.add(str(article_id))
    if wrong:
        some = ", ".join(sorted(wrong)[:SHOWN])
        return problem("stored vectors", f"those of {len(wrong):,} articles were changed ({some}): restore a backup")
    return ok("stored vectors", f"{n_read:,} are of unit length")


def _keyword_files(folder: Path) -> Finding:
    damaged = damaged_files(folder / "keywords")
    if damaged:
        some = ", ".join(damaged[:SHOWN])
        told = (
            f"{len(damaged)} files are not what was written ({some}): run 'onrecord doctor --rebuild': nothing is lost"
        )
        return problem("keyword files", told)
    return ok("keyword files", "every checksum is right")


def _citations(library: Library) -> Finding:
    """Whether the quotes of every stored answer are what stands at their place."""
    record = Record(library, owner=None)
    broken, n_cited = [], 0
    for conversation in record.conversations():
        for answer in record.answers(conversation.conversation_id):
            for cited in answer.citations:
                n_cited += 1
                version = library.article(cited.article_id, cited.version)
                if version.text[cited.start : cited.end] != cited.quote:
                    broken.append(f"turn {answer.turn_id} [{cited.marker}]")
    if broken:
        some = ", ".join(broken[:SHOWN])
        return problem("citations", f"{len(broken):,} of {n_cited:,} stored citations do not resolve ({some})")
    return ok("citations", f"{n_cited:,} stored citations resolve")


def _keywords(library: Library) -> Finding:
    about, folder = "keywords", library.folder / "keywords"
    before = read_mark(folder)
    index = KeywordIndex.open(library)
    n_articles, n_live = index.articles, len(library.articles())
    told = f"{n_articles:,} articles, generation {index.generation}{_came(before, read_mark(folder))}"
    index.close()
    if n_articles != n_live:
        return problem(about, f"{told}; the library has {n_live:,}: run 'onrecord doctor --rebuild'")
    return ok(about, told)


def _vectors(library: Library) -> Finding:
    about, folder = "vectors", library.folder / "chroma"
    before = read_mark(folder)
    index = VectorIndex.open(library)
    try:
        n_chunks, n_live = index.chunks, len(library.catalogue().chunk_ids)
        if n_chunks is None:
            return note(about, "another process has the index open, and keeps it up to date")
        told = f"{n_chunks:,} chunks, generation {index.generation}{_came(before, read_mark(folder))}"
        if n_chunks != n_live:
            return problem(about, f"{told}; the library has {n_live:,}: run 'onrecord doctor --rebuild'")
        return ok(about, told)
    finally:
        index.close()


def _came(before: Mark | None, after: Mark | None) -> str:
    """What opening the index has done to it."""
    if before is None:
        return ", built just now"
    if after is not None and after.build != before.build:
        return ", built anew just now: what there was could not be used"
    if after is not None and after.generation != before.generation:
        return f", brought up from {before.generation} just now"
    return ""
