"""A run, or several side by side, as Markdown, short enough for a pull request. Leaves out: the page (page)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.evaluation.metrics.comparing import Pair, compare
from app.evaluation.metrics.figures import is_ranked
from app.evaluation.metrics.gate import Checked
from app.evaluation.metrics.intervals import LEVEL, intervals
from app.evaluation.metrics.summary import Summary, summarise
from app.evaluation.outcomes import Outcome
from app.evaluation.report.comparison_text import difference_rows, one_line, told
from app.evaluation.report.everything import spent
from app.evaluation.report.systems_text import more_rows, systems_rows
from app.evaluation.report.table import HEADLINE, with_interval
from app.evaluation.runs.files import Run

MOST_FAILURES = 20
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def run_markdown(run: Run, gate: Sequence[Checked]) -> str:
    """The gate, the headline figures by kind with their intervals, and the first of what went wrong."""
    total = summarise(run.outcomes)
    lines = [f"## onrecord eval: {plain(run.name)}", ""]
    lines.append(f"{total.questions} questions, {total.answerable} answerable; intervals are {LEVEL:.0%}.")
    lines += ["", *(f"- {'✅' if one.holds else '❌'} {plain(str(one))}" for one in gate)] if gate else []
    lines += ["", f"| kind | n | {' | '.join(HEADLINE)} |", f"|---|---:|{'---:|' * len(HEADLINE)}"]
    for kind in dict.fromkeys(one.kind for one in run.outcomes):
        lines.append(_row(plain(kind), [one for one in run.outcomes if one.kind == kind]))
    lines.append(_row("**total**", run.outcomes))
    lines += ["", *_sums(total)]
    lines += _failures(run.outcomes)
    return "\n".join(lines) + "\n"


def comparison_markdown(names: Sequence[str], runs: Sequence[Run]) -> str:
    """Each run's headline; then each beside the first: the paired figures, and the first of what changed."""
    lines = [
        f"## onrecord eval: {', '.join(map(plain, names))}",
        "",
        *_table(systems_rows(names, runs)),
        "",
        *_table(more_rows(names, runs)),
    ]
    for name, run in zip(names[1:], runs[1:], strict=True):
        comparison = compare(runs[0].outcomes, run.outcomes)
        lines += ["", f"### {plain(names[0])} (first) and {plain(name)} (second)", ""]
        lines += _table(difference_rows(comparison))
        for change in ("worse", "better"):
            pairs = comparison.changed(change)
            lines += ["", f"{change.capitalize()}: {len(pairs)} of {len(comparison.pairs)}", ""]
            lines += map(_pair, pairs[:MOST_FAILURES])
            if len(pairs) > MOST_FAILURES:
                lines.append(f"- and {len(pairs) - MOST_FAILURES} more, in the HTML report")
    return "\n".join(lines) + "\n"


def _pair(pair: Pair) -> str:
    change = f"**{told(pair.first)}** to **{told(pair.second)}**"
    return f"- {plain(pair.first.id)}, {change}: {plain(pair.first.question)}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    head, *others = ([plain(cell) for cell in row] for row in rows)
    lines = (f"| {' | '.join(row)} |" for row in others)
    return [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}", *lines]


def _sums(total: Summary) -> Iterator[str]:
    """Citations, confidence, time and tokens, a line each where there are any."""
    shares = (
        ("sentences supported", total.citation_recall),
        ("citations needed", total.citation_precision),
        ("that resolve", total.citations_resolved),
        ("abstained where it should", total.abstention_recall),
        ("calibration error", total.calibration_error),
    )
    if known := [f"{name} {value:.2f}" for name, value in shares if value is not None]:
        yield f"{', '.join(known).capitalize()}."
    waits = (
        ("first evidence", total.median_first_evidence_seconds, total.p95_first_evidence_seconds),
        ("first word", total.median_first_word_seconds, total.p95_first_word_seconds),
        ("whole answer", total.median_total_seconds, total.p95_total_seconds),
    )
    known = [f"{name} {p50:.2f} / {p95:.2f}" for name, p50, p95 in waits if p50 is not None and p95 is not None]
    if known:
        yield f"Seconds, median / p95: {', '.join(known)}. {spent(total)}"


def plain(text: str, longest: int = 200) -> str:
    r"""A text on one line in which nothing is Markdown.

    >>> print(plain("a|b *c*"))
    a\|b \*c\*
    """
    return _SPECIAL.sub(r"\\\1", one_line(text, longest))


def failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What went wrong: wrong, failed, abstained though the articles say; of searches alone, gold not found first."""
    return [one for one in outcomes if one.error or (_unfound(one) if one.score is None else one.score < 1)]


def _unfound(one: Outcome) -> bool:
    return is_ranked(one) and one.rank != 1


def _failures(outcomes: Sequence[Outcome]) -> list[str]:
    found = failures(outcomes)
    if not found:
        return ["", "Nothing went wrong."]
    lines = ["", f"### What went wrong: {len(found)}", ""]
    for one in found[:MOST_FAILURES]:
        expected = "; ".join(" / ".join(alternatives) for alternatives in one.expected) or "no answer"
        reply = one.error or one.text or "-"
        asked = f"- {plain(one.id)}, **{told(one)}**: {plain(one.question)}"
        lines.append(f"{asked} Expected {plain(expected)}: {plain(reply)}")
    if len(found) > MOST_FAILURES:
        lines.append(f"- and {len(found) - MOST_FAILURES} more, in the HTML report")
    return lines


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    summary, found = summarise(outcomes), intervals(outcomes, HEADLINE)
    cells = (with_interval(getattr(summary, figure), found[figure]) for figure in HEADLINE)
    return f"| {name} | {len(outcomes)} | {' | '.join(cells)} |"
