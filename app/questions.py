"""What kind of answer a question asks for, and whether a sentence is of that kind. Pure.

A passage can be about the very thing asked and still not say what was asked: "Nissan will invest in Ampere" does
not answer "how much?". This sees to it. What it cannot tell it lets pass.
"""

from __future__ import annotations

import re
from typing import Literal

from app.amounts import TIME_UNITS, gives_measure
from app.numbers import located_quantities
from app.places import place_asked_is_named
from index.sentences import sentences
from index.words import STOP_WORDS, content_stems, stem, words

LONGEST_ABBREVIATION = 5
"""In letters: UNHCR."""

Kind = Literal["amount", "time", "person", "place", "yes_no", "reason", "thing"]

_AMOUNT = re.compile(
    r"\bhow (?:many|much|large|big|long|old|often|tall|far|fast|high|heavy)\b|\bwhat (?:percentage|percent|share|number"
    r"|amount|price|stake|age|proportion|sum|fraction)\b|\bwhich (?:percentage|share|number|amount)\b",
    re.IGNORECASE,
)
_QUALITATIVE = re.compile(
    r"\bhow much (?:do|does|did)\b.*\b(?:matter|care|like|love|hate|want|need|know|trust|worry|believe|affect|influence"
    r"|depend|help)\b",
    re.IGNORECASE,
)
_CLAUSE = (
    r"(?:(?:^|[,;:.!?“\"(]|\b(?:and|but|so|or|know|say|said|tell me|just|exactly))\s*"
    r"(?:(?:by|since|until|from|of|to|in|about|for)\s+)?)"
)
"""What a clause that asks begins with: "this week when they met" and "the town where he lives" ask for nothing."""
_CIRCUMSTANCE = re.compile(r"^(?:when|where)\b[^?]*?,\s+(?=(?:what|who|whom|whose|which|how|why)\b)", re.IGNORECASE)
"""What stands before the question itself: "when prices rise, who pays?" asks for no time."""
_TIME = re.compile(
    rf"{_CLAUSE}when\b|\bwhen\?|\bhow soon\b"
    r"|\b(?:what|which|in what|in which) (?:year|month|day|date|week|time)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_PLACE = re.compile(
    rf"{_CLAUSE}where\b|\bwhere\?|"
    r"\b(?:what|which)(?: (?:other|us|u\.s\.|american|neighbou?ring|european|african|asian))?"
    r" (?:city|country|state|town|continent|nation|region|place)\b",
    re.IGNORECASE,
)
_REASON = re.compile(r"\bwhy\b|\bwhat (?:reason|caused)\b", re.IGNORECASE)
_YES_NO = re.compile(
    r"^(?:[^,]{0,60},\s+)?(?:and |but |so )?"
    r"(?:is|are|was|were|will|would|do|does|did|has|have|had|can|could|may|might|should|am)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|no|never|\w+n['’]t)\b", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"(.*?\b(?:will|would|can|could|may|might|must|should|is|are|was|were|has|have|had|do|does|did))\b(.*)",
    re.IGNORECASE,
)
_AND_ASKS = re.compile(
    r",?\s+and\s+(?=(?:(?:in|by|from|for|to|with|at|of|on)\s+)?"
    r"(?:what|who|whom|whose|when|where|why|which|how|is|are|was|were|will|does|do|did|has|have)\b)",
    re.IGNORECASE,
)
_WHEN_WORDS = re.compile(
    r"\b(?:january|february|(?-i:March|May)|april|june|july|august|september|october|november|december|jan|feb|mar|apr|aug|"
    r"sept?|oct|nov|dec|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|tomorrow|tonight|"
    r"week\w*|month\w*|years?|year-end|mid-\w+|day|days|hour|hours|morning|afternoon|evening|night|noon|midnight|"
    r"spring|summer|autumn|fall|winter|quarter|decade|century|soon|recently|immediately|earlier|later|"
    r"weekend|christmas|easter|thanksgiving|ago|1\d{3}s?|20\d\ds?|\d{1,2}(?:st|nd|rd|th)|\d{1,2}:\d\d"
    r"|\d{1,2} ?[ap]\.?m)\b",
    re.IGNORECASE,
)
_DAY_ASKED = re.compile(r"\b(?:what|which) (?:year|month|day|date)\b", re.IGNORECASE)
_DAY = re.compile(
    r"\b(?:1\d{3}|20\d\d|\d{1,2}(?:st|nd|rd|th)|january|february|(?-i:March|May)|april|june|july|august|september|october|"
    r"november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday|tomorrow)\b",
    re.IGNORECASE,
)
_ASKS = r"(?:is|are|was|were|do|does|did|will|would|has|have|had|can)\b"
_OWNER = r"(?:the|an?|another|his|her|its|their)"
_ASKED_FOR = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\bwhat (?:is|are|was|were) (?:{_OWNER} )?(?P<thing>(?:\w+ ){{0,2}}?\w+) (?:of|for|in|with)\b",
        rf"\b(?:what|which) (?P<thing>(?!{_ASKS})(?:\w+ ){{0,2}}?\w+) {_ASKS}",
        r"\b(?:what|who) (?:is|are|was|were) .+?['’]s? (?P<thing>(?:\w+ )?\w+)\?",
        r"\bwho (?:is|are|was|were) the (?P<thing>\w+)\b",
    )
)
"""What names the thing asked for, by what stands around it."""
_WHO_OR_WHAT = re.compile(
    r"(?i:and |so )?(?:[Ww]ho|[Ww]hat)(?: (?:is|are|was|were|happened to)|['’]s) (?:the |an? )?"
    r"(?P<name>[\w’'-]*[A-Z][\w’'-]*(?: [\w’'-]*[A-Z][\w’'-]*){0,3})\?"
)
_NAME = re.compile(r"\b[A-Z][\w’'-]+")
_NAMES = re.compile(r"\b[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*")
_OPENING = re.compile(r"\W*[\w’'-]+")
"""A first word, which has a capital whatever it is."""


