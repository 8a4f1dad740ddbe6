"""Questions and restrictions as tantivy queries. Leaves out: the index they are put to (keywords).

A restriction is part of the query, over columns of days and publishers: at 92,000 chunks it costs about a
millisecond whatever share it lets through, where fetching more and dropping took 40 ms for a hundredth.
"""

from __future__ import annotations

import math

import tantivy

from index.catalogue import UNDATED
from index.restriction import Restriction

MAX_TERMS = 64
"""The rarest words of a longer question are asked for; the rest would only cost time."""

MISTYPED_LETTERS = 5
"""Shorter words that nobody wrote are too near to others."""

_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


def words_query(
    schema: tantivy.Schema, searcher: tantivy.Searcher, field: str, terms: list[str], *, coverage: bool
) -> tantivy.Query:
    """Any of the terms: BM25, or with `coverage` each its share of all their inverse frequencies."""
    if len(terms) > MAX_TERMS:
        terms = sorted(terms, key=lambda term: searcher.doc_freq(field, term) or searcher.num_docs)[:MAX_TERMS]
    queries = [_term_query(schema, searcher, field, term) for term in terms]
    if coverage:
        rarities = [_rarity(searcher.doc_freq(field, term), searcher.num_docs) for term in terms]
        total = sum(rarities)
        queries = [
            tantivy.Query.const_score_query(query, rarity / total)
            for query, rarity in zip(queries, rarities, strict=True)
        ]
    return _any(queries)


def restricted(schema: tantivy.Schema, query: tantivy.Query, restriction: Restriction | None) -> tantivy.Query:
    """The query over what the restriction lets through; scores stay what they are."""
    if restriction is None:
        return query
    first, last = int(restriction.first_day), int(restriction.last_day)
    days = [_days(schema, first, last)] if first <= last else []
    if restriction.undated:
        days.append(_days(schema, int(UNDATED), int(UNDATED)))
    parts = [query, tantivy.Query.const_score_query(_any(days), 0.0)]
    if restriction.sources:
        named = [tantivy.Query.term_query(schema, "publisher", source) for source in restriction.sources]
        parts.append(tantivy.Query.const_score_query(_any(named), 0.0))
    return tantivy.Query.boolean_query([(_MUST, part) for part in parts])


def _term_query(schema: tantivy.Schema, searcher: tantivy.Searcher, field: str, term: str) -> tantivy.Query:
    """The term; where no text has it and it could be mistyped, any term that one change of a letter makes of it."""
    if len(term) < MISTYPED_LETTERS or not term.isalpha() or searcher.doc_freq("body", term):
        return tantivy.Query.term_query(schema, field, term, index_option="freq")
    near = tantivy.Query.fuzzy_term_query(schema, field, term, distance=1, transposition_cost_one=True)
    return tantivy.Query.const_score_query(near, _rarity(1, searcher.num_docs))


def _days(schema: tantivy.Schema, first: int, last: int) -> tantivy.Query:
    return tantivy.Query.range_query(schema, "day", tantivy.FieldType.Integer, first, last)


def _any(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(_SHOULD, query) for query in queries])


def _rarity(frequency: int, n_documents: int) -> float:
    """The inverse document frequency, as BM25 has it."""
    return math.log(1 + (n_documents - frequency + 0.5) / (frequency + 0.5))
