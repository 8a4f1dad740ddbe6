"""What the passages found leave unsaid of a question: names and days they have not, and what it takes for granted.

Leaves out: whether they answer it (abstaining). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.checking import check
from app.places import tells_a_people
from app.questions import names_in, parts_of
from index.articles import Evidence
from index.words import content_stems, words

SAME_NAME = 5
"""Letters that two names begin with which mean the same: "European" is no stranger where "Europe" is at home."""

_YEAR = re.compile(
    r"\b(?:(?:in|of|by|since|from|until|till|before|after|around|early|late|mid|pre|post)[\s-]+(?=1[0-8]\d\d\b)"
    r"|(?=(?:19|20)\d\d\b))(\d{4})\b",
    re.IGNORECASE,
)
"""A year: of an earlier century only after a word that makes it one, for 1500 may be a number of anything."""
_EDITION = re.compile(r"\b\d{2,}(?=(?:st|nd|rd|th)\b)", re.IGNORECASE)
"""Which one of many: "the 98th Academy Awards"."""
_BE = r"(?:is|are|was|were)"
_DO = r"(?:did|does|do|has|have|had|will|would|can|could|should)"
_CIRCUMSTANCE = (
    r"(?:why|when|where|how|since when|until when|by when|how soon|(?:on|for|with|in|at|by|to)\s+(?:what|which)\s+\w+)"
)
_ASKED_ABOUT = re.compile(
    rf"(?:(?:and|but|so)\s+)?{_CIRCUMSTANCE}\s+(?P<asked>(?:{_BE}|{_DO})\s+(?P<rest>[^?]+?))\s*\?", re.IGNORECASE
)
_MADE = re.compile(
    r"(?:(?:and|but|so)\s+)?what\s+(?:made\s+(?P<who>[^?]+?\s+[^?]+?)|(?:has\s+)?(?:led|caused|prompted|forced|pushed)"
    r"\s+(?P<whom>[^?]+?)\s+to\s+(?P<deed>[^?]+?))\s*\?",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"(?<=\w )(?<!\bthe )(?<!\ban )(?<!\ba )(?:\w{2,}(?:ed|ing|wn|ught)|born|built|cut|found|held|hit|left|led|lost"
    r"|made|paid|put|sent|set|shut|sold|stolen|taken|told|won)\b"
)
"""What may be done or going on after "is": "when is the opening?" takes no opening for granted."""
_POINTING = re.compile(
    r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)\s+"
    r"(?:i|you|he|she|it|we|they|this|that|these|those|there)\b",
    re.IGNORECASE,
)


def explained(question: str, evidence: Sequence[Evidence]) -> str | None:
    """A sentence for people on why the passages found do not answer a question, None where nothing can be told."""
    if not evidence:
        return None
    if unknown := strangers(question, evidence):
        return f"None of the passages found names {_listed([f'“{name}”' for name in unknown])}."
    if unlike := other_days(question, evidence):
        return f"None of the passages found is about {_listed(unlike)}."
    premises = filter(None, map(premise_of, parts_of(question)))
    untold = next((premise for premise in premises if not is_told(premise, evidence)), None)
    if untold is None:
        return None
    return (
        f"The question takes for granted that the answer to “{untold}” is yes; none of the passages found says so, at "
        "least not in these words."
    )


def strangers(question: str, evidence: Sequence[Evidence]) -> list[str]:
    """The names in a question that no passage found for it mentions: none of them is about that.

    What tells a people is none: of a British carmaker an article need not say that it is British.
    """
    known = {word.stem for passage in evidence for word in words(f"{passage.title} {passage.source} {passage.quote}")}
    beginnings = {stem[:SAME_NAME] for stem in known if len(stem) >= SAME_NAME}
    return [
        name
        for name, stems in names_in(question).items()
        if not all(map(tells_a_people, name.split()))
        and stems.isdisjoint(known)
        and not any(stem[:SAME_NAME] in beginnings for stem in stems)
    ]


def other_days(question: str, evidence: Sequence[Evidence]) -> list[str]:
    """The years in a question, or which one of many ("the 98th"), that no passage found for it can be about.

    A passage may be about the years that it or its title names, and those about its day of publication ("last year").
    Of 220 answerable news questions 24 name a year and 4 which one, and none was told by this; of 67 unanswerable ones
    3 and 3, and all were.
    """
    told = " ".join(f"{passage.title} {passage.quote}" for passage in evidence)
    years = set(re.findall(r"(?<!\d)\d{4}(?!\d)", told.replace(",", "")))
    for published in (passage.published_at for passage in evidence):
        years.update(str(published.year + more) for more in (-1, 0, 1) if published)
    editions = set(_EDITION.findall(told))
    return [
        *(year for year in dict.fromkeys(_YEAR.findall(question)) if year not in years),
        *(f"the {_ordinal(one)}" for one in dict.fromkeys(_EDITION.findall(question)) if one not in editions),
    ]


def premise_of(question: str) -> str | None:
    """The question to be answered with yes before this one can be; None where it takes nothing for granted.

    >>> premise_of("Why did Nissan buy Renault?"), premise_of("What made Nissan shut its factory?")
    ('Did Nissan buy Renault?', 'Did Nissan shut its factory?')
    >>> premise_of("When is the opening?"), premise_of("Who bought Renault?")
    (None, None)
    """
    text = " ".join(question.split())
    if made := _MADE.fullmatch(text):
        return f"Did {made['who'] or made['whom'] + ' ' + made['deed']}?"
    found = _ASKED_ABOUT.fullmatch(text)
    if not found or len(found["rest"].split()) < 2 or _POINTING.match(found["asked"]):
        return None
    asked = found["asked"]
    if re.match(_BE, asked, re.IGNORECASE) and not _DONE.search(found["rest"]):
        return None
    return f"{asked[0].upper()}{asked[1:]}?"


def is_told(premise: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a passage says what a premise asks."""
    statement = premise.rstrip("?").split(maxsplit=1)[1]
    return not content_stems(statement) or any(
        check(statement, passage.quote, context=passage.title).supported for passage in evidence
    )


def _ordinal(number: str) -> str:
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    return f"{number}{'th' if number[-2:] in ('11', '12', '13') else ending}"


def _listed(things: Sequence[str]) -> str:
    *first, last = things
    return f"{', '.join(first)} or {last}" if first else last
