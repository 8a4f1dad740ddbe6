"""The golden questions, asked as a user would: what a change must not make worse.

The whole file is answered with quotes, and a fixed sample of it by the embedded writer, which takes seconds a question.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden" / "seeds.jsonl"
SAMPLE = 20

# Lowest figures allowed. When they were set, quotes scored .67 and the writer .70 on the sample, .86 on the whole file.
QUOTES = {
    "score": 0.6,
    "abstention_recall": 0.9,
    "citations_resolved": 1.0,
    "sentences_supported": 1.0,
    "hit_at_1": 0.9,
}
WRITER = {"score": 0.6, "abstention_recall": 0.85, "citations_resolved": 1.0, "sentences_supported": 0.97}


def evaluate(cache_dir: Path, folder: Path, *options: str) -> dict[str, Any]:
    """The report of `onrecord eval` over a new library of the seeds."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ONRECORD_", "COV_", "COVERAGE_"))
    }
    environment = {**kept, "ONRECORD_CACHE_DIR": str(cache_dir), "HOME": str(folder)}
    start = "import sys; from app.cli import main; sys.exit(main())"  # what the installed script does
    command = [sys.executable, "-c", start, "eval", str(GOLDEN), "--json", *options]
    command += ["--library", str(folder / "library"), "--output", str(folder / "lines.jsonl")]
    finished = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200, check=False
    )
    assert finished.returncode == 0, finished.stderr
    report: dict[str, Any] = json.loads(finished.stdout)
    return report


def too_low(report: dict[str, Any], bars: dict[str, float]) -> dict[str, float]:
    total = report["total"]
    return {name: total[name] for name, bar in bars.items() if total[name] is None or total[name] < bar}


def test_quotes_answer_the_golden_questions(cache_dir: Path, embedding_files: Path, tmp_path: Path) -> None:
    assert embedding_files.exists()
    report = evaluate(cache_dir, tmp_path, "--quotes-only")
    assert report["total"]["questions"] >= 60
    assert too_low(report, QUOTES) == {}, json.dumps(report, indent=1)


def test_the_embedded_writer_answers_golden_questions(
    cache_dir: Path, embedding_files: Path, writer_file: Path, tmp_path: Path
) -> None:
    assert embedding_files.exists()
    assert writer_file.exists()
    report = evaluate(cache_dir, tmp_path, "--sample", str(SAMPLE), "--seed", "1")
    assert report["total"]["questions"] == SAMPLE
    assert report["total"]["fallbacks"] == 0
    assert too_low(report, WRITER) == {}, json.dumps(report, indent=1)


@pytest.mark.parametrize("bars", [QUOTES, WRITER])
def test_every_bar_is_a_figure_of_the_report(bars: dict[str, float]) -> None:
    from app.evaluation.metrics.summary import Summary

    assert set(bars) <= set(Summary.__slots__)
