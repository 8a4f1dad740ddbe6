"""How well the gold articles and passages were found, with intervals, for the page. Leaves out: working it out."""

from __future__ import annotations

from collections.abc import Sequence

from app.evaluation.metrics.intervals import intervals
from app.evaluation.metrics.summary import Summary
from app.evaluation.outcomes import Outcome
from app.evaluation.report.table import with_interval

_FIGURES = ("hit_at_1", "hit_at_4", "recall_at_10", "mrr_at_10", "ndcg_at_10")
_HEADS = ("hit@1", "hit@4", "recall@10", "MRR@10", "nDCG@10")


def finding_section(outcomes: Sequence[Outcome], total: Summary) -> str:
    """A row for articles and one for passages, each where a question names some; empty where none does."""
    rows = [
        _row(what, questions, prefix, outcomes, total)
        for what, questions, prefix in (
            ("gold article", total.ranked_questions, ""),
            ("gold passage", total.passage_questions, "passage_"),
        )
        if questions
    ]
    head = "".join(f"<th>{name}</th>" for name in ("found", "n", *_HEADS))
    told = "A passage counts as found when one of the ten best overlaps the gold quote."
    shown = f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div><p class="soft">{told}</p>'
    return f"<h2>Finding</h2>{shown}" if rows else ""


def _row(what: str, questions: int, prefix: str, outcomes: Sequence[Outcome], total: Summary) -> str:
    names = [prefix + name for name in _FIGURES]
    found = intervals(outcomes, names)
    cells = "".join(f"<td>{with_interval(getattr(total, name), found[name])}</td>" for name in names)
    return f"<tr><td>{what}</td><td>{questions}</td>{cells}</tr>"
