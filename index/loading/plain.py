"""Plain text and Markdown, with or without front matter. Leaves out: Markdown's markup, which stays in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from index.articles import Article
from index.errors import EmptyArticleError
from index.loading.dates import parse_published
from index.loading.decoding import decode
from index.loading.inputs import Input
from index.loading.limits import Limits
from index.loading.titles import one_field, title_of, web_url

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELDS = {"title", "author", "authors", "source", "publication", "date", "published", "published_at", "url"}


def read_plain(data: bytes, given: Input, _limits: Limits) -> Article:
    """The article of a .txt or .md file: its text, and what its front matter says of it.

    Front matter counts as such only when it names a field that is known here; it is not part of the text.
    """
    text = decode(data, given.name, declared=given.charset)
    fields: Mapping[str, object] = {}
    if found := _FRONT_MATTER.match(text):
        front = {key: value for key, value in _front_matter(found[1]).items() if key in _FIELDS}
        if front:
            fields, text = front, text[found.end() :]
    require_text(text, given)
    return Article(
        text=text,
        title=one_field(fields.get("title")) or title_of(text),
        origin=given.origin,
        source=one_field(fields.get("source") or fields.get("publication")),
        author=one_field(fields.get("author") or fields.get("authors")),
        published_at=parse_published(fields.get("published_at") or fields.get("published") or fields.get("date")),
        url=given.url or web_url(fields.get("url")),
    )


def require_text(text: str, given: Input, *, remedy: str = "add a file with text in it") -> None:
    """Raise EmptyArticleError when `text` has no letter and no digit."""
    if not any(map(str.isalnum, text)):
        raise EmptyArticleError(f"{given.name} has no text in it: {remedy}")


def _front_matter(block: str) -> dict[str, object]:
    """The fields of a front matter block: as YAML, or line by line where it is none ('title: Nissan: a story')."""
    try:
        # BaseLoader makes nothing but strings, lists and mappings: dates are parsed in one place only.
        loaded = yaml.BaseLoader(block).get_single_data()
    except (yaml.YAMLError, RecursionError):
        pairs = (line.partition(":") for line in block.splitlines())
        loaded = {key.strip(): value.strip().strip("\"'") for key, colon, value in pairs if colon}
    if not isinstance(loaded, dict):
        return {}
    return {key.lower(): value for key, value in loaded.items() if isinstance(key, str)}
