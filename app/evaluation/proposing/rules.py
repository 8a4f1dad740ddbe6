"""All proposals that the sentences of one article allow. Leaves out: which are kept (screening)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from app.evaluation.proposing.clauses import Clause, read_clause
from app.evaluation.proposing.contrasts import changes, refusals, winners
from app.evaluation.proposing.corpus import Corpus
from app.evaluation.proposing.fixed import ages, arrests, beliefs, offices
from app.evaluation.proposing.names import Names
from app.evaluation.proposing.proposal import Proposal
from app.evaluation.proposing.turning import (
    Asked,
    about_days,
    about_markets,
    about_numbers,
    about_objects,
    about_owners,
    about_sources,
    about_years,
)
from index.sentences import sentences

_OF_CLAUSES = (about_objects, about_owners, about_numbers, about_years, about_markets)
_OF_QUOTES = (beliefs, changes, refusals, winners)
_OF_CORPUS = (offices, ages, arrests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An article to be asked about: the name that a golden file calls it by, its text, and its day, if it has one."""

    name: str
    title: str
    text: str
    published: date | None


def proposals(article: Told, corpus: Corpus) -> Iterator[Proposal]:
    """What the article's sentences can be asked, in their order, with persons called by their full names."""
    names = Names(article.text)
    for start, end in sentences(article.text):
        quote = article.text[start:end]
        for rule, (kind, question, accept, about) in _asked(quote, article.published, corpus):
            found = Proposal(kind=kind, rule=rule, question=question, accept=accept, quote=quote, about=about)
            yield _with_full_name(found, names)


def _asked(quote: str, published: date | None, corpus: Corpus) -> Iterator[tuple[str, Asked]]:
    clause = read_clause(quote)
    if clause:
        yield from _of_clause(quote, clause, published)
    for rule in _OF_CORPUS:
        yield from ((rule.__name__, asked) for asked in rule(quote, corpus))
    for plain in _OF_QUOTES:
        yield from ((plain.__name__, asked) for asked in plain(quote))


def _of_clause(quote: str, clause: Clause, published: date | None) -> Iterator[tuple[str, Asked]]:
    for rule in _OF_CLAUSES:
        yield from ((rule.__name__, asked) for asked in rule(clause))
    yield from (("about_sources", asked) for asked in about_sources(quote, clause))
    if published:
        yield from (("about_days", asked) for asked in about_days(clause, published))


def _with_full_name(found: Proposal, names: Names) -> Proposal:
    full = names.full_name(found.about) if found.about else None
    if not full or full == found.about or not found.about:
        return found
    return replace(found, question=found.question.replace(found.about, full, 1), about=full)
