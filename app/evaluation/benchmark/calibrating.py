"""Fits confidence to what was right, on one half of the answers of finished runs, and tells how far it can be trusted.

`python -m app.evaluation.benchmark.calibrating RUN...`, each the .jsonl file of an `onrecord eval`. Confidence is a
logistic function of the case for a sentence (app.abstaining); with two new parameters for its log-odds the function
that fits the runs best is told, once for answers that a writer had a part in and once for quotes alone. Only what was
answered counts, for of the rest it is not known whether it would have been right: the function depends on the case
alone, which also decides what is answered. Leaves out: deciding by it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.abstaining import READ, UNREAD

Floats = NDArray[np.float64]
BINS = 5
STEPS = 50
PENALTY = 1e-3
"""Keeps the fit finite where every answer of a half is right."""


def main() -> int:
    """Prints what each half would make of the confidence, and how each then does on the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="the .jsonl file of a finished evaluation")
    options = parser.parse_args()
    outcomes = [json.loads(line) for run in options.runs for line in run.read_text(encoding="utf-8").splitlines()]
    for name, now, wanted in (("written", READ, False), ("quotes", UNREAD, True)):
        odds, right = answered(one for one in outcomes if (one["writer"] == "quotes") is wanted)
        if len(set(right[::2])) == len(set(right[1::2])) == 2:
            sys.stdout.write(f"{name}: {_told(odds, right, now)}\n")
    return 0


def answered(outcomes: Iterable[Mapping[str, Any]]) -> tuple[Floats, Floats]:
    """The log-odds of confidence of each answered question, and 1.0 where the answer is right, 0.0 where it is not."""
    shown = [one for one in outcomes if one["answered"] and one["confidence"] is not None and not one["error"]]
    sure = np.clip(np.array([one["confidence"] for one in shown], dtype=np.float64), 1e-4, 1 - 1e-4)
    return np.log(sure / (1 - sure)), np.array([bool(one["right"]) for one in shown], dtype=np.float64)


def fit(odds: Floats, right: Floats) -> Floats:
    """Slope and offset, (2,), by which log-odds become those that make `right` likeliest (Newton's method)."""
    rows = np.column_stack([odds, np.ones_like(odds)])
    weights = np.array([1.0, 0.0])
    for _ in range(STEPS):
        likely = predicted(odds, weights)
        slope = rows.T @ (right - likely) - PENALTY * weights
        bend = (rows * (likely * (1 - likely))[:, None]).T @ rows + PENALTY * np.eye(2)
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def predicted(odds: Floats, weights: Floats) -> Floats:
    """The probabilities, in [0, 1], that these slope and offset make of log-odds."""
    return np.asarray(1 / (1 + np.exp(-(weights[0] * odds + weights[1]))), dtype=np.float64)


def reliability(likely: Floats, right: Floats) -> list[tuple[float, float, int]]:
    """Mean prediction, observed share and number of answers, in bins of about as many, least sure first."""
    bins = [chosen for chosen in np.array_split(np.argsort(likely, kind="stable"), BINS) if len(chosen)]
    return [(float(likely[chosen].mean()), float(right[chosen].mean()), len(chosen)) for chosen in bins]


def error(likely: Floats, right: Floats) -> float:
    """The mean distance of prediction and observation over those bins (expected calibration error)."""
    told = reliability(likely, right)
    return sum(abs(mean - share) * n for mean, share, n in told) / sum(n for _, _, n in told)


def _told(odds: Floats, right: Floats, now: tuple[float, float]) -> str:
    unchanged = np.array([1.0, 0.0])
    halves = [fit(odds[half::2], right[half::2]) for half in (0, 1)]
    exchanged = np.empty_like(odds)
    for half in (0, 1):
        exchanged[half::2] = predicted(odds[half::2], halves[1 - half])
    whole = fit(odds, right)
    lines = [f"{len(odds)} answers, {right.mean():.2f} of them right"]
    for name, likely in (
        ("as it is", predicted(odds, unchanged)),
        ("each half by the other's fit", exchanged),
        ("fitted on all", predicted(odds, whole)),
    ):
        squared = float(((likely - right) ** 2).mean())
        lines.append(
            f"  {name}: Brier {squared:.3f}, calibration error {error(likely, right):.3f}; {_bins(likely, right)}"
        )
    for name, weights in (("half 0", halves[0]), ("half 1", halves[1]), ("all", whole)):
        slope, offset = weights[0] * now[0], weights[0] * now[1] - weights[1]
        lines.append(f"  {name}: slope {slope:.2f}, offset {offset:.2f} (now {now[0]:g}, {now[1]:g})")
    return "\n".join(lines)


def _bins(likely: Floats, right: Floats) -> str:
    told: Sequence[tuple[float, float, int]] = reliability(likely, right)
    return "predicted and right " + ", ".join(f"{mean:.2f} {share:.2f} ({n})" for mean, share, n in told)


if __name__ == "__main__":
    sys.exit(main())
