"""Every command in the README is run, so that it cannot rot; one that no test knows how to run fails."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


# Commands that are not simply run to their end, and what is done with them.
HOW: dict[str, str] = {
    "make chat": "serves",
    "make chat PORT=7861": "serves",
    "make install": "planned",  # ran before this test could
    "make test": "planned",  # is what runs this test
    "onrecord serve --port 7861": "serves",
    "onrecord user new anna --role editor": "asks for a password",
    """curl -s http://127.0.0.1:7861/api/v1/ask --json '{"question": "What is Ampere?"}'""": "asks the server",
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> dict[str, str]:
    """The environment of someone who reads the README: an empty home, models at hand, quotes for speed."""
    assert embedding_files.exists()
    home = tmp_path_factory.mktemp("reader")
    dropped = ("ONRECORD_", "COV_", "COVERAGE_", "PYTHONPATH", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {
        **kept,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PATH": f"{SCRIPTS}{os.pathsep}{kept.get('PATH', '')}",
        "ONRECORD_CACHE_DIR": str(cache_dir),
        "ONRECORD_LIBRARY": str(home / "library"),
        "ONRECORD_WRITER": "quotes",
    }


@pytest.fixture(scope="module")
def folder(reader: dict[str, str]) -> Path:
    """Where the commands are run: the README's paths, and nothing else of the checkout."""
    place = Path(reader["HOME"]) / "checkout"
    place.mkdir()
    shutil.copytree(ROOT / "seeds", place / "seeds")
    shutil.copytree(ROOT / "tests" / "golden", place / "tests" / "golden")
    return place


def run(command: list[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def an_article(environment: dict[str, str], folder: Path) -> str:
    """The article that stands in for ARTICLE: the first listed; where none is left, the seeds are added again."""
    run(["onrecord", "add", "seeds"], environment, folder)
    listed = json.loads(run(["onrecord", "list", "--json"], environment, folder).stdout)
    rows = listed["articles"] if isinstance(listed, dict) else listed
    return str(rows[0]["article_id"])


def a_turn(environment: dict[str, str], folder: Path) -> str:
    """The turn that stands in for TURN."""
    asked = run(["onrecord", "ask", "--json", "What is Ampere?"], environment, folder)
    return str(json.loads(asked.stdout)["turn_id"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("line", commands())
def test_readme_command_works(line: str, reader: dict[str, str], folder: Path) -> None:
    how = HOW.get(line, "runs")
    if how == "planned":
        assert make(line, "--dry-run", reader).returncode == 0
    elif how == "serves":
        with serving(line, reader, folder) as port:
            assert "OnRecord" in page_within(60, port)
    elif how == "asks for a password":
        made = subprocess.run(
            shlex.split(line),
            env=reader,
            cwd=folder,
            input="correct horse battery\n",
            text=True,
            timeout=300,
            check=False,
        )
        assert made.returncode == 0
    elif how == "asks the server":
        with serving("onrecord serve --port 7861", reader, folder) as port:
            page_within(300, port, "/readyz")
            asked = run(shlex.split(line.replace("7861", str(port))), reader, folder)
            assert json.loads(asked.stdout)["question"] == "What is Ampere?"
    else:
        words = shlex.split(line)
        assert words[0] == "onrecord", f"the README names a command that no test runs: {line!r}; add it to HOW"
        if "ARTICLE" in words:
            article = an_article(reader, folder)
            words = [article if word == "ARTICLE" else word for word in words]
        if "TURN" in words:
            turn = a_turn(reader, folder)
            words = [turn if word == "TURN" else word for word in words]
        words, into = (words[:-2], words[-1]) if ">" in words else (words, None)
        finished = run(words, reader, folder)
        if into:
            (folder / into).write_text(finished.stdout, encoding="utf-8")
        assert finished.returncode == 0, finished.stderr
        assert "Traceback" not in finished.stderr
        assert finished.stdout.strip()


def make(line: str, option: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run([*shlex.split(line), option], environment, ROOT)


@contextmanager
def serving(line: str, environment: dict[str, str], folder: Path) -> Iterator[int]:
    """It runs on a free port, which is given, and is stopped."""
    port = free_port()
    words = shlex.split(line)
    if words[0] == "make":  # nothing is installed here: the environment of the tests stands in
        words = ["make", "-C", str(ROOT), "--old-file=install", f"VENV={SCRIPTS.parent}", "chat", f"PORT={port}"]
    else:
        words = [str(port) if word.isdecimal() else word for word in words]
    with subprocess.Popen(
        words, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            yield port
            assert server.poll() is None, "it ended by itself"
        finally:
            stop(server)


def page_within(seconds: float, port: int, path: str = "/") -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=seconds) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"nothing at {path} on port {port} within {seconds} s")


def stop(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, 15)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, 9)
        raise


def test_readme_has_commands_and_no_stale_handling() -> None:
    assert len(commands()) > 10
    assert set(HOW) - set(commands()) == set()


@pytest.mark.parametrize("code", blocks("python"))
def test_readme_python_works(code: str, reader: dict[str, str], folder: Path) -> None:
    finished = run([sys.executable, "-c", code], reader, folder)
    assert finished.returncode == 0, finished.stderr
    assert "15%" in finished.stdout


def test_readme_settings_are_those_of_the_code() -> None:
    from app.config import Settings

    table = README.split("<!-- settings: begin -->\n")[1].split("<!-- settings: end -->")[0]
    assert table == settings_table(Settings)


def settings_table(settings: type) -> str:
    """The README's table: one row a setting; regenerate it with `python tests/test_project_readme.py`."""
    rows = ["| variable | default | what |", "|---|---|---|"]
    for name, field in settings.model_fields.items():  # type: ignore[attr-defined]
        if field.default_factory is not None:
            default = "a folder of yours"
        elif field.default is None:
            default = ""
        else:
            default = f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
        rows.append(f"| `ONRECORD_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    from app.config import Settings as Current

    begin, end = "<!-- settings: begin -->\n", "<!-- settings: end -->"
    head, rest = README.split(begin)
    (ROOT / "README.md").write_text(head + begin + settings_table(Current) + end + rest.split(end)[1], encoding="utf-8")
