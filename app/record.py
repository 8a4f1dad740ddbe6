"""Conversations and turns, kept whole in the library's own database. Leaves out: how turns come about.

Each belongs to its owner, a user's id; those of nobody in particular, as where nobody is asked who they are, to "".
What is another's is not there: that is so here, for every reader of these tables, and nowhere else.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import sqlalchemy as sql

from app.entries import ConversationSummary
from app.errors import ConversationNotFoundError
from app.schema import Answer
from app.stored import answer_from_json
from app.turn import Exchange, Turn
from index.library import Library
from index.postgresql import in_order_of_insertion
from index.tables import articles, versions

_metadata = sql.MetaData()

turns = sql.Table(
    "turns",
    _metadata,
    sql.Column("turn_id", sql.Text, primary_key=True),
    sql.Column("conversation_id", sql.Text, nullable=False, index=True),
    sql.Column("ordinal", sql.Integer, nullable=False),
    sql.Column("asked_at", sql.Text, nullable=False),
    sql.Column("question", sql.Text, nullable=False),
    sql.Column("record", sql.Text, nullable=False),
)
cited = sql.Table(
    "cited_articles",
    _metadata,
    sql.Column("turn_id", sql.Text, sql.ForeignKey("turns.turn_id", ondelete="CASCADE"), primary_key=True),
    sql.Column("article_id", sql.Text, primary_key=True, index=True),
    sql.Column("version", sql.Integer, primary_key=True),
)
in_order_of_insertion(turns)
names = sql.Table(
    "conversation_names",
    _metadata,
    sql.Column("conversation_id", sql.Text, primary_key=True),
    sql.Column("name", sql.Text, nullable=False),
)
owners = sql.Table(  # of conversations; nobody's are not listed
    "conversation_owners",
    _metadata,
    sql.Column("conversation_id", sql.Text, primary_key=True),
    sql.Column("user_id", sql.Text, nullable=False, index=True),
)


class Record:
    """The turns of one library, those of one owner. When an article is purged, the turns that quote it go with it.

    With the owner None it is everybody's, to be looked through and not added to.
    """

    def __init__(self, library: Library, *, owner: str | None = "") -> None:
        self._library = library
        self._owner = owner
        with library.transaction() as connection:
            _metadata.create_all(connection)
        library.purge_hooks.append(_forget_article)

    def of(self, owner: str) -> Self:
        """The turns of another owner."""
        view = copy.copy(self)
        view._owner = owner
        return view

    def keep(self, turn: Turn) -> None:
        """Stores a finished turn at the end of its conversation, in one commit.

        Raises ConversationNotFoundError when that is another's.
        """
        assert turn.answer is not None
        answer = turn.answer
        shown = {(item.article_id, item.version) for item in answer.citations}
        shown |= {(item.article_id, item.version) for item in answer.nearest}
        shown |= {
            (item.passage.article_id, item.passage.version) for item in turn.excerpts
        }  # its reply may repeat them
        with self._library.transaction() as connection:
            self._claim(connection, turn.conversation_id)
            latest: int | None = connection.execute(
                sql.select(sql.func.max(turns.c.ordinal)).where(turns.c.conversation_id == turn.conversation_id)
            ).scalar()
            connection.execute(
                turns.insert().values(
                    turn_id=turn.turn_id,
                    conversation_id=turn.conversation_id,
                    ordinal=0 if latest is None else latest + 1,
                    asked_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    question=turn.question,
                    record=json.dumps(turn.to_json() | {"texts": _texts(connection, shown)}, ensure_ascii=False),
                )
            )
            if shown:
                connection.execute(
                    cited.insert(),
                    [{"turn_id": turn.turn_id, "article_id": a, "version": v} for a, v in sorted(shown)],
                )

    def turn(self, turn_id: str) -> dict[str, Any]:
        """Everything stored about a turn, and the hashes of the texts it showed. Raises ConversationNotFoundError."""
        query = sql.select(turns.c.record).where(turns.c.turn_id == turn_id, owned_by(self._owner))
        with self._library.reading() as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise turn_not_found(turn_id)
        stored: dict[str, Any] = json.loads(found)
        return stored

    def conversation_of(self, turn_id: str) -> str:
        """The conversation that a turn belongs to. Raises ConversationNotFoundError."""
        conversation_id: str = self.turn(turn_id)["answer"]["conversation_id"]
        return conversation_id

    def outdated(self) -> list[dict[str, Any]]:
        """The turns that were shown a version that is no longer its article's, oldest first, as `turn` gives them.

        Those that were asked again since are left out.
        """
        again = sql.select(sql.func.json_extract(turns.c.record, "$.again_of")).where(
            sql.func.json_extract(turns.c.record, "$.again_of").is_not(None)
        )
        there = (articles.c.article_id == cited.c.article_id) & (articles.c.current_version == cited.c.version)
        old = (
            sql.select(cited.c.turn_id)
            .outerjoin(articles, there & articles.c.removed_at.is_(None))
            .where(articles.c.article_id.is_(None))
        )
        query = sql.select(turns.c.record).where(turns.c.turn_id.in_(old), turns.c.turn_id.not_in(again))
        query = query.where(owned_by(self._owner))
        with self._library.reading() as connection:
            rows = connection.execute(query.order_by(turns.c.asked_at, sql.literal_column("turns.rowid"))).scalars()
            return [json.loads(row) for row in rows]

    def answers(self, conversation_id: str) -> list[Answer]:
        """The answers of a conversation, oldest first; empty for one that has none."""
        this = (turns.c.conversation_id == conversation_id) & owned_by(self._owner)
        with self._library.reading() as connection:
            rows = connection.execute(sql.select(turns.c.record).where(this).order_by(turns.c.ordinal)).scalars()
            return [answer_from_json(json.loads(row)["answer"]) for row in rows]

    def history(
        self, conversation_id: str, *, upto: str | None = None, before: str | None = None
    ) -> Sequence[Exchange]:
        """What was asked and answered so far, oldest first; up to the turn `upto`, or only those `before` one."""
        exchanges: list[Exchange] = []
        for answer in self.answers(conversation_id):
            if answer.turn_id == before:
                break
            exchanges.append(Exchange(answer.standalone_question, answer.text if answer.answered else ""))
            if answer.turn_id == upto:
                break
        return exchanges

    def conversations(self, words: str = "") -> list[ConversationSummary]:
        """All conversations, or those in which every word occurs (name, questions or answers), the latest first.

        A conversation is named by its reader, or by its first question.
        """
        with self._library.reading() as connection:
            rows = connection.execute(_summaries().where(owned_by(self._owner))).all()
            said = connection.execute(_SAID.where(owned_by(self._owner))).all() if words.strip() else []
        texts: dict[str, str] = {row.conversation_id: row.title for row in rows}
        for row in said:
            texts[row.conversation_id] += f"\n{row.question}\n{row.answer}"
        wanted = words.casefold().split()
        return [
            ConversationSummary(
                conversation_id=row.conversation_id, title=row.title, turns=row.n_turns, updated_at=row.updated_at
            )
            for row in rows
            if all(word in texts[row.conversation_id].casefold() for word in wanted)
        ]

    def rename(self, conversation_id: str, name: str) -> None:
        """Names a conversation; an empty name gives its first question back. Raises ConversationNotFoundError."""
        this = (turns.c.conversation_id == conversation_id) & owned_by(self._owner)
        there = sql.select(turns.c.turn_id).where(this).limit(1)
        with self._library.transaction() as connection:
            if connection.execute(there).scalar() is None:
                raise _not_found(conversation_id)
            connection.execute(names.delete().where(names.c.conversation_id == conversation_id))
            if name:
                connection.execute(names.insert().values(conversation_id=conversation_id, name=name))

    def delete(self, conversation_id: str) -> None:
        """Deletes a conversation and its turns. Raises ConversationNotFoundError."""
        this = (turns.c.conversation_id == conversation_id) & owned_by(self._owner)
        with self._library.transaction() as connection:
            if not connection.execute(turns.delete().where(this)).rowcount:
                raise _not_found(conversation_id)
            for table in (names, owners):
                connection.execute(table.delete().where(table.c.conversation_id == conversation_id))

    def check(self, conversation_id: str) -> None:
        """Raises ConversationNotFoundError for a conversation of somebody else; one that is new can be begun."""
        with self._library.reading() as connection:
            if not self._may_write(connection, conversation_id):
                raise _not_found(conversation_id)

    def _may_write(self, connection: sql.Connection, conversation_id: str) -> bool:
        """Whether it is the owner's, or nobody's yet."""
        found = sql.select(owners.c.user_id).where(owners.c.conversation_id == conversation_id)
        owner: str | None = connection.execute(found).scalar()
        if owner is not None:
            return owner == self._owner
        begun = sql.select(turns.c.turn_id).where(turns.c.conversation_id == conversation_id).limit(1)
        return self._owner == "" or connection.execute(begun).scalar() is None

    def _claim(self, connection: sql.Connection, conversation_id: str) -> None:
        """A conversation belongs to whoever begins it. Raises ConversationNotFoundError when that was another."""
        if not self._may_write(connection, conversation_id):
            raise _not_found(conversation_id)
        held = sql.select(owners.c.user_id).where(owners.c.conversation_id == conversation_id)
        if self._owner and connection.execute(held).scalar() is None:
            connection.execute(owners.insert().values(conversation_id=conversation_id, user_id=self._owner))


def owned_by(owner: str | None) -> sql.ColumnElement[bool]:
    """Which turns are an owner's; all of them for None."""
    if owner is None:
        return sql.true()
    if owner:
        return turns.c.conversation_id.in_(sql.select(owners.c.conversation_id).where(owners.c.user_id == owner))
    return turns.c.conversation_id.not_in(sql.select(owners.c.conversation_id))


