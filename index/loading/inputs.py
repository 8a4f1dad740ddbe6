"""What a reader is told about the bytes it reads, and how a failure is worded. Leaves out: any reading."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from index.articles import Added
from index.errors import LoadingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input as its reader sees it.

    `origin` becomes `Article.origin`; `name` is how messages call it. `url` is set for what came from an
    address, `charset` is what the server said of the encoding.
    """

    origin: str
    name: str
    url: str | None = None
    charset: str | None = None

    def record(self, key: str | int) -> Input:
        """The same input, narrowed to one record of it."""
        return replace(self, origin=f"{self.origin}#{one_line(str(key))}")


def failed(origin: str, error: LoadingError) -> Added:
    """The outcome that stands in for an article that could not be read."""
    return Added(origin=one_line(origin), status="failed", error=one_line(str(error)))


def one_line(text: str) -> str:
    """`text` without line breaks, control characters and lone surrogates, for messages and origins.

    File names and addresses come from outside: a name may hold a line break, a terminal escape, or bytes
    that are no text at all.
    """
    encodable = text.encode("utf-8", "replace").decode("utf-8")
    shown = (" " if unicodedata.category(char) in _UNSHOWN else char for char in encodable)
    return " ".join("".join(shown).split(" ")).strip() or "(no name)"


_UNSHOWN = frozenset({"Cc", "Cf", "Zl", "Zp"})
