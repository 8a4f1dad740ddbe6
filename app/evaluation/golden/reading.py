"""Golden questions as read from a file. Leaves out: what a line may hold (lines), asking them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.errors import GoldenFileError
from app.evaluation.golden.lines import NewsLine, OurLine
from app.evaluation.golden.matching import meets, states


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """One golden question. `gold` names articles (file name, title or id); `history` is oldest first.

    `accept` (ours) and `answer` (news) say what a right reply states; both are empty where the articles
    do not say. `as_of` is the day to ask from, None where the file names none. `passages` are the (article, quote)
    that state the answer, where the file gives them.
    """

    id: str
    question: str
    kind: str
    answerable: bool
    history: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None
    accept: tuple[tuple[str, ...], ...] = ()
    answer: str | None = None
    gold: tuple[str, ...] = ()
    passages: tuple[tuple[str, str], ...] = ()

    @property
    def expected(self) -> tuple[tuple[str, ...], ...]:
        """What a right reply states: requirements, each with its alternatives. Empty where the articles do not say."""
        return self.accept if self.answer is None else ((self.answer,),)

    def requirements_met(self, reply: str) -> int:
        """How many of the `expected` requirements the reply meets."""
        if self.answer is not None:
            return int(states(reply, self.answer))
        return sum(meets(reply, [alternatives]) for alternatives in self.accept)

    def is_right(self, reply: str) -> bool:
        """Whether the reply states what is expected; False for an unanswerable question."""
        if not self.answerable:
            return False
        return meets(reply, self.accept) if self.answer is None else states(reply, self.answer)


def read_golden(path: Path, *, as_of_field: str | None = None) -> tuple[Golden, ...]:
    """The questions of a JSONL file in its order. `as_of_field` names the field that holds the day to ask from.

    Raises GoldenFileError, naming file and line, at the first line that cannot be used.
    """
    questions: list[Golden] = []
    lines_of: dict[str, int] = {}
    for number, line in _lines(path):
        question = _parse(line, f"{path}, line {number}", as_of_field)
        if question.id in lines_of:
            raise GoldenFileError(
                f"{path}, line {number}: the id {question.id!r} stands in line {lines_of[question.id]} already: "
                "give every question its own"
            )
        lines_of[question.id] = number
        questions.append(question)
    if not questions:
        raise GoldenFileError(f"{path} holds no question: give a JSONL file with one question a line")
    return tuple(questions)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered from 1."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise GoldenFileError(f"{path} cannot be read ({error.strerror}): check the path") from error
    except UnicodeDecodeError as error:
        raise GoldenFileError(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _parse(line: str, where: str, as_of_field: str | None) -> Golden:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise GoldenFileError(f"{where}: not JSON ({error.msg}, column {error.colno}): one object a line") from error
    if not isinstance(record, dict):
        raise GoldenFileError(f"{where}: a {type(record).__name__} where an object belongs: one object a line")
    as_of = _day(record, as_of_field, where) if as_of_field else None
    try:
        return _golden(_form(record, where).model_validate(record), as_of)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        told = f"{field}: {first['msg']}" if field else first["msg"].removeprefix("Value error, ")
        raise GoldenFileError(f"{where}: {told}") from error


def _golden(line: OurLine | NewsLine, as_of: date | None) -> Golden:
    shared: dict[str, Any] = {
        "id": line.id,
        "question": line.question,
        "answerable": line.answerable,
        "as_of": as_of,
    }
    if isinstance(line, NewsLine):
        kind = "answerable" if line.answerable else "unanswerable"
        answer = line.answer if line.answerable else None
        return Golden(**shared, kind=kind, answer=answer, gold=tuple(line.gold_doc_ids))
    return Golden(
        **shared,
        kind=line.kind,
        history=tuple((turn.question, turn.answer) for turn in line.history),
        accept=tuple(tuple(alternatives) for alternatives in line.accept),
        gold=tuple(dict.fromkeys(passage.article for passage in line.gold)),
        passages=tuple((passage.article, passage.quote) for passage in line.gold),
    )


def _form(record: Mapping[str, Any], where: str) -> type[OurLine] | type[NewsLine]:
    if "accept" in record:
        return OurLine
    if "gold_doc_ids" in record:
        return NewsLine
    raise GoldenFileError(
        f"{where}: neither 'accept' nor 'gold_doc_ids' is there, so its form cannot be told: "
        "'onrecord golden schema' tells the fields"
    )


def _day(record: Mapping[str, Any], field: str, where: str) -> date | None:
    if field not in record:
        raise GoldenFileError(f"{where}: no field {field!r} for --as-of-field: it has {', '.join(sorted(record))}")
    value = record[field]
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GoldenFileError(f"{where}: {field} is {value!r}: write a day as YYYY-MM-DD") from error
