"""The figures of a run as a table for people and as JSON. Leaves out: working them out (metrics)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from app.evaluation.metrics.intervals import LEVEL, RESAMPLES, Interval, intervals
from app.evaluation.metrics.summary import Summary, summarise
from app.evaluation.outcomes import Outcome

SCHEMA_VERSION = 1

_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("n", "questions", "d"),
    ("hit@1", "hit_at_1", ".3f"),
    ("hit@4", "hit_at_4", ".3f"),
    ("hit@10", "hit_at_10", ".3f"),
    ("MRR@10", "mrr_at_10", ".3f"),
    ("psg@1", "passage_hit_at_1", ".3f"),
    ("psg@4", "passage_hit_at_4", ".3f"),
    ("pMRR@10", "passage_mrr_at_10", ".3f"),
    ("right", "right", ".3f"),
    ("wrong", "wrong", ".3f"),
    ("score", "score", "+.3f"),
    ("abst.P", "abstention_precision", ".3f"),
    ("abst.R", "abstention_recall", ".3f"),
    ("supported", "sentences_supported", ".3f"),
    ("resolve", "citations_resolved", ".3f"),
    ("first s", "median_first_word_seconds", ".2f"),
    ("all s", "median_total_seconds", ".2f"),
)

HEADLINE = ("score", "right", "wrong", "hit_at_1", "hit_at_10")
"""The figures whose intervals people see."""


def report(outcomes: Sequence[Outcome], *, file: str, lines: str) -> dict[str, Any]:
    """The run as JSON: the figures by kind, in the order in which kinds appear, and of all questions.

    `file` names the golden questions, `lines` where the line of each question is kept.
    """
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    return {
        "schema_version": SCHEMA_VERSION,
        "file": file,
        "lines": lines,
        "mode": outcomes[0].mode if outcomes else None,
        "writers": sorted({outcome.writer for outcome in outcomes if outcome.writer}),
        "total": dataclasses.asdict(summarise(outcomes)),
        "by_kind": {
            kind: dataclasses.asdict(summarise([outcome for outcome in outcomes if outcome.kind == kind]))
            for kind in kinds
        },
        "intervals": {
            "level": LEVEL,
            "resamples": RESAMPLES,
            "total": intervals(outcomes),
            "by_kind": {kind: intervals([one for one in outcomes if one.kind == kind]) for kind in kinds},
        },
    }


def table(outcomes: Sequence[Outcome]) -> str:
    """The figures by kind and in total, and the notes that they need, as plain text without a final newline."""
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    total = summarise(outcomes)
    columns = [column for column in _COLUMNS if total.passage_questions or not column[1].startswith("passage_")]
    rows = [("kind", *(head for head, _, _ in columns))]
    rows += [(kind, *_cells(summarise([one for one in outcomes if one.kind == kind]), columns)) for kind in kinds]
    rows.append(("total", *_cells(total, columns)))
    return "\n".join([*aligned(rows), "", *_notes(total, outcomes), "", *interval_lines(outcomes)])


def interval_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """A table of the headline figures with their intervals, by kind and in total."""
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    rows: list[tuple[str, ...]] = [(f"{LEVEL:.0%} intervals", "n", *HEADLINE)]
    rows += [_interval_row(kind, [one for one in outcomes if one.kind == kind]) for kind in kinds]
    rows.append(_interval_row("total", outcomes))
    return aligned(rows)


def _interval_row(name: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    summary, found = summarise(outcomes), intervals(outcomes, HEADLINE)
    cells = (with_interval(getattr(summary, figure), found[figure]) for figure in HEADLINE)
    return (name, str(len(outcomes)), *cells)


def with_interval(value: float | None, interval: Interval | None) -> str:
    """A figure and its interval, such as "0.50 [0.31, 0.69]"; "-" where there is none."""
    if value is None or interval is None:
        return "-"
    return f"{value:.2f} [{interval[0]:.2f}, {interval[1]:.2f}]"


def aligned(rows: Sequence[tuple[str, ...]], *, rule: bool = True) -> list[str]:
    """Rows as lines, the first column to the left, the others to the right; with a rule above the last one."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    ]
    if rule:
        lines.insert(len(lines) - 1, "-" * max(map(len, lines)))
    return lines


def _cells(summary: Summary, columns: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    values = ((getattr(summary, name), form) for _, name, form in columns)
    return tuple("-" if value is None else format(value, form) for value, form in values)


def _notes(total: Summary, outcomes: Sequence[Outcome]) -> list[str]:
    notes = [f"{total.questions} questions, {total.answerable} answerable; ranks over {total.ranked_questions}."]
    if total.passage_questions:
        notes[0] += f" Passages (psg, pMRR) over the {total.passage_questions} that give gold quotes."
    if total.asked:
        notes.append(
            f"{total.abstained} abstentions; {total.sentences} sentences and {total.citations} citations shown; "
            f"median {_seconds(total.median_first_evidence_seconds)} to the first evidence, "
            f"{_seconds(total.median_first_word_seconds)} to the first sentence, "
            f"{_seconds(total.median_total_seconds)} in all "
            f"(p95 {_seconds(total.p95_first_evidence_seconds)}, {_seconds(total.p95_first_word_seconds)}, "
            f"{_seconds(total.p95_total_seconds)})."
        )
    if total.cost is not None:
        notes.append(f"{total.tokens_read:,} tokens read, {total.tokens_written:,} written: {total.cost:.4g} in all.")
    if total.unjudged:
        why = next(one.judge_error for one in outcomes if one.judge_error)
        notes.append(f"{total.unjudged} answers got no verdict from the judge, and are not counted (the first: {why}).")
    if total.gold_missing:
        notes.append(
            f"{total.gold_missing} questions name only articles that are not in this library: counted as not found."
        )
    if total.fallbacks:
        why = next(one.fallback for one in outcomes if one.mode == "writer" and one.fallback)
        notes.append(f"{total.fallbacks} answers are quotes although a writer was asked for (the first: {why}).")
    if total.failed:
        first = next(one for one in outcomes if one.error)
        notes.append(f"{total.failed} questions failed and count as wrong (the first, {first.id}: {first.error}).")
    return notes


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"
