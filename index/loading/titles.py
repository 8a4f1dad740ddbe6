"""The metadata an article goes by: a title made from its text, tidy single-line fields. Leaves out: dates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.sentences import sentences

_SHORT_LINE_CHARACTERS = 120
_SENTENCE_CHARACTERS = 100
_FIELD_CHARACTERS = 500
_MOST_NAMES = 100
_HEADING = re.compile(r"#{1,6}\s+|\s+#+$")


def title_of(text: str) -> str:
    """A title for a text that brings none: its first line when that is short, otherwise its first sentence.

    A sentence past 100 characters is cut at a word and ends in '…'. The text itself stays as it is, so a
    title in its first line is found there too.
    """
    first = next((line for line in text.splitlines() if any(map(str.isalnum, line))), "")
    line = _HEADING.sub("", one_field(first[:10_000]) or "").strip()
    if len(line) <= _SHORT_LINE_CHARACTERS:
        return line
    start, end = sentences(line)[0]
    sentence = line[start:end]
    return sentence if len(sentence) <= _SENTENCE_CHARACTERS else cut(sentence, _SENTENCE_CHARACTERS)


def cut(line: str, characters: int) -> str:
    """`line` in at most `characters` characters and '…', cut between words where it has any."""
    head, space, _ = line[: characters + 1].rpartition(" ")
    return (head if space else line[:characters]).rstrip(" ,;:-–—") + "…"


def one_field(value: object) -> str | None:
    """A metadata value as one tidy line, or None when it says nothing.

    A sequence is joined by commas; a mapping gives its 'name' (as in the JSON of feeds: {"id": .., "name": ..}).
    Nothing is looked for any deeper: a few lines of YAML can name themselves a billion times over.
    """
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        names = (_line(_name(one)) for one in value[:_MOST_NAMES])
        return _line(", ".join(name for name in names if name))
    return _line(_name(value))


def _name(value: object) -> object:
    return value.get("name") if isinstance(value, Mapping) else value


def _line(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    line = " ".join(str(value).replace("\x00", " ").encode("utf-8", "replace").decode("utf-8").split())
    return (line if len(line) <= _FIELD_CHARACTERS else cut(line, _FIELD_CHARACTERS)) or None


def web_url(value: object) -> str | None:
    """`value` when it is an http(s) address that may be shown as a link, otherwise None."""
    line = one_field(value)
    return line if line and re.match(r"https?://[^\s/]", line, re.IGNORECASE) else None
