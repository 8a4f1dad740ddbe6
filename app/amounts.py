"""In what an asked amount is told: money, a percentage, a stretch of time, an age, or a count; and whether a text does.

"15 %" is no answer to "how much will it invest?", nor is "$5" to "how many people?". What a question does not settle
is let pass. Pure. Leaves out: whether an amount is asked for (questions).
"""

from __future__ import annotations

import re
from typing import Literal

from app.numbers import Quantity, located_quantities
from index.words import content_stems, stem

Measure = Literal["money", "share", "duration", "age", "count", "any"]

_MONEY_ASKED = re.compile(
    r"\bhow (?:much|many) (?:money|cash|dollars?|euros?|pounds sterling|yen|yuan|(?:in )?(?:funding|damages|revenue"
    r"|profit|debt|compensation|taxes|aid))\b"
    r"|\bhow much\b(?! (?:of|faith|time|support|effort|attention)\b).*\b(?:invest(?:s|ed|ing)?|pay(?:s|ing)?|paid"
    r"|cost|costing|it costs|spen[dt](?:s|ing)?|charge[sd]?|earn(?:s|ed)?|worth|owe[sd]?|fined?|donate[sd]?|pledge[sd]?"
    r"|bid|s[eo]ld? for|sell(?:ing)? for|selling|bought|buy|borrow(?:ed)?|lent|lend|contribut\w+)\b"
    r"|\bhow expensive\b"
    r"|\bwhat (?:is|are|was|were) (?:the |its |their )?(?:\w+ )?(?:price|cost|fee|fine|salary|budget)s?\b"
    r"|\b(?:what|which) (?:price|fee|salary|sum|amount of money|budget|ransom|bounty)\b|\bat what price\b",
    re.IGNORECASE,
)
_SHARE_ASKED = re.compile(
    r"\b(?:what|which|how (?:large|big|high|great)(?: an?| is| was| are| were)?|how much of)\b(?: [\w’']+){0,3}?"
    r" (?:percentage|percent|share|proportion|fraction|stake|slice)s?\b(?! price)|\bhow many per\s?cent",
    re.IGNORECASE,
)
_AGE_ASKED = re.compile(r"\bhow old\b|\b(?:what|which) age\b", re.IGNORECASE)
_DURATION_ASKED = re.compile(
    r"\bhow long (?:did|does|do|will|has|have|had|can|could|should|must|may|would|until|before|after|it)\b"
    r"|\bhow many (?:more )?(?:years|months|weeks|days|hours|minutes)\b",
    re.IGNORECASE,
)
_COUNT_ASKED = re.compile(
    r"\b(?:how many|(?:what|which) number of|population)\b(?P<counted>(?: [\w’'-]+){0,3})", re.IGNORECASE
)

_FRACTION = re.compile(
    r"\b(?:half|halves|thirds?|quarters?|three-quarters|(?:a|one|two|three|four)[- ](?:fifth|sixth|tenth)s?|majority"
    r"|minority|most of|all of|none of|entire(?:ty)?|whole|controlling|double|one in \w+|\d+ in \d+"
    r"|(?:\d[\d,.]*|\w+) (?:out )?of (?:every )?\d[\d,.]*)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:half|third|quarter|majority|double|triple|twice|dozens?|hundreds?|thousands?|millions?|billions?|couple|pair|"
    r"several|nobody|both)\b",
    re.IGNORECASE,
)
_ONE_OR_NONE = re.compile(r"\b(?:one|no|single|another|none of|neither)\s+([\w’'-]+)(?:\s+([\w’'-]+))?", re.IGNORECASE)
"""Counts only before what is counted: "no plan" and "one of the people said" tell no number of plants."""
_SAME_WORD = 5
"""Letters that "child" and "children" have in common."""
_FOR_MONEY = re.compile(
    r"[$€£¥₹₽₩₪]\s?\d|\b(?:dollars?|euros?|pounds?|yen|yuan|rupees?|rou?bles?|francs?|pesos?|rand"
    r"|kron(?:a|or|er)|liras?|riyals?|dirhams?|shekels?|baht|cents?|pence|bitcoins?|USD|EUR|GBP)\b"
    r"|\b(?:free of charge|for free|at no cost|undisclosed|not (?:been )?disclosed)\b",
    re.IGNORECASE,
)
_SCALED = re.compile(
    r"\b\d[\d.,]*[ -](?:million|billion|trillion|bn)\b(?! (?!for|in|to|on|over|by|into|from|and|a|at|per|of)[a-z])",
    re.IGNORECASE,
)
"""A bare "1.8 billion" may be money, "1.8 billion people" is none."""
_LENGTH = re.compile(
    r"\d[\d,.]*[\s-]*(?:mm|cm|m|km|(?:centi|milli|kilo)?met(?:er|re)s?|miles?|feet|foot|ft|inch(?:es)?|yards?|pages?|words?)\b",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"\b(?:(?:for|an?|one|several|few|half an|couple of|these|those) (?:years?|months?|weeks?|fortnight|days?|hours?"
    r"|minutes?)|decades?|centur(?:y|ies)|since|until|till|indefinitely|forever|overnight|permanent(?:ly)?|for life"
    r"|lifetime)\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\b(?:daily|weekly|monthly|quarterly|annual(?:ly)?|yearly|hourly|every|each|once|twice|always|never|rarely|seldom"
    r"|per (?:day|week|month|year))\b",
    re.IGNORECASE,
)
_DENSITY = re.compile(
    r"(?:\s+[\w’'-]+){0,3}?\s*(?:\bper\b|/)\s*(?:square|sq\b\.?|km|mi\b|miles?\b|hectares?\b|acres?\b)", re.IGNORECASE
)
_DENSITY_ASKED = re.compile(r"\bdens(?:e|ity|ely)\b|\bper\b", re.IGNORECASE)
TIME_UNITS = ("year", "month", "week", "day", "hour", "minute")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_BEFORE_DATE = re.compile(rf"\b{_MONTH}\s+$")
_AFTER_DATE = re.compile(rf"(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}|:\d\d|\s?[ap]\.?m\b")
_BEFORE_YEAR = re.compile(r"(?:\b(?:in|since|by|until|of|from|for|to|before|after)|\d,)\s+$", re.IGNORECASE)


