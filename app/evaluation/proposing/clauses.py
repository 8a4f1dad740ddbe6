"""A sentence as the clause at its beginning: who, auxiliary, verb, object, and what follows. Leaves out: asking.

Only what has the form of a plain statement with a verb that is known is taken, and what the patterns do not cover is
left: a proposal that is missing costs less than one that is not English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.evaluation.proposing.proposal import NAME
from app.evaluation.proposing.verbs import BASES, GERUNDS, PARTICIPLES, PAST

_LEAD = (
    r"(?:(?:According to|In|On|At|As part of|As of|With|During|By|Under|Despite|Since|Last|Earlier|However"
    r"|Meanwhile|Furthermore|Moreover|Additionally|Instead|Still|Also|Later|Recently|Now)\b[^,;:“”\"]{0,80}, "
    r"|But |And |However )?"
)
_KIND_OF_BODY = (
    r"(?:alliance|board|committee|commission|government|administration|department|league|agency|court|foundation|museum"
    r"|university|airport|association|army|military|parliament|ministry|campaign)"
)
_BETWEEN = r"(?:, (?:(?:meanwhile|however|also|too|though)|(?:once |now )?(?:a|an|the) [^,“”\"]{3,60}),)?"
_ADVERB = (
    r"(?:also|now|already|reportedly|still|then|later|recently|currently|long|once|since|just|again|finally|previously"
    r"|officially|originally|formally|initially|so far)"
)
_MANNER = r"(?:heavily|actively|quickly|first|aggressively)"
_PREPOSITION = (
    r"(?:in|on|at|for|with|to|from|against|by|into|about|over|under|of|off|up|out|through|between|around|as|along"
    r"|across|near|inside|beyond)"
)
_INSIDE = (
    "restructuring voting operating manufacturing building funding training spending housing existing growing leading "
    "remaining ongoing upcoming outstanding marketing advertising trading banking shopping parking engineering mining "
    "hearing morning evening running opening closing long-standing recording wedding fishing hunting filing ruling "
    "briefing rating living wide-ranging far-reaching self-driving charging"
).split()
"""Words in -ing that stand inside of an object; any other ends it."""
_STOP = (
    r"(?=[,.;:!?—–(]| (?:and|but|or|who|which|that|where|when|while|because|after|before|since|until|if|although"
    r"|though|than|so|amid|during|despite|including|via|within|without|per|ahead|following|throughout|toward|towards"
    rf"|behind|outside|Jan|Feb|Aug|Sept|Oct|Nov|Dec|{_PREPOSITION}|[A-Z]\w+day|last|earlier|this)\b"
    rf"| (?!(?:{'|'.join(_INSIDE)})\b)[a-z-]+ing\b|$)"
)
"""Where an object ends."""
_DETERMINER = r"(?:(?:a|an|the|its|his|her|their|another|more than|about|at least|nearly) )?"
_NOUNS = r"[A-Za-z$\d][\w’'$%.,&-]*?(?: [\w’'&$%-]+){0,5}?"

_CLAUSE = re.compile(
    rf"(?P<lead>{_LEAD})(?P<subject>(?:[Tt]he {NAME}(?: {_KIND_OF_BODY})?|{NAME}(?: and {NAME})?))"
    rf"{_BETWEEN} (?:{_ADVERB} )?"
    r"(?:(?P<auxiliary>is|are|was|were|has|have|had|will|would|could|can) "
    rf"(?:{_ADVERB} )?(?P<adverb>no longer )?(?P<be>(?:been|be) )?(?:{_ADVERB} )?(?P<verb>[a-z][a-z-]+)"
    rf"|(?P<past>{'|'.join(PAST)}))\b(?P<tail> .*)"
)
_CHAIN = re.compile(
    rf" (?:{_ADVERB} )?(?P<manner>{_MANNER} )?(?P<chain>(?:(?:on|in|at|for|by|from) [a-z]+ing|to (?!be\b)[a-z]+) )?"
    rf"(?:{_ADVERB} )?(?P<particle>{_PREPOSITION} (?=[\w$]))?"
    rf"(?P<object>{_DETERMINER}{_NOUNS}){_STOP}(?P<rest>.*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The clause at the beginning of a sentence, after its `lead` ("In May, "); empty strings for what it lacks.

    "Renault has been investing heavily in vehicles": subject, auxiliary "has", be "been", verb, particle "in", object
    "vehicles"; adverbs are left out. `past` instead of auxiliary and verb: "Nissan sold ...". `tail` is all after the
    verb, `rest` all after the object.
    """

    lead: str
    subject: str
    auxiliary: str
    adverb: str
    be: str
    verb: str
    past: str
    tail: str
    manner: str = ""
    chain: str = ""
    particle: str = ""
    object: str = ""
    rest: str = ""

    @property
    def base(self) -> str:
        """The base form of the verb that says what is done; empty where it is not known."""
        if self.chain:
            last = self.chain.split()[-1]
            return GERUNDS.get(last, last if last in BASES else "")
        if self.past:
            return PAST[self.past]
        return GERUNDS.get(self.verb) or _WITH_MORE.get(self.verb) or PAST.get(self.verb) or self.verb

    @property
    def is_active(self) -> bool:
        """Whether the subject does what the verb says, and the verb is known."""
        if self.past:
            return True
        if self.be == "been" or self.auxiliary in ("is", "are", "was", "were"):
            return self.verb in GERUNDS or self.verb in _WITH_MORE
        if self.auxiliary in ("has", "have", "had"):
            return not self.be and self.verb in PARTICIPLES
        return not self.be and self.verb in BASES

    @property
    def is_passive(self) -> bool:
        """Whether something was done to the subject: "was arrested"."""
        return self.auxiliary in ("was", "were") and not self.be and self.verb.endswith(("ed", "wn", "ld", "lt", "en"))

    def asked(self, wh: str, *after: str) -> str:
        """The clause turned into a question that begins with `wh`."""
        turned = ["did", self.subject, PAST[self.past]] if self.past else [self.auxiliary, self.subject, self.adverb]
        words = [wh, *turned, *(() if self.past else (self.be, self.verb)), *after]
        return re.sub(r"\s+", " ", " ".join(word for word in words if word)).strip() + "?"


_WITH_MORE = {"focusing": "focus", "gunning": "gun", "seeking": "seek"}
"""Further forms in -ing, which take their object with a preposition or another verb."""


def read_clause(sentence: str) -> Clause | None:
    """The clause that the sentence begins with, None where its form is another."""
    match = _CLAUSE.match(sentence)
    if not match:
        return None
    found = {name: (value or "").strip() for name, value in match.groupdict().items()}
    more = _CHAIN.match(match["tail"])
    if more:
        found |= {name: (value or "").strip() for name, value in more.groupdict().items()}
        found["rest"] = more["rest"]
    found["subject"] = re.sub(r"^The ", "the ", found["subject"])
    return Clause(**found | {"tail": match["tail"]})
