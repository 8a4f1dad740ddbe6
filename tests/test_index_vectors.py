"""The vector index: Chroma where it is owned, exact where not; filters; rebuilding; never an embedding."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from store_parts import HashEmbedder, Store, made_article

from index import vectors as vectors_module
from index.catalogue import days_since_epoch
from index.derived import read_mark, write_mark
from index.exactvectors import ExactVectors, best
from index.vectors import VectorIndex


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "library") as store:
        yield store


def exact(store: Store) -> ExactVectors:
    found = ExactVectors(store.library.dimension)
    found.catch_up(store.library)
    return found


def question(store: Store, text: str = "story7 deal7x0") -> NDArray[np.float32]:
    return store.embedder.embed_question(text)


def test_chroma_and_the_exact_product_agree(store: Store) -> None:
    store.add(*(made_article(number) for number in range(120)))
    assert store.vectors.engine == "chroma"
    ids, similarities = store.vectors.search(question(store), 20)
    exact_ids, exact_similarities = exact(store).search(question(store), 20)
    assert (ids.dtype, similarities.dtype) == (np.int64, np.float32)
    assert set(ids[:5]) == set(exact_ids[:5])
    np.testing.assert_allclose(similarities, exact_similarities, atol=1e-5)


@pytest.mark.parametrize("step", [1, 2, 7, 60])
def test_a_filtered_search_is_the_exact_one(store: Store, step: int) -> None:
    store.add(*(made_article(number) for number in range(120)))
    allowed = store.library.catalogue().chunk_ids[::step]
    ids, similarities = store.vectors.search(question(store), 10, allowed)
    wanted, wanted_similarities = exact(store).search(question(store), 10, allowed)
    assert set(ids) <= set(allowed)
    assert len(ids) == len(wanted) == min(10, len(allowed))
    np.testing.assert_allclose(similarities, wanted_similarities, atol=1e-5)


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exact_search_over_any_part_is_the_sorted_product(dated: Store, data: st.DataObject) -> None:
    ids = dated.library.catalogue().chunk_ids
    allowed = np.array(sorted(data.draw(st.sets(st.sampled_from([*ids.tolist(), 10**9])))), dtype=np.int64)
    vector = question(dated, data.draw(st.sampled_from(["story7", "everywhere", "deal3x0 says"])))
    every_id, every_similarity = exact(dated).search(vector, len(ids))
    inside = np.isin(every_id, allowed)
    found, similarities = exact(dated).search(vector, 5, allowed)
    np.testing.assert_allclose(similarities, every_similarity[inside][:5], atol=1e-6)
    assert set(found) <= set(allowed) & set(ids)


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Articles added in an order that is not that of their days, some without one, some changed later."""
    with Store(tmp_path_factory.mktemp("dated")) as store:
        for at in (*range(24), 3, 17):
            day = datetime(2023, 1, 1 + (at * 7) % 28, tzinfo=UTC) if at % 6 else None
            store.add(made_article(at, published_at=day, author=str(len(store.embedder.seen))))
        yield store


@pytest.mark.parametrize(("since", "until"), [(5, 9), (1, 28), (20, 28), (28, 28)])
def test_range_of_days_is_searched_whole(dated: Store, since: int, until: int) -> None:
    days = dated.library.catalogue().published_days - days_since_epoch(date(2023, 1, 1)) + 1
    inside = (days >= since) & (days <= until)
    catalogue = dated.library.catalogue()
    allowed = catalogue.chunk_ids[inside[catalogue.chunk_articles]]
    found, _ = dated.vectors.search(question(dated, "everywhere"), 100, allowed)
    assert set(found) == set(allowed)


def test_asking_for_more_than_there_is_gives_what_there_is(store: Store) -> None:
    assert [len(found) for found in store.vectors.search(question(store), 5)] == [0, 0]
    store.add(made_article(1))
    assert len(store.vectors.search(question(store), 5)[0]) == 1
    assert len(store.vectors.search(question(store), 0)[0]) == 0
    assert len(store.vectors.search(question(store), 5, np.empty(0, dtype=np.int64))[0]) == 0


def test_best_is_ordered_and_breaks_ties_by_id() -> None:
    ids, similarities = best(np.array([5, 1, 9, 3]), np.array([0.5, 0.5, 0.9, 0.1], dtype=np.float32), 3)
    assert list(ids) == [9, 1, 5]
    assert list(similarities) == [np.float32(0.9), 0.5, 0.5]


