"""Are both answers named where articles differ, and is a disagreement called where they do not? Over mixed-up texts.

`python -m app.evaluation.benchmark.conflicts --data FILE --output REPLIES`, the file in the form of RAMDocs: a line for
each question, with `question` and `documents`, each with `text`, `answer` and `type`: "correct", "misinformation", or
"noise", whose answer does not count. The documents of a question are a library of their own. Goes on where REPLIES
ends. Leaves out: which of the answers is right.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.desk import Desk
from app.evaluation.benchmark.resuming import kept, options_of, written
from app.evaluation.golden.matching import normalise
from app.schema import Answer, Sentence

QUESTIONS = 100
NOISE = "noise"
_FILLERS = frozenset(("people", "of", "and"))
"""What an answer has beside what it says: "3,559 people" is named where "3,559 residents" stands."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text, and the answer that it gives; `counts` is false where it was put there to distract."""

    text: str
    answer: tuple[str, ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question over some documents; `number` is its line in the file, from 0."""

    number: int
    question: str
    documents: tuple[Document, ...]

    @property
    def answers(self) -> frozenset[tuple[str, ...]]:
        """The different answers that count."""
        return frozenset(one.answer for one in self.documents if one.counts)


@dataclass(frozen=True, slots=True)
class Replied:
    """What became of a question that has so many different answers.

    `named`: those shown in words of a document that gives them; `called`: the same by the first sentence and what is
    said to disagree with it, 0 where nothing is; `disagreements`: how many of those there are, `distracted` of them
    quoting a document that does not count; `alternatives`: how many quotes stand beside it that perhaps disagree;
    `shown`: each sentence with the place of the first document that it cites.
    """

    number: int
    answers: int
    answered: bool
    named: int
    called: int
    disagreements: int
    distracted: int
    seconds: float
    alternatives: int = 0
    shown: tuple[tuple[int, str], ...] = ()


def main() -> int:
    """Asks what was not asked yet, and prints the shares of all that was."""
    options = options_of(
        __doc__,
        data="the file of the questions and their documents",
        questions=QUESTIONS,
        which="those with several answers, picked at random, beside all that have one",
    ).parse_args()
    asked = _picked(read(options.data), options.questions)
    known = {one.number: one for one in written(options.output, Replied)}
    wanted = [one for one in asked if one.number not in known]
    with tempfile.TemporaryDirectory() as work:
        asking = replies(Path(work) / "library", wanted, quotes_only=options.quotes_only)
        known |= {one.number: one for one in kept(options.output, asking, minutes=options.minutes)}
    sys.stdout.write(told([known[one.number] for one in asked if one.number in known]) + "\n")
    return 0


def read(file: Path) -> list[Asked]:
    """The questions of the file that have an answer at all, in its order."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [
        Asked(
            number,
            line["question"],
            tuple(
                Document(one["text"], tuple(normalise(one["answer"])), one["type"] != NOISE)
                for one in line["documents"]
            ),
        )
        for number, line in enumerate(lines)
    ]
    return [one for one in asked if one.answers]


def replies(library: Path, asked: Sequence[Asked], *, quotes_only: bool) -> Iterator[Replied]:
    """What becomes of each question, its documents alone in the library."""
    with Desk.open(library, writer=not quotes_only) as desk:
        if not quotes_only:
            desk.wait_for_writer()
        for one in asked:
            places: dict[str, int] = {}
            for place, document in enumerate(one.documents):
                (entry,) = desk.add_bytes(f"document-{place + 1}.txt", document.text.encode())
                if entry.article_id is not None:
                    places.setdefault(entry.article_id, place)
            yield _replied(one, desk.ask(one.question, quotes_only=quotes_only), places)
            for article_id in places:
                desk.remove(article_id, purge=True)


def told(replied: Sequence[Replied]) -> str:
    """The shares of both kinds of questions, and what the calls of a disagreement among agreeing ones rest on."""
    several, one = [each for each in replied if each.answers > 1], [each for each in replied if each.answers == 1]
    if not several or not one:
        return f"{len(several)} questions with several answers and {len(one)} with one: too few to tell"
    alarms = [each for each in one if each.disagreements]
    named, called = _share(several, lambda x: x.named > 1), _share(several, lambda x: x.called > 1)
    only_noise = sum(each.distracted == each.disagreements for each in alarms)
    return (
        f"several answers, {len(several)} questions: two of them or more named {named}, as a disagreement {called}, "
        f"quotes beside it that perhaps disagree {_share(several, lambda x: x.alternatives > 0)}, "
        f"answered at all {_share(several, lambda x: x.answered)}\n"
        f"one answer, {len(one)} questions: called a disagreement {_share(one, lambda x: x.disagreements > 0)} "
        f"({only_noise} of these {len(alarms)} by what only documents say that do not count), "
        f"quotes beside it that perhaps disagree {_share(one, lambda x: x.alternatives > 0)}, "
        f"answered at all {_share(one, lambda x: x.answered)}"
    )


def _share(replied: Sequence[Replied], holds: Callable[[Replied], bool]) -> str:
    return f"{sum(map(holds, replied)) / len(replied):.3f}"


def _replied(asked: Asked, answer: Answer, places: Mapping[str, int]) -> Replied:
    dissents = [one.sentence for one in answer.disagreements]
    told = [one for one in answer.sentences if one.status != "words"]
    beside = [*dissents, *answer.alternatives]
    quoted = {one.marker: (places[one.article_id], one.quote) for one in answer.citations}
    return Replied(
        number=asked.number,
        answers=len(asked.answers),
        answered=answer.answered,
        named=len(_named(asked, [*told, *beside], quoted)),
        called=len(_named(asked, [*told[:1], *dissents], quoted)) if dissents else 0,
        disagreements=len(dissents),
        distracted=sum(not asked.documents[quoted[one.citations[0]][0]].counts for one in dissents),
        seconds=answer.timings.total_seconds,
        alternatives=len(answer.alternatives),
        shown=tuple((quoted[one.citations[0]][0], one.text) for one in [*told, *beside]),
    )


def _named(asked: Asked, sentences: Sequence[Sentence], quoted: Mapping[int, tuple[int, str]]) -> set[tuple[str, ...]]:
    """The answers that a sentence names, or the quote that it cites, of a document that gives them."""
    named = set()
    for sentence in sentences:
        for marker in sentence.citations:
            place, quote = quoted[marker]
            document, words = asked.documents[place], set(normalise(f"{sentence.text} {quote}"))
            if document.counts and words.issuperset(word for word in document.answer if word not in _FILLERS):
                named.add(document.answer)
    return named


def _picked(asked: Sequence[Asked], n_several: int) -> list[Asked]:
    """All with one answer and some of the others, mixed."""
    several = [one for one in asked if len(one.answers) > 1]
    picked = random.Random(0).sample(several, min(n_several, len(several)))  # noqa: S311 - to be repeated
    mixed = [*picked, *(one for one in asked if len(one.answers) == 1)]
    random.Random(1).shuffle(mixed)  # noqa: S311
    return mixed


if __name__ == "__main__":
    sys.exit(main())
