"""The report files beside a run's lines. Leaves out: what stands in them (page, markdown)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.evaluation.metrics.gate import Checked
from app.evaluation.report.comparison_page import comparison_page
from app.evaluation.report.markdown import comparison_markdown, run_markdown
from app.evaluation.report.page import run_page
from app.evaluation.runs.files import Run


def write_report(run: Run, gate: Sequence[Checked]) -> Path:
    """Write NAME.html and NAME.md beside NAME.jsonl, and return the path of the page."""
    page = run.lines.with_suffix(".html")
    page.write_text(run_page(run, gate), encoding="utf-8", errors="replace", newline="\n")
    run.lines.with_suffix(".md").write_text(run_markdown(run, gate), encoding="utf-8", errors="replace", newline="\n")
    return page


def write_comparison(runs: Sequence[Run], names: Sequence[str], page: Path) -> Path:
    """Write the page that sets these runs side by side, a summary in Markdown beside it, and return its path."""
    page.write_text(comparison_page(names, runs), encoding="utf-8", errors="replace", newline="\n")
    summary = comparison_markdown(names, runs)
    page.with_suffix(".md").write_text(summary, encoding="utf-8", errors="replace", newline="\n")
    return page
