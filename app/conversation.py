"""A follow-up to a question that can be understood alone, by rules. Leaves out: keeping conversations (record).

What a follow-up leaves out is put behind it in brackets, taken from the question before it and its answer, and from the
latest question that stood alone; words are never replaced, so a wrong guess costs rank and not meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.turn import Exchange
from index.words import STOP_WORDS, content_stems, stem

_POINTING = re.compile(
    r"\b(?:he|she|it|they|him|his|her|hers|its|their|theirs|them|this|that|these|those|there|then|so|former|latter|"
    r"both|neither|either|same|else|other|another)\b",
    re.IGNORECASE,
)
_CONTINUING = re.compile(
    r"^\s*(?:and|but|so|or|what about|how about|what of|why(?: not)?\s*\?|when\s*\?|where\s*\?)", re.IGNORECASE
)
_NAME = re.compile(r"\b[A-Z][\w’'&-]*(?:\s+(?:of\s+)?[A-Z][\w’'&-]*)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_FEW_WORDS = 3
_MOST_NAMES = 4


def standalone(question: str, history: Sequence[Exchange]) -> str:
    """The question with what it needs of the exchange before it; unchanged where it stands alone.

    >>> standalone("When was he arrested?", [Exchange("Who left the alliance?", "Carlos Ghosn left.")])
    'When was he arrested? (Carlos Ghosn; Who left the alliance?)'
    """
    if not history or not _leans(question):
        return question
    before = history[-1]
    topic = next((one for one in reversed(history) if not _leans(_bare(one.question))), history[0])
    asked = set(content_stems(question))
    told = _names(before.question) + _names(before.answer) + _names(topic.question)
    parts: list[str] = []
    known = set(asked)
    for name in told:
        if len(parts) < _MOST_NAMES and not known.issuperset(content_stems(name)):
            parts.append(_POSSESSIVE.sub("", name))
            known.update(content_stems(name))
    if len(asked) < _FEW_WORDS:
        parts += dict.fromkeys([_bare(before.question), _bare(topic.question)])
    return f"{question} ({'; '.join(parts)})" if parts else question


def _bare(question: str) -> str:
    """A question as it was put, without what was added to it."""
    return question.partition(" (")[0].strip()


def _leans(question: str) -> bool:
    """Whether the question points back, goes on from something, or says too little to stand alone."""
    named = any(stem(name) for name in _names(question))
    return bool(
        _CONTINUING.match(question)
        or _POINTING.search(question)
        or (len(content_stems(question)) < _FEW_WORDS and not named)
    )


def _names(text: str) -> list[str]:
    """Capitalised runs; a lone first word of a sentence counts only when it is no common word."""
    found = []
    for match in _NAME.finditer(text):
        name = match.group()
        first, *rest = name.split()
        if first.lower() in STOP_WORDS or (not rest and _starts_sentence(text, match.start()) and first.islower()):
            name = " ".join(rest)
        if name and name.lower() not in STOP_WORDS:
            found.append(name)
    return found


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return not before or before[-1] in ".!?"
