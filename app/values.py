"""What a text gives as values: amounts, times, names, and other words; and whether two of them are the same. Pure.

Leaves out: which of them is the answer to a question (disagreeing).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from app.numbers import located_quantities
from app.questions import Kind, kind_of
from index.event_days import event_days
from index.words import STOP_WORDS, stem, words

Sort = Literal["amount", "time", "name", "word"]

ROUNDING = 0.03
"""Two amounts are one, told more or less exactly, if they differ by no more than this share of the greater, and by no
more than half of what the last digit counts of the one that is told less exactly."""

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<month>(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?)"
)
_YEAR = r"(?P<year>1\d{3}|20\d\d)"
_TIMES = tuple(
    re.compile(form)
    for form in (
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:\s*,?\s*{_YEAR}\b)?",
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:\s*,?\s*{_YEAR}\b)?",
        rf"\b{_MONTH}\s*,?\s+{_YEAR}\b",
        rf"(?<![\w$£€,.-]){_YEAR}(?![\w%]|[,.]\d|-\w)",
    )
)
_WORD = r"[A-Z](?:\.|[\w’'-]*\b)"
_NAME = re.compile(rf"\b{_WORD}(?:\s+(?:(?:of|de|du|di|da|del|van|von|al|bin|the)\s+(?=[A-Z]))?{_WORD})*")
_ASKS_AMOUNT = re.compile(
    r"\bwhat\b.*\b(?:population|length|height|width|depth|area|elevation|distance|capacity|toll)\b", re.IGNORECASE
)
_ASKS_TIME = re.compile(r"\bwhat\b.*\b(?:birth ?date|date of|birthday|year of)\b", re.IGNORECASE)
_SORTS: dict[Kind, frozenset[Sort]] = {
    "amount": frozenset(("amount",)),
    "time": frozenset(("time",)),
    "person": frozenset(("name",)),
    "place": frozenset(("name",)),
    "thing": frozenset(("name", "word")),
    "reason": frozenset(),
    "yes_no": frozenset(),
}
"""The values that can be the answer: a reason is none, and a yes or no is told otherwise."""
_LOWER = re.compile(r"\b[a-z][\w’'-]{2,}\b")


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a text gives in `text[start:end]`.

    An amount has a `number` and a `unit` ("%", "money", a stretch of time, or ""), a time a `day` as far as it is told,
    (year, month, day) with None for what is not, anything else the `stems` of its words that are no stop words.
    """

    sort: Sort
    start: int
    end: int
    number: float = 0.0
    unit: str = ""
    day: tuple[int | None, int | None, int | None] = (None, None, None)
    stems: tuple[str, ...] = ()


def values(text: str, published: date | None = None) -> list[Value]:
    """Every value of a text, in its order; what is a time is no amount, too, and what is a name no word.

    `published` is the day from which "on Monday" is to be understood.

    >>> [(one.sort, one.day) for one in values("born 5 May 1912")]
    [('word', (None, None, None)), ('time', (1912, 5, 5))]
    """
    found: list[Value] = []
    for kind in (_times(text, published), _amounts(text), _names(text), _words(text)):
        found += [one for one in kind if not any(one.start < other.end and other.start < one.end for other in found)]
    return sorted(found, key=lambda one: one.start)


def sorts_asked(question: str) -> frozenset[Sort]:
    """The sorts of value that can answer a question; none where an answer is not a value.

    >>> sorted(sorts_asked("What is the population of Broken Bow?"))
    ['amount']
    """
    if _ASKS_TIME.search(question):
        return _SORTS["time"]
    if _ASKS_AMOUNT.search(question):
        return _SORTS["amount"]
    return _SORTS[kind_of(question)]


def same(one: Value, other: Value) -> bool:
    """Whether two values may be the same: nothing that both tell differs. Values of different sorts are not.

    >>> year, day = values("in 1912")[0], values("5 May 1912")[0]
    >>> same(year, day)
    True
    >>> [same(values("43%")[0], values(other)[0]) for other in ("44%", "43.4%", "40%")]
    [False, True, False]
    """
    if one.sort == "time" == other.sort:
        return all(mine == its for mine, its in zip(one.day, other.day, strict=True) if None not in (mine, its))
    if one.sort == "amount" == other.sort:
        alike = one.unit == other.unit or "" in (one.unit, other.unit)
        return alike and _rounds_to(one.number, other.number)
    if one.stems and other.stems:
        mine, its = set(one.stems), set(other.stems)
        return mine <= its or its <= mine or one.stems[-1] == other.stems[-1]
    return False


def _rounds_to(one: float, other: float) -> bool:
    """Whether two numbers may be one, told more or less exactly: 2,097 is about 2,100, and is not 2,051."""
    most = min(ROUNDING * max(abs(one), abs(other)), max(_step(one), _step(other)) / 2)
    return abs(one - other) <= most


def _step(number: float) -> float:
    """What the last digit of a number that is told without further zeros counts: 100 of 2,100, .1 of 15.4."""
    digits = Decimal(repr(number)).normalize()
    exponent = digits.as_tuple().exponent
    return float(Decimal(1).scaleb(exponent)) if isinstance(exponent, int) else 0.0


def comparable(one: Value, other: Value) -> bool:
    """Whether the one could stand in the other's place: amounts in like units, times with times, words with words."""
    if one.sort == "amount" == other.sort:
        return one.unit == other.unit
    return one.sort == other.sort or {one.sort, other.sort} == {"name", "word"}


def _times(text: str, published: date | None) -> Iterator[Value]:
    rest = text
    for form in _TIMES:
        for match in form.finditer(rest):
            told = match.groupdict()
            month = _MONTHS.index(told["month"][:3].lower()) + 1 if told.get("month") else None
            day = int(told["day"]) if told.get("day") else None
            yield Value("time", match.start(), match.end(), day=(_int(told.get("year")), month, day))
        rest = form.sub(lambda match: " " * len(match.group()), rest)
    for one in event_days(rest, published):
        whole_year, whole_month = (one.first.month, one.last.month) == (1, 12), one.first.day != one.last.day
        day_told = None if whole_month else one.first.day
        month_told = None if whole_year and whole_month else one.first.month
        yield Value("time", one.start, one.end, day=(one.first.year, month_told, day_told))


def _int(text: str | None) -> int | None:
    return int(text) if text else None


def _amounts(text: str) -> Iterator[Value]:
    for one in located_quantities(text):
        yield Value("amount", one.start, one.end, number=one.value, unit=one.unit)


def _names(text: str) -> Iterator[Value]:
    for match in _NAME.finditer(text):
        stems = _stems(match.group())
        if stems:
            yield Value("name", match.start(), match.end(), stems=stems)


def _words(text: str) -> Iterator[Value]:
    for match in _LOWER.finditer(text):
        if match.group() not in STOP_WORDS:
            yield Value("word", match.start(), match.end(), stems=(stem(match.group()),))


def _stems(text: str) -> tuple[str, ...]:
    return tuple(word.stem for word in words(text) if text[word.start : word.end].lower() not in STOP_WORDS)
