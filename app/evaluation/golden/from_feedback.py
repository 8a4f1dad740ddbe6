"""What readers said of answers -> lines of a golden file. Leaves out: asking them, and writing the file.

A line states only what a reader has vouched for: that an answer was right, what it should have been, or that there is
none. Where that cannot be told in words to look for, no line is made, and why not is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from app.entries import Feedback
from app.errors import ConversationNotFoundError
from app.evaluation.golden.matching import normalise, stands_in
from app.schema import Answer, Citation, Nearest
from index.articles import Version
from index.errors import ArticleNotFoundError

KIND = "feedback"


class JudgedDesk(Protocol):
    """What is asked of a desk here."""

    def all_feedback(self) -> list[Feedback]:
        """Everything said."""

    def turn(self, turn_id: str) -> Answer:
        """An answer as it was shown."""

    def turn_record(self, turn_id: str) -> dict[str, Any]:
        """What is stored about a turn."""

    def conversation(self, conversation_id: str) -> list[Answer]:
        """The answers of a conversation."""

    def article(self, article_id: str, version: int | None = None) -> Version:
        """A version of an article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of one piece of feedback: a golden line, or why there is none."""

    question: str
    line: dict[str, Any] | None
    why_not: str = ""


def golden_from_feedback(desk: JudgedDesk) -> Iterator[Made]:
    """One result for each piece of feedback, in the order in which the questions were asked."""
    for said in desk.all_feedback():
        try:
            answer = desk.turn(said.turn_id)
        except ConversationNotFoundError:  # deleted by another process meanwhile
            continue
        expected, why_not = _expected(desk, said, answer)
        line = _line(desk, said, answer, expected) if expected is not None else None
        yield Made(question=answer.question, line=line, why_not=why_not)


def _expected(desk: JudgedDesk, said: Feedback, answer: Answer) -> tuple[dict[str, Any] | None, str]:
    """What a right reply states and where, or None and the reason."""
    match said.verdict:
        case "should_have_said_no":
            return _UNSTATED, ""
        case "right" if not answer.answered:
            return _UNSTATED, ""
        case "wrong":
            return None, "the reader did not say what was wrong"
        case "should_have_known":
            if not normalise(said.note):
                return None, "the reader did not note the right answer"
            return {"answerable": True, "accept": [[said.note]], "gold": _gold(answer, said.note)}, ""
        case _:
            return _vouched(desk, said, answer)


def _vouched(desk: JudgedDesk, said: Feedback, answer: Answer) -> tuple[dict[str, Any] | None, str]:
    """What was right in words though perhaps on a wrong passage: it can be looked for where it is short."""
    short = [text for text in (desk.turn_record(said.turn_id).get("short") or {}).values() if normalise(text)]
    told = normalise(answer.text)
    accept = [[text] for text in short if stands_in(normalise(text), told)]
    if not accept:
        return None, "the answer is no short one: name what a right reply states yourself"
    if said.verdict == "wrong_citation":
        return {"answerable": True, "accept": accept, "gold": _named(desk, said.note, answer)}, ""
    gold = [_passage(cited) for cited in answer.citations]
    return {"answerable": True, "accept": accept, "gold": gold}, ""


_UNSTATED: dict[str, Any] = {"answerable": False, "accept": [], "gold": []}


def _line(desk: JudgedDesk, said: Feedback, answer: Answer, expected: dict[str, Any]) -> dict[str, Any]:
    asked_as_of = desk.turn_record(said.turn_id).get("asked_as_of")
    return {
        "id": f"feedback-{said.turn_id}",
        "question": answer.question,
        "history": _history(desk, answer),
        "date": asked_as_of or (answer.as_of.isoformat() if answer.as_of else None),
        **expected,
        "kind": KIND,
        "feedback": asdict(said),
    }


def _history(desk: JudgedDesk, answer: Answer) -> list[dict[str, str]]:
    before = []
    for earlier in desk.conversation(answer.conversation_id):
        if earlier.turn_id == answer.turn_id:
            break
        before.append({"question": earlier.question, "answer": earlier.text if earlier.answered else ""})
    return before


def _gold(answer: Answer, note: str) -> list[dict[str, str]]:
    """The passages shown that hold the words of the note; often none, for it was not found."""
    wanted = normalise(note)
    shown: list[Citation | Nearest] = [*answer.citations, *answer.nearest]
    return [_passage(one) for one in shown if stands_in(wanted, normalise(one.quote))]


def _named(desk: JudgedDesk, note: str, answer: Answer) -> list[dict[str, str]]:
    """The passage that the note quotes, where an article that was shown holds it word for word."""
    quote = " ".join(note.split())
    passages: list[Citation | Nearest] = [*answer.citations, *answer.nearest]
    shown = dict.fromkeys((one.article_id, one.version) for one in passages)
    for article_id, version in shown if quote else ():
        try:
            text = desk.article(article_id, version).text
        except ArticleNotFoundError:
            continue
        if quote in " ".join(text.split()):
            return [{"article": article_id, "quote": quote}]
    return []


def _passage(one: Citation | Nearest) -> dict[str, str]:
    return {"article": one.article_id, "quote": one.quote}
