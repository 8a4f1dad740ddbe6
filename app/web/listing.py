"""The library's list, and the writer's status -> HTML. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.entries import ArticlePage, ArticleSummary, WriterStatus
from app.web.escaping import day, escape, isolated
from app.web.reader import article_address
from index.articles import Version
from index.shelf import ORDERS, Order

ROWS_SHOWN = 100
ROWS_BEFORE_PAGER_BELOW = 20


@dataclass(frozen=True, slots=True)
class View:
    """How the list is looked at: the words that are searched, its order, and from which row on."""

    words: str = ""
    order: Order = "added"
    descending: bool = True
    offset: int = 0

    def sorted_by(self, column: str) -> View:
        """By that column, its other way round where it is so already; from the beginning."""
        order = next((one for one in ORDERS if one == column), self.order)
        descending = not self.descending if order == self.order else order in _LARGEST_FIRST
        return View(self.words, order, descending)


_COLUMNS: tuple[tuple[Order, str], ...] = (
    ("title", "Title"), ("source", "Source"), ("published", "Date"), ("words", "Words"), ("added", "Status"),
)  # fmt: skip
_LARGEST_FIRST = frozenset(("published", "words", "added"))


def library_html(
    page: ArticlePage, view: View | None = None, *, removed: Version | None = None, fixed: bool = False
) -> str:
    """A table of one page of the articles, and the way to the pages beside it.

    `removed` is the one that was just taken out, and can be put back; `fixed` for those who may not take one out.
    """
    view = view or View()
    told = _removed_html(removed) if removed else ""
    if not page.total:
        return told + '<p class="note">The library is empty. Drop files above to begin.</p>'
    count = f"{page.total:,} article{'' if page.total == 1 else 's'}"
    if view.words.strip():
        count = f"{page.found:,} of {count}"
    rows = "".join(_row_html(article, fixed=fixed) for article in page.articles)
    told += f'<div class="counted"><p class="note" role="status">{count}</p>{_pager_html(page)}</div>'
    if not rows:
        return told
    heads = "".join(_head_html(column, label, view) for column, label in _COLUMNS)
    heads += "" if fixed else "<th scope='col'><span class='unseen'>Remove</span></th>"
    below = _pager_html(page) if len(page.articles) > ROWS_BEFORE_PAGER_BELOW else ""
    return f"{told}<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{below}"


def _head_html(column: Order, label: str, view: View) -> str:
    sorted_so = ("descending" if view.descending else "ascending") if column == view.order else "none"
    kind = " class='number'" if column == "words" else ""
    return (
        f'<th scope="col"{kind} aria-sort="{sorted_so}"><button type="button" data-act="sort" data-id="{column}">'
        f"{label}</button></th>"
    )


def _pager_html(page: ArticlePage) -> str:
    if page.found <= ROWS_SHOWN:
        return ""
    first, last = page.offset + 1, page.offset + len(page.articles)
    return (
        '<div class="pager" role="group" aria-label="Pages">'
        f"{_turn_html(page.offset - ROWS_SHOWN, '← Previous', page)}<span>{first:,}–{last:,}</span>"
        f"{_turn_html(page.offset + ROWS_SHOWN, 'Next →', page)}</div>"
    )


def _turn_html(offset: int, label: str, page: ArticlePage) -> str:
    ends = "" if 0 <= offset < page.found else " disabled"
    return f'<button type="button" data-act="page" data-id="{offset}"{ends}>{label}</button>'


def _removed_html(article: Version) -> str:
    return (
        f'<p class="undo" role="status"><span>“{isolated(article.title)}” is no longer answered from.</span> '
        f'<button type="button" data-act="restore" data-id="{escape(article.article_id)}">Undo</button></p>'
    )


def _row_html(article: ArticleSummary, *, fixed: bool) -> str:
    address = escape(article_address(article.article_id, article.version))
    source = isolated(article.source) if article.source else "–"
    remove = (
        f'<td class="does"><button type="button" class="action" data-act="remove" '
        f'data-id="{escape(article.article_id)}" aria-label="Remove {escape(article.title)}">Remove</button></td>'
    )
    return (
        f'<tr><td class="title"><a class="opens" href="{address}">{isolated(article.title)}</a></td>'
        f'<td class="source">{source}</td><td class="date">{day(article.published_at, short=True)}</td>'
        f'<td class="number">{article.words:,}</td><td class="state">{_state_html(article)}</td>'
        f"{'' if fixed else remove}</tr>"
    )


def _state_html(article: ArticleSummary) -> str:
    """When it came in; of a corrected one, the way to what was corrected last."""
    if article.version == 1:
        return f"added {day(article.added_at, short=True)}"
    address = escape(article_address(article.article_id, article.version, since=article.version - 1))
    return f'<a class="opens" href="{address}">version {article.version}</a>'


def status_html(status: WriterStatus | None) -> str:
    """One calm line on who writes; None while the library is being opened."""
    if status is None:
        return '<p class="status waiting" role="status">Opening the library…</p>'
    bar = ""
    if status.state == "fetching" and status.progress is not None:
        bar = f'<progress value="{status.progress:.3f}" max="1" aria-label="Fetching the writer"></progress>'
    return f'<p class="status {status.state}" role="status">{bar}<span>{escape(status.detail)}</span></p>'
