"""A web page: its article and what the page says of it. Leaves out: fetching, and guessing a date from prose."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from index.articles import Article
from index.errors import EmptyArticleError, TooLargeError, UnreadableError
from index.loading.dates import parse_published
from index.loading.decoding import decode, normalise
from index.loading.inputs import Input
from index.loading.limits import Limits, megabytes
from index.loading.titles import one_field, title_of, web_url

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

logger = logging.getLogger(__name__)
# Without a handler, Python prints a library's warnings to stderr, beside our one line.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())
logging.getLogger("htmldate").addHandler(logging.NullHandler())

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_SENTENCE = re.compile(r"^.{59,}[.!?…。！？][\"'”’»)\]]*\s*$|.{100}", re.MULTILINE)
"""A page whose every line is shorter, and that does not call itself an article, is a menu or a notice."""

_PUBLISHED_META = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "rnews:datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "article.published",
    "article_date_original",
    "publish_date",
    "publish-date",
    "publishdate",
    "publication_date",
    "pubdate",
    "published",
    "published-date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "citation_publication_date",
    "citation_date",
    "date",
)
"""Meta names that tell the day of publication, the most specific first; none that tells of a later change."""

_ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|Report|Posting|Review|Story)$")


def read_webpage(data: bytes, given: Input, limits: Limits) -> Article:
    """The article of an HTML page, without menus, comments and advertisements.

    Raises EmptyArticleError for a page without an article in it, TooLargeError past `limits.page_bytes`.
    """
    if len(data) > limits.page_bytes:
        size, most = megabytes(len(data)), megabytes(limits.page_bytes)
        raise TooLargeError(f"{given.name} is {size} of HTML, more than {most}: save its text as .txt and add that")
    if data.count(b"<") > limits.page_tags:
        most = f"{limits.page_tags:,}"
        raise TooLargeError(f"{given.name} has more than {most} tags: save its text as .txt and add that")
    declared = given.charset
    if declared is None and (found := _CHARSET.search(data[:4096])):
        declared = found[1].decode("ascii")
    page = decode(data, given.name, declared=declared)
    try:
        article = _article(page, given)
    except Exception as error:
        # Border: the parsers answer odd pages with whatever they trip over.
        logger.info("cannot read %s as a page", given.name, exc_info=True)
        raise UnreadableError(
            f"{given.name} cannot be read as a page ({type(error).__name__}): save the article's text and add that"
        ) from error
    if article is None:
        raise EmptyArticleError(f"{given.name} is a page with no article in it: save the article's text and add that")
    return article


def _article(page: str, given: Input) -> Article | None:
    # Imported here: half a second that only someone who adds a page has to wait.
    from trafilatura import bare_extraction, load_html

    # A bare fragment is no page to trafilatura.
    tree = load_html(page if re.search("<html|<body", page, re.IGNORECASE) else f"<html><body>{page}</body></html>")
    if tree is None:
        return None
    published_at, is_article = _published_at(tree), _calls_itself_article(tree)
    # Its own dates are asked for in the cheapest way and not used; see _published_at.
    found = bare_extraction(
        tree,
        url=given.url,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict):
        return None
    text = normalise(found.text or "")
    if not any(map(str.isalnum, text)) or not (is_article or _SENTENCE.search(text)):
        return None
    return Article(
        text=text,
        title=one_field(found.title) or title_of(text),
        origin=given.origin,
        source=one_field(found.sitename),
        author=one_field(found.author),
        published_at=published_at,
        url=given.url or web_url(found.url),
    )


def _published_at(tree: HtmlElement) -> datetime | None:
    """The date that the page itself gives as that of publication: JSON-LD, then meta tags, then time elements.

    trafilatura's own dates are not used: it falls back on years in the footer and any date in the prose.
    """
    candidates = (*_json_ld_dates(tree), *_meta_dates(tree), *_time_dates(tree))
    return next((moment for moment in map(parse_published, candidates) if moment), None)


def _json_ld_dates(tree: HtmlElement) -> Iterator[object]:
    others = []
    for item in _json_ld(tree):
        if (value := item.get("datePublished")) is not None:
            if _is_article_type(item.get("@type")):
                yield value
            else:
                others.append(value)
    yield from others


def _json_ld(tree: HtmlElement) -> Iterator[dict[str, object]]:
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, dict):
                yield item
                waiting += [item.get("@graph"), item.get("mainEntity"), item.get("mainEntityOfPage")]
            elif isinstance(item, list):
                waiting += item


def _meta_dates(tree: HtmlElement) -> Iterator[str]:
    told: dict[str, str] = {}
    for meta in tree.iterfind(".//meta[@content]"):
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (meta.get(attribute) or "").strip().lower()
            # A web server's own Date header, repeated in a page, is when it was served.
            if name and (attribute != "http-equiv" or name != "date"):
                told.setdefault(name, meta.get("content") or "")
    return (told[name] for name in _PUBLISHED_META if name in told)


def _time_dates(tree: HtmlElement) -> Iterator[str]:
    """Elements marked as the publication date, then the article's times if they all name one day."""
    for element in tree.iter("time", "span", "abbr", "p", "div"):
        marks = f"{element.get('itemprop', '')} {element.get('class', '') if element.tag == 'time' else ''}".lower()
        if "datepublished" in marks or "pubdate" in element.attrib or re.search(r"\bpublish|\bpubdate\b", marks):
            yield element.get("datetime") or element.get("content") or element.get("title") or element.text_content()
    articles = tree.findall(".//article")
    scope = articles[0] if len(articles) == 1 else tree if not articles else None
    if scope is None:
        return
    moments = [value for element in scope.iter("time") if (value := element.get("datetime"))]
    if len({moment.date() for moment in map(parse_published, moments) if moment}) == 1:
        yield from moments


def _calls_itself_article(tree: HtmlElement) -> bool:
    kind = tree.find(".//meta[@property='og:type'][@content='article']")
    return kind is not None or any(_is_article_type(item.get("@type")) for item in _json_ld(tree))


def _is_article_type(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(one, str) and _ARTICLE_TYPE.search(one) for one in kinds)
