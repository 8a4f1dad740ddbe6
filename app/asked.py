"""What a caller asks with, checked: the question, its days and its filters. Leaves out: answering. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.errors import QuestionError
from index.articles import Filters

MAX_QUESTION_WORDS = 400
MAX_QUESTION_CHARACTERS = 4_000

Day = date | str | None


def read_question(question: str) -> str:
    """The question on one line; raises QuestionError when it is empty or too long."""
    text = " ".join(question.split())
    if not text:
        raise QuestionError("the question is empty: type what you want to know")
    n_words = len(text.split())
    if n_words > MAX_QUESTION_WORDS or len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {n_words:,} words and {len(text):,} characters, at most {MAX_QUESTION_WORDS} and "
            f"{MAX_QUESTION_CHARACTERS:,} are read: shorten it, or add the text to the library and ask about it"
        )
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


def read_day(value: Day, name: str) -> date | None:
    """A date, or a day written YYYY-MM-DD, None when there is none; raises QuestionError naming the field."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        raise QuestionError(f"{name}: {value!r} is no date: write it as YYYY-MM-DD, like 2023-06-30") from None


def read_filters(since: Day, until: Day, sources: Sequence[str], *, undated: bool) -> Filters:
    """Days and sources as filters; raises QuestionError when no day lies between the two."""
    first, last = read_day(since, "since"), read_day(until, "until")
    if first and last and first > last:
        raise QuestionError(f"since {first} is after until {last}: exchange them")
    return Filters(since=first, until=last, sources=tuple(sources), undated=undated)
