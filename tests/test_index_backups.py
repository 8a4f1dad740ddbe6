"""A library put away in one file while it is in use, and made again from it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from store_parts import HashEmbedder, Store, made_article

from app.cli import main
from index import backups
from index.backups import back_up, restore
from index.errors import BackupError, StorageError
from index.tables import FILE_NAME


def titles(store: Store) -> list[str]:
    return [one.title for one in store.library.articles()]


def test_what_was_put_away_comes_back_without_embedding(tmp_path: Path) -> None:
    file = tmp_path / "away" / "monday.sqlite3"
    with Store(tmp_path / "first") as store:
        store.add(made_article(1), made_article(2))
        kept = back_up(tmp_path / "first", file)
        store.add(made_article(3))
        before = titles(store)
        first_id = store.library.library_id
    assert (kept.articles, kept.size) == (2, file.stat().st_size)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert restore(file, tmp_path / "second").articles == 2
    never = HashEmbedder(fail_after=0)
    with Store(tmp_path / "second", never) as store:
        assert titles(store) == before[:2]
        assert store.library.library_id != first_id
        store.catch_up()
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())


def test_indexes_of_another_state_are_not_taken_for_those_of_a_restored_library(tmp_path: Path) -> None:
    file, folder = tmp_path / "early", tmp_path / "library"
    with Store(folder) as store:
        store.add(made_article(1))
        back_up(folder, file)
        store.add(made_article(2), made_article(3))
    for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        (folder / name).unlink(missing_ok=True)
    restore(file, folder)
    with Store(folder) as store:
        store.add(made_article(4), made_article(5))
        store.catch_up()
        assert len(titles(store)) == 3
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())


def test_a_backup_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    with Store(tmp_path / "library") as store:
        store.add(made_article(1))
        stop = threading.Event()

        def adding() -> None:
            number = 10
            while not stop.is_set():
                store.add(made_article(number), made_article(number + 1))
                number += 2

        thread = threading.Thread(target=adding)
        thread.start()
        try:
            for number in range(5):
                back_up(tmp_path / "library", tmp_path / f"backup{number}")
        finally:
            stop.set()
            thread.join(60)
    counts = []
    for number in range(5):
        counts.append(restore(tmp_path / f"backup{number}", tmp_path / f"restored{number}").articles)
        assert counts[-1] % 2 == 1, "half of what was added at one stroke"
    assert counts == sorted(counts)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    with Store(tmp_path / "library") as store:
        store.add(made_article(1))
    back_up(tmp_path / "library", tmp_path / "file")
    with pytest.raises(BackupError, match="is there already: name a new file"):
        back_up(tmp_path / "library", tmp_path / "file")
    with pytest.raises(BackupError, match=r"there is a library in .* already: move it away"):
        restore(tmp_path / "file", tmp_path / "library")
    with pytest.raises(BackupError, match="there is no library in"):
        back_up(tmp_path / "none", tmp_path / "other")


def test_what_is_no_backup_is_named(tmp_path: Path) -> None:
    with Store(tmp_path / "library") as store:
        store.add(made_article(1))
    back_up(tmp_path / "library", tmp_path / "file")
    whole = (tmp_path / "file").read_bytes()
    (tmp_path / "text").write_text("an article", encoding="utf-8")
    (tmp_path / "empty").touch()
    for name in ("text", "empty"):
        with pytest.raises(BackupError, match="is no backup of a library, or it is damaged"):
            restore(tmp_path / name, tmp_path / "new")
    with pytest.raises(BackupError, match="there is no file"):
        restore(tmp_path / "none", tmp_path / "new")
    (tmp_path / "short").write_bytes(whole[: len(whole) // 2])
    with pytest.raises((StorageError, BackupError)):
        restore(tmp_path / "short", tmp_path / "new")
    assert not (tmp_path / "new" / FILE_NAME).exists()
    assert not list((tmp_path / "new").glob("*.new"))


def test_a_newer_form_is_not_guessed_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path / "library") as store:
        store.add(made_article(1))
    back_up(tmp_path / "library", tmp_path / "file")
    monkeypatch.setattr(backups, "SCHEMA_VERSION", 0)
    with pytest.raises(BackupError, match=r"written by a newer OnRecord \(form 1\)"):
        restore(tmp_path / "file", tmp_path / "new")


KILLED = """
import sys
from pathlib import Path
from index import backups
backups.os.fsync = lambda _: (print("copied", flush=True), input())
backups.back_up(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_kill_leaves_no_backup_that_looks_whole(tmp_path: Path) -> None:
    with Store(tmp_path / "library") as store:
        store.add(made_article(1))
    command = [sys.executable, "-c", KILLED, str(tmp_path / "library"), str(tmp_path / "file")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "copied\n"
        process.kill()
    assert not (tmp_path / "file").exists()
    assert back_up(tmp_path / "library", tmp_path / "file").articles == 1


def test_the_commands_tell_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store(tmp_path / "library") as store:
        store.add(made_article(1))
    file = str(tmp_path / "file")
    assert main(["backup", file, "--library", str(tmp_path / "library")]) == 0
    assert capsys.readouterr().out.startswith(f"wrote {file}: 1 article, 0.")
    assert main(["restore", file, "--json", "--library", str(tmp_path / "new")]) == 0
    assert json.loads(capsys.readouterr().out)["articles"] == 1
    assert main(["restore", file, "--library", str(tmp_path / "new")]) == 1
    assert "move it away" in capsys.readouterr().err
