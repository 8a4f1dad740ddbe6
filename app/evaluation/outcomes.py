"""What became of each golden question, a JSON line each, so that a run can be resumed. Leaves out: judging."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from app.errors import GoldenFileError

Mode = Literal["writer", "quotes", "retrieval", "citation-query-engine", "model-alone"]
"""Who answers: the writer that is set up, quotes only, nobody (only the finding is measured), or a peer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A span of an article as it was shown or found; `resolves` is whether the quote is the text of that span."""

    article_id: str
    title: str
    start: int
    end: int
    quote: str
    marker: int | None = None
    resolves: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One question and how it went.

    `golden_hash` tells whether the question was changed since. `gold` and `ranked` are article ids, ranked
    best first; `gold_known` is False where the question names articles of which the library has none.
    `rank` counts distinct articles from 1, None past the tenth. `right` and `score` (+1, 0, -1) are None
    where nobody was to answer. `error` is set where asking failed: that is a wrong answer, not an abstention.
    Seconds are None where it did not happen.

    `expected` are the requirements of a right answer, each a list of alternatives; `assertions` counts them and
    `assertions_met` those that the reply meets. `sentences_entailed`, `citation_uses` and `citations_needed` are the
    counts of citation_quality, None in runs of before it was measured, and where the judge gave no verdict, which
    `judge_error` tells. `gold_quotes` are the passages that state it,
    `passage_ranks` the place of the first passage found that overlaps each of them, from 1, None past the tenth; None
    as a whole in runs of before it was measured. `shown` is what the answer cites, `found` the best passages of the
    search. `confidence` in [0, 1] is the answer's own (app.schema.Answer), None where it has none.

    `contains` and `token_f1` compare the reply with what is expected word by word (golden.matching), None where nobody
    was to answer or nothing is expected. `cost` is what the model's tokens cost at the prices that were told, in their
    currency; None where none was told for this writer.
    """

    id: str
    kind: str
    question: str
    standalone_question: str | None = None
    mode: Mode
    golden_hash: str
    answerable: bool
    as_of: str | None = None
    gold: tuple[str, ...] = ()
    gold_known: bool = True
    ranked: tuple[str, ...] = ()
    rank: int | None = None
    answered: bool | None = None
    reason: str | None = None
    right: bool | None = None
    score: int | None = None
    text: str | None = None
    sentences: int = 0
    sentences_supported: int = 0
    citations: int = 0
    citations_resolved: int = 0
    writer: str | None = None
    fallback: str | None = None
    retrieval_seconds: float | None = None
    first_evidence_seconds: float | None = None
    first_word_seconds: float | None = None
    total_seconds: float | None = None
    tokens_read: int = 0
    tokens_written: int = 0
    error: str | None = None
    expected: tuple[tuple[str, ...], ...] = ()
    assertions: int = 0
    assertions_met: int = 0
    sentences_entailed: int | None = None
    citation_uses: int | None = None
    citations_needed: int | None = None
    gold_quotes: tuple[str, ...] = ()
    passage_ranks: tuple[int | None, ...] | None = None
    shown: tuple[Passage, ...] = ()
    found: tuple[Passage, ...] = ()
    confidence: float | None = None
    contains: bool | None = None
    token_f1: float | None = None
    judge_error: str | None = None
    cost: float | None = None


_OUTCOME = TypeAdapter(Outcome)


def append_outcome(path: Path, outcome: Outcome) -> None:
    """Write one line at the end of the file and see it to the disk: a crash keeps every question before it."""
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(_to_line(outcome))
        file.flush()
        os.fsync(file.fileno())


def read_outcomes(path: Path) -> list[Outcome]:
    """The outcomes of an earlier run, in its order. A last line cut off by a crash is left out.

    Raises GoldenFileError when any other line is not an outcome.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        raise GoldenFileError(f"{path} cannot be read ({error.strerror}): check the path") from error
    outcomes: list[Outcome] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            outcomes.append(_OUTCOME.validate_json(line))
        except ValidationError as error:
            if number == len(lines):
                break
            raise GoldenFileError(
                f"{path}, line {number}: not a line of an evaluation run: name another file with --output"
            ) from error
    return outcomes


def rewrite_outcomes(path: Path, outcomes: list[Outcome]) -> None:
    """Replace the file by these outcomes at once: before or after a crash it is the old or the new one."""
    beside = path.with_name(path.name + ".new")
    beside.write_text("".join(map(_to_line, outcomes)), encoding="utf-8", newline="\n")
    beside.replace(path)


def _to_line(outcome: Outcome) -> str:
    return json.dumps(dataclasses.asdict(outcome), ensure_ascii=False) + "\n"
