"""Cuts a text into chunks of whole sentences with exact spans. Leaves out: what is embedded of a chunk.

Sizes are tokens of tiktoken's cl100k_base, so that a chunk's cost is known before any model is chosen. The
vocabulary comes from the copy inside llama-index-core: nothing is downloaded.
"""

from __future__ import annotations

import importlib.util
import os
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import tiktoken

from index.sentences import Span, sentences

__all__ = ["CHUNK_TOKENS", "OVERLAP_TOKENS", "Span", "chunk", "count_tokens", "sentences"]

CHUNK_TOKENS = 200
"""With a header of title and date, nearly every chunk stays within the 256 wordpieces all-MiniLM-L6-v2 reads."""
OVERLAP_TOKENS = 40
"""One or two sentences of news."""

_WORD = re.compile(r"\S+")
_LOADING = Lock()


def chunk(
    text: str,
    spans: Sequence[Span] | None = None,
    *,
    chunk_tokens: int = CHUNK_TOKENS,
    overlap_tokens: int = OVERLAP_TOKENS,
) -> list[Span]:
    """The spans of the chunks of `text`, in order; together they cover everything but white space.

    Neighbours share at most `overlap_tokens` of whole sentences, except that a short last chunk reaches back
    until it is about half full. A sentence longer than `chunk_tokens` is cut at a word, a longer word between
    two characters. `spans` are the text's sentences, where they are known already.
    """
    if not 0 <= overlap_tokens < chunk_tokens:
        raise ValueError(f"overlap_tokens must be below chunk_tokens: {overlap_tokens}, {chunk_tokens}")
    pieces = [
        piece for span in (sentences(text) if spans is None else spans) for piece in _within(text, span, chunk_tokens)
    ]
    sizes = [tokens for _, tokens in pieces]
    found: list[Span] = []
    first = 0
    while first < len(pieces):
        last, total = first, sizes[first]
        while last + 1 < len(pieces) and total + sizes[last + 1] <= chunk_tokens:
            last += 1
            total += sizes[last]
        if last + 1 == len(pieces) and found:
            first = _reach_back(sizes, first, total, chunk_tokens)
        found.append((pieces[first][0][0], pieces[last][0][1]))
        if last + 1 == len(pieces):
            break
        first = _overlapping(sizes, first, last, chunk_tokens, overlap_tokens)
    return found


def count_tokens(text: str) -> int:
    """The number of cl100k_base tokens of `text`, special tokens read as plain text."""
    return len(_encoding().encode_ordinary(text))


def _reach_back(sizes: list[int], first: int, total: int, chunk_tokens: int) -> int:
    """The piece that a last chunk of `total` tokens begins with, once it is about half full."""
    while first > 0 and total < chunk_tokens // 2 and total + sizes[first - 1] <= chunk_tokens:
        first -= 1
        total += sizes[first]
    return first


def _overlapping(sizes: list[int], first: int, last: int, chunk_tokens: int, overlap_tokens: int) -> int:
    """The piece that the chunk after `[first, last]` begins with; it must hold something new besides."""
    start, shared = last + 1, 0
    following = sizes[last + 1]
    while start - 1 > first:
        shared += sizes[start - 1]
        if shared > overlap_tokens or shared + following > chunk_tokens:
            break
        start -= 1
    return start


def _within(text: str, span: Span, limit: int) -> list[tuple[Span, int]]:
    """The span with its tokens, or pieces of it when it holds more than `limit`; one is added for the gap after it."""
    start, end = span
    if end - start <= limit * 40:  # only such a text is worth counting whole
        tokens = count_tokens(text[start:end]) + 1
        if tokens <= limit:
            return [(span, tokens)]
    pieces: list[tuple[Span, int]] = []
    for word in _WORD.finditer(text, start, end):
        for (piece_start, piece_end), tokens in _word_within(text, word.start(), word.end(), limit):
            if pieces and piece_start > pieces[-1][0][1] and pieces[-1][1] + tokens <= limit:
                (begun, _), before = pieces[-1]
                pieces[-1] = ((begun, piece_end), before + tokens)
            else:
                pieces.append(((piece_start, piece_end), tokens))
    return pieces


def _word_within(text: str, start: int, end: int, limit: int) -> list[tuple[Span, int]]:
    pieces: list[tuple[Span, int]] = []
    width = limit * 4
    while start < end:
        stop = _whole_character(text, start, min(end, start + width), end)
        tokens = count_tokens(text[start:stop]) + 1
        if tokens > limit and stop - start > 1 and width > 1:
            width = max(1, width // 2)
            continue
        pieces.append(((start, stop), tokens))
        start = stop
    return pieces


def _whole_character(text: str, start: int, stop: int, end: int) -> int:
    """The place at or before `stop` that parts no letter from its accents and no emoji from its parts."""
    cut = stop
    while start < cut < end and (_joins(text[cut - 1], text[cut]) or _parts_flag(text, start, cut)):
        cut -= 1
    return cut if cut > start else stop


def _joins(before: str, after: str) -> bool:
    joiner = "\u200d"
    return (
        before == joiner
        or after == joiner
        or unicodedata.category(after).startswith("M")
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )


def _parts_flag(text: str, start: int, cut: int) -> bool:
    """A flag is two letters of its own kind: an odd number of them before the cut parts one."""
    if not "\U0001f1e6" <= text[cut] <= "\U0001f1ff":
        return False
    before = cut
    while before > start and "\U0001f1e6" <= text[before - 1] <= "\U0001f1ff":
        before -= 1
    return (cut - before) % 2 == 1


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    """cl100k_base from llama-index-core's own copy, found without importing llama_index."""
    with _LOADING:
        spec = importlib.util.find_spec("llama_index")
        roots = [Path(root) for root in (spec.submodule_search_locations or ())] if spec else []
        bundled = next(
            (root / "core/_static/tiktoken_cache" for root in roots if (root / "core/_static").is_dir()), None
        )
        before = os.environ.get("TIKTOKEN_CACHE_DIR")
        if bundled is not None:
            os.environ["TIKTOKEN_CACHE_DIR"] = str(bundled)
        try:
            return tiktoken.get_encoding("cl100k_base")
        finally:
            if before is None:
                os.environ.pop("TIKTOKEN_CACHE_DIR", None)
            else:
                os.environ["TIKTOKEN_CACHE_DIR"] = before
