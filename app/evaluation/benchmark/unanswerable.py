"""Is a question answered exactly when its one article states the answer? Balanced accuracy over short texts.

`python -m app.evaluation.benchmark.unanswerable --data DIR --output FILE`, the folder with `squad2_questions.json`
(`queries`, each with `id`, `context` and `question`) and `squad2_answers.json` (by id, `is_impossible` and `answers`).
Each text is a library of its own. Goes on where FILE ends. Leaves out: whether the answer is right beyond that it holds
the words of one.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.desk import Desk
from app.evaluation.benchmark.resuming import kept, options_of, written

QUESTIONS = 150


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a text; `answers` is empty where the text does not say."""

    id: str
    text: str
    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replied:
    """What became of a question: whether the text states its answer, whether it was answered, whether rightly."""

    id: str
    answerable: bool
    answered: bool
    right: bool
    confidence: float | None
    seconds: float


def main() -> int:
    """Asks what was not asked yet, and prints the balanced accuracy of all that was."""
    options = options_of(
        __doc__, data="the folder of the two files", questions=QUESTIONS, which="picked at random"
    ).parse_args()
    asked = random.Random(0).sample(read(options.data), options.questions)  # noqa: S311 - to be repeated
    known = {one.id: one for one in written(options.output, Replied)}
    wanted = [one for one in asked if one.id not in known]
    with tempfile.TemporaryDirectory() as work:
        asking = replies(Path(work) / "library", wanted, quotes_only=options.quotes_only)
        known |= {one.id: one for one in kept(options.output, asking, minutes=options.minutes)}
    sys.stdout.write(told([known[one.id] for one in asked if one.id in known]) + "\n")
    return 0


def read(folder: Path) -> list[Asked]:
    """The questions of the folder, in the order of their file."""
    questions = json.loads((folder / "squad2_questions.json").read_text(encoding="utf-8"))["queries"]
    answers = json.loads((folder / "squad2_answers.json").read_text(encoding="utf-8"))
    return [
        Asked(
            one["id"],
            one["context"],
            one["question"],
            () if answers[one["id"]]["is_impossible"] else tuple(answers[one["id"]]["answers"]),
        )
        for one in questions
    ]


def replies(library: Path, asked: Sequence[Asked], *, quotes_only: bool) -> Iterator[Replied]:
    """What becomes of each question, its text alone in the library."""
    with Desk.open(library, writer=not quotes_only) as desk:
        if not quotes_only:
            desk.wait_for_writer()
        for one in asked:
            (added,) = desk.add_bytes("text.txt", one.text.encode())
            answer = desk.ask(one.question, quotes_only=quotes_only)
            said = answer.text.lower()
            yield Replied(
                id=one.id,
                answerable=bool(one.answers),
                answered=answer.answered,
                right=answer.answered and any(told.lower() in said for told in one.answers),
                confidence=answer.confidence,
                seconds=answer.timings.total_seconds,
            )
            if added.article_id is not None:
                desk.remove(added.article_id, purge=True)


def told(replied: Sequence[Replied]) -> str:
    """Balanced accuracy: the mean of how many answerable ones were answered, and how many of the others were not."""
    able = [one for one in replied if one.answerable]
    unable = [one for one in replied if not one.answerable]
    if not able or not unable:
        return f"{len(able)} answerable and {len(unable)} unanswerable questions: too few to tell"
    answered = sum(one.answered for one in able) / len(able)
    abstained = sum(not one.answered for one in unable) / len(unable)
    return (
        f"balanced accuracy {(answered + abstained) / 2:.3f}: {answered:.3f} of {len(able)} answerable questions "
        f"answered ({sum(one.right for one in able) / len(able):.3f} rightly), "
        f"{abstained:.3f} of {len(unable)} unanswerable ones not"
    )


if __name__ == "__main__":
    sys.exit(main())
