"""The library: who an article is, what a version is, what leaves and what stays, and what it refuses to open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from store_parts import HashEmbedder, Store, made_article

from index import commits
from index.catalogue import UNDATED, days_since_epoch
from index.chunktexts import embedded_text, text_hash
from index.errors import ArticleNotFoundError, EmbeddingMismatchError, LibraryVersionError, StorageError
from index.identity import text_sha256
from index.library import Library


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "library") as store:
        yield store


def test_an_article_comes_back_as_it_was_given(store: Store) -> None:
    published = datetime(2023, 2, 6, 9, 30, tzinfo=UTC)
    given = made_article(1, source="CNN", author="A. Writer", url="https://example.org/1", published_at=published)
    (added,) = store.add(given)
    version = store.library.article(str(added.article_id))
    assert (version.text, version.title, version.origin) == (given.text, given.title, given.origin)
    assert (version.source, version.author, version.url, version.published_at) == (
        "CNN",
        "A. Writer",
        "https://example.org/1",
        published,
    )
    assert version.number == 1
    assert version.text_sha256 == text_sha256(given.text)
    (entry,) = store.library.articles()
    assert (entry.article_id, entry.version, entry.words) == (added.article_id, 1, len(given.text.split()))


def test_the_id_of_a_file_is_made_from_its_text_and_of_a_page_from_its_address(store: Store) -> None:
    file, page, record, odd = store.add(
        made_article(1),
        made_article(2, url="https://example.org/2"),
        made_article(3, given_id="abc.1:x"),
        made_article(4, given_id="no good/as an id"),
    )
    assert file.article_id == text_sha256(made_article(1).text)[:12]
    assert page.article_id == text_sha256("https://example.org/2")[:12]
    assert record.article_id == "abc.1:x"
    assert odd.article_id == text_sha256("no good/as an id")[:12]


def test_an_id_that_is_taken_is_not_given_twice(store: Store) -> None:
    text = made_article(1).text
    (first,) = store.add(made_article(1))
    (second,) = store.add(made_article(1, origin="/elsewhere.txt", title="Another title, so another article"))
    assert second.status == "added"
    assert second.article_id != first.article_id == text_sha256(text)[:12]


def test_adding_again_changes_nothing(store: Store) -> None:
    store.add(made_article(1), made_article(2))
    generation, seen = store.library.generation(), len(store.embedder.seen)
    assert [added.status for added in store.add(made_article(1), made_article(2))] == ["unchanged", "unchanged"]
    assert (store.library.generation(), len(store.embedder.seen)) == (generation, seen)


def test_a_copy_of_a_file_is_recognised_and_named(store: Store) -> None:
    (first,) = store.add(made_article(1))
    (copy,) = store.add(made_article(1, origin="/copy.txt"))
    assert (copy.status, copy.article_id) == ("unchanged", first.article_id)


def test_two_records_with_ids_of_their_own_are_two_articles(store: Store) -> None:
    text = made_article(1).text
    added = store.add(made_article(1, given_id="a", text=text), made_article(1, given_id="b", text=text))
    assert [one.status for one in added] == ["added", "added"]


def test_a_changed_article_is_a_new_version_and_the_old_one_stays(store: Store) -> None:
    (first,) = store.add(made_article(1))
    (second,) = store.add(made_article(1, text="Something else everywhere."))
    assert (second.status, second.article_id, second.version) == ("updated", first.article_id, 2)
    article_id = str(first.article_id)
    assert store.library.article(article_id).text == "Something else everywhere."
    assert store.library.article(article_id, 1).text == made_article(1).text
    assert [version.number for version in store.library.history(article_id)] == [1, 2]
    assert {chunk.version for chunk in store.library.chunks_of([article_id])} == {2}


def test_a_changed_title_alone_is_a_new_version(store: Store) -> None:
    store.add(made_article(1))
    (second,) = store.add(made_article(1, title="Another title"))
    assert (second.status, second.version) == ("updated", 2)


def test_chunks_that_stay_the_same_are_not_embedded_again(store: Store) -> None:
    store.add(made_article(1, sentences=60))
    before = len(store.embedder.seen)
    store.add(made_article(1, text=made_article(1, sentences=60).text + " One more sentence everywhere."))
    assert before > 3
    assert len(store.embedder.seen) - before < before


def test_a_version_cannot_be_changed(store: Store) -> None:
    store.add(made_article(1))
    with pytest.raises(sql.exc.DBAPIError, match="immutable"), store.library.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE versions SET text = 'forged'")


def test_a_removed_article_is_gone_but_its_versions_can_be_read(store: Store) -> None:
    (added,) = store.add(made_article(1))
    article_id = str(added.article_id)
    store.ingest.remove(article_id)
    assert store.library.articles() == []
    assert store.chunk_ids() == set()
    assert store.library.article(article_id, 1).text == made_article(1).text
    with pytest.raises(ArticleNotFoundError, match=f"no article '{article_id}'"):
        store.library.article(article_id)
    with pytest.raises(ArticleNotFoundError):
        store.ingest.remove(article_id)


def test_the_identifier_that_an_article_brought_along_is_told_even_once_it_is_removed(store: Store) -> None:
    store.add(made_article(1, given_id="story-7"), made_article(2))
    brought, own = [entry.article_id for entry in store.library.articles()]
    commits.remove(store.library, brought)
    assert (store.library.given_id(brought), store.library.given_id(own)) == ("story-7", None)
    with pytest.raises(ArticleNotFoundError, match="'gone'"):
        store.library.given_id("gone")


def test_a_removed_article_that_is_added_again_comes_back(store: Store) -> None:
    (added,) = store.add(made_article(1))
    store.ingest.remove(str(added.article_id))
    (again,) = store.add(made_article(1))
    assert (again.status, again.article_id, again.version) == ("added", added.article_id, 1)
    assert len(store.library.history(str(added.article_id))) == 1
    assert store.chunk_ids() == set(store.nearest("everywhere"))


def test_purging_erases_every_version_and_calls_the_hooks(store: Store) -> None:
    (added,) = store.add(made_article(1, text="The unmistakable ptarmigan everywhere."))
    store.add(made_article(1, text="Another text everywhere."))
    purged: list[str] = []
    store.library.purge_hooks.append(lambda connection, article_id: purged.append(article_id))
    store.ingest.remove(str(added.article_id), purge=True)
    assert purged == [added.article_id]
    with pytest.raises(ArticleNotFoundError):
        store.library.article(str(added.article_id), 1)
    for path in store.folder.glob("library.sqlite3*"):
        assert b"ptarmigan" not in path.read_bytes()


def test_a_hook_that_fails_leaves_everything_in_place(store: Store) -> None:
    (added,) = store.add(made_article(1))

    def refuse(connection: sql.Connection, article_id: str) -> None:
        raise RuntimeError("not now")

    store.library.purge_hooks.append(refuse)
    with pytest.raises(RuntimeError, match="not now"):
        store.ingest.remove(str(added.article_id), purge=True)
    assert store.library.article(str(added.article_id)).number == 1
    assert store.chunk_ids() == set(store.nearest("everywhere"))


def test_the_catalogue_lists_what_is_live(store: Store) -> None:
    day = datetime(2023, 2, 6, 23, 30, tzinfo=UTC)
    first, second, third = store.add(
        made_article(1, sentences=60, published_at=day, source="CNN"), made_article(2), made_article(3)
    )
    store.ingest.remove(str(second.article_id))
    catalogue = store.library.catalogue()
    assert catalogue.generation == store.library.generation()
    assert catalogue.article_ids == (first.article_id, third.article_id)
    assert catalogue.sources == ("CNN", None)
    assert list(catalogue.published_days) == [days_since_epoch(date(2023, 2, 6)), UNDATED]
    chunks = store.library.chunks_of([str(first.article_id), str(third.article_id)])
    assert [chunk.chunk_id for chunk in chunks] == list(catalogue.chunk_ids)
    assert [chunk.start for chunk in chunks] == list(catalogue.starts)
    assert [catalogue.article_ids[at] for at in catalogue.chunk_articles] == [chunk.article_id for chunk in chunks]
    dead = 999_999
    assert list(catalogue.positions_of_chunks(catalogue.chunk_ids[:2])) == [0, 1]
    assert list(catalogue.positions_of_articles(catalogue.article_keys[1:] * 0 + dead)) == [-1]


def test_an_empty_library_has_an_empty_catalogue(store: Store) -> None:
    catalogue = store.library.catalogue()
    assert len(catalogue.chunk_ids) == len(catalogue.article_ids) == 0
    assert list(catalogue.positions_of_chunks(catalogue.chunk_ids)) == []


def test_changes_are_told_by_generation(store: Store) -> None:
    first, second = store.add(made_article(1)), store.add(made_article(2))
    generation = store.library.generation()
    store.ingest.remove(str(first[0].article_id), purge=True)
    assert store.library.changes_since(0) == [first[0].article_id, second[0].article_id]
    assert store.library.changes_since(generation) == [first[0].article_id]


def test_the_vector_of_a_chunk_is_that_of_its_title_date_and_text(store: Store) -> None:
    (added,) = store.add(made_article(1, published_at=datetime(2023, 2, 6, tzinfo=UTC)))
    version = store.library.article(str(added.article_id))
    (chunk,) = store.library.chunks_of([version.article_id])
    text = embedded_text(version.title, version.published_at, version.text[chunk.start : chunk.end])
    assert text == store.embedder.seen[0] == f"Story 1 (February 6, 2023)\n{version.text}"
    assert commits.unknown_hashes(store.library, [text_hash(text), b"?"]) == {b"?"}


def test_an_overlong_title_does_not_crowd_out_the_text() -> None:
    assert len(embedded_text("word " * 1_000, None, "text")) < 220


def test_another_embedder_is_refused_with_the_remedy(tmp_path: Path) -> None:
    Library.open(tmp_path, embedder_name="all-MiniLM-L6-v2", dimension=384).close()
    expected = "built with 'all-MiniLM-L6-v2', the settings say 'bge-small': run 'onrecord doctor --rebuild'"
    with pytest.raises(EmbeddingMismatchError, match=expected):
        Library.open(tmp_path, embedder_name="bge-small", dimension=384)


def test_a_library_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    with Library.open(tmp_path, embedder_name="e", dimension=4) as library, library.transaction() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(LibraryVersionError, match=r"newer OnRecord \(its format is 99"):
        Library.open(tmp_path, embedder_name="e", dimension=4)


def test_another_program_s_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "library.sqlite3") as connection:
        connection.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    connection.close()
    with pytest.raises(StorageError, match="not one of OnRecord's"):
        Library.open(tmp_path, embedder_name="e", dimension=4)


@pytest.mark.parametrize("content", [b"this is not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 8_000])
def test_a_damaged_library_is_named_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "library.sqlite3").write_bytes(content)
    with pytest.raises(StorageError, match="damaged: restore it"):
        Library.open(tmp_path, embedder_name="e", dimension=4)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="file/library"):
        Library.open(tmp_path / "file" / "library", embedder_name="e", dimension=4)


def test_a_full_disk_leaves_the_library_as_it_was(store: Store) -> None:
    store.add(made_article(1))
    generation, chunk_ids = store.library.generation(), store.chunk_ids()
    with store.library.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    store.library.engine.dispose()

    @sql.event.listens_for(store.library.engine, "connect")
    def fill(opened: sqlite3.Connection, _record: object) -> None:
        opened.execute(f"PRAGMA max_page_count={pages}")

    with pytest.raises(StorageError, match="disk is full: free some space"):
        store.add(made_article(2, sentences=2_000))
    assert (store.library.generation(), store.chunk_ids()) == (generation, chunk_ids)
    assert store.indexed() == (chunk_ids, chunk_ids)


def test_a_read_only_library_says_so(store: Store) -> None:
    @sql.event.listens_for(store.library.engine, "begin")
    def forbid(connection: sql.Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only=ON")

    with pytest.raises(StorageError, match="cannot be written to"):
        store.add(made_article(1))


def test_names_of_people_and_odd_text_are_kept_exactly(store: Store) -> None:
    text = "Everywhere a\x00NUL, a \u2028line, 日本, 👩‍👩‍👧 and e\u0301."
    (added,) = store.add(made_article(1, text=text))
    assert store.library.article(str(added.article_id)).text == text


def test_the_same_embedder_under_the_same_name_opens(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    for _ in range(2):
        with Store(tmp_path, embedder) as store:
            assert store.library.embedder_name == embedder.name


def test_versions_are_looked_up_and_not_searched_for(store: Store) -> None:
    store.add(made_article(1), made_article(2))
    wanted = [(entry.article_id, entry.version) for entry in store.library.articles()]
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    sql.event.listen(store.library.engine, "before_cursor_execute", note)
    assert len(store.library.versions_of(wanted)) == 2
    sql.event.remove(store.library.engine, "before_cursor_execute", note)
    with store.library.reading() as connection:
        plans = [
            str(row.detail)
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN versions")]
