"""A comparison as text for people and as JSON. Leaves out: making it (comparing), and the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from app.evaluation.metrics.comparing import Comparison, Difference, Pair
from app.evaluation.outcomes import Outcome
from app.evaluation.report.table import aligned
from app.evaluation.runs.files import Run
from app.evaluation.runs.provenance import differences

_LONGEST_ANSWER = 240
_HEAD = ("figure", "n", "first", "second", "difference", "better", "worse", "p")


def comparison_text(first: Run, second: Run, comparison: Comparison) -> str:
    """What differs between two runs: how they were made, the figures, and each question that changed."""
    lines = [f"first   {_whence(first)}", f"second  {_whence(second)}"]
    lines += [f"        {line}" for line in made_differently(first, second)]
    lines += ["", *difference_lines(comparison)]
    if comparison.unpaired:
        lines.append(f"{comparison.unpaired} questions are in only one of the runs, or changed: left out.")
    for change in ("better", "worse"):
        pairs = comparison.changed(change)
        lines += ["", f"{change.capitalize()}: {len(pairs)} of {len(comparison.pairs)}"]
        lines += [line for pair in pairs for line in _pair_lines(pair)]
    return "\n".join(lines)


def made_differently(first: Run, second: Run) -> list[str]:
    """What the records say differs between how two runs were made, one line each; empty where nothing is known."""
    if not first.record or not second.record:
        return []
    sides = [{name: run.record.get(name) for name in ("options", "golden", "made_by")} for run in (first, second)]
    return [f"{name}: {_short(one)} -> {_short(other)}" for name, one, other in differences(sides[0], sides[1])]


def difference_lines(comparison: Comparison) -> list[str]:
    """A table of the figures; p is two-sided, without correction for there being several."""
    lines = aligned(difference_rows(comparison), rule=False)
    return [*lines, "difference: with its 95 % interval; p: exact paired randomisation test, two-sided"]


def difference_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    """A head, then a row a figure."""
    return [_HEAD, *(_cells(one) for one in comparison.differences)]


def comparison_record(first: str, second: str, comparison: Comparison) -> dict[str, Any]:
    """The comparison for JSON; each changed question with both answers."""
    return {
        "first": first,
        "second": second,
        "questions": len(comparison.pairs),
        "unpaired": comparison.unpaired,
        "differences": [dataclasses.asdict(one) for one in comparison.differences],
        "better": [_pair_record(pair) for pair in comparison.changed("better")],
        "worse": [_pair_record(pair) for pair in comparison.changed("worse")],
    }


def told(outcome: Outcome) -> str:
    """One word for how it went: right, wrong, abstained, failed, or where the gold article stood."""
    if outcome.error:
        return "failed"
    if outcome.score is None:
        return f"rank {outcome.rank}" if outcome.rank else "not found"
    if outcome.answered is False:
        return "abstained, rightly" if outcome.score == 1 else "abstained"
    return "right" if outcome.score == 1 else "wrong"


def one_line(text: str, longest: int = _LONGEST_ANSWER) -> str:
    """A text on one line without what could steer a terminal, cut where it is long."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def _cells(one: Difference) -> tuple[str, ...]:
    low, high = one.interval
    return (
        one.figure,
        str(one.questions),
        f"{one.first:.3f}",
        f"{one.second:.3f}",
        f"{one.difference:+.3f} [{low:+.3f}, {high:+.3f}]",
        str(one.better),
        str(one.worse),
        "-" if one.p is None else f"{one.p:.3f}",
    )


def _pair_lines(pair: Pair) -> Iterator[str]:
    yield f"  {one_line(pair.first.id)}  {one_line(pair.first.question)}"
    for outcome in (pair.first, pair.second):
        yield f"    {told(outcome):<18}  {one_line(outcome.error or outcome.text or '-')}"


def _pair_record(pair: Pair) -> dict[str, Any]:
    sides = {
        name: {"told": told(outcome), "score": outcome.score, "rank": outcome.rank, "text": outcome.text}
        for name, outcome in (("first", pair.first), ("second", pair.second))
    }
    return {"id": pair.first.id, "kind": pair.first.kind, "question": pair.first.question, **sides}


def _whence(run: Run) -> str:
    modes = ", ".join(dict.fromkeys(outcome.mode for outcome in run.outcomes))
    return f"{run.lines} ({len(run.outcomes)} questions, {modes}, {run.record.get('started_at', 'no record')})"


def _short(value: Any) -> str:
    return one_line(str(value), 40)
