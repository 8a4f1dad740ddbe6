"""Who did what to whom, as far as the order of words tells: who cut whose stake, who was sued by whom.

"Renault cut its stake in Nissan" and "Nissan's stake in Renault will be cut" share every word; who cuts and whose
stake it is are exchanged. Only what can be read off plainly is read, and only a contradiction is told: where the
passage says nothing of the kind, or may mean either, there is none. Leaves out: whether anything is supported. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.wording import says_alike
from index.sentences import sentences
from index.words import STOP_WORDS, stem, words

_NAME = r"[A-Z][\w’'&-]*(?:\s+[A-Z][\w’'&-]*)*"
_NAMES = rf"{_NAME}(?:(?:,\s+|\s+and\s+|,\s+and\s+){_NAME})*"
_POSSESSED = re.compile(rf"(?:\b(?P<name>{_NAME}?)[’']s?|\b(?P<pronoun>its|his|her|their))\s+(?P<thing>[a-z][\w-]*)")
_BE = r"(?:was|were|is|are|be|been|being)\s+(?:\w+ly\s+)?"
_PASSIVE_AFTER = re.compile(rf"[^,.;]{{0,40}}?\b{_BE}(?P<verb>[a-z]{{2,}}(?:ed|[dt]|en))\b")
_BY = re.compile(rf"\b{_BE}(?P<verb>[a-z]{{3,}})\b(?P<between>[^,.;]{{0,40}}?)\bby\s+(?:the\s+)?(?P<agent>{_NAMES})")
_BETWEEN = r"(?:(?:will|would|has|had|have|also|then|later|to|\w+ly)\s+){0,3}"
_ACTIVE = re.compile(
    rf"\b(?P<agent>{_NAMES})\s+{_BETWEEN}(?P<verb>[a-z]{{3,}})\b(?=\s+(?:the\s+)?(?P<object>{_NAME})?)"
)
_PROPER = re.compile(rf"\b{_NAME}")


@dataclass(frozen=True, slots=True)
class Deed:
    """That something is done to a thing of somebody's: stems of the verb and the thing, and of all who may be meant."""

    verb: str
    thing: str
    owners: frozenset[str]


def exchanged(claim: str, passage: str) -> str | None:
    """What a claim says of others than the passage does, in a few words; None where they do not contradict.

    >>> exchanged("Renault cut Nissan's stake.", "Renault cut its stake in Nissan.")
    'whose stake'
    >>> exchanged("Toyota sued Nissan.", "Toyota was sued by Nissan."), exchanged("A sued B.", "B was sued by A.")
    ('who sued', None)
    """
    told = list(_deeds(passage))
    for deed in _deeds(claim):
        alike = [one for one in told if one.thing == deed.thing and _same(one.verb, deed.verb)]
        if alike and all(one.owners.isdisjoint(deed.owners) for one in alike):
            return f"whose {deed.thing}"
    doers = list(_doers(passage))
    for verb, doer, other in _doers(claim):
        alike_doers = [(one, its) for done, one, its in doers if _same(done, verb)]
        if other and alike_doers and all(its and doer <= its and not doer & one for one, its in alike_doers):
            return f"who {verb}"
    return None


def _same(verb: str, other: str) -> bool:
    return verb == other or says_alike(verb, {other})


def _deeds(text: str) -> Iterator[Deed]:
    """What is done to somebody's things: "cut its stake", "Nissan's stake will be cut"."""
    for start, end in sentences(text):
        sentence = text[start:end]
        for found in _POSSESSED.finditer(sentence):
            owners = _stems(found["name"]) if found["name"] else _named_before(sentence, found.start())
            before = list(words(sentence[: found.start()]))[-1:]
            verbs = {word.stem for word in before if not _is_name_or_stop(sentence[word.start : word.end])}
            if passive := _PASSIVE_AFTER.match(sentence, found.end()):
                verbs.add(stem(passive["verb"]))
            for verb in verbs if owners else ():
                yield Deed(verb, stem(found["thing"]), owners)


def _doers(text: str) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """What somebody does to somebody, the verb's stem and the names of either: "A sued B", "B was sued by A".

    The one to whom it is done may be nobody named.
    """
    for start, end in sentences(text):
        sentence = text[start:end]
        for found in _BY.finditer(sentence):
            named = _PROPER.findall(sentence[: found.start()])
            yield stem(found["verb"]), _stems(found["agent"]), _stems(named[-1]) if named else frozenset()
        for found in _ACTIVE.finditer(sentence):
            if found["verb"] not in STOP_WORDS and (doer := _stems(found["agent"])):
                yield stem(found["verb"]), doer, _stems(found["object"] or "")


def _named_before(sentence: str, place: int) -> frozenset[str]:
    """All whom a pronoun at this place may mean: the names before it."""
    return frozenset(one for name in _PROPER.findall(sentence[:place]) for one in _stems(name))


def _stems(name: str) -> frozenset[str]:
    return frozenset(
        stem(word) for word in re.split(r"[\s,]+", name) if word and word.lower() not in STOP_WORDS and word != "and"
    )


def _is_name_or_stop(word: str) -> bool:
    return word[:1].isupper() or word.lower() in STOP_WORDS
