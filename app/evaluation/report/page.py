"""A run as one HTML file that loads nothing: figures, plots, every failure. Leaves out: writing it to a disk.

Everything from questions, answers and articles is escaped; there is no script, and a policy forbids any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from app.evaluation.metrics.figures import RANGES
from app.evaluation.metrics.gate import Checked
from app.evaluation.metrics.intervals import LEVEL, intervals
from app.evaluation.metrics.quantities import QUANTITIES
from app.evaluation.metrics.selective import beyond_given, calibration, risk_coverage
from app.evaluation.metrics.summary import Summary, summarise
from app.evaluation.outcomes import Outcome
from app.evaluation.report.charts import calibration_chart, interval_bar, latency_chart, risk_coverage_chart
from app.evaluation.report.everything import figures_section, time_section
from app.evaluation.report.failures import failure_section
from app.evaluation.report.finding import finding_section
from app.evaluation.report.table import with_interval
from app.evaluation.runs.files import Run

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_TILES = (
    ("score", "score", "+1 right, 0 abstained though the articles say, -1 wrong"),
    ("right", "right", "of the questions that the articles answer"),
    ("wrong", "wrong", "of all questions; less is better"),
    ("abstention_recall", "abstained where it should", "of the questions that the articles do not answer"),
    (
        "citation_recall",
        "sentences supported",
        "by what they cite, of the sentences shown (ALCE; by our own checker unless a judge is named)",
    ),
    ("citations_resolved", "citations that resolve", "to exactly the passage quoted"),
    ("hit_at_1", "gold article first", "of the questions that name one"),
    ("hit_at_10", "gold article in ten", "of the questions that name one"),
)
_COLUMNS = (
    ("score", "score"),
    ("right", "right"),
    ("wrong", "wrong"),
    ("abstention_recall", "abstained where it should"),
    ("hit_at_1", "gold article first"),
)


def run_page(run: Run, gate: Sequence[Checked]) -> str:
    """The report of one run. The same run gives the same page, byte for byte."""
    outcomes = run.outcomes
    total = summarise(outcomes)
    return html_page(
        run.name,
        f"<header><h1>{escape(_title(run))}</h1>{_about(run, total)}{''.join(map(_bar, gate))}</header>"
        f"<h2>Headline</h2>{_tiles(outcomes, total)}"
        f"<h2>By kind of question</h2>{_kinds(outcomes)}"
        f"{finding_section(outcomes, total)}"
        f"{_charts(outcomes, total)}"
        f"{time_section(total, intervals(outcomes, QUANTITIES))}"
        f"{figures_section(outcomes)}"
        f"{failure_section(outcomes)}"
        f"{_made_by(run)}",
    )


def html_page(title: str, body: str) -> str:
    """The frame of a report: one file, light or dark as the reader has it."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>\n{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def facts_table(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values, two columns."""
    lines = "".join(f'<tr><td>{escape(name)}</td><td class="words">{escape(value)}</td></tr>' for name, value in rows)
    return f'<div class="wide"><table>{lines}</table></div>'