def test_where_another_process_owns_chroma_the_product_is_exact_until_it_is_free(tmp_path: Path) -> None:
    with Store(tmp_path) as first:
        first.add(*(made_article(number) for number in range(20)))
    other = FileLock(tmp_path / "chroma.lock", thread_local=False)
    other.acquire()
    with Store(tmp_path) as store:
        assert store.vectors.engine == "exact"
        store.add(made_article(20))
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
        store.ingest.remove(store.library.articles()[0].article_id)
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
        assert store.vectors.generation == store.library.generation()
        other.release()
        store.catch_up()
        assert store.vectors.engine == "chroma"
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())


def test_two_indexes_of_one_process_share_the_collection(tmp_path: Path) -> None:
    with Store(tmp_path) as first:
        with Store(tmp_path) as second:
            second.add(made_article(1))
            assert first.vectors.engine == second.vectors.engine == "chroma"
            assert first.nearest("everywhere") == second.nearest("everywhere") != []
        first.add(made_article(2))
        assert len(first.nearest("everywhere")) == 2
    with FileLock(tmp_path / "chroma.lock", timeout=0):
        pass


def test_much_to_take_in_is_answered_exactly_meanwhile(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "INLINE_CHUNKS", 3)
    store.add(made_article(0))
    store.only_commit(*(made_article(number) for number in range(1, 30)))
    store.vectors.catch_up(store.library)
    assert store.indexed()[0] == store.chunk_ids()
    store.vectors.catch_up(store.library, wait=True)
    assert store.vectors.engine == "chroma"
    assert store.indexed()[0] == store.chunk_ids()


def test_opening_without_waiting_answers_at_once(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(*(made_article(number) for number in range(20)))
        store.vectors.close()
        index = VectorIndex.open(store.library, wait=False)
        assert len(index.search(question(store), 5)[0]) == 5
        index.catch_up(store.library, wait=True)
        assert index.engine == "chroma"
        index.close()
        index.close()


@pytest.mark.parametrize("harm", ["no mark", "no folder", "garbage", "older format", "another library", "future"])
def test_what_is_missing_or_foreign_is_rebuilt_without_embedding(tmp_path: Path, harm: str) -> None:
    with Store(tmp_path) as store:
        store.add(*(made_article(number) for number in range(20)))
    folder = tmp_path / "chroma"
    mark = read_mark(folder)
    assert mark is not None
    if harm == "no mark":
        (folder / "generation.json").unlink()
    elif harm == "no folder":
        (folder / mark.build).rename(tmp_path / "elsewhere")
    elif harm == "garbage":
        (folder / mark.build / "chroma.sqlite3").write_bytes(b"garbage" * 1_000)
    else:
        values = {"format": mark.format, "library_id": mark.library_id, "generation": mark.generation}
        values |= {"older format": {"format": "chroma-0"}, "another library": {"library_id": "x"}}.get(
            harm, {"generation": 99}
        )
        write_mark(folder, type(mark)(**values, build=mark.build))  # type: ignore[arg-type]
    embedder = HashEmbedder()
    with Store(tmp_path, embedder) as store:
        assert store.vectors.engine == "chroma"
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    assert embedder.seen == []
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_a_collection_that_lost_chunks_is_noticed_at_opening(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Store(tmp_path) as store:
        store.add(*(made_article(number) for number in range(20)))
        shared = store.vectors._shared
        assert shared is not None
        shared.chroma._collection.delete(ids=[str(min(store.chunk_ids()))])
    with caplog.at_level(logging.WARNING), Store(tmp_path) as store:
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    assert "built anew" in caplog.text


def test_an_error_of_chroma_is_answered_exactly_and_mended(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.add(*(made_article(number) for number in range(20)))
    shared = store.vectors._shared
    assert shared is not None
    shared.chroma._client.delete_collection("chunks")
    assert store.indexed()[0] == store.chunk_ids()
    assert store.vectors.engine == "exact"
    store.catch_up()
    assert store.vectors.engine == "chroma"
    assert store.indexed()[0] == store.chunk_ids()


def test_rebuilding_embeds_nothing(store: Store) -> None:
    store.add(*(made_article(number) for number in range(20)))
    seen = len(store.embedder.seen)
    store.vectors.rebuild(store.library)
    store.keywords.rebuild(store.library)
    assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    assert len(store.embedder.seen) == seen
