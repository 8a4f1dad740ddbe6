"""What a reader says of an answer -> HTML: thumbs, what was wrong, a note. Leaves out: keeping it. Pure."""

from __future__ import annotations

from app.entries import Feedback, Verdict
from app.schema import Answer
from app.web.escaping import escape, isolated

REASONS: dict[Verdict, str] = {
    "wrong_citation": "Wrong citation",
    "should_have_known": "Should have known",
    "should_have_said_no": "Should have said no",
}
"""Why an answer was wrong, as the page says it."""
_HINT = "Which passage it stands on, or what the answer is"
_THUMB = (
    '<svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" focusable="false"><path fill="none" '
    'stroke="currentColor" stroke-width="2" stroke-linejoin="round" d="M7 11v9H4v-9zM7 11l4-8c1.7 0 2.6 1.2 2.2 2.9'
    'L12.6 9H19c1.2 0 2 1.1 1.7 2.3l-1.7 7c-.2 1-1 1.7-2 1.7H7"/></svg>'
)


def judgement_html(answer: Answer, feedback: Feedback | None) -> str:
    """Two thumbs, the one chosen pressed; after a thumb down what was wrong may be told."""
    verdict = feedback.verdict if feedback else None
    down = verdict not in (None, "right")
    thumbs = _thumb_html(answer, "right", "Right answer", pressed=verdict == "right")
    thumbs += _thumb_html(answer, "wrong", "Wrong answer", pressed=down)
    why = _why_html(answer, feedback) if feedback and down else ""
    return f'<div class="judgement"><div class="thumbs" role="group" aria-label="Feedback">{thumbs}</div>{why}</div>'


def _thumb_html(answer: Answer, verdict: Verdict, label: str, *, pressed: bool) -> str:
    return (
        f'<button type="button" class="thumb {verdict}" data-act="rate" data-id="{escape(answer.turn_id)}" '
        f'data-verdict="{"" if pressed else verdict}" aria-pressed="{str(pressed).lower()}" aria-label="{label}" '
        f'title="{label}">{_THUMB}</button>'
    )


def _why_html(answer: Answer, feedback: Feedback) -> str:
    """What was wrong, told or still to be told: folded once it was told."""
    told = REASONS.get(feedback.verdict)
    note = f": {isolated(feedback.note)}" if feedback.note else ""
    summary = f"{told}{note}" if told else "What was wrong?"
    offered = REASONS if answer.answered else {"should_have_known": REASONS["should_have_known"]}
    which = escape(answer.turn_id)
    choices = "".join(
        f'<label><input type="radio" name="verdict-{which}" value="{verdict}" required'
        f"{' checked' if verdict == feedback.verdict or len(offered) == 1 else ''}/> {label}</label>"
        for verdict, label in offered.items()
    )
    return (
        f'<details class="why"{"" if told else " open"}><summary>{summary}</summary>'
        f'<form data-act="rate" data-id="{which}"><div class="choices" role="radiogroup" aria-label="What was wrong">'
        f'{choices}</div><div class="noting"><input type="text" name="note" maxlength="2000" aria-label="Note" '
        f'placeholder="{_HINT}" value="{escape(feedback.note)}"/><button type="submit">Save</button></div>'
        "</form></details>"
    )
