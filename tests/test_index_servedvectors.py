"""The vector index on a Chroma server that many processes share: whole after anything, never less than it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from chroma_server import ChromaProcess, chroma_running
from store_parts import Store, made_article

from index import servedcollection, servedvectors
from index.errors import RetrievalError
from index.exactvectors import ExactVectors
from index.servedcollection import ChromaServer
from index.servedvectors import ServedVectors

TESTS = Path(__file__).parent
BRINGING = """
import sys; from pathlib import Path; from store_parts import Store, made_article
import index.servedcollection as served
served.SLICE = 5
with Store(Path(sys.argv[1]), chroma_url=sys.argv[2]) as store:
    store.only_commit(*(made_article(number) for number in range(20, 40)))
    store.ingest.remove(store.library.articles()[0].article_id) if len(sys.argv) > 3 else None
    print("committed", flush=True)
    store.catch_up()
"""


@pytest.fixture
def store(tmp_path: Path, chroma: ChromaProcess) -> Iterator[Store]:
    with Store(tmp_path / "library", chroma_url=chroma.url) as store:
        yield store


def exact(store: Store) -> ExactVectors:
    found = ExactVectors(store.library.dimension)
    found.catch_up(store.library)
    return found


def until(told: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.05)


def held(store: Store, url: str) -> set[int]:
    """The chunks that the server's collection holds."""
    with closing(ChromaServer(url, store.library)) as server:
        found = server.find()
        return set() if found is None else {int(chunk_id) for chunk_id in found.collection.get(include=[])["ids"]}


def whole(store: Store, url: str) -> None:
    store.catch_up()
    assert held(store, url) == store.chunk_ids()
    assert set(store.nearest("everywhere", 10_000)) == store.chunk_ids()
    assert store.vectors.generation == store.library.generation()


def test_what_is_added_changed_and_removed_is_so_on_the_server(store: Store, chroma: ChromaProcess) -> None:
    added = store.add(*(made_article(number) for number in range(20)))
    whole(store, chroma.url)
    store.add(made_article(3, text="Another text everywhere."))
    store.ingest.remove(str(added[4].article_id))
    whole(store, chroma.url)
    assert store.vectors.engine == "chroma server"
    assert store.vectors.chunks == len(store.chunk_ids())


@pytest.mark.parametrize("by_id", [20_000, 5])
@pytest.mark.parametrize("step", [1, 2, 7, 60])
def test_a_filtered_search_is_the_exact_one(
    store: Store, step: int, by_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servedcollection, "ASKED_BY_ID", by_id)
    store.add(*(made_article(number) for number in range(120)))
    allowed = store.library.catalogue().chunk_ids[::step]
    question = store.embedder.embed_question("story7 deal7x0")
    ids, similarities = store.vectors.search(question, 10, allowed)
    _, wanted = exact(store).search(question, 10, allowed)
    assert set(ids) <= set(allowed)
    np.testing.assert_allclose(similarities, wanted, atol=1e-5)
    assert len(store.vectors.search(question, 10, allowed[:0])[0]) == 0


def test_an_empty_library_gives_nothing(store: Store) -> None:
    ids, similarities = store.vectors.search(store.embedder.embed_question("x"), 5)
    assert (len(ids), len(similarities)) == (0, 0)


