"""Texts as safe HTML with the passages that matter marked. Leaves out: which passages those are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape


def marked(text: str, phrases: Iterable[str]) -> str:
    r"""The text as HTML, every occurrence of a phrase in <mark>, whatever its case, spaces and kind of quotation mark.

    >>> marked("It held 43% <before>.", ["43%", "BEFORE"])
    'It held <mark>43%</mark> &lt;<mark>before</mark>&gt;.'
    """
    spans = sorted(span for phrase in phrases for span in _places(text, phrase))
    parts, done = [], 0
    for start, end in spans:
        if end <= done:
            continue
        begin = max(start, done)
        parts += [escape(text[done:begin]), f"<mark>{escape(text[begin:end])}</mark>"]
        done = end
    return "".join([*parts, escape(text[done:])])


def _places(text: str, phrase: str) -> list[tuple[int, int]]:
    words = [re.escape(word) for word in re.sub(r"[‘’']", "\0", phrase.strip().lstrip("^")).split()]
    if not words:
        return []
    pattern = r"\s+".join(words).replace("\\\0", "\0").replace("\0", "[‘’']")
    before = r"(?<!\w)" if phrase.strip().lstrip("^")[:1].isalnum() else ""
    after = r"(?!\w)" if phrase.strip()[-1:].isalnum() else ""
    return [found.span() for found in re.finditer(before + pattern + after, text, re.IGNORECASE)]
