"""Text from articles and people -> text that is safe in HTML. Leaves out: what surrounds it.

An article's words are data wherever they appear: gr.HTML sets innerHTML and cleans nothing, so nothing
may reach it but what went through here.
"""

from __future__ import annotations

import html

from app.describing import plain_day, web_address


def escape(text: str) -> str:
    """The text for an HTML body or a double-quoted attribute, shown character for character.

    A carriage return is written as a reference because a browser would otherwise turn it into a line
    feed and a quote would no longer equal its article; NUL, which no HTML can carry, becomes U+FFFD.

    >>> escape('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return html.escape(text, quote=True).replace("\r", "&#13;").replace("\0", "\N{REPLACEMENT CHARACTER}")


def isolated(text: str) -> str:
    """Escaped text that cannot turn the writing direction of what stands around it."""
    return f"<bdi>{escape(text)}</bdi>"


def outside_link(url: str | None, label: str) -> str:
    """A link to the article's own address that tells the other site nothing; empty when it is not followable."""
    address = web_address(url)
    if address is None:
        return ""
    return (
        f'<a class="outside" href="{escape(address)}" target="_blank" '
        f'rel="noopener noreferrer nofollow">{escape(label)}</a>'
    )


def day(published_at: str | None, *, short: bool = False) -> str:
    """The same as HTML.

    >>> day("2023-02-05")
    '<time datetime="2023-02-05">5 February 2023</time>'
    """
    shown = plain_day(published_at, short=short)
    if not published_at or shown == published_at:
        return escape(shown)
    return f'<time datetime="{escape(published_at[:10])}">{shown}</time>'


def byline(source: str | None, published_at: str | None) -> str:
    """Source and day, in that order."""
    parts = [isolated(source)] if source else []
    return " · ".join([*parts, day(published_at)])
