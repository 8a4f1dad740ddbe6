"""Conversations and turns, kept whole in the library's own file. Leaves out: how turns come about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql

from app.errors import ConversationNotFoundError
from app.schema import Answer, ConversationSummary
from app.stored import answer_from_json
from app.turn import Exchange, Turn
from index.library import Library

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


class Record:
    """The turns of one library. When an article is purged, the turns that quote it go with it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        with library.transaction() as connection:
            _metadata.create_all(connection)
        library.purge_hooks.append(_forget_article)

    def keep(self, turn: Turn) -> None:
        """Stores a finished turn at the end of its conversation, in one commit."""
        assert turn.answer is not None
        answer = turn.answer
        shown = {(item.article_id, item.version) for item in answer.citations}
        shown |= {(item.article_id, item.version) for item in answer.nearest}
        shown |= {
            (item.passage.article_id, item.passage.version) for item in turn.excerpts
        }  # its reply may repeat them
        with self._library.transaction() as connection:
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
                    record=json.dumps(turn.to_json(), ensure_ascii=False),
                )
            )
            if shown:
                connection.execute(
                    cited.insert(),
                    [{"turn_id": turn.turn_id, "article_id": a, "version": v} for a, v in sorted(shown)],
                )

    def turn(self, turn_id: str) -> dict[str, Any]:
        """Everything stored about a turn. Raises ConversationNotFoundError."""
        with self._library.reading() as connection:
            found = connection.execute(sql.select(turns.c.record).where(turns.c.turn_id == turn_id)).scalar()
        if found is None:
            raise ConversationNotFoundError(f"there is no turn {turn_id!r} in this library")
        stored: dict[str, Any] = json.loads(found)
        return stored

    def conversation_of(self, turn_id: str) -> str:
        """The conversation that a turn belongs to. Raises ConversationNotFoundError."""
        conversation_id: str = self.turn(turn_id)["answer"]["conversation_id"]
        return conversation_id

    def answers(self, conversation_id: str) -> list[Answer]:
        """The answers of a conversation, oldest first; empty for one that has none."""
        with self._library.reading() as connection:
            rows = connection.execute(
                sql.select(turns.c.record).where(turns.c.conversation_id == conversation_id).order_by(turns.c.ordinal)
            ).scalars()
            return [answer_from_json(json.loads(row)["answer"]) for row in rows]

    def history(self, conversation_id: str, *, upto: str | None = None) -> Sequence[Exchange]:
        """What was asked and answered so far, oldest first; up to and including the turn `upto`."""
        exchanges = []
        for answer in self.answers(conversation_id):
            exchanges.append(Exchange(answer.standalone_question, answer.text if answer.answered else ""))
            if answer.turn_id == upto:
                break
        return exchanges

    def conversations(self) -> list[ConversationSummary]:
        """All conversations, the latest first; a conversation is named by its first question."""
        latest = sql.func.max(
            sql.literal_column("turns.rowid", sql.Integer)
        )  # asked_at alone does not tell within a second
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
        with self._library.reading() as connection:
            rows = connection.execute(
                sql.select(every.c.conversation_id, turns.c.question, every.c.n_turns, every.c.updated_at)
                .join(turns, of_first)
                .order_by(every.c.updated_at.desc(), every.c.latest.desc())
            ).all()
        return [
            ConversationSummary(conversation_id=row[0], title=row[1], turns=row[2], updated_at=row[3]) for row in rows
        ]

    def delete(self, conversation_id: str) -> None:
        """Deletes a conversation and its turns. Raises ConversationNotFoundError."""
        with self._library.transaction() as connection:
            gone = connection.execute(turns.delete().where(turns.c.conversation_id == conversation_id)).rowcount
        if not gone:
            raise ConversationNotFoundError(f"there is no conversation {conversation_id!r} in this library")


def _forget_article(connection: sql.Connection, article_id: str) -> None:
    """Purging an article erases its words everywhere: also in the answers that showed them."""
    quoting = sql.select(cited.c.turn_id).where(cited.c.article_id == article_id)
    connection.execute(turns.delete().where(turns.c.turn_id.in_(quoting)))
