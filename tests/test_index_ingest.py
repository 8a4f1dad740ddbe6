"""Adding: order, what fails and what goes on, what is embedded, the lock, another embedding model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray
from store_parts import HashEmbedder, Store, made_article

from index.articles import Added, Article
from index.errors import EmbeddingError, EmbeddingMismatchError, LibraryLockedError
from index.ingest import BATCH_CHUNKS
from index.library import Library
from index.locks import writer_lock
from index.reembedding import reembed


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "library") as store:
        yield store


def test_every_input_is_answered_in_order_and_failures_pass_through(store: Store) -> None:
    failed = Added(origin="/bad.pdf", status="failed", error="/bad.pdf is protected by a password")
    results = store.add(made_article(1), failed, made_article(2), made_article(1))
    assert [one.status for one in results] == ["added", "failed", "added", "unchanged"]
    assert results[1] is failed


@pytest.mark.parametrize(
    ("text", "error"), [(" \n\t ", "nothing to read in it"), ("a \ud800 surrogate", "not valid Unicode")]
)
def test_an_article_that_cannot_be_kept_fails_alone(store: Store, text: str, error: str) -> None:
    bad, good = store.add(made_article(1, text=text), made_article(2))
    assert bad.status == "failed"
    assert bad.error is not None
    assert error in bad.error
    assert "/articles/1.txt" in bad.error
    assert good.status == "added"


def test_what_is_the_same_is_told_within_one_batch_too(store: Store) -> None:
    results = store.add(
        made_article(1),
        made_article(1, origin="/copy.txt"),
        made_article(1, text="Changed everywhere."),
        made_article(2, given_id="x"),
        made_article(3, given_id="x"),
    )
    assert [(one.status, one.version) for one in results] == [
        ("added", 1),
        ("unchanged", 1),
        ("updated", 2),
        ("added", 1),
        ("updated", 2),
    ]
    assert store.indexed() == (store.chunk_ids(), store.chunk_ids())


def test_both_indexes_hold_exactly_what_is_live(store: Store) -> None:
    added = store.add(*(made_article(number) for number in range(30)))
    for one in added[:5]:
        store.ingest.remove(str(one.article_id))
    store.add(*(made_article(number, title=f"Retold {number}") for number in range(10, 15)))
    assert len(store.chunk_ids()) == 25
    assert store.indexed() == (store.chunk_ids(), store.chunk_ids())


def test_an_embedder_that_dies_costs_one_batch(tmp_path: Path) -> None:
    embedder = HashEmbedder(fail_after=BATCH_CHUNKS + 10)
    done: list[Added] = []
    with Store(tmp_path, embedder) as store:
        results = store.ingest.add(made_article(number) for number in range(3 * BATCH_CHUNKS))
        with pytest.raises(RuntimeError, match="died"):
            done.extend(results)
        assert len(done) == BATCH_CHUNKS == len(store.library.articles())
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
        embedder.fail_after = None
        store.add(*(made_article(number) for number in range(3 * BATCH_CHUNKS)))
        assert len(store.library.articles()) == 3 * BATCH_CHUNKS


def test_giving_up_halfway_keeps_what_was_yielded(store: Store) -> None:
    results = store.ingest.add(made_article(number) for number in range(2 * BATCH_CHUNKS))
    first = next(results)
    results.close()
    assert first.status == "added"
    assert len(store.library.articles()) == BATCH_CHUNKS
    assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    assert store.add(made_article(9_999))[0].status == "added"


def test_progress_grows_to_the_number_of_inputs(store: Store) -> None:
    told: list[int] = []
    inputs = [made_article(number) for number in range(BATCH_CHUNKS + 40)]
    list(store.ingest.add(inputs, lambda done, title: told.append(done)))
    assert told == sorted(told)
    assert told[-1] == len(inputs)
    assert len(told) > 4


@dataclass
class WaitingEmbedder(HashEmbedder):
    """Its first call returns once an input of the batch after has been asked for."""

    read_on: Event = field(default_factory=Event)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        assert self.read_on.wait(timeout=120)
        return super().embed_texts(texts)


def test_the_next_batch_is_read_while_one_is_embedded(tmp_path: Path) -> None:
    embedder = WaitingEmbedder()

    def inputs() -> Iterator[Article]:
        for number in range(BATCH_CHUNKS + 10):
            if number == BATCH_CHUNKS + 5:
                embedder.read_on.set()
            yield made_article(number, sentences=1 + number % 5)

    with Store(tmp_path, embedder) as store:
        added = list(store.ingest.add(inputs()))
        assert [one.origin for one in added] == [f"/articles/{number}.txt" for number in range(BATCH_CHUNKS + 10)]
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    lengths = [len(text) for text in embedder.seen]
    assert lengths[:BATCH_CHUNKS] == sorted(lengths[:BATCH_CHUNKS])


def test_an_input_that_may_be_one_under_way_waits_for_it(store: Store) -> None:
    first = [made_article(number) for number in range(BATCH_CHUNKS + 3)]
    again = [made_article(1), made_article(BATCH_CHUNKS + 1), made_article(2, text="Changed everywhere.")]
    added = store.add(*first, *again)
    assert [one.status for one in added[-3:]] == ["unchanged", "unchanged", "updated"]
    assert len(added) == len(first) + 3


class OddEmbedder(HashEmbedder):
    def embed_texts(self, texts: object) -> NDArray[np.float32]:
        return np.zeros((1, 3), dtype=np.float32)


def test_vectors_of_the_wrong_shape_are_refused(tmp_path: Path) -> None:
    with Store(tmp_path, OddEmbedder()) as store, pytest.raises(EmbeddingError, match=r"shape \(1, 3\) for 1 texts"):
        store.add(made_article(1))


def test_the_lock_names_its_holder(store: Store) -> None:
    with writer_lock(store.folder), pytest.raises(LibraryLockedError, match="this process is already writing"):
        store.add(made_article(1))
    note = {"pid": os.getppid(), "command": "onrecord add", "since": "10:02"}
    with writer_lock(store.folder):
        (store.folder / "writer.json").write_text(json.dumps(note))
        expected = rf"another process \(pid {os.getppid()}, 'onrecord add', since 10:02\) is writing .*: wait for it"
        with pytest.raises(LibraryLockedError, match=expected):
            store.ingest.remove("any")
        (store.folder / "writer.json").write_text("nonsense")
        with pytest.raises(LibraryLockedError, match="another process is writing"):
            store.ingest.remove("any")


def test_the_note_of_a_dead_holder_blocks_nobody(store: Store) -> None:
    (store.folder / "writer.json").write_text(json.dumps({"pid": 1, "command": "x", "since": "10:02"}))
    assert store.add(made_article(1))[0].status == "added"


def test_the_lock_of_a_killed_process_is_free(store: Store) -> None:
    code = (
        "import sys, time; from pathlib import Path; from index.locks import writer_lock\n"
        "with writer_lock(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(store.folder)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LibraryLockedError, match=f"pid {other.pid}, '-c"):
            store.add(made_article(1))
        other.kill()
        other.wait()
    assert store.add(made_article(1))[0].status == "added"


def test_another_embedding_model_replaces_every_vector(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(*(made_article(number) for number in range(8)))
        store.ingest.remove(store.library.articles()[0].article_id)
        chunk_ids = store.chunk_ids()
    other = HashEmbedder(name="other", dimension=32)
    told: list[tuple[int, int]] = []
    reembed(tmp_path, other, lambda done, total: told.append((done, total)))
    assert told[-1] == (7, 7)
    with pytest.raises(EmbeddingMismatchError, match="built with 'other', the settings say 'words'"):
        Library.open(tmp_path, embedder_name="words", dimension=64)
    with Store(tmp_path, other) as store:
        assert len(other.seen) == 7
        assert store.indexed() == (chunk_ids, chunk_ids)
        wanted = store.library.articles()[3]
        assert store.nearest("deal4x0 story4", 1) == [
            chunk.chunk_id for chunk in store.library.chunks_of([wanted.article_id])
        ]


def test_an_interrupted_reembedding_leaves_the_library_alone_and_goes_on_later(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(*(made_article(number) for number in range(100)))
    other = HashEmbedder(name="other", fail_after=80)
    with pytest.raises(RuntimeError, match="died"):
        reembed(tmp_path, other)
    with Store(tmp_path) as store:
        assert store.nearest("story7", 1) == store.matching("story7", 1)
    other.fail_after = None
    reembed(tmp_path, other)
    assert len(other.seen) == 100


def test_a_running_reader_learns_that_the_embedding_model_has_changed(store: Store) -> None:
    store.add(made_article(1))
    reembed(store.folder, HashEmbedder(name="other"))
    with pytest.raises(EmbeddingMismatchError, match="built with 'other'"):
        store.library.generation()
