"""Does a reply in free words decline to answer? For systems that say so only in prose. Pure; words are all it sees."""

from __future__ import annotations

import re

from index.sentences import sentences

_SOURCES = r"(?:sources?|articles?|texts?|passages?|contexts?|documents?|excerpts?|information)"
_SAYING = (
    r"(?:contain|provide|mention|include|specify|state|say|have|give|offer|discuss|address|indicate|explicitly|"
    r"directly|answer|cover|reveal|refer|list|name|detail|disclose)"
)
_NOT = r"(?:do(?:es)?\s*n[o’']?t|did\s*n[o’']?t)"
_DECLINES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_SOURCES}\b[^.]{{0,60}}\b{_NOT}\s+{_SAYING}",
        rf"\bnone of (?:the|these)\b[^.]{{0,40}}\b{_SOURCES}\b",
        (
            r"\b(?:there (?:is|are|was|were)|i (?:see|find|found)|contains?|provides?) no\b[^.]{0,40}"
            r"\b(?:information|mention|details?|indication|answer|data|source)"
        ),
        (
            r"\b(?:i|we)\s+(?:do\s*n[o’']?t|can\s*no?[’']?t|cannot|could\s*n[o’']?t|am unable to|are unable to)\s+"
            r"(?:know|answer|find|determine|say|tell|provide|have)"
        ),
        (
            rf"\b(?:not|n[o’']t)\b[^.]{{0,30}}\b(?:mentioned|specified|provided|stated|given|clear|available|known|found)\b"
            rf"[^.]{{0,40}}\b{_SOURCES}\b"
        ),
        r"\bit is (?:not (?:possible|clear)|impossible|unclear|unknown)\b",
        r"^\W*(?:unknown|no answer|not stated|not mentioned|not specified|empty response|i don[’']t know)\b",
        r"^\W*(?:sorry|unfortunately)\b",
    )
)


def declines(reply: str) -> bool:
    """Whether the reply's first sentence declines to answer; an empty reply does.

    >>> declines("The provided sources do not mention who won. They describe the final [1].")
    True
    >>> declines("Nissan did not agree to the plan [1].")
    False
    """
    spans = sentences(reply)
    if not spans:
        return True
    first = reply[spans[0][0] : spans[0][1]]
    return any(pattern.search(first) for pattern in _DECLINES)
