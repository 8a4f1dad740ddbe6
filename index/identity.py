"""Who an article is: its identifier, how it is recognised again, and the hashes of its content. Pure."""

from __future__ import annotations

import hashlib
import json
import re

from index.articles import Article

_GIVEN = "id:"
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def identity(article: Article) -> str:
    """What an article is recognised by when it comes again: its own identifier, else its address, else its origin."""
    if article.given_id:
        return _GIVEN + article.given_id
    if article.url:
        return f"url:{article.url}"
    return f"origin:{article.origin}"


def given_id(identity: str) -> str | None:
    """The identifier that an article of that identity brought along, None where it brought none.

    >>> given_id("id:story-7"), given_id("url:https://a.example/7")
    ('story-7', None)
    """
    return identity.removeprefix(_GIVEN) if identity.startswith(_GIVEN) else None


def article_id_candidates(article: Article) -> tuple[str, str]:
    """The identifier of a new article, and the one to use where another article already has the first.

    A given identifier of a sane form is kept. A file's is made from its text, so that the same file has the same
    identifier on every machine.
    """
    if article.given_id and _SANE.fullmatch(article.given_id):
        first = article.given_id
    elif article.given_id:
        first = _short(article.given_id)
    elif article.url:
        first = _short(article.url)
    else:
        first = _short(article.text)
    return first, _short(f"{identity(article)}\n{article.text}")


def text_sha256(text: str) -> str:
    """Hexadecimal SHA-256 of the text as UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def content_sha256(article: Article) -> str:
    """Hexadecimal SHA-256 over text and metadata, the origin left out: equal content, equal hash."""
    published = article.published_at.isoformat() if article.published_at else None
    return text_sha256(
        json.dumps([article.text, article.title, article.source, article.author, published, article.url])
    )


def _short(value: str) -> str:
    return text_sha256(value)[:12]
