"""Questions that the library cannot answer: a name in a proposal swapped for one that no article has.

Leaves out: every name of which the article does not show what it names, for what could stand in is then not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from app.evaluation.proposing.corpus import Corpus
from app.evaluation.proposing.names import COUNTRIES, STATES, NameKind, Names
from app.evaluation.proposing.proposal import Proposal
from index.words import content_stems

KIND = "unanswerable"
FEWEST_STEMS = 2
"""What is asked beside the name: "What did Siemens launch?" could be anything."""
_SAME_WITHOUT = frozenset({"about_owners", "beliefs"})
"""Rules whose questions are answered whoever is named: an owner owns it, whoever invests."""
_TRADES: Mapping[str, Sequence[str]] = {
    r"automaker|carmaker|vehicles": ("Volkswagen", "Toyota", "Hyundai", "Mazda", "Volvo", "Ferrari", "Isuzu"),
    r"airline|flights": ("Lufthansa", "Finnair", "Qantas", "Icelandair", "Aeromexico", "TAP Air Portugal"),
    r"\bbank\b|lender": ("Barclays", "Santander", "Rabobank", "Nordea", "Swedbank", "Danske Bank"),
}
"""Companies of a trade, for articles that speak of it."""
_COMPANIES = (
    "Siemens",
    "Unilever",
    "Heineken",
    "Danone",
    "Carrefour",
    "Electrolux",
    "Bosch",
    "Philips",
    "Ericsson",
    "Vodafone",
)
_FIRST = ("Marten", "Ilse", "Tomasz", "Leila", "Rupert", "Anneke", "Idris", "Solveig")
_LAST = ("Okafor", "Verhoeven", "Brandvold", "Haddadin", "Castellane", "Szymanowska", "Thorvaldsen", "Mbeki-Roux")
_PEOPLE = tuple(f"{first} {_LAST[(at + shift) % 8]}" for shift in range(8) for at, first in enumerate(_FIRST))
"""Made up; a library that has one of the last names is given another."""
_STATES = tuple(sorted(STATES))
_COUNTRIES = (
    "Uruguay",
    "Slovenia",
    "Namibia",
    "Bhutan",
    "Suriname",
    "Vanuatu",
    "Comoros",
    "Eswatini",
    *sorted(COUNTRIES),
)


def twin(found: Proposal, text: str, names: Names, corpus: Corpus, taken: Sequence[str]) -> Proposal | None:
    """The proposal asked of another of its kind; None where its name tells no kind, or no stand-in is unknown.

    `text` and `names` are its article's. Names in `taken` are passed over as long as there are others.
    """
    kind = names.kind_of(found.about) if found.about else None
    if (
        not kind
        or not found.about
        or found.rule in _SAME_WITHOUT
        or not re.search(rf"\b{re.escape(found.about)}\b", found.question)
    ):
        return None
    if len(content_stems(found.question.replace(found.about, ""))) < FEWEST_STEMS:
        return None
    unknown = [name for name in _pool(kind, text) if not corpus.knows(name)]
    chosen = next((name for name in unknown if name not in taken), unknown[0] if unknown else None)
    if chosen is None:
        return None
    question = re.sub(rf"\b{re.escape(found.about)}\b", chosen, found.question)
    return replace(found, kind=KIND, question=question, accept=(), about=chosen)


def _pool(kind: NameKind, text: str) -> Iterator[str]:
    if kind == "company":
        for trade, names in _TRADES.items():
            if re.search(trade, text):
                yield from names
        yield from _COMPANIES
    elif kind == "person":
        yield from _PEOPLE
    else:
        yield from _STATES if kind == "state" else _COUNTRIES
