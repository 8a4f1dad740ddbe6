"""The numbers a text states, so that two texts can be compared by value. Leaves out: converting one unit to another.

>>> sorted(numbers("Renault cut its stake to 15% from forty-three percent, for $1.8 billion"))
[15.0, 43.0, 1800000000.0]
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_WORDS = {word: n for n, word in enumerate(_UNITS)} | _TENS | {"dozen": 12}
_ORDINALS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip

_NUMBER = re.compile(
    r"(?P<digits>(?<![\w.])[$€£¥]?\d[\d,]*(?:\.\d+)?)(?:st|nd|rd|th)?"
    r"|\b(?P<tens>" + "|".join(_TENS) + r")[-\s](?P<ones>" + "|".join(_UNITS[1:10]) + r")\b"
    r"|\b(?P<word>" + "|".join([*_WORDS, *_ORDINALS]) + r")\b",
    re.IGNORECASE,
)
_SCALE = re.compile(r"[\s-]*(" + "|".join(sorted(_SCALES, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[\s-]*(?:(?P<share>%|per\s?cent\b|percentage\b)|(?P<money>(?:US )?dollars?\b|euros?\b|pounds?\b|yen\b|yuan\b)"
    r"|(?P<time>year|month|week|day|hour|minute)s?\b)",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:(?P<below>nearly|almost|close to|just short of|(?<!just )under|below|less than|fewer than|up to|at most)"
    r"|(?<!no )(?<!not )(?:over|above|more than|greater than|at least|upwards? of|in excess of|exceed(?:s|ed|ing)?))"
    r"\s+$",
    re.IGNORECASE,
)
_LONGEST_BOUND = 24
_VAGUE = frozenset(["one", "first", "second", "zero"])
"""Words that are numbers more in form than in fact ("one of the people said")."""


def numbers(text: str) -> frozenset[float]:
    """The values stated in a text, scaled ("1.8 billion" is 1.8e9); vague number words are left out."""
    return frozenset(value for value, _, _ in located_numbers(text))


def unlike_numbers(text: str, source: str) -> list[float]:
    """The values of a text that its source does not state, or states in another unit, ascending.

    A number without a unit goes with any.

    >>> unlike_numbers("It is 15 years old and holds 43 percent.", "It cut its 43% to 15% after 23 years.")
    [15.0]
    """
    stated = _quantities(source)
    return sorted(
        {
            value
            for value, unit in _quantities(text)
            if not any(value == other and (unit == its or not unit or not its) for other, its in stated)
        }
    )


def crossed_bounds(text: str, source: str) -> list[float]:
    """The values that a text puts on the other side than its source does everywhere, ascending: "nearly", "more than".

    >>> crossed_bounds("It recalled nearly 2 million cars.", "Over 2 million cars were recalled.")
    [2000000.0]
    """
    told: dict[float, set[str]] = {}
    for value, side in _bounds(source):
        told.setdefault(value, set()).add(side)
    opposite = {"below": {"above"}, "above": {"below"}}
    return sorted({value for value, side in _bounds(text) if side and told.get(value) == opposite[side]})


def _bounds(text: str) -> list[tuple[float, str]]:
    """Every value with the side that it is told to lie on: "below", "above", or "" where none is told."""
    found = []
    for value, start, _ in located_numbers(text):
        before = _BOUND.search(text, max(0, start - _LONGEST_BOUND), start)
        found.append((value, ("below" if before["below"] else "above") if before else ""))
    return found


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit, told in `text[start:end]`: "%", "money", a stretch of time ("year"), or "" for others."""

    value: float
    unit: str
    start: int
    end: int


def located_quantities(text: str) -> list[Quantity]:
    """Every number stated, with its unit where one is told, in order.

    >>> [(one.value, one.unit) for one in located_quantities("It paid $1.8 billion for 43% after 20 years.")]
    [(1800000000.0, 'money'), (43.0, '%'), (20.0, 'year')]
    """
    found = []
    for value, start, end in located_numbers(text):
        after = _UNIT.match(text, end)
        if text[start] in "$€£¥" or (after and after["money"]):
            unit = "money"
        elif after and after["share"]:
            unit = "%"
        else:
            unit = after["time"].lower() if after and after["time"] else ""
        found.append(Quantity(value, unit, start, after.end() if after and unit else end))
    return found


def _quantities(text: str) -> set[tuple[float, str]]:
    return {(one.value, one.unit) for one in located_quantities(text)}


def located_numbers(text: str) -> list[tuple[float, int, int]]:
    """Every number stated: its value and its place `text[start:end]`, in order."""
    found = []
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is None:
            continue
        end = match.end()
        scale = _SCALE.match(text, end)
        if scale:
            value *= _SCALES[scale.group(1).lower()]
            end = scale.end()
        found.append((value, match.start(), end))
    return found


def _value(match: re.Match[str]) -> float | None:
    if digits := match["digits"]:
        return float(digits.lstrip("$€£¥").replace(",", ""))
    if match["tens"]:
        return float(_TENS[match["tens"].lower()] + _WORDS[match["ones"].lower()])
    word = match["word"].lower()
    if word in _VAGUE:
        return None
    return float(_WORDS.get(word, _ORDINALS.get(word, 0)))
