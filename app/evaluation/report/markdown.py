"""A run as Markdown, short enough for a pull request. Leaves out: the page with everything (page)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.evaluation.metrics.figures import is_ranked
from app.evaluation.metrics.gate import Checked
from app.evaluation.metrics.intervals import LEVEL, intervals
from app.evaluation.metrics.summary import summarise
from app.evaluation.outcomes import Outcome
from app.evaluation.report.comparison_text import one_line, told
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
    if total.median_total_seconds is not None and total.p95_total_seconds is not None:
        lines += ["", f"Time: median {total.median_total_seconds:.2f} s, p95 {total.p95_total_seconds:.2f} s."]
    lines += _failures(run.outcomes)
    return "\n".join(lines) + "\n"


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
