"""Near-copies in a library: wire copies, and updates of a running story, found once and kept. Leaves out: what makes
two articles the same (sameness), and what is shown of them (stories).

Derived from the current versions of live articles, in three tables of the library's own file; the catalogue reads the
pairs. An article is compared
with those alone that share enough of its sample, so that it costs some milliseconds however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sql

from index.catalogue import UNDATED, published_day
from index.library import SLICE, Library
from index.sameness import CONTAINED, DAYS_APART, Told, tells_the_same
from index.shingles import may_share, sample
from index.tables import meta, near_copies, samples, sketches
from index.upserting import put

FORMAT = "copies-1"
"""To be raised whenever what is sampled, or what makes two articles the same, changes."""
LEAST_SHARED = 4
MOST_COMPARED = 50
"""Those that share most: a notice of the page that stands for thousands of texts is not compared with all of them."""
AT_A_TIME = 100
"""Articles in one transaction, a quarter of a second of work: others wait for it."""


class _Touched(NamedTuple):
    """An article whose last change is not compared yet; `told` is None once it is removed."""

    article_key: int
    generation: int
    told: Told | None


_TOUCHED = """
SELECT g.article_key, g.generation, v.title, v.source, v.text, v.published_at
FROM changes g LEFT JOIN sketches s ON s.article_key = g.article_key
LEFT JOIN articles a ON a.article_key = g.article_key AND a.removed_at IS NULL
LEFT JOIN versions v ON v.article_id = a.article_id AND v.number = a.current_version
WHERE s.generation IS NULL OR s.generation <> g.generation ORDER BY g.article_key LIMIT :most
"""
_TOLD = """
SELECT v.title, v.source, v.text, v.published_at FROM articles a
JOIN versions v ON v.article_id = a.article_id AND v.number = a.current_version WHERE a.article_key = :article_key
"""


def catch_up(library: Library) -> None:
    """Compares every article touched since it was last compared. Twice, or by two processes at once, is no harm."""
    _agree_on_format(library)
    while touched := _touched(library):
        seen = {one.article_key: one.told for one in touched if one.told is not None}
        with library.transaction() as connection:
            for one in touched:
                _forget(connection, one.article_key)
                _compare(connection, one, seen)


def rebuild(library: Library) -> None:
    """Compares all articles anew."""
    with library.transaction() as connection:
        _clear(connection)
    catch_up(library)


def _agree_on_format(library: Library) -> None:
    kept = sql.select(meta.c.value).where(meta.c.key == "copies_format")
    with library.reading() as connection:
        if connection.execute(kept).scalar_one_or_none() == FORMAT:
            return
    with library.transaction() as connection:
        _clear(connection)
        put(connection, meta, [{"key": "copies_format", "value": FORMAT}])


def _clear(connection: sql.Connection) -> None:
    for table in (near_copies, samples, sketches):
        connection.execute(table.delete())


def _touched(library: Library) -> list[_Touched]:
    with library.reading() as connection:
        rows = connection.execute(sql.text(_TOUCHED), {"most": AT_A_TIME}).all()
    touched = []
    for key, generation, title, source, text, published_at in rows:
        told = None if text is None else Told(title, source, text, published_day(published_at))
        if told is not None:
            _ = told.shingles  # made here, while nobody waits
        touched.append(_Touched(key, generation, told))
    return touched


def _forget(connection: sql.Connection, article_key: int) -> None:
    connection.execute(samples.delete().where(samples.c.article_key == article_key))
    either = (near_copies.c.article_key == article_key) | (near_copies.c.other_key == article_key)
    connection.execute(near_copies.delete().where(either))


def _compare(connection: sql.Connection, one: _Touched, seen: dict[int, Told]) -> None:
    """Notes an article and those it tells the same as, of those that are noted already."""
    told = one.told
    day = told.day if told else int(UNDATED)
    row = {"article_key": one.article_key, "generation": one.generation, "day": day}
    put(connection, sketches, [row])
    if told is None:
        return
    own = sample(told.shingles)
    found = []
    for other_key in _likely(connection, own, _candidates(connection, own, day)):
        if other_key not in seen:
            found_row = connection.execute(sql.text(_TOLD), {"article_key": other_key}).one_or_none()
            if found_row is None:  # purged a moment ago: its own turn comes
                continue
            title, source, text, published_at = found_row
            seen[other_key] = Told(title, source, text, published_day(published_at))
        if tells_the_same(told, seen[other_key]):
            keys = sorted((one.article_key, other_key))
            found.append({"article_key": keys[0], "other_key": keys[1]})
    if found:
        connection.execute(near_copies.insert(), found)
    if own:
        connection.execute(samples.insert(), [{"shingle": shingle, "article_key": one.article_key} for shingle in own])


def _likely(connection: sql.Connection, own: Sequence[int], keys: Sequence[int]) -> list[int]:
    """Those of the articles whose samples allow that one contains the other: only these are read whole."""
    query = sql.select(samples.c.article_key, samples.c.shingle).where(samples.c.article_key.in_(keys))
    theirs: dict[int, list[int]] = {key: [] for key in keys}
    for key, shingle in connection.execute(query.order_by(samples.c.shingle)) if keys else ():
        theirs[key].append(shingle)
    return [key for key, other in theirs.items() if may_share(own, other) >= CONTAINED]


def _candidates(connection: sql.Connection, own: Sequence[int], day: int) -> list[int]:
    """The articles of about that day that share enough of the sample, those that share most first."""
    assert len(own) <= SLICE
    n_shared = sql.func.count()
    query = (
        sql.select(samples.c.article_key)
        .join(sketches, sketches.c.article_key == samples.c.article_key)
        .where(samples.c.shingle.in_(own))
        .group_by(samples.c.article_key)
        .having(n_shared >= LEAST_SHARED)
        .order_by(n_shared.desc(), samples.c.article_key.desc())
        .limit(MOST_COMPARED)
    )
    if day != UNDATED:
        near = sketches.c.day.between(day - DAYS_APART, day + DAYS_APART)
        query = query.where(near | (sketches.c.day == int(UNDATED)))
    return list(connection.scalars(query))
