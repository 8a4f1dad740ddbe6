"""Tokens that admit programs and people to a server, kept hashed in the library's own file. Each is a user's.

Leaves out: users (users), and where tokens are asked for (app.web.admitting).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

import sqlalchemy as sql

from app.entries import Token
from app.errors import TokenNotFoundError
from app.people import ANONYMOUS, Person, Role
from app.users import make_tables, metadata, of_name, person_of, users
from index.library import Library

PREFIX = "onrecord_"
"""Tells what it is for whoever finds one, a scanner for leaked secrets among them."""
SECRET_BYTES = 32
"""As nobody can guess as many, a plain hash hides it; a slow one is for passwords."""

tokens = sql.Table(
    "api_tokens",
    metadata,
    sql.Column("token_id", sql.Text, primary_key=True),
    sql.Column("name", sql.Text, nullable=False),
    sql.Column("sha256", sql.Text, nullable=False, unique=True),
    sql.Column("made_at", sql.Text, nullable=False),
    sql.Column("revoked_at", sql.Text),
)
holders = sql.Table(  # a token made before there were users has none: it admits as nobody in particular, as it did
    "token_holders",
    metadata,
    sql.Column("token_id", sql.Text, sql.ForeignKey(tokens.c.token_id), primary_key=True),
    sql.Column("user_id", sql.Text, nullable=False, index=True),
)


_WITH_USERS = tokens.outerjoin(holders).outerjoin(users, users.c.user_id == holders.c.user_id)


class TokenRecord:
    """The tokens of one library. What one process makes or revokes counts in all of them at once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        make_tables(library)

    def new(self, name: str, *, user: str, role: Role = "reader") -> str:
        """A new token of that user, who becomes one with that role where there is none; it is never told again.

        Raises UserError.
        """
        token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        row = {"token_id": secrets.token_hex(4), "name": name, "sha256": _sha256(token), "made_at": _now()}
        with self._library.transaction() as connection:
            holder = of_name(connection, user, role)
            connection.execute(tokens.insert().values(**row))
            connection.execute(holders.insert().values(token_id=row["token_id"], user_id=holder.user_id))
        return token

    def holder(self, token: str) -> Person | None:
        """Whose it is; None where it is not of ours, was revoked, or its user is gone."""
        query = (
            sql.select(holders.c.token_id, users.c.user_id, users.c.name, users.c.role)
            .select_from(_WITH_USERS)
            .where(tokens.c.sha256 == _sha256(token), tokens.c.revoked_at.is_(None))
        )
        with self._library.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.token_id is None:
            return ANONYMOUS
        return person_of(row) if row.user_id is not None else None

    def all(self) -> list[Token]:
        """Every token that was made, oldest first, without what it is."""
        query = (
            sql.select(
                tokens.c.token_id, tokens.c.name, users.c.name.label("user"), tokens.c.made_at, tokens.c.revoked_at
            )
            .select_from(_WITH_USERS)
            .order_by(tokens.c.made_at, tokens.c.token_id)
        )
        with self._library.reading() as connection:
            return [Token(**row) for row in connection.execute(query).mappings()]

    def revoke(self, which: str) -> int:
        """Ends those of that id or name, at once; gives how many. Raises TokenNotFoundError where there is none."""
        live = ((tokens.c.token_id == which) | (tokens.c.name == which)) & tokens.c.revoked_at.is_(None)
        with self._library.transaction() as connection:
            revoked = connection.execute(tokens.update().where(live).values(revoked_at=_now())).rowcount
        if not revoked:
            raise TokenNotFoundError(
                f"there is no token {which!r} that admits: 'onrecord token list' shows what there is"
            )
        return revoked


def revoke_of(connection: sql.Connection, user_id: str) -> None:
    """Ends every token of a user."""
    held = sql.select(holders.c.token_id).where(holders.c.user_id == user_id)
    live = tokens.c.token_id.in_(held) & tokens.c.revoked_at.is_(None)
    connection.execute(tokens.update().where(live).values(revoked_at=_now()))


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
