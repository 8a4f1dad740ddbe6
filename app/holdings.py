"""What a desk holds: the library's articles, and the conversations about them. Leaves out: asking (desk)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, Self

from app.describing import facts
from app.entries import (
    ArticleChange,
    ArticlePage,
    ArticleSummary,
    ConversationSummary,
    Feedback,
    StaleTurn,
    Verdict,
)
from app.examples import example_questions, follow_ups
from app.exporting import Form, answer_json, answer_markdown
from app.feedback import FeedbackRecord
from app.members import Members
from app.people import ANONYMOUS, Person
from app.record import Record
from app.schema import Answer
from app.stored import answer_from_json
from app.verifying import Verification, read_answers, verify
from app.wiring import Parts
from index.articles import Added, Article, ArticleEntry, Version
from index.errors import ArticleNotFoundError
from index.loading import count, load, load_address, load_bytes
from index.shelf import Order, shelf_page, sources

Progress = Callable[[int, int | None, str], None]
"""Called with inputs done, inputs in all (None: not known) and the one at work."""

MAX_NAME_CHARACTERS = 200
MAX_NOTE_CHARACTERS = 2000


class Holdings:
    """The articles and conversations of one library; `Desk` is these, and can be asked about them.

    What takes more than the role of a reader raises NotAllowedError for those who have less.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._record: Record = parts.record
        self._feedback = FeedbackRecord(parts.library)
        self.members = Members(parts.library)
        self.person: Person = ANONYMOUS

    def of(self, person: Person) -> Self:
        """The same as that person may use it: with their role, and their conversations and no one else's."""
        if person == self.person:
            return self
        view = copy.copy(self)
        view.person = person
        view._record = self._record.of(person.user_id)
        view._feedback = self._feedback.of_owner(person.user_id)
        view.members = self.members.of(person)
        return view

    def add(self, *targets: str | Path, progress: Progress | None = None) -> list[Added]:
        """Adds files, folders and web addresses. What cannot be read is reported, and the rest goes on.

        Raises LibraryLockedError, EmbeddingError, StorageError; what was reported before stays added.
        """
        self.person.check("add")
        totals = [count(target) for target in targets]
        total = None if None in totals else sum(number for number in totals if number is not None)
        return self._add(
            (item for target in targets for item in load(target, limits=self._parts.limits)), total, progress
        )

    def add_address(self, address: str, *, progress: Progress | None = None) -> list[Added]:
        """Adds a web page that somebody typed in: http(s) only, and never from a private network."""
        self.person.check("add")
        return self._add(load_address(address, limits=self._parts.limits), None, progress)

    def add_bytes(self, name: str, data: bytes, *, progress: Progress | None = None) -> list[Added]:
        """Adds an uploaded file, known again by its name."""
        self.person.check("add")
        return self._add(load_bytes(name, data, limits=self._parts.limits), None, progress)

    def remove(self, article_id: str, *, purge: bool = False) -> None:
        """Takes an article out of answers at once; `purge` erases it, and every stored turn that showed it.

        Raises ArticleNotFoundError, LibraryLockedError.
        """
        self.person.check("purge" if purge else "remove")
        self._parts.ingest.remove(article_id, purge=purge)

    def restore(self, article_id: str) -> Added:
        """Takes a removed article up again, as it was. Raises ArticleNotFoundError once it was purged."""
        self.person.check("restore")
        last = self.versions(article_id)[-1]
        article = Article(
            text=last.text,
            title=last.title,
            origin=last.origin,
            given_id=self._parts.library.given_id(article_id),
            source=last.source,
            author=last.author,
            published_at=last.published_at,
            url=last.url,
        )
        return self._add([article], None, None)[0]

    def articles(self) -> list[ArticleSummary]:
        """The live articles, in the order in which they were added."""
        return [_summary(entry) for entry in self._parts.library.articles()]

    def article_page(
        self, words: str = "", *, order: Order = "added", descending: bool = False, offset: int = 0, limit: int = 100
    ) -> ArticlePage:
        """`limit` of the live articles whose title or source holds every word, in an order, from `offset` on."""
        page = shelf_page(self._parts.library, words, order=order, descending=descending, offset=offset, limit=limit)
        rows = tuple(_summary(entry) for entry in page.entries)
        return ArticlePage(articles=rows, offset=offset, found=page.found, total=page.total)

    def sources(self) -> list[str]:
        """The sources that the live articles name, in the order of the alphabet."""
        return sources(self._parts.library)

    def article(self, article_id: str, version: int | None = None) -> Version:
        """A version of an article, the current one unless told otherwise. Raises ArticleNotFoundError."""
        return self._parts.library.article(article_id, version)

    def versions(self, article_id: str) -> list[Version]:
        """Every version of an article, oldest first. Raises ArticleNotFoundError."""
        return self._parts.library.history(article_id)

    def conversations(self, words: str = "") -> list[ConversationSummary]:
        """All conversations, or those in whose name, questions or answers every word occurs; the latest first."""
        return self._record.conversations(words)

    def conversation(self, conversation_id: str) -> list[Answer]:
        """The answers of a conversation, oldest first, as they were shown."""
        return self._record.answers(conversation_id)

    def check_conversation(self, conversation_id: str) -> None:
        """Raises ConversationNotFoundError for a conversation of somebody else; one that is new can be begun."""
        self._record.check(conversation_id)

    def turn(self, turn_id: str) -> Answer:
        """The answer of a turn, as it was shown. Raises ConversationNotFoundError."""
        return answer_from_json(self._record.turn(turn_id)["answer"])

    def turn_record(self, turn_id: str) -> dict[str, Any]:
        """Everything stored about a turn: asked, found, prompted, written, checked, shown."""
        return self._record.turn(turn_id)

    def changes(self, answer: Answer) -> list[ArticleChange]:
        """The articles the answer cites that were changed or removed since, in the order of its citations."""
        quotes: dict[tuple[str, int], list[str]] = {}
        for citation in answer.citations:
            quotes.setdefault((citation.article_id, citation.version), []).append(citation.quote)
        titles = {citation.article_id: citation.title for citation in answer.citations}
        changes = []
        for (article_id, version), quoted in quotes.items():
            try:
                current = self.article(article_id)
            except ArticleNotFoundError:
                current = None
            if current is None or current.number != version:
                changes.append(
                    ArticleChange(
                        article_id=article_id,
                        title=titles[article_id],
                        cited_version=version,
                        current_version=current.number if current else None,
                        still_says=current is not None and all(quote in current.text for quote in quoted),
                    )
                )
        return changes

    def stale(self) -> list[StaleTurn]:
        """The turns that quote an article which was changed or removed since, oldest first.

        Those that were asked again since (`Desk.ask_again`) are left out; the new turn stands for them.
        """
        found = []
        for record in self._record.outdated():
            answer = answer_from_json(record["answer"])
            if changes := self.changes(answer):
                found.append(
                    StaleTurn(
                        turn_id=answer.turn_id, conversation_id=answer.conversation_id, question=answer.question,
                        changes=tuple(changes),
                    )
                )  # fmt: skip
        return found

    def verify(self, target: str | Path) -> Verification:
        """What still holds of a turn, given by its id, or of the answers in a JSON file, given as a Path.

        Quotes, spans, hashes and support are checked again against this library; no model is asked. Raises
        ConversationNotFoundError, AnswerFileError.
        """
        records = read_answers(target) if isinstance(target, Path) else [self.turn_record(target)]
        return verify(records, self.article)

    def export(self, turn_id: str, form: Form) -> str:
        """The answer of a turn as a file to take along. Raises ConversationNotFoundError."""
        if form == "markdown":
            return answer_markdown(self.turn(turn_id))
        record = self.turn_record(turn_id)
        return answer_json(answer_from_json(record["answer"]), record.get("texts", []))

    def give_feedback(self, turn_id: str, verdict: Verdict | None, note: str = "") -> None:
        """Keeps what a reader says of an answer, or with None forgets it. Raises ConversationNotFoundError."""
        if verdict is None:
            self._feedback.withdraw(turn_id)
        else:
            self._feedback.give(turn_id, verdict, " ".join(note.split())[:MAX_NOTE_CHARACTERS])

    def feedback(self, turn_id: str) -> Feedback | None:
        """What a reader said of a turn's answer, None where nothing was said."""
        return self._feedback.of(turn_id)

    def all_feedback(self) -> list[Feedback]:
        """Everything that readers said of answers, in the order in which the questions were asked."""
        return self._feedback.all()

    def rename_conversation(self, conversation_id: str, name: str) -> None:
        """Names a conversation; an empty name gives its first question back. Raises ConversationNotFoundError."""
        self._record.rename(conversation_id, " ".join(name.split())[:MAX_NAME_CHARACTERS])

    def delete_conversation(self, conversation_id: str) -> None:
        """Deletes a conversation and its turns. Raises ConversationNotFoundError."""
        self._record.delete(conversation_id)

    def example_questions(self, n: int = 4) -> list[str]:
        """Questions that the newest articles answer, and what they are about; none where there are no articles."""
        entries = sorted(self._parts.library.articles(), key=lambda entry: str(entry.published_at or ""), reverse=True)
        versions = self._parts.library.versions_of([(entry.article_id, None) for entry in entries[: 12 * n]])
        return [*example_questions(versions, n - 1), "What are these articles about?"] if versions else []

    def default_as_of(self) -> date | None:
        """The day of the newest dated article, None where no article is dated."""
        return self._parts.retriever.default_as_of()

    def follow_ups(self, answer: Answer, n: int = 3) -> list[str]:
        """Questions to go on with, which the cited articles answer near what the answer cites; none after a no."""
        wanted = list(dict.fromkeys((one.article_id, one.version) for one in answer.citations))
        versions = dict(zip(wanted, self._parts.library.versions_of(list(wanted)), strict=True))
        passages = [(versions[one.article_id, one.version], one.start) for one in answer.citations]
        return follow_ups(answer.standalone_question, passages, n)

    def _add(self, items: Iterable[Article | Added], total: int | None, progress: Progress | None) -> list[Added]:
        def tell(done: int, title: str) -> None:
            if progress is not None:
                progress(done, total, title)

        return list(self._parts.ingest.add(items, tell))


def _summary(entry: ArticleEntry) -> ArticleSummary:
    return ArticleSummary(**facts(entry), origin=entry.origin, words=entry.words, added_at=entry.added_at.isoformat())
