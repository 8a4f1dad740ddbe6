"""What other articles say instead, side by side with what the answer says, and what they perhaps do -> HTML.

Leaves out: finding it. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.describing import ALTERNATIVES, RELATIONS
from app.schema import Answer, Citation, Disagreement, Sentence
from app.web.escaping import byline, escape
from app.web.passages import chip


def otherwise_html(answer: Answer) -> str:
    """Two columns for each disagreement: the answer's value with its sentence, and the other one with its quote."""
    shown = "".join(_side_by_side_html(one, answer) for one in answer.disagreements)
    return f'<section class="otherwise" aria-label="What other articles say">{shown}</section>' if shown else ""


def alternatives_html(answer: Answer) -> str:
    """A list of quotes that perhaps answer otherwise, each with where it stands."""
    if not answer.alternatives:
        return ""
    quotes = "".join(_alternative_html(one, answer.citations) for one in answer.alternatives)
    heading = f'<p class="heading">{ALTERNATIVES}</p>'
    return f'<section class="alternatives" aria-label="{ALTERNATIVES}">{heading}<ul>{quotes}</ul></section>'


def _alternative_html(quote: Sentence, citations: Sequence[Citation]) -> str:
    """A quote, which the page may cut short, and its number with where it stands."""
    numbers, told = _cited_html(quote, citations)
    said = f'<span class="said" dir="auto">{escape(quote.text)}</span>'
    return f'<li class="side-of">{said}<span class="byline">{told}<span class="chips">{numbers}</span></span></li>'


def _side_by_side_html(one: Disagreement, answer: Answer) -> str:
    saying = next((said for said in answer.sentences if one.against in said.text), None)
    return (
        f'<p class="heading">{RELATIONS[one.relation]}</p><div class="sides">'
        f"{_side_html('This answer', one.against, one.agreeing, saying, answer.citations)}"
        f"{_side_html('Elsewhere', one.value, one.articles, one.sentence, answer.citations)}</div>"
    )


def _side_html(
    label: str, value: str, n_articles: int, sentence: Sentence | None, citations: Sequence[Citation]
) -> str:
    """One value, by how many of the articles found it is given, and where it stands."""
    found = f"{n_articles:,} article{'' if n_articles == 1 else 's'} found"
    numbers, told = _cited_html(sentence, citations)
    said = ""
    if sentence:
        said = f'<span class="said" dir="auto">{escape(sentence.text)}<span class="chips">{numbers}</span></span>'
    return (
        f'<div class="side-of"><p class="label">{label} · {found}</p>'
        f'<p class="value" dir="auto">{escape(value)}</p>{said}<span class="byline">{told}</span></div>'
    )


def _cited_html(sentence: Sentence | None, citations: Sequence[Citation]) -> tuple[str, str]:
    """The numbers of what a sentence cites, and where that stands."""
    cited = [one for one in citations if sentence and one.marker in sentence.citations]
    told = "; ".join(byline(one.source or one.title, one.published_at) for one in cited)
    return "".join(chip(one, citations) for one in cited), told
