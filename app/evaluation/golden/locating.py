"""Which articles of a library the golden questions name. Leaves out: what those articles say (checking)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from app.errors import GoldenFileError
from app.evaluation.golden.reading import Golden
from app.schema import ArticleSummary


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
