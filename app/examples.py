"""Questions to begin with, made from what the articles say. Leaves out: asking them.

A sentence like "Nissan is developing a strategy" becomes "What is Nissan developing?": its own sentence answers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.articles import Version
from index.sentences import sentences
from index.words import STOP_WORDS

_SUBJECT = r"(?P<subject>[A-Z][\w’'.-]+(?: (?:of |and )?[A-Z][\w’'.-]+){0,3})"
_OBJECT = r" (?!(?:its|their|his|her) own\b)(?:a|an|the|its|their|his|her|[a-z]+)\b"
_STATEMENTS = (
    re.compile(_SUBJECT + r" (?P<auxiliary>will|would|could) (?:also )?(?P<verb>[a-z]{3,})" + _OBJECT),
    re.compile(
        _SUBJECT
        + r" (?P<auxiliary>is|are|was|were|has been|have been) (?:also |now |reportedly )?(?P<verb>[a-z]{3,}ing)"
        + _OBJECT
    ),
    re.compile(_SUBJECT + r" (?P<auxiliary>has|have|had) (?:also |long )?(?P<verb>[a-z]{3,}ed)" + _OBJECT),
)
_INTRANSITIVE = frozenset(
    "be been become come happen remain being going according seem appear continue focusing".split()
)


def example_questions(versions: Iterable[Version], n: int) -> list[str]:
    """At most `n` questions, from different articles as far as there are enough."""
    by_article = [list(dict.fromkeys(_questions(version.text))) for version in versions]
    chosen: list[str] = []
    depth = 0
    while len(chosen) < n and any(len(questions) > depth for questions in by_article):
        for questions in by_article:
            if len(questions) > depth and len(chosen) < n and questions[depth] not in chosen:
                chosen.append(questions[depth])
        depth += 1
    return chosen


def _questions(text: str) -> Iterable[str]:
    for start, end in sentences(text):
        for pattern in _STATEMENTS:
            match = pattern.match(text[start:end])
            if match and match["subject"].lower() not in STOP_WORDS and match["verb"] not in _INTRANSITIVE:
                auxiliary, *rest = match["auxiliary"].split()
                yield " ".join(["What", auxiliary, match["subject"], *rest, match["verb"]]) + "?"
                break
