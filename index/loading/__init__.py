"""A file, a folder, a web address or a feed to articles. Leaves out: cutting into chunks, and storing.

What cannot be read never stops the rest: it comes out as an `Added` with status "failed" and one line that says
what happened, to which input, and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from index.articles import Added, Article
from index.errors import LoadingError, UnreadableError, UnsupportedError
from index.loading.counting import count
from index.loading.feeds import is_feed, read_feed
from index.loading.fetching import Fetched, fetch
from index.loading.files import read_bytes, read_path, read_upload
from index.loading.inputs import Input, failed, one_line
from index.loading.kinds import SUFFIXES, kind_of_answer
from index.loading.limits import Limits

__all__ = ["SUFFIXES", "Limits", "count", "load", "load_address", "load_bytes"]

_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def load(target: str | Path, *, limits: Limits | None = None, allow_private: bool = True) -> Iterator[Article | Added]:
    """The articles of a file, of a folder (recursively, sorted), or of an http(s) address.

    A text with '://' in it is an address, anything else a path. With `allow_private=False` an address that leads to
    a loopback, private or link-local host is refused. Nothing is raised for bad input.
    """
    if isinstance(target, str) and _ADDRESS.match(target):
        yield from load_address(target, limits=limits, allow_private=allow_private)
    elif isinstance(target, str) and not target.strip():
        yield failed(target, UnreadableError("nothing was named: name a file, a folder or an address"))
    else:
        yield from read_path(Path(target), limits or Limits())


def load_address(
    address: str, *, limits: Limits | None = None, allow_private: bool = False
) -> Iterator[Article | Added]:
    """The articles of an http(s) address, and of nothing else: for text typed by someone who may not name files.

    Of a feed, the pages that it names; one without a date of its own has the feed's.
    """
    limits = limits or Limits()
    shown = one_line(address)
    try:
        answer = fetch(address, limits=limits, allow_private=allow_private)
    except LoadingError as error:
        yield failed(_without_secrets(shown), error)
        return
    if is_feed(answer.media_type, answer.data):
        yield from _pages(answer, shown, limits, allow_private=allow_private)
        return
    yield from _answered(answer, shown, limits)


def _pages(answer: Fetched, shown: str, limits: Limits, *, allow_private: bool) -> Iterator[Article | Added]:
    """The articles that a feed names. It is not trusted as who typed its address is: a private host only its own."""
    try:
        entries = read_feed(answer.data, Input(origin=shown, name=shown, url=answer.url))
    except LoadingError as error:
        yield failed(shown, error)
        return
    home = urlsplit(answer.url).netloc
    for entry in entries:
        named = one_line(entry.address)
        try:
            own = urlsplit(entry.address).netloc == home
            page = fetch(entry.address, limits=limits, allow_private=allow_private and own)
        except LoadingError as error:
            yield failed(_without_secrets(named), error)
            continue
        for found in _answered(page, named, limits):
            if isinstance(found, Article) and found.published_at is None:
                yield replace(found, published_at=entry.published_at)
            else:
                yield found


def _answered(answer: Fetched, shown: str, limits: Limits) -> Iterator[Article | Added]:
    path = unquote(urlsplit(answer.url).path)
    kind = kind_of_answer(answer.media_type, path, answer.data)
    given = Input(origin=shown.partition("#")[0], name=shown, url=answer.url, charset=answer.charset)
    if not kind:
        what = one_line(answer.media_type) if answer.media_type else "an unknown kind of data"
        unread = UnsupportedError(f"{shown} answers with {what}, which is not read: give the address of an article")
        yield failed(given.origin, unread)
        return
    yield from read_bytes(kind, answer.data, given, limits)


def load_bytes(name: str, data: bytes, *, limits: Limits | None = None) -> Iterator[Article | Added]:
    """The articles of an upload. `name` decides how it is read, and its last part is the articles' origin."""
    yield from read_upload(name, data, limits or Limits())


def _without_secrets(address: str) -> str:
    return re.sub(r"(?<=://)[^/@]*@", "", address)
