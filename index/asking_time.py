"""When a question's "now" matters. Leaves out: dates of articles, and working out what "last month" means.

Only tells a question that speaks of its own time ("this week", "latest") from one that names a time of its own
("in March 2023") and from one that does neither.
"""

from __future__ import annotations

import re

_OWN_TIME = re.compile(
    r"\b(?:this|last|next|past|coming)\s+(?:week|weekend|month|year|spring|summer|fall|autumn|winter|season)\b"
    r"|\b(?:today|tonight|yesterday|recent(?:ly)?|latest|newest|now|currently|days? ago|weeks? ago)\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_NAMED_TIME = re.compile(
    r"\b(?:19|20)\d\d\b"
    r"|\b(?i:in|on|since|before|after|until|by|of|during|last|this)\s+"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)


def speaks_of_its_own_time(question: str) -> bool:
    """Whether the question says when, relative to when it is asked.

    >>> speaks_of_its_own_time("Who resigned this week?"), speaks_of_its_own_time("Who resigned in March 2023?")
    (True, False)
    """
    return _OWN_TIME.search(question) is not None


def names_a_time(question: str) -> bool:
    """Whether the question names a year or a month: then being recent says nothing about being right.

    >>> names_a_time("Who resigned in March 2023?"), names_a_time("May I ask who resigned?")
    (True, False)
    """
    return _NAMED_TIME.search(question) is not None
