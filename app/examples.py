"""Questions to begin and to go on with, made from what the articles say. Leaves out: asking them.

A sentence like "Nissan is developing a strategy" becomes "What is Nissan developing?": its own sentence answers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.articles import Version
from index.sentences import sentences
from index.words import STOP_WORDS, content_stems

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
_BASES = (
    "accept accuse acquire adopt announce approve attack attend ban block build buy cancel challenge charge close "
    "conduct confirm control create criticize cut declare defeat defend delay deliver demand deny deploy develop "
    "discuss dismiss dominate donate employ endorse expand explore extend face fight file fire form fund hire "
    "hold host identify impose increase introduce investigate issue join launch lead lift lose make manage meet "
    "merge monitor move negotiate offer open operate oppose order organize own pass pay plan play prepare present "
    "produce promise propose publish purchase push raise recall receive recommend reduce refuse reject release "
    "remove replace request require resume reveal review seek sell sentence settle share shut sign sponsor stage "
    "start stop suffer support suspend take target tell test threaten tour train use visit want warn win withdraw "
    "write"
).split()
"""Verbs of reports that take an object, so that "What has she ...?" asks for something."""


def _forms(base: str) -> set[str]:
    """A regular verb as it stands after an auxiliary."""
    bare = base.removesuffix("e")
    past = f"{base[:-1]}ied" if base.endswith("y") and base[-2] not in "aeiou" else f"{bare}ed"
    return {base, past, f"{bare}ing", f"{base}{base[-1]}ing", f"{base}{base[-1]}ed"}


_TRANSITIVE = frozenset(form for base in _BASES for form in _forms(base))
_NO_SUBJECT = STOP_WORDS | frozenset(
    "although because but despite even however if meanwhile since still though unless when whether while yet "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
NEAR_CHARACTERS = 3000
"""How far from a passage, in characters, a sentence still goes on about the same."""


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


def follow_ups(asked: str, passages: Sequence[tuple[Version, int]], n: int) -> list[str]:
    """At most `n` questions that the articles of an answer go on to answer, those nearest to what it cites first.

    `passages` are the versions cited and where in them, by character offset. What was asked is not suggested again.
    """
    known = set(content_stems(asked))
    found: dict[str, int] = {}
    for version, place in passages:
        for question, start in _located_questions(version.text):
            distance = abs(start - place)
            if distance <= NEAR_CHARACTERS and not set(content_stems(question)) <= known:
                found[question] = min(distance, found.get(question, distance))
    return sorted(found, key=lambda question: (found[question], question))[:n]


def _questions(text: str) -> Iterable[str]:
    return (question for question, _ in _located_questions(text))


def _located_questions(text: str) -> Iterable[tuple[str, int]]:
    """The questions, each with where the sentence that answers it begins."""
    for start, end in sentences(text):
        for pattern in _STATEMENTS:
            match = pattern.match(text[start:end])
            if match and _is_subject(match["subject"]) and match["verb"] in _TRANSITIVE:
                auxiliary, *rest = match["auxiliary"].split()
                subject = _as_within(match["subject"], text)
                yield " ".join(["What", auxiliary, subject, *rest, match["verb"]]) + "?", start
                break


def _is_subject(phrase: str) -> bool:
    first, *rest = phrase.lower().split()
    return bool(rest) if first in ("the", "a", "an") else first not in _NO_SUBJECT


def _as_within(subject: str, text: str) -> str:
    """The subject as it stands within a sentence: its first word may have a capital only for coming first."""
    first, _, rest = subject.partition(" ")
    common = first in ("The", "A", "An") or (not rest and re.search(rf"\b{re.escape(first.lower())}\b", text))
    return subject[0].lower() + subject[1:] if common else subject
