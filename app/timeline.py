"""What passages say happened when, in the order of time. Leaves out: finding them, and drawing (web.plot). Pure.

Each happening is a sentence of a passage, word for word; nothing is said that no article says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.instructing import telling_sentences
from app.schema import Place
from index.event_days import event_days
from index.words import content_stems


class Passage(Place, Protocol):
    """What a timeline is made of: satisfied by Citation, Nearest and Evidence."""

    @property
    def quote(self) -> str:
        """Its words."""

    @property
    def title(self) -> str:
        """The article's."""

    @property
    def source(self) -> str | None:
        """The article's."""

    @property
    def published_at(self) -> str | datetime | None:
        """The article's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A sentence that names a time, `version.text[start:end]`, and the time: a day, or a month or a year whole.

    `passage` is the place, among those given, of the passage that it stands in.
    """

    first: date
    last: date
    sentence: str
    article_id: str
    version: int
    start: int
    end: int
    title: str
    source: str | None
    published: date | None
    passage: int


def happenings(passages: Iterable[Passage], question: str = "") -> list[Happening]:
    """Every dated sentence of the passages, the earliest first, each once.

    With a question, those alone that share a word of content with it.
    """
    asked = set(content_stems(question))
    found: dict[tuple[str, int, int, date, date], Happening] = {}
    for place, passage in enumerate(passages):
        published = published_day(passage.published_at)
        for start, end in telling_sentences(passage.quote):
            sentence = passage.quote[start:end]
            if asked and asked.isdisjoint(content_stems(sentence)):
                continue
            for day in event_days(sentence, published):
                one = Happening(
                    first=day.first, last=day.last, sentence=sentence, article_id=passage.article_id,
                    version=passage.version, start=passage.start + start, end=passage.start + end, title=passage.title,
                    source=passage.source, published=published, passage=place,
                )  # fmt: skip
                found.setdefault((one.article_id, one.start, one.end, one.first, one.last), one)
    return sorted(found.values(), key=lambda one: (one.first, one.last, one.article_id, one.start))


def published_day(moment: str | datetime | None) -> date | None:
    """The day of a publication as a passage tells it; None where it is not told, or is no date.

    >>> published_day("2023-02-05T10:00:00+00:00")
    datetime.date(2023, 2, 5)
    """
    if isinstance(moment, datetime):
        return moment.date()
    try:
        return date.fromisoformat(moment[:10]) if moment else None
    except ValueError:
        return None


def told_time(first: date, last: date) -> str:
    """A time as people write it: a day, a month or a year.

    >>> told_time(date(2018, 11, 1), date(2018, 11, 30)), told_time(date(2018, 1, 1), date(2018, 12, 31))
    ('November 2018', '2018')
    """
    if first == last:
        return f"{first.day} {first:%B} {first.year}"
    return f"{first:%B} {first.year}" if (first.year, first.month) == (last.year, last.month) else str(first.year)
