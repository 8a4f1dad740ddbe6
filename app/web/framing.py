"""What stands above and below an answer -> HTML: what changed since, what it cost, what can be done with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from app.entries import ArticleChange
from app.schema import Answer
from app.web.escaping import escape, isolated
from app.web.reader import article_address


def changes_html(changes: Sequence[ArticleChange]) -> str:
    """One notice for each article that is no longer as it was cited."""
    return "".join(f'<p class="changed" role="note">{_change_html(change)}</p>' for change in changes)


def _change_html(change: ArticleChange) -> str:
    title = f"“{isolated(change.title)}”"
    if change.current_version is None:
        return f"{title} was removed from the library after this answer, which is shown as it was."
    address = escape(article_address(change.article_id, change.current_version))
    compared = escape(article_address(change.article_id, change.current_version, since=change.cited_version))
    words = "The cited words still stand in it" if change.still_says else "The cited words no longer stand in it"
    return (
        f"{title} has changed since this answer, which is shown as it was. {words}: "
        f'<a class="opens" href="{address}">read version {change.current_version}</a>, '
        f'<a class="opens" href="{compared}">see what changed</a>.'
    )


def facts_html(answer: Answer) -> str:
    """Who wrote it, seconds and tokens, then the permanent link and the buttons."""
    facts = [f"{answer.timings.total_seconds:.1f} s"]
    if answer.answered:
        facts.insert(0, "quotes" if answer.writer == "quotes" else f"written by {answer.writer}")
    if answer.tokens.written:
        facts.append(f"{answer.tokens.read:,} tokens read, {answer.tokens.written:,} written")
    return f'<p class="facts"><span>{escape(" · ".join(facts))}</span>{_actions_html(answer)}</p>'


def standing_html(answer: Answer) -> str:
    """How its sentences stand: checked against what they cite, or quoted word for word; empty for an abstention."""
    if not answer.answered:
        return ""
    n_quoted = sum(1 for one in answer.sentences if one.status == "quoted")
    n_checked = sum(1 for one in answer.sentences if one.status == "supported")
    parts = []
    if n_checked:
        these = "it cites" if n_checked == 1 else "they cite"
        parts.append(f"{_counted(n_checked, 'sentence')} checked against what {these}")
    if n_quoted:
        parts.append(f"{_counted(n_quoted, 'sentence')} quoted word for word")
    cited = {marker for one in answer.sentences for marker in one.citations}
    n_articles = len({one.article_id for one in answer.citations if one.marker in cited})
    parts.append(f"from {_counted(n_articles, 'article')}")
    return f'<p class="standing">{escape(", ".join(parts))}</p>'


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def answer_address(turn_id: str) -> str:
    """The relative permanent address of an answer."""
    return "answer?" + urlencode({"turn": turn_id})


def export_address(form: str, **which: str) -> str:
    """The relative address of a conversation or a turn as a file: `form` is markdown or json."""
    return "export?" + urlencode({**which, "form": form})


def _actions_html(answer: Answer) -> str:
    copied = escape(export_address("markdown", turn=answer.turn_id))
    which = escape(answer.turn_id)
    quotes = f'<button type="button" class="action" data-act="quotes" data-id="{which}">Quotes only</button>'
    return (
        f'<a class="action" href="{escape(answer_address(answer.turn_id))}">Permanent link</a>'
        f'<button type="button" class="action" data-copy="{copied}">Copy with footnotes</button>'
        '<button type="button" class="action" data-edit="">Edit question</button>'
        + (quotes if answer.answered and answer.writer != "quotes" else "")
    )
