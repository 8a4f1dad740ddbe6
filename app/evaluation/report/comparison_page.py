"""Runs side by side as one HTML file that loads nothing. Leaves out: one run (page)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.evaluation.metrics.comparing import Comparison, Pair, compare
from app.evaluation.metrics.figures import RANGES
from app.evaluation.metrics.intervals import intervals
from app.evaluation.metrics.summary import summarise
from app.evaluation.report.charts import interval_bar
from app.evaluation.report.comparison_text import difference_rows, made_differently, told
from app.evaluation.report.failures import reply
from app.evaluation.report.page import html_page
from app.evaluation.report.systems_text import more_rows, systems_rows
from app.evaluation.runs.files import Run


def comparison_page(names: Sequence[str], runs: Sequence[Run]) -> str:
    """Every run's headline, then each beside the first: the paired figures, and every question that changed."""
    about = f"{len(runs[0].outcomes)} questions of {runs[0].record.get('golden', {}).get('file', 'a golden file')}"
    title = f"{', '.join(names[:-1])} and {names[-1]}"
    body = [f"<header><h1>{escape(title)}</h1><p class='soft'>{escape(about)}</p></header>"]
    body.append(
        f"<h2>Headline</h2>{_plot(names, runs)}{_table(systems_rows(names, runs))}{_table(more_rows(names, runs))}"
    )
    for name, run in zip(names[1:], runs[1:], strict=True):
        comparison = compare(runs[0].outcomes, run.outcomes)
        body.append(f"<h2>{escape(names[0])} (first) and {escape(name)} (second)</h2>")
        body.append(_differences(runs[0], run, comparison))
        body.append(_changed(comparison, (names[0], name)))
    return html_page(title, "".join(body))


def _plot(names: Sequence[str], runs: Sequence[Run]) -> str:
    """The scores on one scale, with their intervals."""
    rows = []
    for name, run in zip(names, runs, strict=True):
        figure = "score" if run.outcomes[0].score is not None else "mrr_at_10"
        value, interval = getattr(summarise(run.outcomes), figure), intervals(run.outcomes, [figure])[figure]
        if value is None or interval is None:
            continue
        bar = interval_bar(value, *interval, *RANGES.get(figure, (0.0, 1.0)))
        rows.append(f"<tr><td>{escape(name)}</td><td>{figure} {value:.2f}</td><td class='plot'>{bar}</td></tr>")
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def _differences(first: Run, second: Run, comparison: Comparison) -> str:
    note = (
        "The same questions, paired. The difference is the second less the first, with its 95 % interval; p is that of "
        "the exact paired randomisation test, two-sided: below .05 a difference as large is seldom chance."
    )
    unpaired = (
        f" {comparison.unpaired} questions are in only one run, or changed: left out." if comparison.unpaired else ""
    )
    made = "".join(f"<li>{escape(line)}</li>" for line in made_differently(first, second))
    how = f"<details><summary>What differs in how they were made</summary><ul>{made}</ul></details>" if made else ""
    return f'{_table(difference_rows(comparison))}<p class="soft">{note}{unpaired}</p>{how}'


def _changed(comparison: Comparison, names: tuple[str, str]) -> str:
    parts = []
    for change in ("worse", "better"):
        pairs = comparison.changed(change)
        parts.append(f"<h3>{change.capitalize()}: {len(pairs)} of {len(comparison.pairs)}</h3>")
        parts += [_pair(pair, names) for pair in pairs]
    return "".join(parts)


def _pair(pair: Pair, names: tuple[str, str]) -> str:
    css = "good" if pair.change == "better" else "bad"
    sides = "".join(
        f"<div><dl><dt>{escape(name)}: {escape(told(one))}</dt>{reply(one)}</dl></div>"
        for name, one in zip(names, (pair.first, pair.second), strict=True)
    )
    expected = "; ".join(" or ".join(alternatives) for alternatives in pair.first.expected) or "no answer"
    return (
        f'<details><summary><span class="how {css}">{escape(told(pair.second))}</span>{escape(pair.first.question)}'
        f'<span class="id">{escape(pair.first.kind)}, {escape(pair.first.id)}</span></summary>'
        f'<p class="soft">Expected: {escape(expected)}</p><div class="sides">{sides}</div></details>'
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    head, *others = rows
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in others)
    return (
        f'<div class="wide"><table><tr>{"".join(f"<th>{escape(cell)}</th>" for cell in head)}</tr>{lines}</table></div>'
    )
