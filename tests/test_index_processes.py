"""Several processes on one library, and processes killed at any moment."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_parts import Store, made_article

from index.library import Library

TESTS = Path(__file__).parent
ADDING = """
import sys; from pathlib import Path; from store_parts import Store, made_article
first, last = int(sys.argv[2]), int(sys.argv[3])
with Store(Path(sys.argv[1])) as store:
    print("open", flush=True)
    for added in store.ingest.add(made_article(number, sentences=30) for number in range(first, last)):
        print(added.status, added.article_id, flush=True)
"""
CHANGING = """
import sys; from pathlib import Path; from store_parts import Store, made_article
import index.ingest; index.ingest.BATCH_CHUNKS = 8
with Store(Path(sys.argv[1])) as store:
    print("open", flush=True)
    for turn in range(10_000):
        list(store.ingest.add(made_article(number, title=f"Turn {turn}") for number in range(20)))
        store.ingest.remove(store.library.articles()[0].article_id)
"""
COMMITTING = """
import os, sys; from pathlib import Path; from store_parts import Store, made_article
with Store(Path(sys.argv[1])) as store:
    store.only_commit(*(made_article(number) for number in range(5, 25)))
    os.kill(os.getpid(), 9)
"""


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env=environment
    )


def whole(store: Store) -> None:
    """The library is sound and the indexes hold exactly what is live."""
    with store.library.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    articles = store.library.articles()
    assert len({entry.article_id for entry in articles}) == len(articles)
    chunks = store.library.chunks_of([entry.article_id for entry in articles])
    assert {chunk.chunk_id for chunk in chunks} == store.chunk_ids()
    assert {chunk.article_id for chunk in chunks} == {entry.article_id for entry in articles}
    assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
    assert store.keywords.articles == len(articles)


def test_killed_between_the_commit_and_the_indexes_everything_is_there_at_the_next_start(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(*(made_article(number) for number in range(5)))
    with started(COMMITTING, tmp_path) as process:
        assert process.wait() == -9
    with Store(tmp_path) as store:
        assert store.embedder.seen == []
        assert len(store.library.articles()) == 25
        whole(store)


def test_killed_at_any_moment_the_library_and_its_indexes_are_whole(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(3):
        with started(CHANGING, tmp_path) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            time.sleep(chance.uniform(0.0, 0.6))
            process.kill()
        with Store(tmp_path) as store:
            whole(store)


def test_two_processes_adding_at_once_lose_nothing_or_say_who_is_writing(tmp_path: Path) -> None:
    processes = [started(ADDING, tmp_path, first, first + 40) for first in (0, 40)]
    outputs = [process.communicate()[0].split("\n") for process in processes]
    done = [process.returncode == 0 for process in processes]
    assert any(done)
    with Store(tmp_path) as store:
        whole(store)
        live = {entry.article_id for entry in store.library.articles()}
    for output, complete in zip(outputs, done, strict=True):
        ids = {line.split()[1] for line in output if line.startswith("added")}
        assert ids <= live
        assert len(ids) == 40 or not complete


def test_a_running_reader_sees_what_another_process_adds_and_removes(tmp_path: Path) -> None:
    with Store(tmp_path) as reader:
        (first,) = reader.add(made_article(1))
        with started(ADDING, tmp_path, 2, 12) as process:
            assert process.wait() == 0
        reader.catch_up()
        assert len(reader.library.articles()) == 11
        whole(reader)
        reader.ingest.remove(str(first.article_id))
        whole(reader)


def test_many_processes_make_one_library(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.library import Library\n"
        "print(Library.open(Path(sys.argv[1]), embedder_name='e', dimension=4).library_id)"
    )
    processes = [started(code, tmp_path) for _ in range(4)]
    ids = {process.communicate()[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    with Library.open(tmp_path, embedder_name="e", dimension=4) as library:
        assert ids == {library.library_id}


@pytest.mark.parametrize("name", ["library with spaces", "bücherei 📚", "a?b#c%20d"])
def test_a_library_may_have_any_name(tmp_path: Path, name: str) -> None:
    with Store(tmp_path / name) as store:
        store.add(made_article(1))
    assert (tmp_path / name / "library.sqlite3").is_file()
    with Store(tmp_path / name) as store:
        whole(store)
