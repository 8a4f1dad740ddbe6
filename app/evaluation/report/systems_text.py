"""Several systems over the same questions as text and as JSON. Leaves out: asking them, and the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.evaluation.metrics.comparing import compare
from app.evaluation.metrics.intervals import intervals
from app.evaluation.metrics.summary import summarise
from app.evaluation.report.comparison_text import comparison_record, difference_lines
from app.evaluation.report.table import HEADLINE, aligned, report, with_interval
from app.evaluation.runs.files import Run

_MORE = (
    ("abst.R", "abstention_recall", ".2f"),
    ("cit.R", "citation_recall", ".2f"),
    ("cit.P", "citation_precision", ".2f"),
    ("resolve", "citations_resolved", ".2f"),
    ("F1", "token_f1", ".2f"),
    ("cal.err", "calibration_error", ".2f"),
    ("evidence p50", "median_first_evidence_seconds", ".2f"),
    ("evidence p95", "p95_first_evidence_seconds", ".2f"),
    ("word p50", "median_first_word_seconds", ".2f"),
    ("word p95", "p95_first_word_seconds", ".2f"),
    ("all p50", "median_total_seconds", ".2f"),
    ("all p95", "p95_total_seconds", ".2f"),
    ("read", "tokens_read", ",d"),
    ("written", "tokens_written", ",d"),
    ("cost", "cost", ".4g"),
)
"""Times in seconds: to the first evidence, the first word, the whole answer. Tokens and cost are those of all."""
_ONLY_WHERE_KNOWN = frozenset({"cost"})


def systems_text(names: Sequence[str], runs: Sequence[Run]) -> str:
    """The headline figures of each, then each beside the first, question by question."""
    lines = [*aligned(systems_rows(names, runs), rule=False), "", *aligned(more_rows(names, runs), rule=False)]
    for name, run in zip(names[1:], runs[1:], strict=True):
        lines += ["", f"{names[0]} (first) and {name} (second)"]
        lines += difference_lines(compare(runs[0].outcomes, run.outcomes))
    return "\n".join(lines)


def systems_rows(names: Sequence[str], runs: Sequence[Run]) -> list[tuple[str, ...]]:
    """A head, then a row a system: its headline figures with intervals."""
    rows: list[tuple[str, ...]] = [("system", "n", *HEADLINE)]
    for name, run in zip(names, runs, strict=True):
        summary, found = summarise(run.outcomes), intervals(run.outcomes, HEADLINE)
        cells = (with_interval(getattr(summary, figure), found[figure]) for figure in HEADLINE)
        rows.append((name, str(summary.questions), *cells))
    return rows


def more_rows(names: Sequence[str], runs: Sequence[Run]) -> list[tuple[str, ...]]:
    """A head, then a row a system: citations, confidence, how long it takes, what it reads and costs."""
    summaries = [summarise(run.outcomes) for run in runs]
    shown = [
        column
        for column in _MORE
        if column[1] not in _ONLY_WHERE_KNOWN or any(getattr(one, column[1]) is not None for one in summaries)
    ]
    rows: list[tuple[str, ...]] = [("system", *(head for head, _, _ in shown))]
    for name, summary in zip(names, summaries, strict=True):
        values = ((getattr(summary, figure), form) for _, figure, form in shown)
        rows.append((name, *("-" if value is None else format(value, form) for value, form in values)))
    return rows


def systems_record(names: Sequence[str], runs: Sequence[Run], file: str) -> dict[str, Any]:
    """Each system's figures, and each beside the first, for JSON."""
    return {
        "systems": {
            name: report(run.outcomes, file=file, lines=str(run.lines)) for name, run in zip(names, runs, strict=True)
        },
        "comparisons": [
            comparison_record(names[0], name, compare(runs[0].outcomes, run.outcomes))
            for name, run in zip(names[1:], runs[1:], strict=True)
        ],
    }
