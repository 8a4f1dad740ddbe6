"""Where in a library the articles and passages are that golden questions name. Leaves out: if they fit (checking)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath

from app.entries import ArticleSummary
from app.errors import GoldenFileError
from app.evaluation.golden.reading import Golden
from index.articles import Evidence, Version
from index.chunking import Span


def gold_articles(questions: Iterable[Golden], articles: Iterable[ArticleSummary]) -> dict[str, tuple[str, ...]]:
    """The library's article ids for every name that a question calls gold; no id where there is no such article.

    A name may be an article's id, its file's name, the record's id after "#", its address or its title.
    Raises GoldenFileError when none of the names is known: then the articles were not added.
    """
    known: dict[str, list[str]] = {}
    for article in articles:
        for name in _names(article):
            known.setdefault(name, []).append(article.article_id)
    wanted = dict.fromkeys(name for question in questions for name in question.gold)
    found = {name: tuple(known.get(name, ())) for name in wanted}
    if found and not any(found.values()):
        raise GoldenFileError(
            f"none of the {len(found)} articles that the questions are about is in this library "
            f"({next(iter(found))!r} for one): add them first with 'onrecord add'"
        )
    return found


def ranks_of_quotes(
    question: Golden,
    known: Mapping[str, Sequence[str]],
    evidence: Sequence[Evidence],
    find_version: Callable[[str, int], Version],
) -> tuple[int | None, ...]:
    """For each gold quote the place, from 1, of the first passage that overlaps it; None where none does.

    `known` gives the article ids of every gold name. A quote that the article does not hold any more is not found.
    Raises ArticleNotFoundError for evidence of an article that there is not.
    """
    return tuple(
        next(
            (
                place
                for place, passage in enumerate(evidence, start=1)
                if passage.article_id in known[name]
                and any(
                    start < passage.end and passage.start < end
                    for start, end in spans_of(find_version(passage.article_id, passage.version).text, quote)
                )
            ),
            None,
        )
        for name, quote in question.passages
    )


def spans_of(text: str, quote: str) -> list[Span]:
    r"""Everywhere that a quote stands in a text; the spaces between words may differ.

    >>> spans_of("It pays. It\npays.", "It pays.")
    [(0, 8), (9, 17)]
    """
    words = r"\s+".join(map(re.escape, quote.split()))
    return [found.span() for found in re.finditer(words, text)] if words else []


def golden_names(articles: Sequence[ArticleSummary]) -> dict[str, str]:
    """For every article id the name that a golden file should call it by: one that stays when the library is rebuilt.

    That is the record's id, the file's name or the address, whichever no other article has; else the article's id.
    """
    counts = Counter(name for article in articles for name in _names(article))
    return {
        article.article_id: next((name for name in _lasting(article) if counts[name] == 1), article.article_id)
        for article in articles
    }


def _lasting(article: ArticleSummary) -> tuple[str, ...]:
    path, _, record = article.origin.partition("#")
    return tuple(name for name in (record, article.url or "", PurePath(path).name) if name)


def _names(article: ArticleSummary) -> set[str]:
    path, _, record = article.origin.partition("#")
    names = {article.article_id, article.title, article.origin, PurePath(path).name, record, article.url or ""}
    return names - {""}
