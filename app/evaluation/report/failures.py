"""What went wrong, question by question, as HTML: expected, shown, found, with what matters marked.

Leaves out: the rest of the page (page).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from app.evaluation.outcomes import Outcome, Passage
from app.evaluation.report.comparison_text import told
from app.evaluation.report.markdown import failures
from app.evaluation.report.marking import marked

_LONGEST_PASSAGE = 1_500


def failure_section(outcomes: Sequence[Outcome]) -> str:
    """Every failure, the answers that mislead a reader first."""
    found = sorted(failures(outcomes), key=lambda one: one.score or 0)
    if not found:
        return "<h2>What went wrong</h2><p>Nothing.</p>"
    note = (
        '<p class="soft">Open a question to see what was expected, what was shown and what was found. What a right '
        "answer states, and the passages that state it, are marked.</p>"
    )
    return f"<h2>What went wrong: {len(found)} of {len(outcomes)}</h2>{note}{''.join(map(_failure, found))}"


def reply(one: Outcome) -> str:
    """What was shown as HTML, what was expected marked; the passages that it cites below."""
    text = one.error or one.text or "no answer was asked for"
    parts = [f"<dd>{marked(text, _phrases(one))}</dd>"]
    parts += [f"<dd>{_passage(passage, one)}</dd>" for passage in one.shown]
    return "".join(parts)


def _failure(one: Outcome) -> str:
    css = "bad" if one.error or one.score == -1 else "soft"
    understood = one.standalone_question or one.question
    follows = f" (understood as: {escape(understood)})" if understood != one.question else ""
    head = (
        f'<summary><span class="how {css}">{escape(told(one))}</span>{escape(one.question)}{follows}'
        f'<span class="id">{escape(one.kind)}, {escape(one.id)}</span></summary>'
    )
    return f'<details class="failure">{head}<dl>{"".join(_parts(one))}</dl></details>'


def _parts(one: Outcome) -> Iterable[str]:
    yield "<dt>Expected</dt>"
    if one.expected:
        yield "".join(f"<dd>{escape(' or '.join(alternatives))}</dd>" for alternatives in one.expected)
    else:
        yield "<dd>no answer: the articles do not say</dd>"
    if one.gold_quotes:
        yield f"<dt>Where the articles say it</dt>{''.join(_quote(quote, one) for quote in one.gold_quotes)}"
    yield f"<dt>Shown</dt>{reply(one)}"
    if one.found:
        place = f"the gold article is number {one.rank}" if one.rank else "no gold article among the first ten"
        found = "".join(f"<dd>{_passage(passage, one)}</dd>" for passage in one.found)
        yield f"<dt>Found{f': {place}' if one.answerable else ''}</dt>{found}"


def _passage(passage: Passage, one: Outcome) -> str:
    marker = f"[{passage.marker}] " if passage.marker is not None else ""
    broken = ' <span class="bad">the quote is not the text of this place</span>' if passage.resolves is False else ""
    gold = " (gold)" if passage.article_id in one.gold else ""
    whence = f"{escape(marker + passage.title)}{gold}, {passage.start}-{passage.end}{broken}"
    return (
        f'<blockquote>{marked(passage.quote[:_LONGEST_PASSAGE], _phrases(one))}<span class="whence">{whence}</span>'
        "</blockquote>"
    )


def _quote(quote: str, one: Outcome) -> str:
    expected = [phrase for alternatives in one.expected for phrase in alternatives]
    return f"<dd><blockquote>{marked(quote, expected)}</blockquote></dd>"


def _phrases(one: Outcome) -> list[str]:
    """What is marked: the passages that state the answer, and its alternatives."""
    return [*one.gold_quotes, *(phrase for alternatives in one.expected for phrase in alternatives)]
