"""A library in PostgreSQL: what it does in a file, it does there, for many processes at once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sql
from postgresql import PostgreSQL
from store_parts import HashEmbedder, Store, made_article

from index import postgresql as server
from index.articles import Article
from index.catalogue import Catalogue
from index.errors import ArticleNotFoundError, EmbeddingMismatchError, LibraryLockedError, StorageError
from index.library import Library
from index.locks import writing
from index.reembedding import reembed
from index.shelf import shelf_page, sources
from index.tables import articles, chunks, exists, vectors, versions

TESTS = Path(__file__).parent
CHANGING = """
import sys; from pathlib import Path; from store_parts import Store, made_article
import index.ingest; index.ingest.BATCH_CHUNKS = 8
with Store(Path(sys.argv[1]), database_url=sys.argv[2]) as store:
    print("open", flush=True)
    for turn in range(10_000):
        list(store.ingest.add(made_article(number, title=f"Turn {turn}") for number in range(20)))
        store.ingest.remove(store.library.articles()[0].article_id)
"""
ADDING = """
import sys; from pathlib import Path; from store_parts import Store, made_article
first, last = int(sys.argv[3]), int(sys.argv[4])
with Store(Path(sys.argv[1]), database_url=sys.argv[2]) as store:
    for number in range(first, last):
        while True:
            try:
                print(store.add(made_article(number))[0].article_id, flush=True)
                break
            except Exception as error:
                assert "is writing to this library" in str(error), error
