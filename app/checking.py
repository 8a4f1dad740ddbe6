"""Is a sentence supported by a passage? Pure functions of two texts: no model, no library, no network.

A sentence is supported when some run of at most three sentences of the passage covers its words, or says them in
words that may stand for them (wording), where it adds none of its own, states each of its numbers in the same unit,
names everyone it names (the title may help out), in the same order, lets them do the same to the same (roles), and
agrees on negation and on how certain it is.
The rules are strict on purpose: what fails is shown as a quote instead, which loses little. What word matching cannot
see (a paraphrase that says the opposite in other words) it cannot refuse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.numbers import crossed_bounds, numbers, unlike_numbers
from app.roles import exchanged
from app.wording import is_light, says_alike
from index.sentences import sentences
from index.words import STOP_WORDS, Word, content_stems, stem, words

MIN_COVERAGE = 0.7
"""Least share of a sentence's weighted words that the run must hold."""

MAX_RUN = 3
"""Most consecutive sentences of a passage that support one sentence."""

LONGER_RUN_GAIN = 0.1
"""A run longer by a sentence must cover this much more to be preferred, so that citations stay exact."""

_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|refus\w*|den(?:y|ie[sd]|ying)|reject\w*|"
    r"declin\w+ to|fail\w* to|unlikely|unable|no longer)\b|n['’]t\b",
    re.IGNORECASE,
)
_DOUBTFUL = re.compile(
    r"\b(?:could|may|might|possibl[ey]|perhaps|maybe|potential(?:ly)?|alleged(?:ly)?|accused|suspected|"
    r"consider(?:s|ing)|weigh(?:s|ing)|reported(?:ly)?|rumou?red)\b"
)
"""What makes a statement of the passage uncertain; case matters, for May is a month."""
_HEDGED = re.compile(
    r"\b(?:could|may|might|possibl[ey]|perhaps|maybe|potential(?:ly)?|alleg\w+|accus\w+|suspect\w*|consider\w*|"
    r"weigh\w*|report\w*|expect\w*|plans? to|plann(?:ed|ing)|aim\w*|seek\w*|hop(?:es?|ing)|intend\w*|propos\w+|likely|"
    r"would|said|says|according|sources?|believ\w+|appears?|seems?|estimat\w+|suggest\w*|charge[sd]?|search\w*|looking|claim\w*)\b",
    re.IGNORECASE,
)
"""What in a sentence keeps such a statement uncertain, or with whoever made it."""
_OPEN = re.compile(r"\b(?:could|may|might|possibl[ey]|perhaps|maybe)\b")
"""What leaves a statement of the passage open."""
_PLANNED = re.compile(
    r"\b(?:plans? to|plann(?:ed|ing)|aim\w*|seek\w*|hop(?:es?|ing)|intend\w*|propos\w+|search\w*|looking)\b",
    re.IGNORECASE,
)
"""What in a sentence tells a plan: what could happen need not be one."""
_REPORTED = re.compile(r"\b(?:alleged(?:ly)?|accused|suspected|reported(?:ly)?|rumou?red)\b")
"""What makes a statement of the passage somebody else's: a plan or an aim in the sentence does not keep that."""
_ATTRIBUTED = re.compile(
    r"\b(?:alleg\w+|accus\w+|suspect\w*|report\w*|rumou?r\w*|said|says|according|sources?|believ\w+|charge[sd]?|"
    r"claim\w*)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|shall|would|going to|(?:expected|set|due|scheduled|about) to|plans? to|to be)\b|['’]ll\b", re.IGNORECASE
)
"""What puts a statement into the future."""
_BEHIND = re.compile(r"\b(?:was|were|had|did|(?:has|have) been)\b", re.IGNORECASE)
"""What puts it into the past."""
_PART_OF = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(?:%|per\s?cent)\s+of\s+(?:[\w’'-]+\s+){0,3}?(?:stake|share|holding|interest)s?\b",
    re.IGNORECASE,
)
"""A percentage taken of a stake, which is not a stake of that percentage."""
_CLAUSE_END = re.compile(r"[;:,—–]\s+|[.!?]['’\"”)]*\s+|\b(?:but|although|while|whereas)\b")
_CLAIM_END = re.compile(r"[;—–]\s+|,\s+(?:and|or)\s+|,?\s*\b(?:but|although|while|whereas)\b")
"""Where one clause of a sentence ends and the next may deny what it affirms."""
_NAME = re.compile(r"\b[A-Z][\w’'&-]*(?:\.[A-Z]\.?)*")


@dataclass(frozen=True, slots=True)
class Support:
    """How well a passage supports a sentence.

    `score` is the covered share of the sentence's words, in [0, 1], whatever else failed; `start` and `end` are
    the best run's place in the passage; `problems` says in a few words what failed, empty when supported.
    """

    supported: bool
    score: float
    start: int
    end: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a sentence says, taken apart."""

    text: str
    content: tuple[str, ...]
    names: tuple[str, ...]
    clauses: tuple[str, ...]


def check(
    sentence: str,
    passage: str,
    *,
    context: str = "",
    weight: Callable[[str], float] = lambda _stem: 1.0,
) -> Support:
    """Whether `passage` supports `sentence`, and which part of it does.

    `context` is what a reader sees above the passage (title, source, date): it may supply names and numbers but
    is never cited. `weight` gives a stem's weight, higher for rarer words.

    >>> check("Renault will hold 25% of Nissan.", "Renault will cut its stake in Nissan to 15% from 43%.").problems
    ('number 25',)
    """
    claim = _claim(sentence, passage)
    runs = _runs(passage)
    if not claim.content or not runs:
        return Support(False, 0.0, 0, len(passage), ("nothing to compare",))
    around = _stems(context)
    best: tuple[float, Support] | None = None
    for start, end, length in runs:
        support = _compare(claim, passage, start, end, context, around, weight)
        rank = support.score - LONGER_RUN_GAIN * (length - 1) + (1.0 if support.supported else 0.0)
        if best is None or rank > best[0]:
            best = (rank, support)
    assert best is not None
    return best[1]


def denies(text: str) -> bool:
    """Whether a text denies something.

    >>> denies("It has no plan to pay.")
    True
    """
    return bool(_NEGATION.search(text))


def _runs(passage: str) -> list[tuple[int, int, int]]:
    spans = sentences(passage)
    return [
        (spans[first][0], spans[first + length - 1][1], length)
        for length in range(1, MAX_RUN + 1)
        for first in range(len(spans) - length + 1)
    ]


def _compare(
    claim: _Claim,
    passage: str,
    start: int,
    end: int,
    context: str,
    around: frozenset[str],
    weight: Callable[[str], float],
) -> Support:
    run = passage[start:end]
    here = _stems(run)
    weights = {word: weight(word) * (2.0 if word in claim.names else 1.0) for word in claim.content}
    covered = sum(
        w
        for word, w in weights.items()
        if word in here or (word in around and word in claim.names) or says_alike(word, here)
    )
    coverage = covered / (sum(weights.values()) or 1.0)
    problems = []
    if coverage < MIN_COVERAGE:
        problems.append(f"coverage {coverage:.2f}")
    problems += _of_numbers(claim.text, run, context)
    if added := _added(claim, here, around):
        problems.append(f"word {added[0]}")
    if strangers := [name for name in claim.names if name not in here and name not in around]:
        problems.append(f"name {strangers[0]}")
    if not _same_order(claim, run):
        problems.append("order of names")
    clause = _clause(run, frozenset(claim.content))
    if any(denies(part) != denies(_clause(run, frozenset(content_stems(part)))) for part in claim.clauses):
        problems.append("negation")
    kept = _PLANNED.sub("", claim.text) if _OPEN.search(clause) else claim.text
    if _DOUBTFUL.search(clause) and not _HEDGED.search(kept):
        problems.append("certainty")
    elif _is_reported(claim, run, clause) and not _ATTRIBUTED.search(claim.text):
        problems.append("who says so")
    if (
        _AHEAD.search(clause)
        and not _BEHIND.search(clause)
        and _BEHIND.search(claim.text)
        and not _AHEAD.search(claim.text)
    ):
        problems.append("tense")
    if not problems and (contradicted := exchanged(claim.text, run)):
        problems.append(contradicted)
    return Support(not problems, coverage, start, end, tuple(problems))


def _is_reported(claim: _Claim, run: str, clause: str) -> bool:
    """Whether somebody else's word is what a run gives for any clause of a claim; `clause` for the claim as a whole."""
    own = (_clause(run, frozenset(content_stems(part))) for part in claim.clauses)
    return any(_REPORTED.search(one) for one in (clause, *own))


def _of_numbers(text: str, run: str, context: str) -> list[str]:
    """What is wrong with the numbers of a claim."""
    problems = []
    if missing := unlike_numbers(text, f"{run}\n{context}"):
        problems.append(f"number {missing[0]:g}")
    if crossed := crossed_bounds(text, run):
        problems.append(f"which side of {crossed[0]:g}")
    if parted := sorted(_parted(text) - _parted(run)):
        problems.append(f"{parted[0]:g}% of what")
    return problems


def _added(claim: _Claim, here: frozenset[str], around: frozenset[str]) -> list[str]:
    """Stems that a claim adds of its own: neither they nor a word that may stand for them is here.

    A name that opens it may be supplied by what stands around, as any other; what it denies is compared apart.
    """
    found = [word for word in claim.content if word not in here and word not in claim.names]
    opening = next((word.stem for word in words(claim.text)), "")
    return [
        word
        for word in found
        if not (is_light(word) or says_alike(word, here) or numbers(word) or denies(word))
        and not (word == opening and word in around)
    ]


def _parted(text: str) -> set[float]:
    """The percentages that a text takes of a stake."""
    return {float(match[1].replace(",", "")) for match in _PART_OF.finditer(text)}


def _claim(sentence: str, passage: str) -> _Claim:
    found = list(words(sentence))
    content = tuple(
        dict.fromkeys(word.stem for word in found if sentence[word.start : word.end].lower() not in STOP_WORDS)
    )
    clauses = tuple(part for part in _CLAIM_END.split(sentence) if len(content_stems(part)) > 1)
    return _Claim(sentence, content, _names(sentence, passage, found), clauses or (sentence,))


def _names(sentence: str, passage: str, found: Sequence[Word]) -> tuple[str, ...]:
    """Stems of the capitalised words; the first word counts only when the passage capitalises it mid-sentence."""
    inside = {stem(match.group()) for match in _NAME.finditer(passage)}
    lower = {stem(match.group()) for match in re.finditer(r"\b[a-z]\w*", passage)}
    names = []
    for position, word in enumerate(found):
        text = sentence[word.start : word.end]
        if not text[:1].isupper() or text.lower() in STOP_WORDS:
            continue
        if position == 0 and (word.stem not in inside or word.stem in lower):
            continue
        names.append(word.stem)
    return tuple(dict.fromkeys(names))


def _same_order(claim: _Claim, run: str) -> bool:
    """Whether each pair of names that follow one another in the claim also does so somewhere in the run.

    "A's stake in B" and "B's stake in A" use the same words; only their order tells them apart.
    """
    places: dict[str, list[int]] = {}
    for word in words(run):
        places.setdefault(word.stem, []).append(word.start)
    for first, second in pairwise(claim.names):
        if first in places and second in places and min(places[first]) > max(places[second]):
            return False
    return True


def _clause(run: str, wanted: frozenset[str]) -> str:
    """The clause of a run that holds most of the wanted stems; other clauses that hold as many join it."""
    clauses = [part for part in _CLAUSE_END.split(run) if part.strip()]
    shared = [len(wanted & _stems(part)) for part in clauses]
    return " ".join(part for part, n in zip(clauses, shared, strict=True) if n == max(shared))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in words(text))
