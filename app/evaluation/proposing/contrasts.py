"""Statements that set one thing against another: what changed from and to, who won, what is not to come.

Leaves out: whole statements (turning), and whether a question is worth asking (screening).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.evaluation.proposing.proposal import NAME
from app.evaluation.proposing.turning import Asked

_AMOUNT = r"(?!(?:19|20)\d\d\b)\$?\d(?:[\d.,]*\d)?(?:%| percent| million| billion)?"
_REDUCED = re.compile(
    r"\bwill see (?P<whole>[A-Z][\w-]+[’']s? [a-z]+(?: in [A-Z][\w-]+)?) "
    rf"(?P<done>reduced|cut|raised|increased|lowered) from (?P<before>{_AMOUNT}) to (?P<after>{_AMOUNT})(?![\w%])"
)
_CUTS = re.compile(
    r"\bwill see (?P<who>[A-Z][\w-]+) (?P<done>cut|reduce|raise|increase|lower) its "
    rf"(?P<thing>[a-z]+(?: in [A-Z][\w-]+)?) to (?P<after>{_AMOUNT}) from (?P<before>{_AMOUNT})(?![\w%])"
)
_MOVES = dict(
    pair.split(":")
    for pair in (
        "rose:rise fell:fall increased:increase decreased:decrease dropped:drop jumped:jump climbed:climb grew:grow "
        "declined:decline tumbled:tumble surged:surge plunged:plunge slipped:slip"
    ).split()
)
_MOVED = re.compile(
    r"(?:^|, |\bthat )(?P<whole>(?:[A-Z][\w&-]+(?: [A-Z][\w&-]+)*[’']s? |(?P<the>[Tt]he ))[\w -]{3,40}?) "
    rf"(?P<moved>{'|'.join(_MOVES)}) (?:to (?P<after>{_AMOUNT}) from (?P<before>{_AMOUNT})"
    rf"|from (?P<before2>{_AMOUNT}) to (?P<after2>{_AMOUNT}))(?![\w%])"
)
_NO_PLAN = re.compile(
    rf"(?:(?P<subject>{NAME})|(?:Although|While|Though) (?P<earlier>{NAME}) [^,]+, it) has no "
    r"(?P<noun>plans?|intention|obligation|authority) (?P<phrase>(?:to|of) [^,.;:—()“”\"]+)"
)
_BEAT = re.compile(
    rf"^(?:[A-Z]\w+ [^,]*, )?(?P<winner>(?:[Tt]he )?{NAME}) (?P<verb>beat|defeated|edged|routed|topped|upset"
    rf"|outlasted) (?P<loser>(?:the )?{NAME}),? (?P<score>\d+[-–]\d+)(?=[,. ])"
)


def changes(quote: str) -> Iterator[Asked]:
    """From "... rose from 5% to 7%": "To what level did ... rise from 5%?"."""
    for match in _REDUCED.finditer(quote):
        asked = f"To what level will {match['whole']} be {match['done']} from {match['before']}?"
        yield "comparison", asked, ((match["after"],),), None
    for match in _CUTS.finditer(quote):
        asked = f"From what level will {match['who']} {match['done']} its {match['thing']} to {match['after']}?"
        yield "comparison", asked, ((match["before"],),), match["who"]
    for match in _MOVED.finditer(quote):
        whole = match["whole"][0].lower() + match["whole"][1:] if match["the"] else match["whole"]
        before, after = match["before"] or match["before2"], match["after"] or match["after2"]
        yield "comparison", f"From what level did {whole} {_MOVES[match['moved']]} to {after}?", ((before,),), None


def refusals(quote: str) -> Iterator[Asked]:
    """From "Nissan has no plan to help Ampere": "Does Nissan have any plan to help Ampere?"."""
    for match in _NO_PLAN.finditer(quote):
        subject, noun = match["subject"] or match["earlier"], match["noun"]
        asked = f"Does {subject} have any {noun} {match['phrase']}?"
        yield "negative", asked, ((f"no {noun}", "^no", "not have", "doesn’t have"),), subject


def winners(quote: str) -> Iterator[Asked]:
    """From "The Gophers beat UCLA 21-3": "Who won, the Gophers or UCLA?"."""
    for match in _BEAT.finditer(quote):
        winner = re.sub(r"^[Tt]he ", "", match["winner"])
        the = "the " if winner != match["winner"] else ""
        told = (f"{winner} {match['verb']}", f"{winner} won", f"{winner} beat", f"^{winner}")
        asked = f"Who won when {the}{winner} played {match['loser']}?"
        yield "comparison", asked, (tuple(dict.fromkeys(told)),), winner
