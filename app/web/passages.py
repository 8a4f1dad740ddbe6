"""Passages of articles -> HTML: numbers, what is cited, what came near. Leaves out: the answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.describing import plain_day
from app.schema import AlsoReported, Citation, Nearest, Place, Sentence
from app.web.escaping import byline, escape, isolated
from app.web.reader import article_address, reader_address

QUOTE_CHARACTERS = 600
"""Of a quote, what is told beside its number: some sentences; the passage itself is a click away."""
LEAST_INDEPENDENT = 2
"""One article alone is what the number says already."""
_SHOWN = ' class="shown"'


def chip(citation: Citation, all_citations: Sequence[Citation]) -> str:
    """The small number after a sentence: a link that opens the cited passage, and tells its quote (citing.js)."""
    told = f"{citation.title}, {citation.source}" if citation.source else citation.title
    whence = " · ".join(part for part in (citation.source or citation.title, plain_day(citation.published_at)) if part)
    return (
        f'<a class="chip" href="{escape(reader_address(citation, all_citations))}" '
        f'data-quote="{escape(clipped(citation.quote, QUOTE_CHARACTERS))}" data-whence="{escape(whence)}" '
        f'aria-label="Citation {citation.marker}: {escape(clipped(told, 120))}">{citation.marker}</a>'
    )


def independent_html(sentence: Sentence) -> str:
    """By how many independent articles a sentence is said, where it is said by more than one."""
    n_articles = sentence.independent_articles or 0
    if n_articles < LEAST_INDEPENDENT:
        return ""
    return f'<span class="independent">in {n_articles:,} independent articles</span>'


def clipped(text: str, characters: int) -> str:
    """The text, or its beginning up to a word's end with an ellipsis."""
    if len(text) <= characters:
        return text
    return text[:characters].rsplit(None, 1)[0] + "…"


def cited_html(citations: Sequence[Citation], sentences: Sequence[Sentence] = ()) -> str:
    """What the answer cites, in the order of the markers: number, article, quote.

    A quote that is itself a sentence of the answer is marked as shown there, and not shown twice.
    """
    shown = {sentence.text for sentence in sentences if sentence.status == "quoted"}

    def mark(citation: Citation) -> str:
        return _SHOWN if " ".join(citation.quote.split()) in shown else ""

    items = [
        f'<li{mark(citation)}><span class="marker">{citation.marker}</span>{_passage_html(citation, citations)}</li>'
        for citation in sorted(citations, key=lambda citation: citation.marker)
    ]
    return f'<ol class="cited" aria-label="Cited passages">{"".join(items)}</ol>' if items else ""


def near_html(nearest: Sequence[Nearest], *, label: str) -> str:
    """Passages that are no part of the answer, those of one article together, best first."""
    if not nearest:
        return ""
    by_article: dict[tuple[str, int], list[Nearest]] = {}
    for passage in nearest:
        by_article.setdefault((passage.article_id, passage.version), []).append(passage)
    items = "".join(
        f"<li>{_passage_html(first, ())}</li>{''.join(_another_html(other) for other in others)}"
        for first, *others in by_article.values()
    )
    return f'<ul class="near" aria-label="{escape(label)}">{items}</ul>'


def _passage_html(passage: Citation | Nearest, others: Iterable[Place]) -> str:
    address = escape(reader_address(passage, others))
    return (
        f'<div class="passage"><a class="opens" href="{address}">{isolated(passage.title)}</a>'
        f'<span class="byline">{byline(passage.source, passage.published_at)}</span>'
        f'<q class="quote" dir="auto">{escape(passage.quote)}</q>{_also_html(passage.also_reported_by)}</div>'
    )


def _also_html(copies: Sequence[AlsoReported]) -> str:
    """The near-copies that the article stands for, folded away."""
    if not copies:
        return ""
    items = "".join(
        f'<li><a class="opens" href="{escape(article_address(one.article_id, one.version))}">{isolated(one.title)}</a>'
        f'<span class="byline">{byline(one.source, one.published_at)}</span></li>'
        for one in copies
    )
    label = "Also in one near-copy" if len(copies) == 1 else f"Also in {len(copies):,} near-copies"
    return f'<details class="also"><summary>{label}</summary><ul>{items}</ul></details>'


def _another_html(passage: Nearest) -> str:
    """One more passage of the article that the one before is of."""
    address = escape(reader_address(passage))
    return (
        f'<li class="another"><div class="passage"><a class="opens" href="{address}">'
        f'<q class="quote" dir="auto">{escape(passage.quote)}</q></a></div></li>'
    )
