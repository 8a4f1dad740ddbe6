"""What readers said of answers, kept in the library's own file. Leaves out: what is made of it (evaluation).

A turn has at most one: what is said last counts. It goes when its turn goes, and is its owner's like the turn.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Self

import sqlalchemy as sql

from app.entries import Feedback, Verdict
from app.record import owned_by, turn_not_found, turns
from index.library import Library
from index.upserting import put

feedback = sql.Table(
    "feedback",
    turns.metadata,
    sql.Column("turn_id", sql.Text, sql.ForeignKey(turns.c.turn_id, ondelete="CASCADE"), primary_key=True),
    sql.Column("verdict", sql.Text, nullable=False),
    sql.Column("note", sql.Text, nullable=False),
    sql.Column("given_at", sql.Text, nullable=False),
)


class FeedbackRecord:
    """The feedback on the turns of one library, those of one owner; `Record` has made its tables before."""

    def __init__(self, library: Library, *, owner: str = "") -> None:
        self._library = library
        self._owner = owner
        with library.transaction() as connection:
            feedback.create(connection, checkfirst=True)

    def of_owner(self, owner: str) -> Self:
        """The feedback of another owner."""
        view = copy.copy(self)
        view._owner = owner
        return view

    def give(self, turn_id: str, verdict: Verdict, note: str) -> None:
        """Keeps what was said of a turn, in place of what was said before. Raises ConversationNotFoundError."""
        with self._library.transaction() as connection:
            if connection.execute(self._own().where(turns.c.turn_id == turn_id)).scalar() is None:
                raise turn_not_found(turn_id)
            given_at = datetime.now(UTC).isoformat(timespec="seconds")
            values = {"turn_id": turn_id, "verdict": verdict, "note": note, "given_at": given_at}
            put(connection, feedback, [values])

    def withdraw(self, turn_id: str) -> None:
        """Forgets what was said of a turn; nothing said is no error."""
        with self._library.transaction() as connection:
            own = feedback.c.turn_id.in_(self._own())
            connection.execute(feedback.delete().where(feedback.c.turn_id == turn_id, own))

    def of(self, turn_id: str) -> Feedback | None:
        """What was said of a turn, None where nothing was."""
        query = sql.select(feedback).where(feedback.c.turn_id == turn_id, feedback.c.turn_id.in_(self._own()))
        with self._library.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return Feedback(**row) if row else None

    def all(self) -> list[Feedback]:
        """Everything said, in the order in which the questions were asked."""
        query = (
            sql.select(feedback)
            .join(turns)
            .where(owned_by(self._owner))
            .order_by(sql.literal_column("turns.rowid", sql.Integer))
        )
        with self._library.reading() as connection:
            return [Feedback(**row) for row in connection.execute(query).mappings()]

    def _own(self) -> sql.Select[tuple[str]]:
        return sql.select(turns.c.turn_id).where(owned_by(self._owner))
