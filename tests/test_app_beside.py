"""Commands beside a server go through it: a real `onrecord serve`, real commands, and what happens when it is gone."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import Desk, note
from app.config import load_settings

ROOT = Path(__file__).parents[1]
ONRECORD = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]
QUESTION = "What stake will Renault hold in Nissan after the deal?"


@dataclass
class Library:
    """A library's folder, and how commands are run on it."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, where: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [*ONRECORD, *words]
        return subprocess.run(
            command, env=self.environment, cwd=where, capture_output=True, text=True, timeout=180, check=False
        )

    @contextmanager
    def served(self) -> Iterator[subprocess.Popen[bytes]]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [*ONRECORD, "serve", "--port", str(port)]
        with subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL) as server:
            try:
                end = time.monotonic() + 180
                while (left := note.read(self.folder)) is None or left.pid != server.pid or not note.answers(left):
                    assert time.monotonic() < end, "no server came up"
                    assert server.poll() is None
                    time.sleep(0.1)
                yield server
            finally:
                if server.poll() is None:
                    server.send_signal(signal.SIGINT)
                    server.wait(60)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Library:
    folder = tmp_path_factory.mktemp("beside") / "library"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    chosen = {"ONRECORD_LIBRARY": str(folder), "ONRECORD_CACHE_DIR": str(cache_dir), "ONRECORD_WRITER": "quotes"}
    made = Library(folder, {**kept, **chosen, "PYTHONPATH": str(ROOT)})
    added = made.run("add", str(ROOT / "seeds"))
    assert added.returncode == 0, added.stderr
    return made


@pytest.fixture(scope="module")
def served(library: Library) -> Iterator[Library]:
    with library.served():
        yield library


def plain(printed: str) -> Any:
    """What was printed, without what is another each time; of a score the digits that a sum's order leaves alone."""
    try:
        read = json.loads(printed, parse_float=lambda digits: round(float(digits), 3))
    except ValueError:
        return printed
    if isinstance(read, dict):
        return {name: value for name, value in read.items() if name not in ("turn_id", "conversation_id", "timings")}
    return read


def test_a_command_gives_beside_a_server_what_it_gives_without_one(library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "odd.bin").write_bytes(b"\0")
    commands: list[tuple[str, ...]] = [
        ("search", QUESTION, "--json"),
        ("search", QUESTION, "-k", "2", "--since", "2023-01-01", "--undated"),
        ("timeline", "the alliance of Nissan and Renault", "--json"),
        ("ask", QUESTION, "--quotes", "--json"),
        ("ask", " ", "--quotes"),
        ("ask", QUESTION, "--follow", "no-such-turn"),
        ("remove", "no-such-article"),
        ("add", "missing.txt", "empty.txt", "odd.bin", str(ROOT / "seeds"), "--json"),
    ]
    without = [library.run(*one, where=tmp_path) for one in commands]
    with library.served():
        beside = [library.run(*one, where=tmp_path) for one in commands]
    for command, alone, through in zip(commands, without, beside, strict=True):
        assert (through.returncode, through.stderr) == (alone.returncode, alone.stderr), command
        assert plain(through.stdout) == plain(alone.stdout), command
    assert [one.returncode for one in without] == [0, 0, 0, 0, 2, 1, 1, 1]


def test_a_server_does_the_writing_and_others_see_it_within_a_second(served: Library, tmp_path: Path) -> None:
    article = tmp_path / "harbour.txt"
    article.write_text("The harbour of Sampleton froze over on 3 March 2024. Boats stay in until April.")
    chosen = load_settings(library=served.folder, cache_dir=served.environment["ONRECORD_CACHE_DIR"], writer="quotes")
    with Desk.open(settings=chosen) as reader:
        before = reader.search("When did the harbour of Sampleton freeze over?").library_articles
        added = json.loads(served.run("add", "harbour.txt", "--json", where=tmp_path).stdout)
        assert (added["status"], added["origin"]) == ("added", str(article))
        since = time.monotonic()
        found = reader.search("When did the harbour of Sampleton freeze over?")
        assert found.library_articles == before + 1
        assert found.evidence[0].article_id == added["article_id"]
        assert time.monotonic() - since < 1
        assert "froze over on 3 March" in served.run("ask", "When did the harbour of Sampleton freeze over?").stdout
        assert served.run("remove", added["article_id"]).returncode == 0
        assert reader.search("When did the harbour of Sampleton freeze over?").library_articles == before


def test_what_the_command_asks_is_kept_and_asked_again(served: Library) -> None:
    asked = json.loads(served.run("ask", QUESTION, "--json").stdout)
    followed = json.loads(served.run("ask", "Why?", "--follow", asked["turn_id"], "--json").stdout)
    assert followed["conversation_id"] == asked["conversation_id"]
    assert served.run("export", asked["turn_id"]).returncode == 0
    assert served.run("stale", "--again").returncode == 0


def test_the_note_is_its_owners_alone_and_the_address_takes_its_secret_alone(served: Library) -> None:
    left = note.read(served.folder)
    assert left is not None
    assert stat.S_IMODE((served.folder / note.FILE_NAME).stat().st_mode) == 0o600
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": f"Bearer {left.secret}x"}):
        refused = httpx.post(f"{left.url}{note.ADDRESS}/add", json={"targets": ["/etc/passwd"]}, headers=headers)
        assert refused.status_code == 404
    right = {"authorization": f"Bearer {left.secret}"}
    assert httpx.post(f"{left.url}{note.ADDRESS}/shutdown", json={}, headers=right).status_code == 404
    foreign = right | {"origin": "https://evil.example"}
    assert httpx.post(f"{left.url}{note.ADDRESS}/add", json={"targets": []}, headers=foreign).status_code == 403
    assert left.secret not in httpx.get(left.url + note.ADDRESS, params={"challenge": left.secret}).text


def test_a_note_that_others_may_read_or_that_another_program_answers_is_not_believed(tmp_path: Path) -> None:
    own = note.new_note("http://127.0.0.1:1")
    note.leave(own, tmp_path)
    assert note.read(tmp_path) == own
    assert not note.answers(own)
    (tmp_path / note.FILE_NAME).chmod(0o644)
    assert note.read(tmp_path) is None
    (tmp_path / note.FILE_NAME).write_text("{")
    assert note.read(tmp_path) is None
    note.take_away(own, tmp_path)
    assert (tmp_path / note.FILE_NAME).exists(), "it is another's by now"
    impostor = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(impostor, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as one:
        try:
            assert one.stdout is not None
            port = one.stdout.readline().split(b" port ")[1].split()[0].decode()
            assert not note.answers(note.Note(url=f"http://127.0.0.1:{port}", secret=own.secret, pid=1))
        finally:
            one.kill()


def test_a_server_that_was_killed_is_not_waited_for(tmp_path: Path, library: Library) -> None:
    folder = tmp_path / "library"
    library = Library(folder, library.environment | {"ONRECORD_LIBRARY": str(folder)})
    with library.served() as server:
        server.kill()
        server.wait(30)
        assert note.read(library.folder) is not None, "nobody took it away"
        found = library.run("search", QUESTION, "--json")
        assert found.returncode == 0, found.stderr
        assert json.loads(found.stdout)
    with library.served():
        pass
    assert note.read(library.folder) is None, "a server that ends takes its note away"
