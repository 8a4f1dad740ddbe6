"""A run that is killed half-way, by the real command in a real process, and goes on to the same report."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.evaluation.outcomes import read_outcomes

ROOT = Path(__file__).resolve().parent.parent
START = "import sys; from app.cli import main; sys.exit(main())"  # what the installed script does
QUESTIONS = 16
BEFORE_THE_END = 5


@pytest.fixture
def environment(cache_dir: Path, embedding_files: Path, tmp_path: Path) -> dict[str, str]:
    assert embedding_files.exists()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ONRECORD_", "COV", "COVERAGE"))}
    return {**kept, "ONRECORD_CACHE_DIR": str(cache_dir), "ONRECORD_LIBRARY": str(tmp_path / "library")}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program: a run goes on with the same one only, and somebody may be at work on this one."""
    for name in ("app", "index", "prompts", "seeds"):
        shutil.copytree(ROOT / name, tmp_path / "program" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "program"


def command(lines: Path, option: str) -> list[str]:
    golden = ROOT / "tests" / "golden" / "seeds.jsonl"
    told = ["eval", str(golden), "--quotes-only", "--limit", str(QUESTIONS), "--json", "--output", str(lines), option]
    return [sys.executable, "-c", START, *told]


def finished(words: list[str], environment: dict[str, str], program: Path) -> dict[str, Any]:
    done = subprocess.run(words, cwd=program, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def without_times(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if not name.endswith("_seconds")}


def count(lines: Path) -> int:
    return lines.read_bytes().count(b"\n") if lines.exists() else 0


def test_a_killed_run_goes_on_to_the_same_report(environment: dict[str, str], program: Path, tmp_path: Path) -> None:
    whole = finished(command(tmp_path / "whole" / "run.jsonl", "--fresh"), environment, program)
    lines = tmp_path / "killed" / "run.jsonl"
    with subprocess.Popen(
        command(lines, "--fresh"), cwd=program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        deadline = time.monotonic() + 120
        while count(lines) < BEFORE_THE_END and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
    assert BEFORE_THE_END <= count(lines) <= QUESTIONS
    resumed = finished(command(lines, "--resume"), environment, program)
    assert without_times(resumed["total"]) == without_times(whole["total"])
    ends = [
        [without_times(told) for told in (run["intervals"]["total"], *run["intervals"]["by_kind"].values())]
        for run in (whole, resumed)
    ]
    assert ends[0] == ends[1]
    replies = [[outcome.text for outcome in read_outcomes(Path(run["lines"]))] for run in (whole, resumed)]
    assert replies[0] == replies[1]
    assert len(replies[0]) == QUESTIONS
