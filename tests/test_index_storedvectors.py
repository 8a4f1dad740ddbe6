"""Vectors of sentences in the library: stored with a text, gone with it, added to a library that lacks them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql
from hypothesis import given
from hypothesis import strategies as st
from parts_embedder import PartsEmbedder
from store_parts import HashEmbedder, Store, made_article

from index.embedding import LocalEmbedder
from index.embedding.protocol import Span
from index.library import Library
from index.reembedding import add_missing_sentences, reembed
from index.sentences import sentences
from index.storedvectors import StoredSentences, packed, unpacked
from index.tables import sentence_vectors, staged_sentence_vectors


def stored(library: Library) -> dict[bytes, StoredSentences]:
    with library.reading() as connection:
        rows = connection.execute(sql.select(sentence_vectors))
        return {row.text_hash: StoredSentences(row.spans, row.vectors) for row in rows}


def hashes(library: Library) -> set[bytes]:
    with library.reading() as connection:
        return set(connection.exec_driver_sql("SELECT text_hash FROM chunks").scalars())


@given(st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 9_000)), max_size=8), st.integers(0, 2**32 - 1))
def test_a_stored_vector_keeps_its_span_and_its_direction(spans: list[Span], seed: int) -> None:
    vectors = np.random.default_rng(seed).standard_normal((len(spans), 384)).astype(np.float32)
    found, rows = unpacked(packed(spans, vectors), 384)
    assert [tuple(span) for span in found.tolist()] == spans
    cosines = (rows * vectors).sum(axis=1) / np.linalg.norm(vectors, axis=1)
    assert (cosines > 0.9998).all()


def test_a_part_that_was_not_seen_stays_zero() -> None:
    _, rows = unpacked(packed([(0, 1), (1, 2)], np.array([[0, 0], [0.6, 0.8]], np.float32)), 2)
    np.testing.assert_allclose(rows, [[0, 0], [0.6, 0.8]], atol=0.01)


def test_adding_an_article_stores_the_vectors_of_its_sentences(tmp_path: Path) -> None:
    with Store(tmp_path, PartsEmbedder()) as store:
        store.add(made_article(1, sentences=40))
        text = store.library.articles()[0]
        version = store.library.article(text.article_id)
        chunks = store.library.chunks_of([text.article_id])
        assert len(chunks) > 1
        kept = stored(store.library)
        assert kept.keys() == hashes(store.library)
        found = set()
        for chunk, one in zip(chunks, kept.values(), strict=True):
            spans, rows = unpacked(one, 64)
            for (start, end), row in zip(spans.tolist(), rows, strict=True):
                found.add((chunk.start + start, chunk.start + end))
                sentence = version.text[chunk.start + start : chunk.start + end]
                assert float(row @ store.embedder.embed_question(sentence)) > 0.999
        assert sorted(found) == sentences(version.text)


def test_the_real_models_sentences_survive_being_stored(embedding_files: Path) -> None:
    embedder = LocalEmbedder(embedding_files)
    text = "Renault will cut its stake. The boards meet on Monday. Nissan’s shares rose 3% in Tokyo."
    (embedded,) = embedder.embed_with_parts([text], [sentences(text)])
    _, rows = unpacked(packed(sentences(text), embedded.parts), 384)
    assert float((rows * embedded.parts).sum(axis=1).min()) > 0.9995


def test_an_embedder_that_tells_no_parts_stores_none(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(made_article(1))
        assert stored(store.library) == {}
        assert add_missing_sentences(store.library, store.embedder) == 0


@pytest.mark.parametrize("purge", [False, True])
def test_sentences_go_with_their_chunk(tmp_path: Path, purge: bool) -> None:
    with Store(tmp_path, PartsEmbedder()) as store:
        store.add(made_article(1), made_article(2))
        store.ingest.remove(store.library.articles()[0].article_id, purge=purge)
        assert stored(store.library).keys() == hashes(store.library)
        assert len(stored(store.library)) == 1


def test_a_library_from_before_is_opened_and_given_what_it_lacks(tmp_path: Path) -> None:
    with Store(tmp_path, PartsEmbedder()) as store:
        store.add(*(made_article(number) for number in range(100)))
        before = stored(store.library)
        with store.library.transaction() as connection:
            for table in (sentence_vectors, staged_sentence_vectors):
                connection.exec_driver_sql(f"DROP TABLE {table.name}")
    embedder = PartsEmbedder()
    told: list[tuple[int, int]] = []
    with Store(tmp_path, embedder) as store:
        generation = store.library.generation()
        assert stored(store.library) == {}
        done = add_missing_sentences(store.library, embedder, lambda done, total: told.append((done, total)))
        assert done == 100
        assert told[-1] == (100, 100)
        assert stored(store.library) == before
        assert store.library.generation() == generation
        assert add_missing_sentences(store.library, embedder) == 0
        assert len(embedder.seen) == 100


def test_another_embedding_model_replaces_the_sentences(tmp_path: Path) -> None:
    with Store(tmp_path, PartsEmbedder()) as store:
        store.add(*(made_article(number) for number in range(8)))
        store.ingest.remove(store.library.articles()[0].article_id)
    other = PartsEmbedder(name="other", dimension=32)
    reembed(tmp_path, other)
    with Store(tmp_path, other) as store:
        kept = stored(store.library)
        assert kept.keys() == hashes(store.library)
        assert all(len(unpacked(one, 32)[1]) == 3 for one in kept.values())
        with store.library.reading() as connection:
            assert connection.execute(sql.select(staged_sentence_vectors)).all() == []
    reembed(tmp_path, HashEmbedder(name="third"))
    with Store(tmp_path, HashEmbedder(name="third")) as store:
        assert stored(store.library) == {}
