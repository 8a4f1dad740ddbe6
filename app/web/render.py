"""An answer -> HTML for the chat, finished or still being written. Leaves out: the reader, and the page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from app.schema import Answer, ArticleChange, Citation, Nearest, Reason, Sentence
from app.web.escaping import byline, day, escape, isolated
from app.web.framing import changes_html, facts_html
from app.web.reader import Passage, reader_address

ABSTENTIONS: dict[Reason, tuple[str, str]] = {
    "not_stated": ("Not stated", "The articles in this library do not say."),
    "no_articles": ("No articles", "The library has no articles yet: add some under Library."),
    "filtered_out": ("Filtered out", "No article passes the time and source filters: widen them and ask again."),
}
NEAR_WHILE_WRITING = 3
_SHOWN = ' class="shown"'


def chip(citation: Citation, all_citations: Sequence[Citation]) -> str:
    """The small number after a sentence: a link that opens the cited passage."""
    told = f"{citation.title}, {citation.source}" if citation.source else citation.title
    return (
        f'<a class="chip" href="{escape(reader_address(citation, all_citations))}" '
        f'title="{escape(clipped(citation.quote, 300))}" '
        f'aria-label="Citation {citation.marker}: {escape(clipped(told, 120))}">{citation.marker}</a>'
    )


def clipped(text: str, characters: int) -> str:
    """The text, or its beginning up to a word's end with an ellipsis."""
    if len(text) <= characters:
        return text
    return text[:characters].rsplit(None, 1)[0] + "…"


def sentences_html(sentences: Sequence[Sentence], citations: Sequence[Citation]) -> str:
    """The answer's body: written sentences run on as a paragraph, each quoted one is a block of its own."""
    by_marker = {citation.marker: citation for citation in citations}

    def with_chips(sentence: Sentence) -> str:
        chips = "".join(chip(by_marker[m], citations) for m in sentence.citations if m in by_marker)
        return f'<span class="sentence">{escape(sentence.text)}<span class="chips">{chips}</span></span>'

    parts = []
    for quoted, group in groupby(sentences, key=lambda sentence: sentence.status == "quoted"):
        if quoted:
            parts += [f'<blockquote class="quoted" dir="auto">{with_chips(one)}</blockquote>' for one in group]
        else:
            parts.append(f'<p dir="auto">{" ".join(with_chips(one) for one in group)}</p>')
    return "".join(parts)


def cited_html(citations: Sequence[Citation], sentences: Sequence[Sentence] = ()) -> str:
    """What the answer cites, in the order of the markers: number, article, quote.

    A quote that is itself a sentence of the answer is marked as shown there, and not shown twice.
    """
    shown = {sentence.text for sentence in sentences if sentence.status == "quoted"}
    items = [
        f'<li{_SHOWN if citation.quote in shown else ""}><span class="marker">{citation.marker}</span>'
        f"{_passage_html(citation, citations)}</li>"
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


def _passage_html(passage: Citation | Nearest, others: Iterable[Passage]) -> str:
    address = escape(reader_address(passage, others))
    return (
        f'<div class="passage"><a class="opens" href="{address}">{isolated(passage.title)}</a>'
        f'<span class="byline">{byline(passage.source, passage.published_at)}</span>'
        f'<q class="quote" dir="auto">{escape(passage.quote)}</q></div>'
    )


def _another_html(passage: Nearest) -> str:
    """One more passage of the article that the one before is of."""
    address = escape(reader_address(passage))
    return (
        f'<li class="another"><div class="passage"><a class="opens" href="{address}">'
        f'<q class="quote" dir="auto">{escape(passage.quote)}</q></a></div></li>'
    )


def answer_html(answer: Answer, changes: Sequence[ArticleChange] = ()) -> str:
    """A finished turn. An abstention is marked as one, says why, and shows what came nearest.

    The answer is shown as it was; `changes` are told above it.
    """
    if answer.answered:
        body = (
            f'<div class="words">{sentences_html(answer.sentences, answer.citations)}</div>'
            f"{_fallback_html(answer.fallback)}{_notes_html(answer.notes)}"
            f"{cited_html(answer.citations, answer.sentences)}"
        )
        if answer.nearest:
            near = near_html(answer.nearest, label="Passages that came near")
            body += f"<details><summary>Also near ({len(answer.nearest)})</summary>{near}</details>"
    else:
        body = _abstention_html(answer)
    return _turn_html(
        answer.question,
        changes_html(changes) + body + facts_html(answer),
        kind="answered" if answer.answered else "abstained",
        standalone=answer.standalone_question,
        as_of=answer.as_of,
        stored=answer,
    )


def _abstention_html(answer: Answer) -> str:
    label, plain = ABSTENTIONS[answer.reason or "not_stated"]
    near = near_html(answer.nearest, label="Nearest passages")
    return (
        f'<div class="abstention"><p class="label">{label}</p><p class="words">{escape(answer.text or plain)}</p></div>'
        f"{_fallback_html(answer.fallback, 'Searched without the writer')}{_notes_html(answer.notes)}"
        + (f'<p class="heading">Nearest passages</p>{near}' if near else "")
    )


def _fallback_html(fallback: str | None, what: str = "Answered with quotes") -> str:
    return f'<p class="fallback">{what}: {escape(fallback.rstrip("."))}.</p>' if fallback else ""


def _notes_html(notes: Sequence[str]) -> str:
    return "".join(f'<p class="note">{escape(note)}</p>' for note in notes)


def streaming_html(
    question: str,
    *,
    evidence: Sequence[Nearest] | None = None,
    sentences: Sequence[Sentence] = (),
    citations: Sequence[Citation] = (),
    step: str = "Looking through the articles…",
    stopped: bool = False,
) -> str:
    """A turn on its way: the nearest passages as soon as they are found, then each checked sentence over them."""
    step_html = "" if stopped else f'<p class="step"><span class="pulse" aria-hidden="true"></span>{escape(step)}</p>'
    body = f'<div class="words">{sentences_html(sentences, citations)}</div>' if sentences else ""
    body += '<p class="note">Stopped.</p>' if stopped else step_html
    if evidence:
        near = near_html(evidence[:NEAR_WHILE_WRITING], label="Nearest passages")
        body += f'<div class="draft"><p class="heading">Nearest passages</p>{near}</div>'
    return _turn_html(question, body, kind="stopped" if stopped else "streaming")


def problem_html(question: str, message: str) -> str:
    """A turn that failed: never to be mistaken for an answer that the articles do not say."""
    body = f'<p class="problem" role="alert"><strong>This failed.</strong> {escape(message)}</p>'
    return _turn_html(question, body, kind="failed")


def _turn_html(
    question: str,
    body: str,
    *,
    kind: str,
    standalone: str = "",
    as_of: date | None = None,
    stored: Answer | None = None,
) -> str:
    context = []
    if standalone and standalone.strip() != question.strip():
        context.append(f"Understood as: {isolated(standalone)}")
    if as_of:
        context.append(f"As of {day(as_of.isoformat())}")
    lines = "".join(f'<p class="context">{line}</p>' for line in context)
    busy = ' aria-busy="true"' if kind == "streaming" else ""
    named = f' data-conversation="{escape(stored.conversation_id)}"' if stored else ""
    return (
        f'<section class="turn {kind}"{busy}{named}><h2 class="question" dir="auto">{escape(question)}</h2>'
        f"{lines}{body}</section>"
    )
