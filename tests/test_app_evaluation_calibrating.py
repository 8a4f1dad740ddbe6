"""Confidence is fitted to what was right, and told apart from how it does on what it was not fitted to."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.abstaining import UNREAD
from app.evaluation.benchmark.calibrating import answered, error, fit, main, predicted, reliability


def test_the_fit_finds_the_function_that_made_the_data() -> None:
    random = np.random.default_rng(0)
    odds = random.normal(size=20_000)
    right = (random.random(odds.size) < predicted(odds, np.array([2.0, -0.5]))).astype(np.float64)
    weights = fit(odds, right)
    assert weights == pytest.approx([2.0, -0.5], abs=0.1)
    assert error(predicted(odds, weights), right) < 0.01 < error(predicted(odds, np.array([1.0, 0.0])), right)
    assert sum(n for _, _, n in reliability(predicted(odds, weights), right)) == odds.size


def test_only_answers_whose_confidence_is_known_count() -> None:
    lines: list[dict[str, Any]] = [
        {"answered": True, "confidence": 0.5, "right": True, "error": None},
        {"answered": False, "confidence": 0.4, "right": False, "error": None},
        {"answered": True, "confidence": None, "right": True, "error": None},
        {"answered": True, "confidence": 0.9, "right": None, "error": "it failed"},
        {"answered": True, "confidence": 1.0, "right": False, "error": None},
    ]
    odds, right = answered(lines)
    assert odds.tolist() == [0.0, pytest.approx(np.log(9999), rel=1e-3)]
    assert right.tolist() == [1.0, 0.0]


def test_runs_are_told_with_the_parameters_that_are_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(1)
    sure = random.random(80)
    lines = [
        {"answered": True, "confidence": one, "right": bool(random.random() < one), "error": None, "writer": "quotes"}
        for one in sure.tolist()
    ]
    run = tmp_path / "run.jsonl"
    run.write_text("\n".join(map(json.dumps, lines)))
    monkeypatch.setattr(sys, "argv", ["calibrating", str(run)])
    assert main() == 0
    told = capsys.readouterr().out
    assert told.startswith("quotes: 80 answers")
    assert f"(now {UNREAD[0]:g}, {UNREAD[1]:g})" in told
    assert "written" not in told