def test_what_the_server_does_not_have_yet_is_found_beside_it(
    store: Store, chroma: ChromaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(*(made_article(number) for number in range(10)))
    monkeypatch.setattr(ServedVectors, "_begin_to_bring", lambda self: None)
    store.only_commit(*(made_article(number) for number in range(10, 20)))
    store.vectors.catch_up(store.library)
    assert held(store, chroma.url) < store.chunk_ids()
    assert set(store.nearest("everywhere", 10_000)) == store.chunk_ids()
    question, allowed = store.embedder.embed_question("story15 deal15x0"), store.library.catalogue().chunk_ids[12:]
    np.testing.assert_allclose(
        store.vectors.search(question, 5, allowed)[1], exact(store).search(question, 5, allowed)[1], atol=1e-5
    )


def test_a_reader_brings_the_server_up_by_itself(store: Store, chroma: ChromaProcess) -> None:
    store.only_commit(*(made_article(number) for number in range(10)))
    store.vectors.catch_up(store.library)
    assert set(store.nearest("everywhere", 10_000)) == store.chunk_ids()
    until(lambda: held(store, chroma.url) == store.chunk_ids())


def test_where_too_much_is_missing_it_says_so(
    store: Store, chroma: ChromaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servedvectors, "BESIDE_CHUNKS", 5)
    with monkeypatch.context() as lame:
        lame.setattr(ServedVectors, "_begin_to_bring", lambda self: None)
        store.only_commit(*(made_article(number) for number in range(10)))
        store.vectors.catch_up(store.library)
        with pytest.raises(RetrievalError, match="is being built, 10 chunks are still missing: try again"):
            store.nearest("story3")
    store.vectors.catch_up(store.library)
    until(lambda: held(store, chroma.url) == store.chunk_ids())
    until(lambda: store.vectors.generation == store.library.generation())
    assert set(store.nearest("everywhere", 10_000)) == store.chunk_ids()


@pytest.mark.parametrize("wait_seconds", [0.0, 0.1])
def test_killed_while_it_writes_the_next_makes_it_whole(
    tmp_path: Path, chroma: ChromaProcess, wait_seconds: float
) -> None:
    with Store(tmp_path, chroma_url=chroma.url) as store:
        store.add(*(made_article(number) for number in range(20)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    command = [sys.executable, "-c", BRINGING, str(tmp_path), chroma.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "committed\n"
        time.sleep(wait_seconds)
        process.kill()
    with Store(tmp_path, chroma_url=chroma.url) as store:
        assert store.embedder.seen == []
        assert len(store.library.articles()) == 40
        whole(store, chroma.url)


def test_half_written_by_another_it_is_still_answered_from_whole(
    store: Store, chroma: ChromaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as a writer gets that dies after its first slices: new chunks are there, others not, some deleted."""
    store.add(*(made_article(number) for number in range(10)))
    store.only_commit(*(made_article(number) for number in range(5, 15)), made_article(2, title="New"))
    server = ChromaServer(chroma.url, store.library)
    found = server.find()
    assert found is not None
    monkeypatch.setattr(servedcollection, "SLICE", 2)
    rows = servedcollection._added(store.library, found.generation, store.library.generation())
    ids, vectors = next(rows)
    found.collection.upsert(ids=ids, embeddings=vectors)
    found.collection.delete(ids=[str(chunk) for chunk in held(store, chroma.url) - store.chunk_ids()])
    server.close()
    monkeypatch.setattr(ServedVectors, "_begin_to_bring", lambda self: None)
    store.vectors.catch_up(store.library)
    assert set(store.nearest("everywhere", 10_000)) == store.chunk_ids()


def test_a_server_that_lost_everything_is_filled_again(tmp_path: Path) -> None:
    with chroma_running(tmp_path / "chroma") as server, Store(tmp_path / "library", chroma_url=server.url) as store:
        store.add(*(made_article(number) for number in range(10)))
        server.kill()
        with pytest.raises(RetrievalError, match=rf"the Chroma server at {server.url} does not answer .*CHROMA_URL"):
            store.nearest("story3")
        assert store.add(made_article(11))[0].status == "added", "the library needs no Chroma"
        server.start()
        assert set(store.nearest("everywhere", 10_000)) == store.chunk_ids()
        until(lambda: held(store, server.url) == store.chunk_ids())
        server.kill()
        server.lose_everything()
        server.start()
        assert set(store.nearest("everywhere", 10_000)) == store.chunk_ids()
        until(lambda: held(store, server.url) == store.chunk_ids())


def test_a_collection_put_back_from_an_older_day_is_brought_up(store: Store, chroma: ChromaProcess) -> None:
    store.add(*(made_article(number) for number in range(10)))
    generation = store.library.generation()
    store.add(*(made_article(number) for number in range(10, 20)))
    server = ChromaServer(chroma.url, store.library)
    found = server.find()
    assert found is not None
    newer = store.library.chunks_added_since(generation)
    found.collection.delete(ids=[str(chunk) for chunk in sorted(store.chunk_ids())[-newer:]])
    found.collection.modify(metadata=server._said(generation, unfinished=False))
    time.sleep(servedvectors.LOOK_SECONDS)
    assert set(store.nearest("everywhere", 10_000)) == store.chunk_ids()
    until(lambda: held(store, chroma.url) == store.chunk_ids())
    server.close()


def test_a_collection_that_lacks_something_is_built_anew_when_it_is_opened(
    tmp_path: Path, chroma: ChromaProcess
) -> None:
    with Store(tmp_path, chroma_url=chroma.url) as store:
        store.add(*(made_article(number) for number in range(10)))
        server = ChromaServer(chroma.url, store.library)
        found = server.find()
        assert found is not None
        found.collection.delete(ids=[str(min(store.chunk_ids()))])
        server.close()
    with Store(tmp_path, chroma_url=chroma.url) as store:
        assert held(store, chroma.url) == store.chunk_ids()
        assert store.embedder.seen == []


def test_rebuilding_embeds_nothing(store: Store, chroma: ChromaProcess) -> None:
    store.add(*(made_article(number) for number in range(10)))
    before = len(store.embedder.seen)
    store.vectors.rebuild(store.library)
    whole(store, chroma.url)
    assert len(store.embedder.seen) == before


def test_two_libraries_do_not_meet(store: Store, chroma: ChromaProcess, tmp_path: Path) -> None:
    store.add(made_article(1))
    with Store(tmp_path / "other", chroma_url=chroma.url) as other:
        other.add(made_article(2), made_article(3))
        whole(other, chroma.url)
    whole(store, chroma.url)


def test_a_server_that_hangs_is_given_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servedcollection, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        index = ServedVectors(store.library, f"http://127.0.0.1:{port}")
        begun = time.monotonic()
        with pytest.raises(RetrievalError, match="does not answer"):
            index.search(store.embedder.embed_question("x"), 3)
        assert time.monotonic() - begun < 10
        index.close()


@pytest.mark.parametrize("address", ["chroma:8000", "http://", "ftp://chroma:8000"])
def test_an_address_that_is_none_is_told(store: Store, address: str) -> None:
    with pytest.raises(RetrievalError, match=r"ONRECORD_CHROMA_URL=.* is no address"):
        ServedVectors.open(store.library, address)
