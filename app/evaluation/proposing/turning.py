"""Statements turned into questions about their objects, owners, numbers, years and markets.

Every rule yields what one form of statement allows; `screening` decides what is kept. Leaves out: set forms (fixed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.evaluation.proposing.clauses import Clause
from app.evaluation.proposing.proposal import MONTH, MONTHS, NAME, NUMBER, SCALE, WEEKDAYS, Accept
from app.evaluation.proposing.verbs import COUNTABLE, EMPTY_OBJECTS, PAST, TELLING

Asked = tuple[str, str, Accept, str | None]
"""Kind, question, what a right reply states, and the name that a twin swaps."""

_ROUGHLY = r"(?:(?:a total of|more than|about|nearly|at least|over|some|almost|around|up to|roughly) )*"
_DETERMINER = re.compile(r"^(?:a|an|the|its|his|her|their|another) ")
_NOT_IN_OBJECT = re.compile(
    r"\b(?:is|are|was|were|will|would|can|could|has|have|had|not|own|if|whether|first|front|fellow|recent|different"
    r"|certain|several|few|some|all|any|hypothetical|many|most|more|less|fewer|even|only|\w+ly)\b|\d|[’'”“.]"
)
_WITH_NAME = re.compile(
    r"(?:^|.*?)(?P<phrase>(?: [a-z]+ly)? (?:in|at|with|against|to|from|for) (?:(?:the|its|its \w+) )?"
    rf"{NAME}(?: and {NAME})?(?: [a-z]+s)?)(?=[,.;]|$)"
)
_COMPLEMENT = re.compile(
    r"^ (?:of|for) (?P<noun>(?:the |its )?[a-z-]+(?: [a-z-]+)?)(?=[,.;]|$| (?:and|in|on|at|to|as)\b)"
)
_LAST = re.compile(
    r"^(?P<before>.*) for (?:the )?(?P<names>[A-Z][\w-]+(?: [A-Z][\w-]+)* and [A-Z][\w-]+) (?P<noun>[a-z]+s)\.?$"
)
_IN_YEAR = re.compile(
    rf"^(?P<phrase>[^,;:—(“”\"]*?) ?\bin (?P<year>(?:{MONTH} )?(?:19|20)\d\d)\b(?!-|–|,? (?:and )?(?:19|20)\d\d)"
)
_ON_DAY = re.compile(
    rf"^(?P<phrase>[^,;:—(“”\"]*?) ?\bon (?P<day>{'|'.join(WEEKDAYS)})(?=[,.]| (?:after|that|to|in|at)\b)"
)
_ACCORDING = re.compile(rf"According to (?P<number>{NUMBER}) (?P<noun>sources|people|officials|analysts)\b")
_PLAIN_PHRASE = re.compile(
    r"^ (?:in|for) [a-z-]+(?: [a-z-]+){0,4}(?=[,.]| (?:as|independently|after|before|when|while)\b)"
)
_COUNTED = re.compile(
    rf"^{_ROUGHLY}(?P<number>{NUMBER}{SCALE}) (?P<unit>(?!dozen|percent)(?:[a-z-]+ ){{0,2}}?[a-z-]+s)$"
)
_MONEY = re.compile(rf"^{_ROUGHLY}(?P<sum>\$\d[\d,.]*{SCALE})$")
_OWNED = re.compile(r"^(?P<owner>(?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*)[’']s? (?P<owned>[\w’& -]+)$")
_NOT_PLAIN = ("could", "would", "can", "was", "were")
_TIME_TOLD = re.compile(r"(?!In addition|In an? |As of)(?:In|On|At|During|By|Since|Last|Earlier|Under)\b")
"""A number may hold for the time that opens the sentence only."""
_INDEFINITE = re.compile(r"an? (?!.*\b(?:of|in|on|at|for|with|to|from|against|about)\b)")
_DETERMINED = re.compile(r"\b(?:own|a|an|the|not|first|last)\b")
_GOES_ON = frozenset("and but that who which since after before nor no".split()) | PAST.keys()
"""Words after which a phrase says more than one thing."""
_MOST_PHRASE_WORDS = 9


def about_objects(clause: Clause) -> Iterator[Asked]:
    """From "Nissan has launched a restructuring effort": "What has Nissan launched?"."""
    words = clause.object.split()
    if not words or not clause.is_active or clause.auxiliary in _NOT_PLAIN or clause.base not in TELLING:
        return
    if _NOT_IN_OBJECT.search(clause.object) or not words[0].islower():
        return
    bare = _DETERMINER.sub("", clause.object)
    complement = _COMPLEMENT.match(clause.rest)
    if (
        words[-1] in EMPTY_OBJECTS
        or words[-1].endswith("ed")
        or clause.rest.startswith(" than")
        or (" " not in bare and not complement)
    ):
        return
    told = [bare] if " " in bare else []
    if complement:
        told.append(f"{bare}{complement.group()}")
        told += [complement["noun"]] if " " in complement["noun"] else []
    elif len(bare.split()) > 2 and bare.islower():
        told.append(" ".join(bare.split()[-2:]))
    named = _WITH_NAME.match(clause.rest)
    phrase = named["phrase"].strip() if named and "," not in clause.rest[: named.start("phrase")] else ""
    yield (
        "fact",
        clause.asked("What", clause.manner, clause.chain, clause.particle, phrase),
        (tuple(told),),
        clause.subject,
    )


def about_owners(clause: Clause) -> Iterator[Asked]:
    """From "Nissan will invest in Renault's business": "Whose business will Nissan invest in?"."""
    match = _OWNED.match(clause.object)
    if (
        match
        and clause.is_active
        and " " in match["owned"]
        and clause.rest in (".", "")
        and not _DETERMINED.search(match["owned"])
    ):
        asked = clause.asked(f"Whose {match['owned']}", clause.chain, clause.particle)
        owner = match["owner"].removeprefix("the ")
        yield "fact", asked, ((owner, f"{owner}’s", f"{owner}’"),), clause.subject


def about_numbers(clause: Clause) -> Iterator[Asked]:
    """From "Hyundai is recalling 5,000 cars": "How many cars is Hyundai recalling?"."""
    phrase = _phrase(clause.rest)
    if not clause.is_active or clause.base not in COUNTABLE or clause.particle or clause.chain or phrase is None:
        return
    if _TIME_TOLD.match(clause.lead):
        return
    counted = _COUNTED.match(clause.object)
    if counted and counted["unit"].split()[-1] not in EMPTY_OBJECTS | {"percent", "times", "hours", "minutes"}:
        yield "number", clause.asked(f"How many {counted['unit']}", phrase), ((counted["number"],),), clause.subject
    money = _MONEY.match(clause.object)
    if money and phrase:
        yield "number", clause.asked("How much", phrase), ((money["sum"],),), clause.subject


def about_years(clause: Clause) -> Iterator[Asked]:
    """From "Ghosn was arrested in Japan in 2018": "In what year was Ghosn arrested in Japan?"."""
    match = _IN_YEAR.match(clause.tail)
    if match and _can_be_dated(clause, match["phrase"].split()):
        wh = "In what month" if " " in match["year"] else "In what year"
        yield "date", clause.asked(wh, match["phrase"].strip()), ((match["year"],),), clause.subject


def about_sources(sentence: str, clause: Clause) -> Iterator[Asked]:
    """From "According to seven sources, Nissan is ...": "According to how many sources is Nissan ...?"."""
    match = _ACCORDING.match(sentence)
    if match and clause.object and clause.is_active:
        phrase = _PLAIN_PHRASE.match(clause.rest)
        asked = clause.asked(
            f"According to how many {match['noun']}", clause.chain, clause.particle, clause.object,
            phrase.group().strip() if phrase else "",
        )  # fmt: skip
        yield "number", asked, ((match["number"],),), clause.subject


def about_days(clause: Clause, published: date) -> Iterator[Asked]:
    """From "Sanders signed the bill on Tuesday", in a dated article: "On what day did Sanders sign the bill?"."""
    match = _ON_DAY.match(clause.tail)
    if match and _can_be_dated(clause, match["phrase"].split()):
        day = published - timedelta(days=(published.weekday() - WEEKDAYS.index(match["day"])) % 7)
        told = (
            match["day"],
            f"{MONTHS[day.month - 1]} {day.day}",
            f"{day.day} {MONTHS[day.month - 1]}",
            day.isoformat(),
        )
        yield "time", clause.asked("On what day", match["phrase"].strip()), (told,), clause.subject


def _can_be_dated(clause: Clause, words: Sequence[str]) -> bool:
    """Whether the statement is one event: something was done, and to something that is told."""
    if len(words) > _MOST_PHRASE_WORDS or not _GOES_ON.isdisjoint(words) or words[-1:] in (["in"], ["on"], ["at"]):
        return False
    return clause.is_passive or bool(clause.past and len(words) > 1 and not _INDEFINITE.match(" ".join(words)))


def about_markets(clause: Clause) -> Iterator[Asked]:
    """From "... is developing a strategy for the Asian and American markets": "For which markets is ...?"."""
    match = _LAST.match(clause.rest)
    if match and clause.object and clause.is_active:
        asked = clause.asked(
            f"For which {match['noun']}", clause.chain, clause.particle, clause.object, match["before"].strip()
        )
        yield "fact", asked, ((match["names"],),), clause.subject


def _phrase(rest: str) -> str | None:
    """What follows the object up to the end of the clause; None where it cannot be asked along."""
    match = re.match(
        r"^(?P<phrase>(?: (?:in|on|at|for|to|from|with|against|by|during) [^,.;:—()“”\"]+)?)(?:,|;|\.?$)", rest
    )
    if not match:
        return None
    words = match["phrase"].split()
    if len(words) > _MOST_PHRASE_WORDS or not _GOES_ON.isdisjoint(words):
        return None
    if words and words[-1] in WEEKDAYS:
        words.pop()
    return " ".join(words)
