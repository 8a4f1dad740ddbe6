"""Ctrl-C while articles are added or an index catches up: nothing is held on to, and nothing is built anew for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_parts import Store, made_article

from index import ingest, keywords
from index.articles import Article
from index.derived import read_mark
from index.keyworddocuments import ChunkText
from index.locks import writer_lock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "library") as store:
        yield store


def test_a_keyword_index_that_was_interrupted_goes_on_where_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store.add(made_article(1))
    before = read_mark(store.folder / "keywords")
    whole = keywords.chunk_document

    def interrupted(chunk: ChunkText) -> object:
        monkeypatch.setattr(keywords, "chunk_document", whole)
        raise KeyboardInterrupt

    monkeypatch.setattr(keywords, "chunk_document", interrupted)
    with pytest.raises(KeyboardInterrupt) as told:
        store.add(made_article(2))
    assert told.tb is not None  # what holds its frames, as a prompt does, must hold no lock
    store.keywords.catch_up(store.library)
    after = read_mark(store.folder / "keywords")
    assert before is not None
    assert after is not None
    assert (after.build, after.generation) == (before.build, store.library.generation())
    assert store.indexed()[1] == store.chunk_ids()
    assert not caplog.records


def test_who_is_interrupted_lets_go_of_the_library_and_leaves_catching_up_to_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "BATCH_CHUNKS", 2)

    def inputs() -> Iterator[Article]:
        yield from (made_article(number) for number in range(8))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(store.ingest.add(inputs()))
    assert store.library.generation() > store.keywords.generation
    with writer_lock(store.folder, wait_seconds=0):
        store.catch_up()
    assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    assert len(store.library.articles()) >= 4
