"""An RSS or Atom feed: which pages it names, and when they were published. Leaves out: fetching them.

A feed is somebody else's text: no entity in it is resolved and nothing it refers to is loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.errors import UnreadableError
from index.loading.dates import parse_published
from index.loading.inputs import Input

MOST_ENTRIES = 200
"""Of a longer feed the first are read: feeds put the newest first."""
_MEDIA_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml"))
_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
_LOOKED_AT_BYTES = 4096
_DATES = ("published", "pubDate", "date", "updated", "issued")
"""The elements that tell when an entry was published, the most telling first (Atom, RSS 2, Dublin Core in RSS 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One page that a feed names: its absolute http(s) address, and when the feed says it was published."""

    address: str
    published_at: datetime | None


def is_feed(media_type: str, data: bytes) -> bool:
    """Whether an answer is a feed: by its media type, or by its first element where that says less."""
    if media_type in _MEDIA_TYPES:
        return True
    beginning = data[:_LOOKED_AT_BYTES]
    return bool(_ROOT.search(beginning)) and b"<html" not in beginning.lower()


def read_feed(data: bytes, given: Input) -> list[FeedEntry]:
    """The pages that a feed names, in its order, each once, MOST_ENTRIES at most.

    Raises UnreadableError for what is no XML, and where no entry has an address.
    """
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    entries: dict[str, FeedEntry] = {}
    for element in root.iter("{*}item", "{*}entry") if root is not None else ():
        address = _absolute(_link(element), given.url or "")
        if address and len(entries) < MOST_ENTRIES:
            entries.setdefault(address, FeedEntry(address=address, published_at=_published(element)))
    if not entries:
        raise UnreadableError(f"{given.name} is a feed that names no page: give the address of an article")
    return list(entries.values())


def _link(element: Any) -> str:
    """The address of an entry: Atom's link to the page itself, RSS's text, or a guid that is one; empty without."""
    links = [one for one in element.findall("{*}link") if one.get("rel", "alternate") == "alternate"]
    told = [(one.get("href") or one.text or "").strip() for one in links]
    guid = element.find("{*}guid")
    if guid is not None and guid.get("isPermaLink", "true") == "true":
        told.append((guid.text or "").strip())
    return next((one for one in told if one), "")


def _absolute(link: str, base: str) -> str:
    """The link as an http(s) address; empty for anything else."""
    try:
        address = urljoin(base, link) if link else ""
        return address if urlsplit(address).scheme in ("http", "https") else ""
    except ValueError:  # no address at all, such as http://[::1
        return ""


def _published(element: Any) -> datetime | None:
    for name in _DATES:
        found = element.find(f"{{*}}{name}")
        if found is not None and found.text and (moment := parse_published(found.text.strip())) is not None:
            return moment
    return None
