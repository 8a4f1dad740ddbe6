"""What make does before and around Python: which interpreter it takes, and what it says when there is none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def make(folder: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    make_program = shutil.which("make")
    assert make_program, "make is needed to run the tests"
    environment = {"PATH": path or "/usr/bin:/bin", "HOME": str(folder)}
    command = [make_program, "-C", str(folder), "--no-print-directory", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a space in its name that holds what `make install` reads."""
    folder = tmp_path / "on record"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-test.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_an_old_python_is_refused_by_name(checkout: Path) -> None:
    old = program(checkout / "old-python", "exit 1")
    finished = make(checkout, "install", f"PYTHON={old}")
    assert finished.returncode != 0
    assert "needs Python 3.11 or newer" in finished.stderr
    assert str(old) in finished.stderr
    assert not (checkout / ".venv").exists()


def test_a_named_python_is_the_only_one_tried(checkout: Path) -> None:
    finished = make(checkout, "install", "PYTHON=no-such-python")
    assert finished.returncode != 0
    assert "no-such-python" in finished.stderr


@pytest.fixture
def pretend_path(checkout: Path) -> str:
    """A PATH whose python3 makes an environment whose pip fails, and counts how often."""
    log = checkout / "pip.log"
    inner = f"case \"$*\" in *'-m pip'*) echo x >> '{log}'; exit 1;; *) exit 0;; esac"
    script = (
        'if [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p "$3/bin"; '
        f"cat > \"$3/bin/python\" <<'EOF'\n#!/bin/sh\n{inner}\nEOF\n"
        'chmod +x "$3/bin/python"; fi; exit 0'
    )
    program(checkout / "programs" / "python3", script)
    program(checkout / "programs" / "sleep", "exit 0")
    return f"{checkout / 'programs'}:/usr/bin:/bin"


def test_a_failing_download_is_tried_again_and_named(checkout: Path, pretend_path: str) -> None:
    finished = make(checkout, "install", "ATTEMPTS=3", path=pretend_path)
    assert finished.returncode != 0
    assert (checkout / "pip.log").read_text().split() == ["x"] * 3
    assert "requirements.lock could not be installed in 3 attempts" in finished.stderr
    assert not (checkout / ".venv" / ".installed").exists()


def ready(checkout: Path) -> None:
    """Pretend that everything is installed here."""
    program(checkout / ".venv" / "bin" / "python", "exit 0")
    (checkout / ".venv" / ".place").write_text(f"{checkout.resolve()}\n", encoding="utf-8")
    (checkout / ".venv" / ".installed").touch()


def test_a_second_start_installs_nothing_and_passes_the_port_on(checkout: Path) -> None:
    ready(checkout)
    program(checkout / ".venv" / "bin" / "onrecord", 'echo "$@"')
    assert make(checkout, "chat").stdout == "serve\n"
    assert make(checkout, "chat", "PORT=7861").stdout == "serve --port 7861\n"


def test_an_environment_that_was_moved_here_is_made_anew(checkout: Path) -> None:
    ready(checkout)
    (checkout / ".venv" / ".place").write_text("/somewhere/else\n", encoding="utf-8")
    assert "-m venv" in make(checkout, "-n", "install").stdout