def kind_of(question: str) -> Kind:
    """The kind of answer asked for; "thing" where nothing more can be told.

    >>> kind_of("How much will Nissan pay?"), kind_of("By when?"), kind_of("Will Nissan help?")
    ('amount', 'time', 'yes_no')
    """
    question = _asking_sentence(question)
    if _YES_NO.match(question):
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


def _asking_sentence(question: str) -> str:
    """The last sentence that ends in a question mark: what stands before it tells of what is asked."""
    text = question.strip()
    asking = [text[start:end] for start, end in sentences(text) if text[start:end].endswith("?")]
    return _CIRCUMSTANCE.sub("", asking[-1] if asking else text)


def parts_of(question: str) -> list[str]:
    """The questions that a question asks, where it plainly asks two; otherwise the question itself.

    >>> parts_of("When was he arrested, and how old is the alliance he led?")
    ['When was he arrested?', 'how old is the alliance he led?']
    >>> parts_of("Who will get it, and who will not?")
    ['Who will get it?', 'Who will not get it?']
    """
    parts = [part.strip(" ,") for part in _AND_ASKS.split(question.strip().rstrip("?"))]
    if len(parts) == 2 and _NEGATION.search(parts[1]) and not _says_something(parts[1]):
        asked = _AUXILIARY.match(parts[0])
        parts = [parts[0], f"{asked[1]} not{asked[2]}"] if asked else parts
    if len(parts) < 2 or not all(map(_says_something, parts)):
        return [question]
    return [f"{part}?" for part in parts]


def _says_something(part: str) -> bool:
    """Whether a part of a question holds more than "and who will not"."""
    return bool(content_stems(_NEGATION.sub("", part)))


def names_in(question: str) -> dict[str, frozenset[str]]:
    """The names in a question, each with the stems of its words: runs of capitalised words, without what opens a
    sentence.

    A name of nothing but an abbreviation is left out: an article may write "US", "U.S." or "America".

    >>> [sorted(stems) for stems in names_in("What did Saudi Arabia offer to Nissan’s board?").values()]
    [['arabia', 'saudi'], ['nissan']]
    """
    inside = " ; ".join(_OPENING.sub("", question[start:end], count=1) for start, end in sentences(question))
    runs = [[word for word in run.split() if word.lower() not in STOP_WORDS] for run in _NAMES.findall(inside)]
    named = [run for run in runs if run and not all(map(_is_abbreviation, run))]
    return {" ".join(run): frozenset(word.stem for word in words(" ".join(run))) for run in named}


def tells_of_name_asked(question: str, text: str) -> bool:
    """Whether a question asks for nothing but who or what a name stands for, and the text has that name.

    Whatever an article says of it then is an answer; the few words of such a question come near to nothing.

    >>> tells_of_name_asked("What is Ampere?", "Nissan will invest in Renault’s new Ampere electric vehicle business.")
    True
    >>> tells_of_name_asked("Who is the CEO of Renault?", "Former Renault-Nissan CEO Carlos Ghosn was arrested.")
    False
    """
    asked = _WHO_OR_WHAT.match(question.strip())
    name = {word.stem for word in words(asked["name"])} if asked else set()
    return bool(name) and name <= {word.stem for word in words(text)}


def asked_for(question: str) -> tuple[int, int] | None:
    """Where a question names what it asks for: "party" in "which party does she lead?"; None where it does not.

    >>> question = "What political party is Jo Cox a member of?"
    >>> question[slice(*asked_for(question))]
    'political party'
    """
    for form in _ASKED_FOR:
        if found := form.search(question):
            return found.span("thing")
    return None


def can_answer(question: str, text: str) -> bool:
    """Whether `text` holds an answer of the kind asked for, and says something that the question does not.

    >>> can_answer("How much will Nissan pay for Ampere?", "Nissan will also invest in Ampere.")
    False
    """
    if text.rstrip("\"”’') ").endswith("?"):
        return False  # a quiz asks the same, and does not tell
    kind = kind_of(question)
    if kind == "yes_no":
        return True
    asked = {word.stem for word in words(question)}
    news = [word for word in content_stems(text) if word not in asked]
    if kind == "amount":
        return gives_measure(question, text) or bool(_QUALITATIVE.search(question) and news)
    if kind == "time":
        if _DAY_ASKED.search(question) and not _DAY.search(text):
            return False
        known = {one.value for one in located_quantities(question)}
        return any(stem(match.group()) not in asked for match in _WHEN_WORDS.finditer(text)) or any(
            one.unit in TIME_UNITS and one.value not in known for one in located_quantities(text)
        )
    if kind in ("person", "place"):
        named = kind == "person" or (_names_something_new(text, asked) and place_asked_is_named(question, text))
        return bool(news) and named
    return bool(news)


def _is_abbreviation(word: str) -> bool:
    return len(word) <= LONGEST_ABBREVIATION and word.isupper()


def _names_something_new(text: str, asked: set[str]) -> bool:
    return any(
        stem(match.group()) not in asked and match.group().lower() not in STOP_WORDS for match in _NAME.finditer(text)
    )
