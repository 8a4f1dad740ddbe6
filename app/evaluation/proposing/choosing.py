"""A few proposals of all kinds, from as many articles as there are. Leaves out: asking a person (reviewing)."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.evaluation.proposing.corpus import Corpus
from app.evaluation.proposing.names import Names
from app.evaluation.proposing.proposal import Proposal
from app.evaluation.proposing.rules import Told, proposals
from app.evaluation.proposing.screening import is_usable
from app.evaluation.proposing.twins import twin

TWIN_SHARE = 4
"""One question in so many is one that the articles do not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A proposal and its article; of a twin, `twin_of` is the question that it was made of."""

    proposal: Proposal
    article: Told
    twin_of: str | None = None


def choose(articles: Sequence[Told], *, count: int, seed: int = 0, known: Sequence[str] = ()) -> list[Candidate]:
    """At most `count` candidates, the same for the same articles and seed; none whose question is among the `known`.

    Every rule has its turn, and articles that have not had theirs come first. Twins, one in `TWIN_SHARE`, follow what
    they are made of.
    """
    corpus = Corpus(article.text for article in articles)
    usable = _usable(articles, corpus, set(known))
    random.Random(seed).shuffle(usable)  # noqa: S311 - to be repeated, not to be secret
    in_turn = _in_turn(usable)
    twins = _twins(in_turn, corpus, count // TWIN_SHARE, set(known))
    answerable = in_turn[: count - len(twins)]
    missing = [one for one in twins if one.twin_of not in {each.proposal.question for each in answerable}]
    return [each for one in answerable for each in (one, *_of(one, twins))] + missing


def _usable(articles: Sequence[Told], corpus: Corpus, known: set[str]) -> list[Candidate]:
    """What is usable; of a question that several articles raise only the first, if they answer it alike."""
    found: dict[str, Candidate | None] = {}
    for article in articles:
        for proposal in proposals(article, corpus):
            question = proposal.question
            if question in known or not is_usable(proposal, corpus):
                continue
            earlier = found.setdefault(question, Candidate(proposal=proposal, article=article))
            if earlier and earlier.proposal.accept != proposal.accept:
                found[question] = None
    return [one for one in found.values() if one]


def _in_turn(usable: Sequence[Candidate]) -> list[Candidate]:
    """All of them, each rule having its turn, with the one whose article and sentence were asked least."""
    waiting: dict[str, list[Candidate]] = defaultdict(list)
    for one in usable:
        waiting[one.proposal.rule].append(one)
    asked: Counter[str] = Counter()
    chosen: list[Candidate] = []
    while waiting:
        for rule in sorted(waiting):
            best = min(waiting[rule], key=lambda one: (asked[one.article.name], asked[one.proposal.quote]))
            waiting[rule].remove(best)
            asked.update((best.article.name, best.proposal.quote))
            chosen.append(best)
        waiting = {rule: rest for rule, rest in waiting.items() if rest}
    return chosen


def _twins(candidates: Sequence[Candidate], corpus: Corpus, most: int, known: set[str]) -> list[Candidate]:
    twins: list[Candidate] = []
    taken: list[str] = []
    companies = {name for one in candidates for name in Names(one.article.text).companies}
    for one in candidates:
        if len(twins) >= most:
            break
        made = twin(one.proposal, one.article.text, Names(one.article.text, companies), corpus, taken)
        if made and made.question not in known:
            twins.append(Candidate(proposal=made, article=one.article, twin_of=one.proposal.question))
            taken.append(made.about or "")
    return twins


def _of(one: Candidate, twins: Sequence[Candidate]) -> list[Candidate]:
    return [each for each in twins if each.twin_of == one.proposal.question]
