"""Markers in a model's reply to the passages they name. Pure: half-written text is held back, never guessed at.

A reply is read as lines of `[2] A sentence.` or `[1][3] A sentence.`; endpoints that do not follow a grammar also
write `A sentence. [2]`, `A sentence [1, 3].` or no marker at all, and all of these are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.sentences import sentences

LONGEST_MARKER = 3
"""In digits: longer numbers in brackets name no passage, and are taken out like those that do."""

_MARKERS = re.compile(r"\s*\[\s*(\d+(?:\s*[,;]\s*\d+)*)\s*\]")
_LEADING = re.compile(r"(?:\s*\[\d+(?:\s*[,;]\s*\d+)*\])+\s*[:.–—-]?\s*")
_BEGUN = re.compile(r"[^\s\[]\S*\s+\S")
"""A word that is complete: only then is it sure that a sentence ended before it ("Acme Inc. I" may be Ireland)."""
_LIST_MARK = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+(?=\D))")


@dataclass(frozen=True, slots=True)
class Draft:
    """A complete sentence as the model wrote it, without its markers, and the passages it named (1-based).

    `markers` are as written: they may be out of range, or empty. A draft of `[0]` alone has no text.
    """

    text: str
    markers: tuple[int, ...]


class DraftReader:
    """Takes a reply piece by piece and gives each sentence when it is complete.

    Within a line, sentences share its leading markers until one brings markers of its own. In a line that begins
    with markers, a sentence is complete when the first word of the next one is; in any other its markers may still
    follow, and it is complete with the line.
    """

    def __init__(self) -> None:
        self._line = ""
        self._given = 0

    def feed(self, piece: str) -> Iterator[Draft]:
        """The drafts that this piece completes."""
        *lines, rest = (self._line + piece).split("\n")
        for line in lines:
            yield from self._end_of(line)
        self._line = rest
        if _LEADING.match(rest):
            *complete, begun = drafts(rest) or [Draft("", ())]
            if _BEGUN.match(begun.text):
                yield from complete[self._given :]
                self._given = max(self._given, len(complete))

    def finish(self) -> Iterator[Draft]:
        """What was left when the reply ended."""
        line, self._line = self._line, ""
        yield from self._end_of(line)

    def _end_of(self, line: str) -> Iterator[Draft]:
        yield from drafts(line)[self._given :]
        self._given = 0


def drafts(line: str) -> list[Draft]:
    """The sentences of one line of a reply, each with the passages it names.

    >>> drafts("[2] Renault will hold 15%. It held 43% before. [1]")
    [Draft(text='Renault will hold 15%.', markers=(2,)), Draft(text='It held 43% before.', markers=(1,))]
    """
    line = _LIST_MARK.sub("", line).strip()
    leading = _LEADING.match(line)
    inherited = _numbers(leading.group()) if leading else ()
    body = line[leading.end() :] if leading else line
    if not body.strip():
        return [Draft("", inherited)] if inherited else []
    found: list[Draft] = []
    for start, end in sentences(_markers_before_stop(body)):
        text = _markers_before_stop(body)[start:end]
        own = _numbers(text)
        bare = re.sub(r"\s+([.,;:!?])", r"\1", _without_markers(text)).strip()
        if bare:
            found.append(Draft(bare, own or inherited))
        elif own and found:
            found[-1] = Draft(found[-1].text, own)
    return found


def _without_markers(text: str) -> str:
    """The text without its markers, those that appear when one is taken out ("[[1]2]") included."""
    while (bare := _MARKERS.sub("", text)) != text:
        text = bare
    return text


def _markers_before_stop(text: str) -> str:
    """`It fell. [2]` reads as `It fell [2].`, so that the marker stays with its sentence."""
    return re.sub(r"([.!?][\"”’']?)((?:\s*\[\d+(?:\s*[,;]\s*\d+)*\])+)", r"\2\1", text)


def _numbers(text: str) -> tuple[int, ...]:
    found = (number for group in _MARKERS.findall(text) for number in re.findall(r"\d+", group))
    return tuple(dict.fromkeys(int(number) for number in found if len(number) <= LONGEST_MARKER))