def forget_owner(connection: sql.Connection, owner: str) -> None:
    """Deletes everything that an owner asked and was answered, with what was said of it."""
    assert owner
    connection.execute(turns.delete().where(owned_by(owner)))
    own = sql.select(owners.c.conversation_id).where(owners.c.user_id == owner)
    connection.execute(names.delete().where(names.c.conversation_id.in_(own)))
    connection.execute(owners.delete().where(owners.c.user_id == owner))


def _texts(connection: sql.Connection, shown: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """The hash of the whole text of each version."""
    found = []
    for article_id, number in sorted(shown):
        query = sql.select(versions.c.text_sha256).where(
            versions.c.article_id == article_id, versions.c.number == number
        )
        found.append({"article_id": article_id, "version": number, "sha256": connection.execute(query).scalar()})
    return found


_SAID = sql.select(
    turns.c.conversation_id, turns.c.question, sql.func.json_extract(turns.c.record, "$.answer.text").label("answer")
)


def _summaries() -> sql.Select[tuple[str, str, int, str]]:
    """One row a conversation, the latest first."""
    # asked_at alone does not tell within a second
    latest = sql.func.max(sql.literal_column("turns.rowid", sql.Integer))
    every = (
        sql.select(
            turns.c.conversation_id,
            sql.func.min(turns.c.ordinal).label("first"),
            sql.func.count().label("n_turns"),
            sql.func.max(turns.c.asked_at).label("updated_at"),
            latest.label("latest"),
        )
        .group_by(turns.c.conversation_id)
        .subquery()
    )
    of_first = (turns.c.conversation_id == every.c.conversation_id) & (turns.c.ordinal == every.c.first)
    title = sql.func.coalesce(names.c.name, turns.c.question).label("title")
    return (
        sql.select(every.c.conversation_id, title, every.c.n_turns, every.c.updated_at)
        .join(turns, of_first)
        .outerjoin(names, names.c.conversation_id == every.c.conversation_id)
        .order_by(every.c.updated_at.desc(), every.c.latest.desc())
    )


def turn_not_found(turn_id: str) -> ConversationNotFoundError:
    """The error for a turn that is not there, or is another's."""
    return ConversationNotFoundError(f"there is no turn {turn_id!r} in this library")


def _not_found(conversation_id: str) -> ConversationNotFoundError:
    return ConversationNotFoundError(f"there is no conversation {conversation_id!r} in this library")


def _forget_article(connection: sql.Connection, article_id: str) -> None:
    """Purging an article erases its words everywhere: also in the answers that showed them."""
    quoting = sql.select(cited.c.turn_id).where(cited.c.article_id == article_id)
    connection.execute(turns.delete().where(turns.c.turn_id.in_(quoting)))
