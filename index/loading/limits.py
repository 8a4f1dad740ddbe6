"""How much of one input is read at most. Leaves out: the refusals themselves, which each reader words."""

from __future__ import annotations

import time
from dataclasses import dataclass

from index.errors import TooLargeError

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds for one input; past any of them it is refused, not cut.

    `file_bytes` holds for a file that is read whole, for one line of a .jsonl, and for the XML and the text
    that a .docx or .pdf unfolds to. `page_bytes` holds for HTML, whose tree takes some ten times its size, and
    for whatever an address answers. `records_bytes` holds for a .jsonl file after unpacking: it is read line by line.
    `records` counts its lines, empty ones as well, of which a small packed file may hold any number; `page_tags` the
    tags of HTML, which take longer to read than its words. `document_seconds` holds for a .docx or .pdf: a small one
    may be made to take for ever.
    """

    file_bytes: int = 50 * MIB
    page_bytes: int = 20 * MIB
    records_bytes: int = 2048 * MIB
    records: int = 10_000_000
    page_tags: int = 200_000
    pdf_pages: int = 2000
    document_seconds: float = 120.0
    redirects: int = 5
    connect_timeout_seconds: float = 10.0
    total_timeout_seconds: float = 30.0


class Patience:
    """How long a document may still take to be read."""

    def __init__(self, limits: Limits, name: str) -> None:
        self._seconds = limits.document_seconds
        self._end = time.monotonic() + limits.document_seconds
        self._name = name

    def check(self) -> None:
        """Raises TooLargeError once it is over."""
        if time.monotonic() > self._end:
            raise TooLargeError(
                f"{self._name} takes more than {self._seconds:g} s to read: save its text as .txt and add that"
            )


def megabytes(size: int) -> str:
    """A size for people, such as '50 MB' or '0.4 MB' (counted in units of 1,048,576 bytes)."""
    value = size / MIB
    return f"{value:,.0f} MB" if value >= 10 else f"{value:.1f} MB"
