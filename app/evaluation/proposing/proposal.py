"""A proposed question, and the patterns of names and numbers that its makers share. Leaves out: making any."""

from __future__ import annotations

import re
from dataclasses import dataclass

Accept = tuple[tuple[str, ...], ...]
"""What a right reply states, as in a golden file: requirements, each with its alternatives."""

_PART = (
    r"(?!(?:A|An|The|And|But|In|On|At|As|If|For|Once|When|While|Who|What|Why|How|Where|Here|There|This|That|These|Those"
    r"|He|She|It|We|They|You|I|His|Her|Its|Their|Our|My|Can|No|Not|Yes|So|All|Both|Some|Many|One|After|Before|Since"
    r"|Then|Also|Although|While|Though|During|Despite|Now|Still|Even|Only|Just|Such|Every|Each|Another|Other|Most|More"
    r"|Police|Officials|People|Agents)\b)"
    r"[A-Z](?:[\w&-]|\.(?=[A-Z]\b))*(?![\w])"
)
"""A capitalised word, but none that is capitalised for beginning a sentence."""
NAME = (
    rf"{_PART}(?: (?:[A-Z]\. )?(?:(?:of|de|van|von|bin|al|&) (?:the )?)?{_PART}){{0,4}}"
    r"(?: (?:Co|Inc|Corp|Ltd|Jr|Sr)\.)?(?![\w’'])"
)
"""A run of capitalised words, never a possessive."""
PERSON = rf"\b{_PART}(?: (?:[A-Z]\.|de|van|von|bin|al|{_PART})){{0,2}} {_PART}(?![\w’'])(?: Jr\.)?"
"""A first and a last name."""
NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
SCALE = r"(?: (?:million|billion|trillion))?"
MONTHS = tuple("January February March April May June July August September October November December".split())
MONTH = rf"(?:{'|'.join(MONTHS)})"
WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A question, what a right reply states, and the sentence of an article that states it.

    `kind` is what figures are told by, `rule` the name of what made it. `about` is the name in the question that a
    twin without an answer swaps for another; None where there is none.
    """

    kind: str
    rule: str
    question: str
    accept: Accept
    quote: str
    about: str | None = None


def without_title(person: str) -> str:
    """The name without what stands before it.

    >>> without_title("Renault-Nissan CEO Carlos Ghosn")
    'Carlos Ghosn'
    """
    return _TITLE.sub("", person)


_TITLE = re.compile(
    r"^.*\b(?:CEO|President|Minister|Senator|Secretary|Governor|Mayor|Justice|Judge|Coach|Speaker|Congressman|Chairman"
    r"|Representative|Chief|Officer|Constable|General|Captain|Sir|Dr|Rep|Sen|Gov)\b\.? (?=\w+ \w)"
)


def called(person: str) -> tuple[str, ...]:
    """A person's name, and the last name alone."""
    return tuple(dict.fromkeys((person, person.removesuffix(" Jr.").split()[-1])))
