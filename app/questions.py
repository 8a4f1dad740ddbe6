"""What kind of answer a question asks for, and whether a sentence is of that kind. Pure.

A passage can be about the very thing asked and still not say what was asked: "Nissan will invest in Ampere" does
not answer "how much?". This sees to it. What it cannot tell it lets pass.
"""

from __future__ import annotations

import re
from typing import Literal

from app.numbers import located_numbers
from index.words import STOP_WORDS, content_stems, stem, words

Kind = Literal["amount", "time", "person", "place", "yes_no", "reason", "thing"]

_AMOUNT = re.compile(
    r"\bhow (?:many|much|large|big|long|old|often|tall|far|fast|high|heavy)\b|\bwhat (?:percentage|percent|share|number"
    r"|amount|price|stake|age|proportion|sum|fraction)\b|\bwhich (?:percentage|share|number|amount)\b",
    re.IGNORECASE,
)
_QUALITATIVE = re.compile(r"\bhow much (?:of|do|does|did)\b|\bhow long\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:when|by when|since when|how soon)\b|\b(?:what|which|in what|in which) (?:year|month|day|date|week|time)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_PLACE = re.compile(
    r"\bwhere\b|\b(?:what|which|in what|in which) (?:city|country|state|town|continent|nation|region|place)\b",
    re.IGNORECASE,
)
_REASON = re.compile(r"\bwhy\b|\bwhat (?:reason|caused)\b", re.IGNORECASE)
_YES_NO = re.compile(
    r"^(?:[^,]{0,60},\s+)?(?:and |but |so )?"
    r"(?:is|are|was|were|will|would|do|does|did|has|have|had|can|could|may|might|should|am)\b",
    re.IGNORECASE,
)
_WHEN_WORDS = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|aug|"
    r"sept?|oct|nov|dec|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|tomorrow|tonight|"
    r"week\w*|month\w*|years?|year-end|mid-\w+|day|days|hour|hours|morning|afternoon|evening|night|noon|midnight|"
    r"spring|summer|autumn|fall|winter|quarter|decade|century|soon|recently|immediately|earlier|later|"
    r"(?:19|20)\d\d|\d{1,2}:\d\d)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w’'-]+")
_SHARE_WORDS = re.compile(
    r"\b(?:half|third|quarter|majority|most|all|none|double|triple|twice|dozens?|hundreds|thousands|millions|billions|"
    r"one|two|first|second|single|couple|pair|once|several)\b|%",
    re.IGNORECASE,
)


def kind_of(question: str) -> Kind:
    """The kind of answer asked for; "thing" where nothing more can be told.

    >>> kind_of("How much will Nissan pay?"), kind_of("By when?"), kind_of("Will Nissan help?")
    ('amount', 'time', 'yes_no')
    """
    if _YES_NO.match(question.strip()):
        return "yes_no"
    if _REASON.search(question):
        return "reason"
    if _AMOUNT.search(question):
        return "amount"
    if _TIME.search(question):
        return "time"
    if _PLACE.search(question):
        return "place"
    if _PERSON.search(question):
        return "person"
    return "thing"


def can_answer(question: str, text: str) -> bool:
    """Whether `text` holds an answer of the kind asked for, and says something that the question does not.

    >>> can_answer("How much will Nissan pay for Ampere?", "Nissan will also invest in Ampere.")
    False
    """
    kind = kind_of(question)
    if kind == "yes_no":
        return True
    asked = {word.stem for word in words(question)}
    news = [word for word in content_stems(text) if word not in asked]
    if kind == "amount":
        known = {value for value, _, _ in located_numbers(question)}
        stated = {value for value, _, _ in located_numbers(text)} - known
        return bool(stated or _SHARE_WORDS.search(text) or (_QUALITATIVE.search(question) and news))
    if kind == "time":
        return any(stem(match.group()) not in asked for match in _WHEN_WORDS.finditer(text)) or bool(
            {value for value, _, _ in located_numbers(text)} - {value for value, _, _ in located_numbers(question)}
        )
    if kind in ("person", "place"):
        return bool(news) and (kind == "person" or _names_something_new(text, asked))
    return bool(news)


def _names_something_new(text: str, asked: set[str]) -> bool:
    return any(
        stem(match.group()) not in asked and match.group().lower() not in STOP_WORDS for match in _NAME.finditer(text)
    )
