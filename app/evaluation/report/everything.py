"""Every figure by kind of question, with its interval, for the page. Leaves out: working it out, and the headline."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.evaluation.metrics.figures import FIGURES
from app.evaluation.metrics.intervals import LEVEL, Interval, intervals
from app.evaluation.metrics.quantities import QUANTITIES
from app.evaluation.metrics.summary import Summary, summarise
from app.evaluation.outcomes import Outcome
from app.evaluation.report.table import with_interval

_TIMES = (("first evidence", "first_evidence"), ("first word", "first_word"), ("whole answer", "total"))


def figures_section(outcomes: Sequence[Outcome]) -> str:
    """All figures, a column a kind, to be unfolded; those that no question enters are left out."""
    kinds = list(dict.fromkeys(one.kind for one in outcomes))
    groups = [*([one for one in outcomes if one.kind == kind] for kind in kinds), list(outcomes)]
    columns = [(summarise(group), intervals(group)) for group in groups]
    heads = [f"{kind} ({len(group)})" for kind, group in zip([*kinds, "total"], groups, strict=True)]
    head = "".join(f"<th>{escape(name)}</th>" for name in ("figure", *heads))
    rows = "".join(_row(name, columns) for name in (*FIGURES, *QUANTITIES))
    table = f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'
    return f"<details><summary>All figures by kind, with {LEVEL:.0%} intervals</summary>{table}</details>"


def time_section(total: Summary, found: dict[str, Interval | None]) -> str:
    """Median and 95th percentile of what readers wait for; empty where nothing was timed."""
    shown = [(told, name) for told, name in _TIMES if getattr(total, f"median_{name}_seconds") is not None]
    cells = (
        "".join(_cell(f"{which}_{name}_seconds", total, found) for which in ("median", "p95")) for _, name in shown
    )
    rows = "".join(f"<tr><td>{told}</td>{row}</tr>" for (told, _), row in zip(shown, cells, strict=True))
    head = "<tr><th>seconds to the</th><th>median</th><th>p95</th></tr>"
    return (
        f'<div class="wide"><table>{head}{rows}</table></div><p class="soft">{escape(spent(total))}</p>' if rows else ""
    )


def spent(total: Summary) -> str:
    """The tokens of a run in words, and what they cost where prices were told."""
    told = f"{total.tokens_read:,} tokens read and {total.tokens_written:,} written by the model"
    if total.cost is None:
        return f"{told}."
    each = f", {total.cost_per_question:.2g} a question" if total.cost_per_question is not None else ""
    return f"{told}; they cost {total.cost:.4g}{each}, in the currency of the prices told."


def _row(name: str, columns: Sequence[tuple[Summary, dict[str, Interval | None]]]) -> str:
    cells = [_cell(name, *column) for column in columns]
    return f"<tr><td>{name}</td>{''.join(cells)}</tr>" if set(cells) != {"<td>-</td>"} else ""


def _cell(name: str, summary: Summary, found: dict[str, Interval | None]) -> str:
    return f"<td>{with_interval(getattr(summary, name), found[name])}</td>"
