"""An answer -> HTML for the chat, finished or still being written. Leaves out: the reader, and the page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from app.entries import ArticleChange, Feedback
from app.schema import Answer, Citation, Nearest, Reason, Sentence
from app.web.escaping import day, escape, isolated
from app.web.framing import changes_html, facts_html, standing_html
from app.web.judgement import judgement_html
from app.web.otherwise import alternatives_html, otherwise_html
from app.web.passages import chip, cited_html, independent_html, near_html
from app.web.plot import timeline_html

ABSTENTIONS: dict[Reason, tuple[str, str]] = {
    "not_stated": ("Not stated", "The articles in this library do not say."),
    "no_articles": ("No articles", "The library has no articles yet: add some under Library."),
    "filtered_out": ("Filtered out", "No article passes the time and source filters: widen them and ask again."),
}
NEAR_WHILE_WRITING = 3


def sentences_html(sentences: Sequence[Sentence], citations: Sequence[Citation]) -> str:
    """The answer's body: written sentences run on as a paragraph, each quoted one is a block of its own.

    The answer in a few words stands above them.
    """
    by_marker = {citation.marker: citation for citation in citations}

    def with_chips(sentence: Sentence) -> str:
        chips = "".join(chip(by_marker[m], citations) for m in sentence.citations if m in by_marker)
        told = chips + independent_html(sentence)
        return f'<span class="sentence">{escape(sentence.text)}<span class="chips">{told}</span></span>'

    parts = []
    for status, group in groupby(sentences, key=lambda sentence: sentence.status):
        if status == "words":
            parts += [f'<p class="given" dir="auto">{with_chips(one)}</p>' for one in group]
        elif status == "quoted":
            parts += [f'<blockquote class="quoted" dir="auto">{with_chips(one)}</blockquote>' for one in group]
        else:
            parts.append(f'<p dir="auto">{" ".join(with_chips(one) for one in group)}</p>')
    return "".join(parts)


def answer_html(
    answer: Answer,
    changes: Sequence[ArticleChange] = (),
    *,
    feedback: Feedback | None = None,
    suggestions: Sequence[str] = (),
) -> str:
    """A finished turn. An abstention is marked as one, says why, and shows what came nearest.

    The answer is shown as it was; `changes` are told above it, `suggestions` for going on below.
    """
    if answer.answered:
        beside = [one.sentence for one in answer.disagreements]
        quoted = (*answer.sentences, *beside, *answer.alternatives)
        body = (
            f'<div class="words">{sentences_html(answer.sentences, answer.citations)}</div>'
            f"{otherwise_html(answer)}{alternatives_html(answer)}"
            f"{standing_html(answer)}{_fallback_html(answer.fallback)}{_notes_html(answer.notes)}"
            f"{timeline_html(answer.citations)}{cited_html(answer.citations, quoted)}"
        )
        if answer.nearest:
            near = near_html(answer.nearest, label="Passages that came near")
            body += f"<details><summary>Also near ({len(answer.nearest)})</summary>{near}</details>"
    else:
        body = _abstention_html(answer)
    return _turn_html(
        answer.question,
        changes_html(changes)
        + body
        + facts_html(answer)
        + judgement_html(answer, feedback)
        + _follow_html(suggestions),
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


def _follow_html(suggestions: Sequence[str]) -> str:
    if not suggestions:
        return ""
    asked = "".join(
        f'<button type="button" data-act="ask" data-id="{escape(one)}">{isolated(one)}</button>' for one in suggestions
    )
    return f'<div class="follow" role="group" aria-label="Go on with">{asked}</div>'


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
