"""Which reader reads what, by the ending of a name or the media type of an answer. Leaves out: opening files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from index.articles import Added, Article
from index.errors import UnsupportedError
from index.loading.inputs import Input
from index.loading.limits import Limits
from index.loading.pdf import read_pdf
from index.loading.plain import read_plain
from index.loading.records import read_json, read_json_lines
from index.loading.webpage import read_webpage
from index.loading.word import read_word

Reader = Callable[[bytes, Input, Limits], Article]
RecordReader = Callable[[BinaryIO, Input, Limits], Iterator[Article | Added]]

READERS: dict[str, Reader] = {
    ".txt": read_plain,
    ".text": read_plain,
    ".md": read_plain,
    ".markdown": read_plain,
    ".html": read_webpage,
    ".htm": read_webpage,
    ".xhtml": read_webpage,
    ".pdf": read_pdf,
    ".docx": read_word,
}
"""Files of one article, read whole."""

RECORD_READERS: dict[str, RecordReader] = {
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
}
"""Files of many articles; each also packed, as in .jsonl.xz and .json.gz."""

_MEDIA_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
}
_PACKINGS = (".gz", ".xz")
_SAVE_AS = {
    ".doc": "save it as .docx",
    ".odt": "save it as .docx",
    ".rtf": "save it as .docx",
    ".pages": "export it as .docx",
    ".epub": "save its text as .txt",
    ".csv": "write its rows as .jsonl, one article a line",
    ".zip": "unpack it",
    ".mhtml": "save the page as .html",
    ".xml": "save its text as .txt, or give the address of the feed",
}

SUFFIXES = (*READERS, *RECORD_READERS, *(kind + packing for kind in RECORD_READERS for packing in _PACKINGS))
"""The endings that are read, for a file dialogue."""


def kind_of(name: str) -> str:
    """The ending that decides how `name` is read, packing left off: '.jsonl' for 'News.JSONL.xz'."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    if len(suffixes) > 1 and suffixes[-1] in _PACKINGS and suffixes[-2] in RECORD_READERS:
        return suffixes[-2]
    return suffixes[-1] if suffixes else ""


def kind_of_answer(media_type: str, path: str, data: bytes) -> str:
    """The kind of what an address answered: by its media type, otherwise its path, otherwise its first bytes."""
    if media_type in _MEDIA_TYPES and media_type != "text/plain":
        return _MEDIA_TYPES[media_type]
    if (kind := kind_of(path)) in READERS or kind in RECORD_READERS:
        return kind
    if media_type in {"", "application/octet-stream", "binary/octet-stream"}:
        beginning = data[:512].lstrip().lower()
        return ".pdf" if beginning.startswith(b"%pdf-") else ".html" if b"<html" in beginning else ""
    return _MEDIA_TYPES.get(media_type, "")


def unsupported(kind: str, name: str) -> UnsupportedError:
    """The error for a kind that is not read, with what to do about it."""
    what = f"{kind} files are" if kind else "files without an ending are"
    remedy = _SAVE_AS.get(kind, "save it as .txt, .md, .html, .pdf, .docx, .json or .jsonl")
    return UnsupportedError(f"{name}: {what} not read: {remedy} and add that")
