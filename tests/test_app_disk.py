"""A disk that is full, or that must not be written to: what is told, and that nothing is lost.

Where this machine lets us mount one, it is a disk of 4 MB; elsewhere no file may grow past what it is, which is told
in the words of the system.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from served_api import served_api

from app import Desk
from app.config import load_settings
from app.doctor import examine
from index.tables import FILE_NAME

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "What stake will Renault hold in Nissan after the deal?"
TOLD = ("the disk is full: free some space", "check its disk and try again")
ARTICLE = "The harbour bridge of Oslo opened on Monday. It cost 31 million crowns. " * 30
COMMAND = "import sys; from app.cli import main; sys.exit(main(sys.argv[1:]))"


class SmallDisk:
    """A folder in which a library of the seeds has room, until it is filled."""

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder = folder
        self.mounted = mounted

    @contextmanager
    def full(self) -> Iterator[None]:
        """No more can be written for the time of the block."""
        if not self.mounted:
            largest = max(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (min(largest, 4096), before[1]))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
            return
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        try:
            yield
        finally:
            filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    mounted = bool(shutil.which("mount")) and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield SmallDisk(folder, mounted=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def opened(disk: SmallDisk, cache_dir: Path, embedding_files: Path) -> Callable[[], Desk]:
    chosen = load_settings(
        library=disk.folder / "library", cache_dir=cache_dir, embedding_file=embedding_files, writer="quotes"
    )
    with Desk.open(settings=chosen) as desk:
        desk.add(ROOT / "seeds")
    return lambda: Desk.open(settings=chosen)


def test_an_answer_is_given_when_the_disk_is_full_and_says_that_it_is_not_kept(
    disk: SmallDisk, opened: Callable[[], Desk]
) -> None:
    with served_api(opened) as url:
        asked = {"question": QUESTION}
        kept = httpx.post(f"{url}/api/v1/ask", json=asked, timeout=60).json()
        with disk.full():
            answers = [httpx.post(f"{url}/api/v1/ask", json=asked, timeout=60).json() for _ in range(8)]
            refused = httpx.post(f"{url}/api/v1/articles", files={"files": ("a.txt", ARTICLE.encode())}, timeout=60)
            found = httpx.get(f"{url}/api/v1/search", params={"question": QUESTION}, timeout=60)
        assert all(answer["text"] == kept["text"] for answer in answers)
        lost = [answer for answer in answers if answer["notes"]]
        assert lost, "eight answers found room on a full disk"
        assert "could not be kept" in lost[-1]["notes"][-1]
        assert any(told in lost[-1]["notes"][-1] for told in TOLD)
        assert refused.status_code == 503
        assert any(told in refused.json()["detail"] for told in TOLD)
        assert found.status_code == 200
        assert httpx.get(f"{url}/healthz").status_code == 200
        # With room again all goes on, in the same process.
        added = httpx.post(f"{url}/api/v1/articles", files={"files": ("a.txt", ARTICLE.encode())}, timeout=60)
        assert added.json()["outcomes"][0]["status"] == "added", added.text
        bridge = httpx.post(f"{url}/api/v1/ask", json={"question": "When did the bridge of Oslo open?"}, timeout=60)
        assert "opened on Monday" in bridge.json()["text"]
        assert bridge.json()["notes"] == []
    with opened() as desk:
        assert len(desk.articles()) == 3
        findings = examine(desk.settings, verify=True)
    assert [finding.detail for finding in findings if finding.state == "problem"] == []


def ran(*words: str, library: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words, "--library", str(library)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ONRECORD_WRITER": "quotes"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stderr


def test_commands_say_that_the_disk_is_full_and_leave_nothing_half_done(
    disk: SmallDisk, opened: Callable[[], Desk], tmp_path: Path
) -> None:
    library, article = disk.folder / "library", tmp_path / "a.txt"
    article.write_text(ARTICLE, encoding="utf-8")
    with disk.full():
        for words in (("add", str(article)), ("backup", str(disk.folder / "monday"))):
            code, told = ran(*words, library=library)
            assert code == 1
            assert any(one in told for one in TOLD), told
            assert "Traceback" not in told
    assert not list(disk.folder.glob("monday*"))
    with opened() as desk:
        assert len(desk.articles()) == 2
        assert desk.ask(QUESTION).answered


def test_a_library_that_must_not_be_written_to_says_so(
    disk: SmallDisk, opened: Callable[[], Desk], tmp_path: Path
) -> None:
    """A disk mounted read-only where we may; elsewhere a file that belongs to everyone, to be read."""
    library = disk.folder / "library"
    if disk.mounted:
        subprocess.run(["mount", "-o", "remount,ro", str(disk.folder)], check=True)
    else:
        for path in (library, *library.rglob("*")):
            path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        for words in (("ask", QUESTION), ("add", str(ROOT / "seeds")), ("list",)):
            code, told = ran(*words, library=library)
            if os.geteuid() == 0 and not disk.mounted:
                assert code == 0  # to root nothing is read-only that is not mounted so
                continue
            assert code == 1
            assert "check its permissions and its disk" in told or "you may read and write it" in told, told
    finally:
        if disk.mounted:
            subprocess.run(["mount", "-o", "remount,rw", str(disk.folder)], check=True)
        else:
            for path in (library, *library.rglob("*")):
                path.chmod(0o700)
    assert (library / FILE_NAME).exists()
    with opened() as desk:
        assert desk.ask(QUESTION).answered
