"""What the model is asked: one question over numbered excerpts, and a task at the end of it.

Everything before the task is the same for every task but one, so that an endpoint that keeps what it has read reads it
once; the passage to be confirmed stands by itself.
Leaves out: sending it (writing).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.excerpts import Excerpt, excerpts_text, heading, passage_text
from index.articles import Evidence
from prompts import render

MAX_SENTENCES = 3
Messages = tuple[tuple[str, str], ...]
"""Role and text of each message."""

YES_OR_NO = 'root ::= "yes" | "no"\n'
"""GBNF for one of the two words."""

FEW_WORDS = "root ::= [^\\n\\[\\]]{1,80}\n"
"""GBNF for a short answer on one line."""

ONE_SENTENCE = 'root ::= [A-Z0-9"“‘$€£] [^\\n\\[\\]]{2,400}\n'
"""GBNF for a sentence on one line, without markers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a model is asked it, over the excerpts it may answer from.

    The tasks are about one of the `parts` that the question asks; most questions are a single one.
    """

    question: str
    excerpts: tuple[Excerpt, ...]
    parts: tuple[str, ...]
    as_of: date | None = None

    def stated(self, part: str) -> Messages:
        """Do the excerpts state the answer? Yes or no."""
        return self._messages(render("task_stated", asked=self._named(part)))

    def short(self, part: str) -> Messages:
        """The answer in a few words."""
        return self._messages(render("task_short", asked=self._named(part)))

    def sentence(self, number: int, part: str) -> Messages:
        """The answer as a sentence, in the words of the excerpt with this number (from 1)."""
        return self._messages(render("task_sentence", asked=self._named(part), number=str(number)))

    def confirmed(self, passage: Evidence, question: str) -> Messages:
        """Does a passage, read by itself, state the answer to a part, as a question of its own? Yes or no."""
        user = render(
            "passage",
            heading=heading(passage),
            passage=passage_text(passage),
            question=question,
            asked_on=self._asked_on(),
            task=render("task_passage"),
        )
        return (("system", render("passage_system")), ("user", user))

    def lines(self) -> Messages:
        """The answer in one reply: a line of number and sentence for each excerpt used, or `[0]`."""
        return self._messages(render("task_lines"))

    def _messages(self, task: str) -> Messages:
        user = render(
            "answer",
            question=self.question,
            asked_on=self._asked_on(),
            excerpts=excerpts_text(self.excerpts),
            task=task,
        )
        return (("system", render("answer_system")), ("user", user))

    def _asked_on(self) -> str:
        return f" (asked on {self.as_of.isoformat()})" if self.as_of else ""

    def _named(self, part: str) -> str:
        return f"“{part}”" if len(self.parts) > 1 else "the question"


def lines_grammar(n_excerpts: int) -> str:
    """GBNF for `[0]`, or one to three lines of `[n] A sentence.` with n from 1 to `n_excerpts`."""
    numbers = " | ".join(f'"{number}"' for number in range(n_excerpts, 0, -1))
    return (
        f'root ::= "[0]" | line ("\\n" line){{0,{MAX_SENTENCES - 1}}}\n'
        'line ::= "[" number "] " sentence\n'
        f"number ::= {numbers}\n"
        'sentence ::= [A-Z0-9"“‘$€£] [^\\n\\[\\]]{2,400}\n'
    )
