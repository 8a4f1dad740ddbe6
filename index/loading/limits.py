"""How much of one input is read at most. Leaves out: the refusals themselves, which each reader words."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds for one input; past any of them it is refused, not cut.

    `file_bytes` holds for a file that is read whole, for one line of a .jsonl, and for the XML and the text
    that a .docx or .pdf unfolds to. `page_bytes` holds for HTML, whose tree takes some ten times its size, and
    for whatever an address answers. `records_bytes` holds for a .jsonl file after unpacking: it is read line by line.
    """

    file_bytes: int = 50 * _MIB
    page_bytes: int = 20 * _MIB
    records_bytes: int = 2048 * _MIB
    pdf_pages: int = 2000
    redirects: int = 5
    connect_timeout_seconds: float = 10.0
    total_timeout_seconds: float = 30.0


def megabytes(size: int) -> str:
    """A size for people, such as '50 MB' or '0.4 MB' (counted in units of 1,048,576 bytes)."""
    value = size / _MIB
    return f"{value:,.0f} MB" if value >= 10 else f"{value:.1f} MB"
