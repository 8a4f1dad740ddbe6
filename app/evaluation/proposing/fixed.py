"""Set forms of news language that hold a fact anywhere in a sentence: offices, ages, arrests, changes, winners.

Leaves out: whole statements (turning), and whether a question is worth asking (screening).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.evaluation.proposing.corpus import Corpus
from app.evaluation.proposing.proposal import MONTH, NAME, PERSON, called, without_title
from app.evaluation.proposing.turning import Asked

_OFFICE = (
    r"(?:CEO|chief executive officer|chief executive|chief financial officer|president|chairman|chairwoman|"
    r"executive director|head coach|coach|general manager|mayor|governor|superintendent|commissioner)"
)
_HOLDS = re.compile(rf"(?P<firm>{NAME}) (?P<office>{_OFFICE}) (?P<person>{PERSON})")
_HELD_ONCE = ("CEO", "chief executive", "president", "chairman")
_OF = re.compile(rf"(?P<person>{PERSON}), (?:the )?(?P<office>{_OFFICE}) (?:of|at) (?P<firm>(?:the )?{NAME})(?=[,.])")
_NO_FIRM = re.compile(
    r"\b(?:Former|Then|Vice|Deputy|Assistant|Associate|Interim|Acting|Senior|Managing|Executive|Democratic|Republican|Head"
    r"|Co|Longtime|Ex|First-year|American|Australian|British|Canadian|Dutch|English|French|German|Italian|Russian|Spanish|[\w-]+-(?:winning|based|led|owned))$"
)
_AGE = re.compile(rf"(?P<person>{PERSON}), (?P<age>[1-9]\d),")
_DEAD = re.compile(r"\b(?:died|dead|death|killed|killing|murder(?:ed)?|shot|victims?)\b")
_WHO_WAS = re.compile(
    rf"(?P<person>{PERSON}), who (?P<be>was|were) (?P<done>[a-z]+(?:ed|en|wn|ld|de|ht)) (?P<phrase>[^,.;:—()“”\"]*?)"
    rf"(?P<year>in (?:{MONTH} )?(?:19|20)\d\d)(?P<why> on (?P<charge>[a-z -]+?)(?: charges?))?[.,]"
)
_THOUGHT = re.compile(
    r"(?P<who>[A-Z][\w-]+ [a-z]+s), who (?P<phrase>(?:felt|believed|thought|argued|feared|opposed|hoped) "
    r"[^,;:—()“”\"]+?)[.,]"
)


def offices(quote: str, corpus: Corpus) -> Iterator[Asked]:
    """From "Airbnb CEO Brian Chesky": "Who is the CEO of Airbnb?"."""
    for match in _HOLDS.finditer(quote):
        former = quote[: match.start()].endswith(("former ", "Former "))
        if not (
            _NO_FIRM.search(match["firm"])
            or _NO_FIRM.search(match["firm"].split()[0])
            or (former and match["office"] not in _HELD_ONCE)
        ):
            office = f"former {match['office']}" if former else match["office"]
            firm = corpus.with_article(match["firm"])
            if firm:
                yield (
                    "fact",
                    f"Who is the {office} of {firm}?",
                    (called(_person(match["person"], corpus)),),
                    match["firm"],
                )
    for match in _OF.finditer(quote):
        yield (
            "fact",
            f"Who is the {match['office']} of {match['firm']}?",
            (called(_person(match["person"], corpus)),),
            match["firm"],
        )


def ages(quote: str, corpus: Corpus) -> Iterator[Asked]:
    """From "Dennis Canarsky, 73, said": "How old is Dennis Canarsky?"."""
    for match in _AGE.finditer(quote):
        person = _person(match["person"], corpus)
        if not any(corpus.is_common(part) for part in person.split()):
            be = "was" if _DEAD.search(quote) else "is"
            yield "number", f"How old {be} {person}?", ((match["age"],),), person


def arrests(quote: str, corpus: Corpus) -> Iterator[Asked]:
    """From "Carlos Ghosn, who was arrested in Japan in 2018 on misconduct charges": when, who, and on what charges."""
    for match in _WHO_WAS.finditer(quote):
        if match["done"] in ("named", "called", "known", "described"):
            continue
        person, done = _person(match["person"], corpus), f"{match['done']} {match['phrase'].strip()}".strip()
        why, year = (match["why"] or "").rstrip(), match["year"].removeprefix("in ")
        asked = "In what month" if " " in year else "In what year"
        yield "date", f"{asked} {match['be']} {person} {done}{why}?", ((year,),), person
        yield "fact", f"Who {match['be']} {done} in {year}{why}?", (called(person),), None
        if match["charge"]:
            yield "fact", f"On what charges {match['be']} {person} {done} in {year}?", ((match["charge"],),), person


def beliefs(quote: str) -> Iterator[Asked]:
    """From "Nissan executives, who felt that ...": "Who felt that ...?"."""
    for match in _THOUGHT.finditer(quote):
        yield "fact", f"Who {match['phrase']}?", ((match["who"],),), None


def _person(told: str, corpus: Corpus) -> str:
    """The name without titles, and without a trade that is capitalised for beginning a sentence."""
    name = without_title(told)
    while name.count(" ") > 1 and corpus.is_common(name.split()[0]):
        name = name.partition(" ")[2]
    return name