"""


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env=environment
    )


def whole(store: Store) -> None:
    """Rows fit each other, and the indexes hold exactly what is live."""
    listed = store.library.articles()
    assert len({entry.article_id for entry in listed}) == len(listed)
    found = store.library.chunks_of([entry.article_id for entry in listed])
    assert {chunk.chunk_id for chunk in found} == store.chunk_ids()
    assert {chunk.article_id for chunk in found} == {entry.article_id for entry in listed}
    for chunk in found[:: max(1, len(found) // 20)]:
        assert store.library.article(chunk.article_id).text[chunk.start : chunk.end]
    assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    assert store.keywords.articles == len(listed)
    with store.library.reading() as connection:
        unused = sql.select(sql.func.count()).select_from(vectors).where(
            vectors.c.text_hash.not_in(sql.select(chunks.c.text_hash))
        )  # fmt: skip
        assert connection.execute(unused).scalar_one() == 0


def test_what_is_added_there_is_found_updated_and_removed(tmp_path: Path, database_url: str) -> None:
    with Store(tmp_path, database_url=database_url) as store:
        added = store.add(*(made_article(number) for number in range(5)))
        assert [one.status for one in added] == ["added"] * 5
        assert store.add(made_article(3))[0].status == "unchanged"
        assert store.add(made_article(3, text="Something else everywhere now."))[0].status == "updated"
        store.ingest.remove(str(added[4].article_id))
        whole(store)
        assert len(store.library.history(str(added[3].article_id))) == 2
        store.ingest.remove(str(added[3].article_id), purge=True)
        with pytest.raises(ArticleNotFoundError):
            store.library.article(str(added[3].article_id), 1)
        whole(store)
    assert not list(tmp_path.glob("library*")), "nothing of the library is in the folder"


def test_both_databases_hold_the_same_library(tmp_path: Path, database_url: str) -> None:
    with Store(tmp_path / "file") as one, Store(tmp_path / "server", database_url=database_url) as other:
        for store in (one, other):
            store.add(*(made_article(number, source=f"Süd {number % 3}") for number in range(30)))
            store.add(made_article(4, title="ÄNDERUNG"))
            store.add(made_article(50, text=made_article(5).text + " One more."))
            store.ingest.remove(store.library.articles()[7].article_id)
        assert described(one.library.catalogue()) == described(other.library.catalogue())
        assert one.matching("story9 deal9x1 holds") == other.matching("story9 deal9x1 holds")
        for words in ("änderung", "süd 1 story", "nothing"):
            assert shelf_page(one.library, words).found == shelf_page(other.library, words).found
        assert shelf_page(one.library, "änderung").found == 1
        assert sources(one.library) == sources(other.library)


def described(catalogue: Catalogue) -> tuple[object, ...]:
    arrays = (catalogue.article_keys, catalogue.versions, catalogue.chunk_ids, catalogue.starts, catalogue.ends)
    return catalogue.generation, catalogue.article_ids, catalogue.copies, *(one.tolist() for one in arrays)


def test_a_version_cannot_be_changed(tmp_path: Path, database_url: str) -> None:
    with Store(tmp_path, database_url=database_url) as store:
        store.add(made_article(1))
        with pytest.raises(sql.exc.DBAPIError, match="versions are immutable"), store.library.transaction() as writing:
            writing.execute(versions.update().values(title="changed"))


def test_another_model_is_refused_and_taken_on_by_embedding_anew(tmp_path: Path, database_url: str) -> None:
    with Store(tmp_path, database_url=database_url) as store:
        store.add(*(made_article(number) for number in range(5)))
    with pytest.raises(EmbeddingMismatchError):
        Store(tmp_path, HashEmbedder(name="other"), database_url=database_url)
    reembed(tmp_path, HashEmbedder(name="other"), database_url=database_url)
    with Store(tmp_path, HashEmbedder(name="other"), database_url=database_url) as store:
        assert store.embedder.seen == []
        whole(store)


def test_who_writes_is_named_to_whoever_waits(tmp_path: Path, database_url: str) -> None:
    with (
        Store(tmp_path / "a", database_url=database_url) as one,
        Store(tmp_path / "b", database_url=database_url) as two,
    ):
        with writing(one.library), pytest.raises(LibraryLockedError, match=rf"pid {os.getpid()} on .* is writing"):
            two.add(made_article(1))
        assert two.add(made_article(1))[0].status == "added"


def test_a_reader_sees_one_moment_while_others_write(tmp_path: Path, database_url: str) -> None:
    with Store(tmp_path, database_url=database_url) as store:
        store.add(made_article(1))
        count = sql.select(sql.func.count()).select_from(articles)
        with store.library.reading() as connection:
            assert connection.execute(count).scalar_one() == 1
            store.add(made_article(2))
            assert connection.execute(count).scalar_one() == 1
        with store.library.reading() as connection:
            assert connection.execute(count).scalar_one() == 2


def test_processes_with_folders_of_their_own_make_one_library(tmp_path: Path, database_url: str) -> None:
    runs = [(0, 8), (8, 16)]
    processes = [started(ADDING, tmp_path / str(first), database_url, first, last) for first, last in runs]
    ids = [line for process in processes for line in process.communicate()[0].split()]
    assert [process.returncode for process in processes] == [0, 0]
    assert len(set(ids)) == 16
    with Store(tmp_path / "0", database_url=database_url) as store:
        assert {entry.article_id for entry in store.library.articles()} == set(ids)
        whole(store)


def test_killed_at_any_moment_the_library_is_whole_and_nobody_is_locked_out(tmp_path: Path, database_url: str) -> None:
    chance = random.Random(11)
    for turn in range(2):
        with started(CHANGING, tmp_path / str(turn), database_url) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            time.sleep(chance.uniform(0.0, 0.8))
            process.kill()
        with Store(tmp_path / str(turn), database_url=database_url) as store:
            store.add(made_article(100 + turn))
            whole(store)


def test_a_server_that_was_started_again_is_used_again(tmp_path: Path, postgresql: PostgreSQL) -> None:
    database_url = postgresql.new_database()
    with Store(tmp_path, database_url=database_url) as store:
        store.add(made_article(1))

        def restarted() -> Iterator[Article]:
            yield made_article(2)
            postgresql.kill()
            postgresql.start()
            yield made_article(3)

        with pytest.raises(StorageError, match="what was not reported as added was not added"):
            list(store.ingest.add(restarted()))
        assert store.add(made_article(2), made_article(3))[0].status == "added"
        whole(store)


def test_while_the_server_is_down_the_error_says_so(tmp_path: Path, postgresql: PostgreSQL) -> None:
    with Store(tmp_path, database_url=postgresql.new_database()) as store:
        store.add(made_article(1))
        postgresql.kill()
        try:
            with pytest.raises(
                StorageError, match=r"the library's database: it does not answer: check that PostgreSQL"
            ):
                store.library.generation()
        finally:
            postgresql.start()
        assert store.library.generation() == 1


def test_an_address_that_cannot_be_used_is_told_without_its_password(tmp_path: Path, database_url: str) -> None:
    for address, told in (
        ("nonsense", "no address of a database"),
        ("mysql://me:secret@here/x", "names a mysql database"),
        (database_url.replace("test_", "missing_"), "check ONRECORD_DATABASE_URL"),
        ("postgresql://me:secret@127.0.0.1:1/x", "it does not answer"),
    ):
        with pytest.raises(StorageError, match=told) as raised:
            Library.open(tmp_path, embedder_name="words", dimension=64, database_url=address)
        assert "secret" not in str(raised.value)
    assert not exists(tmp_path, database_url)


def test_what_its_texts_cannot_hold_is_replaced(tmp_path: Path, database_url: str) -> None:
    with Store(tmp_path, database_url=database_url) as store:
        (added,) = store.add(made_article(1, title="a\0b"))
        assert store.library.article(str(added.article_id)).title == "a\ufffdb"


def test_it_is_shown_without_its_password(database_url: str) -> None:
    engine = server.open_engine("postgresql://me:secret@127.0.0.1:5433/news?sslmode=disable")
    assert server.place(engine) == "postgresql://me:***@127.0.0.1:5433/news"
    engine.dispose()