def measure_asked(question: str) -> Measure:
    """In what the amount is told that a question asks for; "any" where that is not settled.

    >>> measure_asked("How much will Nissan invest in Ampere?"), measure_asked("How much has it grown?")
    ('money', 'any')
    """
    return next((measure for measure, asked in _ASKED if asked.search(question)), "any")


def gives_measure(question: str, text: str) -> bool:
    """Whether a text tells some amount, which the question does not tell, in what the question asks for.

    >>> gives_measure("How much will Nissan invest?", "Renault cut its stake to 15%.")
    False
    >>> gives_measure("What share does it hold?", "Renault cut its stake to 15%.")
    True
    """
    measure = measure_asked(question)
    known = {one.value for one in located_quantities(question)}
    told = [
        one
        for one in located_quantities(text)
        if one.value not in known and not is_mere_density(question, text, one.end)
    ]
    if measure == "money":
        return bool(_FOR_MONEY.search(text) or _SCALED.search(text))
    if measure == "share":
        return any(one.unit == "%" for one in told) or bool(_FRACTION.search(text))
    if measure == "duration":
        return any(one.unit in TIME_UNITS for one in told) or bool(_LASTING.search(text))
    if measure == "any":
        asked = question.lower()
        if "how long" in asked:  # neither a year nor "two companies" is a length
            return any(one.unit in TIME_UNITS for one in told) or bool(_LASTING.search(text) or _LENGTH.search(text))
        told_otherwise = "how often" in asked and _OFTEN.search(text)
        return bool(told or told_otherwise or _SEVERAL.search(text))
    counts = any(one.unit not in ("%", "money") and not _is_date(text, one) for one in told)
    return counts or (measure == "count" and bool(_SEVERAL.search(text) or _counts_one_or_none(question, text)))


def fits_measure(question: str, told: str, number: float, unit: str) -> bool:
    """Whether a number, as it is told, may be the amount a question asks for.

    `unit` is "%", "money", a stretch of time, or "". A year is none, and no year has a comma.

    >>> fits_measure("How many died?", "2018", 2018.0, ""), fits_measure("How many died?", "2,018", 2018.0, "")
    (False, True)
    """
    measure = measure_asked(question)
    is_year = not unit and told.isdigit() and 1500 < number < 2100
    return measure == "any" or (unit in _UNITS[measure] and not is_year)


def is_mere_density(question: str, text: str, end: int) -> bool:
    """Whether the number that ends there is so many to an area, and the question asks for no such thing.

    >>> text = "The population density was 5.0 people per square mile."
    >>> is_mere_density("What is the population?", text, 30), is_mere_density("How dense is it?", text, 30)
    (True, False)
    """
    return bool(_DENSITY.match(text, end)) and not _DENSITY_ASKED.search(question)


_UNITS: dict[Measure, tuple[str, ...]] = {
    "money": ("money", ""),
    "share": ("%",),
    "duration": TIME_UNITS,
    "age": ("", "year"),
    "count": ("",),
}
_ASKED: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    ("share", _SHARE_ASKED),
    ("money", _MONEY_ASKED),
    ("age", _AGE_ASKED),
    ("duration", _DURATION_ASKED),
    ("count", _COUNT_ASKED),
)


def _is_date(text: str, one: Quantity) -> bool:
    """Whether a number is that of a day, a year or an hour, and counts nothing."""
    before, after = text[: one.start], text[one.end :]
    is_year = 1800 <= one.value < 2100 and text[one.start : one.end].rstrip(",").isdigit()
    return bool(_BEFORE_DATE.search(before) or _AFTER_DATE.match(after) or (is_year and _BEFORE_YEAR.search(before)))


def _counts_one_or_none(question: str, text: str) -> bool:
    counted = _COUNT_ASKED.search(question)
    asked = {one[:_SAME_WORD] for one in content_stems(counted["counted"])} if counted else set()
    return any(
        stem(word)[:_SAME_WORD] in asked for match in _ONE_OR_NONE.finditer(text) for word in match.groups() if word
    )
