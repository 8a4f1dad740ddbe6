"""A person accepts, edits or rejects each proposal, in the terminal. Leaves out: where they go (lines)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from app.evaluation.golden.matching import meets
from app.evaluation.proposing.choosing import Candidate
from app.evaluation.proposing.proposal import Accept
from app.evaluation.report.comparison_text import one_line

Ask = Callable[[str], str]
"""Shows a prompt and gives back what was typed; raises EOFError where nothing more will be."""
Tell = Callable[[str], None]

CHOICES = "[a]ccept, [e]dit, [r]eject, [q]uit? "
_ALTERNATIVES, _REQUIREMENTS = " | ", " & "


def review(candidates: Sequence[Candidate], *, ask: Ask, tell: Tell) -> Iterator[Candidate]:
    """Those that are accepted, as they are or edited, each as soon as that is decided.

    The end of the input is as quitting. An edited answer that its passage does not state is asked for again.
    """
    for number, candidate in enumerate(candidates, start=1):
        tell(f"\n{number} of {len(candidates)}  {candidate.proposal.kind}\n{_shown(candidate)}")
        try:
            decided = _decide(candidate, ask, tell)
        except EOFError:
            return
        if decided == "quit":
            return
        if isinstance(decided, Candidate):
            yield decided


def _decide(candidate: Candidate, ask: Ask, tell: Tell) -> Candidate | str:
    while True:
        choice = ask(CHOICES).strip().lower()[:1]
        if choice == "a":
            return candidate
        if choice == "e":
            return _edited(candidate, ask, tell)
        if choice in ("r", "q"):
            return {"r": "reject", "q": "quit"}[choice]


def _edited(candidate: Candidate, ask: Ask, tell: Tell) -> Candidate:
    """With another question or answer; an empty line keeps what is there."""
    proposal = candidate.proposal
    question = ask("question (empty: as it is): ").strip() or proposal.question
    accept = proposal.accept
    while accept:
        typed = ask(f"answer, alternatives parted by{_ALTERNATIVES}(empty: as it is): ").strip()
        accept = _read_accept(typed) if typed else proposal.accept
        if accept and meets(proposal.quote, accept):
            break
        tell(f"The passage does not state that: {typed}")
        accept = proposal.accept
    return replace(candidate, proposal=replace(proposal, question=question, accept=accept))


def _read_accept(typed: str) -> Accept:
    parts = (part.split(_ALTERNATIVES.strip()) for part in typed.split(_REQUIREMENTS))
    found = (tuple(one.strip() for one in alternatives if one.strip()) for alternatives in parts)
    return tuple(alternatives for alternatives in found if alternatives)


def _shown(candidate: Candidate) -> str:
    proposal = candidate.proposal
    if not proposal.accept:
        return (
            f"  {proposal.question}\n  answer    none: no article speaks of {one_line(proposal.about or '')} like this"
        )
    answer = _REQUIREMENTS.join(_ALTERNATIVES.join(alternatives) for alternatives in proposal.accept)
    return (
        f"  {one_line(proposal.question)}\n  answer    {one_line(answer)}\n  passage   {one_line(proposal.quote)}\n"
        f"  article   {one_line(candidate.article.title)}"
    )
