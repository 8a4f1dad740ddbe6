"""Damaged files of what is derived, opened as a question opens them: in a process of its own, for damaged HNSW files
of Chroma's can end the process that opens them. Nothing is embedded again, and nothing is found that is not there.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from store_parts import Store, made_article

from index import derived, seals
from index.derived import read_mark
from index.seals import broken

HNSW = ("data_level0.bin", "header.bin", "index_metadata.pickle", "length.bin", "link_lists.bin")
ARTICLES = 120
"""Past a thousand chunks Chroma writes HNSW files."""
QUESTION = "What does sentence 7 of story31 say of deal31x7?"
ASKING = """
import json, sys
from pathlib import Path
from store_parts import HashEmbedder, Store
with Store(Path(sys.argv[1]), HashEmbedder(fail_after=0)) as store:
    store.catch_up()
    held = len(store.vectors._shared.chroma)
    found = [store.nearest(sys.argv[2]), store.matching(sys.argv[2], 6)]  # beyond these are equals, in no order
    print(json.dumps([store.vectors.engine, held, *found]))
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "library"
    with Store(folder) as store:
        store.add(*(made_article(number, sentences=60) for number in range(ARTICLES)))
        store.add(*(made_article(number, sentences=60) for number in range(ARTICLES, 2 * ARTICLES)))
    assert {path.name for path in (folder / "chroma").glob("*/*/*")} == set(HNSW)
    return folder


@pytest.fixture
def library(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "library"))


def asked(library: Path) -> list[object]:
    """The engine, what it holds, and what is found; the process must end well."""
    tests = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", ASKING, str(library), QUESTION],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tests.parent), str(tests)])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, (done.returncode, done.stderr)
    found: list[object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def right(whole: Path) -> list[object]:
    return asked(whole)


def harm(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "gone":
        path.unlink()
        return
    if how == "one bit":
        data[len(data) // 2] ^= 1 << random.Random(path.name).randrange(8)
    path.write_bytes(data if how == "one bit" else data[: len(data) // 2])


@pytest.mark.parametrize(
    ("name", "how"),
    [*((name, "cut off") for name in HNSW), ("header.bin", "one bit"), ("index_metadata.pickle", "gone")],
)
def test_a_damaged_file_of_the_vectors_is_not_opened_and_the_index_is_built_anew(
    library: Path, right: list[object], name: str, how: str
) -> None:
    before = read_mark(library / "chroma")
    (file,) = (library / "chroma").glob(f"*/*/{name}")
    harm(file, how)
    assert before is not None
    assert f"{file.parent.name}/{name}" in broken(library / "chroma", before.build)
    assert asked(library) == right
    after = read_mark(library / "chroma")
    assert after is not None
    assert after.build != before.build
    assert broken(library / "chroma", after.build) == []


@pytest.mark.parametrize("ending", ["term", "idx", "store", "fast", "fieldnorm"])
def test_a_damaged_file_of_the_keywords_is_built_anew(library: Path, right: list[object], ending: str) -> None:
    before = read_mark(library / "keywords")
    for file in (library / "keywords").glob(f"*/*/*.{ending}"):
        harm(file, "one bit")
    assert asked(library) == right
    assert before is not None
    assert read_mark(library / "keywords") != before


def test_whole_files_are_opened_as_they_are(library: Path, right: list[object]) -> None:
    """However often a library is opened and added to, the seal is that of its files."""
    marks = {read_mark(library / "chroma")}
    for number in range(3):
        assert asked(library)[:2] == ["chroma", right[1] if not number else len_of(library)]
        with Store(library) as store:
            store.add(made_article(1000 + number, sentences=300))
            store.ingest.remove(store.library.articles()[0].article_id)
        marks.add(read_mark(library / "chroma"))
    assert len({mark.build for mark in marks if mark}) == 1


def len_of(library: Path) -> int:
    with Store(library) as store:
        return len(store.chunk_ids())


def test_an_unchanged_file_is_not_read_again(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = read_mark(library / "chroma")
    assert mark is not None
    known = seals.seal(library / "chroma", mark.build, {})
    assert len(known) == len(HNSW)
    (file,) = (library / "chroma").glob("*/*/length.bin")
    file.write_bytes(file.read_bytes() + b"x")
    monkeypatch.setattr(seals, "_checksum", lambda path: 0)
    again = seals.seal(library / "chroma", mark.build, known)
    assert {name for name in known if again[name] != known[name]} == {f"{file.parent.name}/length.bin"}


def test_a_library_without_a_seal_is_built_anew(library: Path, right: list[object]) -> None:
    (library / "chroma" / seals.SEAL_NAME).unlink()
    assert asked(library) == right
    (library / "chroma" / seals.SEAL_NAME).write_text('{"build": 3}', encoding="utf-8")
    assert asked(library) == right


def test_what_a_killed_process_left_is_not_called_damaged(library: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As after a kill while Chroma wrote: its files have gone on, and their seal and the mark have not."""
    caplog.set_level("INFO")
    (file,) = (library / "chroma").glob("*/*/length.bin")
    harm(file, "one bit")
    derived.begin_change(library / "chroma")
    with Store(library) as store:
        assert store.nearest("everywhere")
    assert "the vector index" in caplog.text
    assert "was not closed" in caplog.text
    assert not [record for record in caplog.records if record.levelname == "WARNING"]
    assert not derived.was_left(library / "chroma")
    caplog.clear()
    (file,) = (library / "chroma").glob("*/*/length.bin")
    harm(file, "one bit")
    with Store(library):
        assert [record.levelname for record in caplog.records] == ["WARNING"]
    caplog.clear()
    (library / "chroma" / seals.SEAL_NAME).unlink()
    with Store(library):
        assert [record.levelname for record in caplog.records] == ["INFO"]


def test_few_vectors_have_no_files_to_damage(tmp_path: Path) -> None:
    """Below a thousand Chroma makes its files anew whenever they are opened, and a seal does not tell of them."""
    with Store(tmp_path) as store:
        store.add(made_article(1, sentences=60))
    mark = read_mark(tmp_path / "chroma")
    for _ in range(2):
        assert len_of(tmp_path) > 1
        for path in (tmp_path / "chroma").glob("*/*/*.bin"):
            path.write_bytes(b"")
    assert read_mark(tmp_path / "chroma") == mark
    assert asked(tmp_path)[0] == "chroma"
