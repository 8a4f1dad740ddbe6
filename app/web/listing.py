"""The library's list, what became of added files, and the writer's status -> HTML. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from app.schema import ArticleSummary, WriterStatus
from app.web.escaping import day, escape, isolated
from app.web.reader import article_address
from index.articles import Added

ROWS_SHOWN = 200
LINES_SHOWN = 50
_OUTCOMES: dict[Literal["added", "updated", "unchanged", "failed"], str] = {
    "added": "added",
    "updated": "updated",
    "unchanged": "already there",
    "failed": "not added",
}


def matching(articles: Sequence[ArticleSummary], words: str) -> list[ArticleSummary]:
    """The articles whose title or source holds every word, in the order given."""
    wanted = words.casefold().split()
    return [
        article
        for article in articles
        if all(word in f"{article.title} {article.source or ''}".casefold() for word in wanted)
    ]


def library_html(articles: Sequence[ArticleSummary], words: str = "", *, removed: ArticleSummary | None = None) -> str:
    """A table of the articles that match the words; past ROWS_SHOWN it says how many more there are.

    `removed` is the one that was just taken out, and can be put back.
    """
    told = _removed_html(removed) if removed else ""
    if not articles:
        return told + '<p class="note">The library is empty. Drop files above to begin.</p>'
    found = matching(articles, words)
    count = f"{len(articles):,} article{'' if len(articles) == 1 else 's'}"
    if words.strip():
        count = f"{len(found):,} of {count}"
    if len(found) > ROWS_SHOWN:
        count += f", the first {ROWS_SHOWN} shown: search to narrow them"
    rows = "".join(_row_html(article) for article in found[:ROWS_SHOWN])
    table = (
        "<table><thead><tr><th scope='col'>Title</th><th scope='col'>Source</th><th scope='col'>Date</th>"
        "<th scope='col' class='number'>Words</th><th scope='col'><span class='unseen'>Remove</span></th>"
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )
    return told + f'<p class="note" role="status">{count}</p>' + (table if rows else "")


def _removed_html(article: ArticleSummary) -> str:
    return (
        f'<p class="undo" role="status"><span>“{isolated(article.title)}” is no longer answered from.</span> '
        f'<button type="button" data-act="restore" data-id="{escape(article.article_id)}">Undo</button></p>'
    )


def _row_html(article: ArticleSummary) -> str:
    address = escape(article_address(article.article_id, article.version))
    source = isolated(article.source) if article.source else "–"
    return (
        f'<tr><td class="title"><a class="opens" href="{address}">{isolated(article.title)}</a></td>'
        f'<td class="source">{source}</td><td class="date">{day(article.published_at)}</td>'
        f'<td class="number">{article.words:,}</td>'
        f'<td class="does"><button type="button" class="action" data-act="remove" '
        f'data-id="{escape(article.article_id)}" aria-label="Remove {escape(article.title)}">Remove</button></td></tr>'
    )


def added_html(added: Sequence[Added]) -> str:
    """One line a file: failures first, with what to do; past LINES_SHOWN the rest is counted only."""
    counts = Counter(one.status for one in added)
    summary = ", ".join(f"{counts[status]:,} {words}" for status, words in _OUTCOMES.items() if counts[status])
    ordered = sorted(added, key=lambda one: one.status != "failed")
    lines = "".join(_added_line(one) for one in ordered[:LINES_SHOWN])
    if len(ordered) > LINES_SHOWN:
        lines += f"<li>and {len(ordered) - LINES_SHOWN:,} more</li>"
    heading = f'<p class="heading">{summary or "Nothing to add"}</p>'
    return f'<div class="added" role="status">{heading}<ul>{lines}</ul></div>'


def _added_line(one: Added) -> str:
    name = isolated(shown_origin(one.origin))
    if one.status == "failed":
        return f'<li class="failed">{name}: {escape(one.error or "could not be read")}</li>'
    title = f": {isolated(one.title)}" if one.title else ""
    return f"<li>{name} {_OUTCOMES[one.status]}{title}</li>"


def shown_origin(origin: str) -> str:
    """An uploaded file by its name alone (its folder is ours, not the reader's); an address as it is.

    >>> shown_origin("/somewhere/upload/report.jsonl#3")
    'report.jsonl#3'
    """
    if origin.startswith(("http://", "https://")):
        return origin
    return origin.replace("\\", "/").rsplit("/", 1)[-1]


def progress_html(done: int, total: int | None, label: str) -> str:
    """A progress bar; without a total it only moves."""
    share = f' value="{min(done, total)}" max="{total}"' if total else ""
    numbers = f"{done:,} of {total:,}" if total else f"{done:,}"
    text = escape(shown_origin(label))
    return (
        f'<div class="adding" role="status"><progress{share} aria-label="Adding articles"></progress>'
        f'<p class="note">{numbers} · <bdi>{text}</bdi></p></div>'
    )


def status_html(status: WriterStatus | None) -> str:
    """One calm line on who writes; None while the library is being opened."""
    if status is None:
        return '<p class="status waiting" role="status">Opening the library…</p>'
    bar = ""
    if status.state == "fetching" and status.progress is not None:
        bar = f'<progress value="{status.progress:.3f}" max="1" aria-label="Fetching the writer"></progress>'
    return f'<p class="status {status.state}" role="status">{bar}<span>{escape(status.detail)}</span></p>'
