"""One article version, with its cited passages marked. Leaves out: where versions come from (app.desk).

The address carries everything: which version, which passage, which others. A citation is therefore an
ordinary link that also works in a tab of its own and without any script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from urllib.parse import urlencode

from app.describing import plain_day
from app.schema import Place, published_text
from app.web.escaping import byline, escape, isolated, outside_link
from app.web.revising import revised_html
from index.articles import Version

Span = tuple[int, int]
BESIDE = (
    '<div class="side"><div id="timeline"></div><aside id="reader" aria-label="Article reader"><div class="bar">'
    '<div class="steps" role="group" aria-label="Citations of this answer" hidden>'
    '<button type="button" data-step="-1" aria-keyshortcuts="ArrowLeft">← Previous</button>'
    '<span class="place"></span>'
    '<button type="button" data-step="1" aria-keyshortcuts="ArrowRight">Next →</button></div>'
    '<button type="button" class="close" aria-label="Close the article">Close</button></div>'
    '<div id="reader-body" tabindex="0" role="region" aria-label="Article">'
    '<p class="hint">Choose a number in an answer to read the passage in its article.</p></div></aside></div>'
    '<p id="announce" class="unseen" role="status" aria-live="polite"></p>'
)
"""The reader beside a chat or an answer, above it the timeline's place; page.js and plotting.js fill them."""


def reader_address(passage: Place, others: Iterable[Place] = ()) -> str:
    """The relative address that opens the passage's article there, its other passages marked lighter."""
    also = sorted(
        {
            (other.start, other.end)
            for other in others
            if (other.article_id, other.version) == (passage.article_id, passage.version)
        }
        - {(passage.start, passage.end)}
    )
    query = {
        "article": passage.article_id,
        "version": str(passage.version),
        "at": f"{passage.start}-{passage.end}",
    }
    if also:
        query["also"] = ",".join(f"{start}-{end}" for start, end in also)
    return "read?" + urlencode(query)


def article_address(article_id: str, version: int, *, since: int | None = None) -> str:
    """The relative address of a version with nothing marked, or with what changed since another one."""
    compared = {"since": str(since)} if since is not None else {}
    return "read?" + urlencode({"article": article_id, "version": str(version), **compared})


def parse_spans(text: str) -> list[Span]:
    """Spans as reader_address writes them, `10-20,40-50`; what is not a span is left out.

    >>> parse_spans("10-20,x,40-50,9-3")
    [(10, 20), (40, 50)]
    """
    spans = []
    for part in text.split(","):
        start, dash, end = part.partition("-")
        digits = dash and all(0 < len(edge) <= 12 and edge.isascii() and edge.isdigit() for edge in (start, end))
        if digits and int(start) < int(end):
            spans.append((int(start), int(end)))
    return spans


def marked_text(text: str, cited: Span | None, others: Sequence[Span] = ()) -> str:
    """The escaped text; the cited span in one `<mark id="cited">`, what others cover beside it lighter.

    The cited span is never split: the text of its mark is the quote, character for character.
    """
    kinds = _marked_pieces(len(text), cited, others)
    pieces = []
    for start, end, kind in kinds:
        piece = escape(text[start:end])
        if kind == "cited":
            piece = f'<mark id="cited" class="cited">{piece}</mark>'
        elif kind == "other":
            piece = f'<mark class="other">{piece}</mark>'
        pieces.append(piece)
    return "".join(pieces)


def _marked_pieces(length: int, cited: Span | None, others: Sequence[Span]) -> list[tuple[int, int, str]]:
    """The text cut into pieces without overlap, in order: each "plain", "other" or "cited"."""
    inside = [(max(0, start), min(end, length)) for start, end in others]
    main = (max(0, cited[0]), min(cited[1], length)) if cited else (0, 0)
    edges = {0, length, *(edge for span in inside if span[0] < span[1] for edge in span)}
    if main[0] < main[1]:
        edges = {edge for edge in edges if not main[0] < edge < main[1]} | set(main)
    ordered = sorted(edges)
    pieces: list[tuple[int, int, str]] = []
    for start, end in pairwise(ordered):
        if main[0] <= start and end <= main[1]:
            kind = "cited"
        elif any(low <= start and end <= high for low, high in inside):
            kind = "other"
        else:
            kind = "plain"
        if pieces and pieces[-1][2] == kind:
            pieces[-1] = (pieces[-1][0], end, kind)
        else:
            pieces.append((start, end, kind))
    return pieces


def article_html(
    version: Version,
    cited: Span | None,
    others: Sequence[Span] = (),
    *,
    history: Sequence[Version] = (),
    since: Version | None = None,
) -> str:
    """The article as the reader shows it: title, source and date on top, then its text.

    `history` are all its versions, oldest first; with `since` the text shows what changed from that one.
    """
    published = published_text(version.published_at)
    facts = [byline(version.source, published)]
    if version.author:
        facts.append(isolated(version.author))
    if version.number > 1 and len(history) < 2:
        facts.append(f"version {version.number}")
    if link := outside_link(version.url, "Original page"):
        facts.append(link)
    marked = marked_text(version.text, cited, others)
    return (
        '<article class="reading">'
        f"<header><h2>{isolated(version.title)}</h2>"
        f'<p class="byline">{" · ".join(facts)}</p>{_versions_html(version, history, since)}</header>'
        + (revised_html(since, version) if since else f'<div class="text" dir="auto">{marked}</div>')
        + "</article>"
    )


def _versions_html(version: Version, history: Sequence[Version], since: Version | None) -> str:
    """Which of its versions it is, and the way to the others and to what changed; empty where there is one alone."""
    if len(history) < 2:
        return ""
    shown = []
    for one in history:
        here = one.number == version.number and since is None
        label = f"version {one.number}, {plain_day(one.added_at.isoformat(), short=True)}"
        address = escape(article_address(one.article_id, one.number))
        shown.append(f"<strong>{label}</strong>" if here else f'<a class="opens" href="{address}">{label}</a>')
    before = [one.number for one in history if one.number < version.number]
    if since is not None:
        shown.append(f"<strong>what changed from version {since.number} to {version.number}</strong>")
    elif before:
        address = escape(article_address(version.article_id, version.number, since=before[-1]))
        shown.append(f'<a class="opens" href="{address}">what changed</a>')
    return f'<p class="byline versions">{" · ".join(shown)}</p>'


def reader_page(title: str, body: str, *, scripts: Sequence[str] = ()) -> str:
    """A whole document around an article, an answer or a message, for a tab of its own; `scripts` are addresses."""
    program = "".join(f'<script src="{escape(one)}" defer></script>' for one in scripts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · OnRecord</title>"
        '<link rel="stylesheet" href="onrecord/page.css">'
        f"{program}</head>"
        f'<body class="alone"><main>{body}</main></body></html>'
    )


def missing_html(message: str) -> str:
    """What the reader shows when there is no such article."""
    return f'<article class="reading"><p class="problem" role="alert">{escape(message)}</p></article>'