def flat(record: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """A record as dotted names and values; what is None is left out."""
    if isinstance(record, dict):
        for part, value in record.items():
            yield from flat(value, f"{name}.{part}" if name else str(part))
    elif record is not None:
        yield name, str(record)


def _title(run: Run) -> str:
    golden = run.record.get("golden", {}).get("file")
    return f"Evaluation on {golden}" if golden else f"Evaluation {run.name}"


def _about(run: Run, total: Summary) -> str:
    writers = ", ".join(sorted({one.writer for one in run.outcomes if one.writer})) or "nobody"
    parts = [
        f"{total.questions} questions, {total.answerable} of them answerable",
        f"answered by {writers}",
        f"run {run.name}",
    ]
    notes = [f"{total.failed} questions failed and count as wrong."] if total.failed else []
    if total.fallbacks:
        notes.append(f"{total.fallbacks} answers are quotes although a writer was asked for.")
    if total.gold_missing:
        notes.append(f"{total.gold_missing} questions name only articles that are not in the library.")
    if taken := run.record.get("taken_over"):
        notes.append(f"{taken} answers, and their times, are those of earlier runs made by the same program.")
    if total.unjudged:
        notes.append(f"{total.unjudged} answers got no verdict from the judge: their citations are not counted.")
    if (at_a_time := run.record.get("options", {}).get("parallel") or 1) > 1:
        notes.append(f"{at_a_time} questions were asked at a time: the times are those under that load.")
    told = "".join(f'<p class="bad">{escape(note)}</p>' for note in notes)
    return f'<p class="soft">{escape(", ".join(parts))}</p>{told}'


def _bar(one: Checked) -> str:
    return f'<p class="{"good" if one.holds else "bad"}">{"✓" if one.holds else "✗"} {escape(str(one))}</p>'


def _tiles(outcomes: Sequence[Outcome], total: Summary) -> str:
    found = intervals(outcomes, [name for name, _, _ in _TILES])
    tiles = []
    for name, head, told in _TILES:
        value, interval = getattr(total, name), found[name]
        if value is None or interval is None:
            continue
        shown = f"{value:+.2f}" if name in RANGES else f"{value:.0%}"
        tiles.append(
            f'<div class="tile">{escape(head)}<b>{shown}</b>'
            f"{interval_bar(value, *interval, *RANGES.get(name, (0.0, 1.0)))}"
            f'<span class="told">{interval[0]:.2f} to {interval[1]:.2f}. {escape(told)}</span></div>'
        )
    note = (
        f'<p class="soft">Intervals are {LEVEL:.0%}, bootstrapped over the questions: where those of two runs overlap '
        "much, they may differ by chance. To compare runs, pair them: <code>onrecord eval --compare A B</code>.</p>"
    )
    return f'<div class="tiles">{"".join(tiles)}</div>{note}'


def _kinds(outcomes: Sequence[Outcome]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in ("kind", "n", *(told for _, told in _COLUMNS)))
    kinds = dict.fromkeys(one.kind for one in outcomes)
    rows = [_row(kind, [one for one in outcomes if one.kind == kind], "") for kind in kinds]
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}{_row("total", outcomes, "total")}</table></div>'


def _row(name: str, outcomes: Sequence[Outcome], css: str) -> str:
    summary, found = summarise(outcomes), intervals(outcomes, [figure for figure, _ in _COLUMNS])
    cells = "".join(f"<td>{with_interval(getattr(summary, figure), found[figure])}</td>" for figure, _ in _COLUMNS)
    return f'<tr class="{css}"><td>{escape(name)}</td><td>{len(outcomes)}</td>{cells}</tr>'


def _charts(outcomes: Sequence[Outcome], total: Summary) -> str:
    figures = []
    points, bins = risk_coverage(outcomes), calibration(outcomes)
    if points:
        told = (
            "Wrong answers among those given, if only the most confident were. A line that rises to the right "
            "means that a stricter threshold would spare wrong answers. Dashed: the least and the most that it could "
            "be if the questions abstained from were answered as well, the most confident first."
        )
        figures.append(_figure("Risk and coverage", risk_coverage_chart(points, beyond_given(outcomes)), told))
        told = (
            f"How often answers of a confidence are right, with {LEVEL:.0%} intervals. Mean distance from the diagonal "
            f"(calibration error): {total.calibration_error or 0.0:.2f}. Answers below the diagonal were too sure."
        )
        figures.append(_figure("Calibration", calibration_chart(bins), told))
    seconds = [one.total_seconds for one in outcomes if one.total_seconds is not None]
    if seconds and total.median_total_seconds is not None and total.p95_total_seconds is not None:
        marks = (("median", total.median_total_seconds), ("p95", total.p95_total_seconds))
        told = "How many questions took how long, from being asked to the whole answer."
        figures.append(_figure("Time", latency_chart(seconds, marks), told))
    return f'<h2>Confidence and time</h2><div class="charts">{"".join(figures)}</div>' if figures else ""


def _figure(head: str, chart: str, told: str) -> str:
    return f"<figure><h3>{escape(head)}</h3>{chart}<figcaption>{escape(told)}</figcaption></figure>"


def _made_by(run: Run) -> str:
    rows = [(name, value) for name, value in flat(run.record) if name != "schema_version"]
    if not rows:
        return ""
    return f"<details><summary>How this run was made</summary>{facts_table(rows)}</details>"
