"""Does an answer that was given still hold? Quotes, spans, hashes and support, against the library, without a model.

Leaves out: whether what it quotes was corrected since (holdings.changes), and whether it is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.checking import check
from app.errors import AnswerFileError
from app.schema import Answer, Citation, Nearest, Sentence, published_text
from app.stored import answer_from_json
from index.articles import Version
from index.errors import ArticleNotFoundError
from index.identity import text_sha256

FindVersion = Callable[[str, int], Version]
"""(article id, version number) to that version; raises ArticleNotFoundError."""

Part = Literal[
    "answer", "sentence", "disagreement", "alternative", "citation", "nearest", "evidence", "excerpt", "text"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing about a turn that does not hold: which part of it, by number from 1, and what is wrong with it.

    A citation's number is its marker, that of the answer itself 0.
    """

    turn_id: str
    part: Part
    number: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How many answers and citations were looked at, and what does not hold of them."""

    answers: int
    citations: int
    faults: tuple[Fault, ...]


def verify(records: Sequence[Mapping[str, Any]], find_version: FindVersion) -> Verification:
    """What holds of stored turns (`Desk.turn_record`) and of answers (`Answer.to_json`), told apart by their fields.

    Raises AnswerFileError for what is neither.
    """
    faults: list[Fault] = []
    n_citations = 0
    for record in records:
        try:
            answer = _answer_in(record)
            found = [*_of_answer(answer, find_version), *_of_spans(record, find_version)]
            found += _of_texts(record, find_version)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AnswerFileError(f"this is no answer (what is wrong with it: {error!r}): {_REMEDY}") from error
        n_citations += len(answer.citations)
        faults += [Fault(turn_id=answer.turn_id, part=part, number=n, problem=problem) for part, n, problem in found]
    return Verification(answers=len(records), citations=n_citations, faults=tuple(faults))


def read_answers(path: Path) -> list[dict[str, Any]]:
    """The answers in a JSON file: one, or those of an exported conversation. Raises AnswerFileError."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AnswerFileError(f"{path} cannot be read as JSON ({error}): {_REMEDY}") from error
    found = record.get("answers", [record]) if isinstance(record, dict) else None
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise AnswerFileError(f"{path} holds no answer: {_REMEDY}")
    return found


_REMEDY = "give what 'onrecord export TURN --format json' or 'onrecord ask --json' wrote"
_Found = Iterator[tuple[Part, int, str]]


def why_unresolved(citation: Citation | Nearest, find_version: FindVersion) -> str | None:
    """Why a quote is not the text of the span that it names, in the version that it names; None when it is."""
    try:
        version = find_version(citation.article_id, citation.version)
    except ArticleNotFoundError as error:
        return str(error)
    start, end, text = citation.start, citation.end, version.text
    if not 0 <= start < end <= len(text):
        return f"the article has {len(text):,} characters, which {start}-{end} is not a part of"
    if text[start:end] != citation.quote:
        return f"the quote is not what stands at {start}-{end} of the article: {text[start:end]!r}"
    return None


def _wrong(citation: Citation | Nearest, find_version: FindVersion) -> str | None:
    return why_unresolved(citation, find_version) or _misdescribed(citation, find_version)


def _misdescribed(citation: Citation | Nearest, find_version: FindVersion) -> str | None:
    """What is told of the article beside a quote and is not so; the quote is one that resolves."""
    version = find_version(citation.article_id, citation.version)
    told = {"title": version.title, "source": version.source, "published_at": published_text(version.published_at)}
    wrong = [name for name, value in told.items() if getattr(citation, name) != value]
    return f"its {wrong[0]} is not the article's: {told[wrong[0]]!r}" if wrong else None


def _answer_in(record: Mapping[str, Any]) -> Answer:
    given = record["answer"] if isinstance(record.get("answer"), dict) else record
    return answer_from_json({name: value for name, value in given.items() if name != "texts"})


def _of_answer(answer: Answer, find_version: FindVersion) -> _Found:
    listed = [citation.marker for citation in answer.citations]
    for citation in answer.citations:
        if listed.count(citation.marker) > 1:
            yield "citation", citation.marker, "its number is given to another citation, too"
        elif problem := _wrong(citation, find_version):
            yield "citation", citation.marker, problem
    for number, near in enumerate(answer.nearest, 1):
        if problem := _wrong(near, find_version):
            yield "nearest", number, problem
    cited = {citation.marker: citation for citation in answer.citations}
    for number, sentence in enumerate(answer.sentences, 1):
        if problem := _unsupported(sentence, cited):
            yield "sentence", number, problem
    yield from _beside(answer, cited)
    if answer.answered != bool(answer.sentences):
        yield "answer", 0, "it is called answered and has no sentence, or the other way round"
    elif answer.answered and answer.text != " ".join(sentence.with_markers() for sentence in answer.sentences):
        yield "answer", 0, "its text is not its sentences"


def _unsupported(sentence: Sentence, cited: Mapping[int, Citation]) -> str | None:
    """Why what a sentence cites does not support it, as far as quotes can be trusted; None when it does."""
    here = [cited[marker] for marker in sentence.citations if marker in cited]
    if not here or len(here) < len(sentence.citations):
        return "it cites nothing, or a number that is not there"
    if sentence.status == "quoted":
        quoted = any(sentence.text == " ".join(one.quote.split()) for one in here)
        return None if quoted else "it is called a quote and is not what it cites, word for word"
    if sentence.status == "words":
        among = any(sentence.text in " ".join(one.quote.split()) for one in here)
        return None if among else "it is called words of what it cites, and is not among them"
    heading = " ".join(part for one in here for part in (one.title, one.source, one.published_at) if part)
    support = check(sentence.text, " ".join(one.quote for one in here), context=heading)
    return None if support.supported else f"what it cites does not support it ({', '.join(support.problems)})"


def _beside(answer: Answer, cited: Mapping[int, Citation]) -> _Found:
    for number, other in enumerate(answer.disagreements, 1):
        if problem := _unsupported(other.sentence, cited):
            yield "disagreement", number, problem
        elif other.value not in other.sentence.text:
            yield "disagreement", number, f"its value {other.value!r} is not in its quote"
    for number, sentence in enumerate(answer.alternatives, 1):
        if problem := _unsupported(sentence, cited):
            yield "alternative", number, problem


def _of_spans(record: Mapping[str, Any], find_version: FindVersion) -> _Found:
    """The hashes of what a stored turn found, and of what its writer read."""
    parts: tuple[tuple[Part, str], ...] = (("evidence", "evidence"), ("excerpt", "excerpts"))
    for part, field in parts:
        for number, span in enumerate(record.get(field, ()), 1):
            try:
                text = find_version(span["article_id"], span["version"]).text[span["start"] : span["end"]]
            except ArticleNotFoundError as error:
                yield part, number, str(error)
                continue
            if text_sha256(text) != span["sha256"]:
                where = f"{span['start']}-{span['end']} of article {span['article_id']!r}"
                yield part, number, f"{where} is not the text that it was"


def _of_texts(record: Mapping[str, Any], find_version: FindVersion) -> _Found:
    """The hashes of whole texts, where they were kept."""
    for number, kept in enumerate(record.get("texts", ()), 1):
        try:
            version = find_version(kept["article_id"], kept["version"])
        except ArticleNotFoundError:
            continue  # whatever was cited of it is told by its citation
        if not text_sha256(version.text) == version.text_sha256 == kept["sha256"]:
            yield "text", number, f"version {version.number} of article {version.article_id!r} is not the text it was"
