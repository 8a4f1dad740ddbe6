"""The library's tables, version by version: what an earlier OnRecord made is opened, and no table changes unnoticed.

`snapshots/library_schema_N.sql` is what version N made. A change of a table raises `SCHEMA_VERSION`, adds the way there
from the version before, and adds a snapshot; `PYTHONPATH=. python tests/test_index_schema.py` writes it. Snapshots of
released versions stay as they are: each is opened here.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from store_parts import Store, made_article

from app.feedback import FeedbackRecord
from app.members import Members
from app.record import Record
from index.errors import LibraryVersionError
from index.tables import FILE_NAME, SCHEMA_VERSION

SNAPSHOTS = Path(__file__).parent / "snapshots"
_MADE = (
    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    " ORDER BY type = 'trigger', type DESC, name"
)


def snapshot(version: int) -> Path:
    return SNAPSHOTS / f"library_schema_{version}.sql"


def schema_of(folder: Path) -> str:
    """The statements that make the tables of a library, without what says nothing."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        statements = [str(row[0]) for row in connection.execute(_MADE)]
    return "".join(re.sub(r"\s+", " ", statement).strip() + ";\n" for statement in statements)


def made(folder: Path) -> None:
    """A library with every table that the program has."""
    with Store(folder) as store:
        Record(store.library)
        FeedbackRecord(store.library)
        Members(store.library)


def test_a_changed_table_is_a_new_version(tmp_path: Path) -> None:
    made(tmp_path)
    assert schema_of(tmp_path) == snapshot(SCHEMA_VERSION).read_text(encoding="utf-8"), (
        "a table has changed: of a version that is not released yet, write the snapshot anew (run this file with "
        "--force); otherwise raise SCHEMA_VERSION, bring earlier libraries there, and add a snapshot"
    )


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_library_of_every_version_is_opened(tmp_path: Path, version: int) -> None:
    with Store(tmp_path / "new") as store:
        told = {"library_id": store.library.library_id, "embedder": "words", "dimension": "64", "generation": "0"}
    settings = {**told, "schema_version": str(version), "chunk_tokens": "200", "overlap_tokens": "40"}
    (tmp_path / "old").mkdir()
    with closing(sqlite3.connect(tmp_path / "old" / FILE_NAME)) as connection, connection:
        connection.executescript(snapshot(version).read_text(encoding="utf-8"))
        connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", settings.items())
    with Store(tmp_path / "old") as store:
        store.add(made_article(1), made_article(2))
        assert Record(store.library).conversations() == []
        assert FeedbackRecord(store.library).all() == []
        assert Members(store.library).users() == []
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    assert schema_of(tmp_path / "old") == snapshot(SCHEMA_VERSION).read_text(encoding="utf-8")


def test_a_library_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    made(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(SCHEMA_VERSION + 1),))
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(LibraryVersionError, match="was made by a newer OnRecord"):
        Store(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before


if __name__ == "__main__":
    if snapshot(SCHEMA_VERSION).exists() and "--force" not in sys.argv:
        sys.exit(
            f"{snapshot(SCHEMA_VERSION)} is there: a released version's is never changed; --force before a release"
        )
    with tempfile.TemporaryDirectory() as library:
        made(Path(library))
        snapshot(SCHEMA_VERSION).write_text(schema_of(Path(library)), encoding="utf-8")
