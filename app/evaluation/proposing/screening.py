"""Which proposals a person is shown: those that can be understood alone and are answered in one place of the library.

Leaves out: making them (turning, fixed, contrasts), and choosing a few of different kinds (choosing).
"""

from __future__ import annotations

import re

from app.evaluation.golden.matching import REPLY_WORDS, meets
from app.evaluation.proposing.corpus import Corpus
from app.evaluation.proposing.proposal import Proposal
from index.words import content_stems

FEWEST_WORDS, MOST_WORDS = 4, 26
FEWEST_STEMS = 2
"""The name and one word more: whether that is enough, the library tells."""
MOST_SENTENCES = 25
"""Of whom more sentences speak, "what did he launch?" is too open a question."""

_REFERS = re.compile(
    r"\b(?:I|you|we|us|he|she|they|it|him|them|this|that (?:day|year|week)|these|those|here|there|said|says|today|nor"
    r"|yesterday|tomorrow|tonight|ago|another|others?|same|such|now|then|his|her|their|our|my|your|the"
    r" former(?! \w+ of)"
    r"|(?:last|next|earlier|later) (?:\w+ )?(?:week|month|year|season)"
    r"|the (?:move|latter|duo|pair|two|three|season|year|week|month|day|time|company|team|deal|game|match))\b"
    r"|\bthe (?!(?:world|public|market|economy|internet|pandemic|coronavirus|president|governor|most|largest|top)\b)"
    r"[a-z]+"
    r"(?= (?:following|after|on|at|from|with|by|when|while|until)\b|\?)"
    r"|[“”\"()—–;:]|\.\.\.|\b(?:and|or|but|a|the|of)\?$"
)
"""What points outside of the question, or is cut off."""
_SENTENCE = re.compile(r"[\w“\"(].*[.!][”\"’')]*")
_CREDIT = re.compile(r"\w/[A-Z]|Getty|\bPhoto\b")
"""A picture's line is no sentence."""


def is_usable(found: Proposal, corpus: Corpus) -> bool:
    """Whether it is clear, its passage answers it, and no other sentence of the library seems to, differently."""
    names_one = not found.about or " " in found.about or not corpus.is_common(found.about)
    like = corpus.like(found.question)
    if found.about and _is_open(found) and len(corpus.like(found.about)) > MOST_SENTENCES:
        return False
    return names_one and is_clear(found) and all(meets(sentence, found.accept) for sentence in like)


def _is_open(found: Proposal) -> bool:
    """Whether nothing but the name and what was done is told."""
    return len(set(content_stems(found.question)) - set(content_stems(found.about or ""))) < FEWEST_STEMS


def is_clear(found: Proposal) -> bool:
    """Whether it can be understood alone, does not hold its own answer, and its passage states what is accepted.

    >>> is_clear(Proposal(kind="", rule="", question="What did he do at Ampere?", accept=(("much",),), quote="Much."))
    False
    """
    asked, quote = found.question, found.quote
    if not FEWEST_WORDS <= len(asked.split()) <= MOST_WORDS or _REFERS.search(asked):
        return False
    if len(quote.split()) > REPLY_WORDS or "\n" in quote or not _SENTENCE.fullmatch(quote) or _CREDIT.search(quote):
        return False
    if quote.count("“") != quote.count("”") or quote.count('"') % 2:
        return False
    if not meets(quote, found.accept) or meets(asked, found.accept):
        return False
    return len(set(content_stems(asked))) >= FEWEST_STEMS
