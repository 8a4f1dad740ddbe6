"""Tokens that admit programs and people to a server, kept hashed in the library's own file.

Leaves out: where they are asked for (app.web.admitting).
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sql

from app.entries import Token
from app.errors import TokenNotFoundError
from index.library import Library
from index.tables import FILE_NAME

PREFIX = "onrecord_"
"""Tells what it is for whoever finds one, a scanner for leaked secrets among them."""
SECRET_BYTES = 32
"""As nobody can guess as many, a plain hash hides it; a slow one is for passwords."""

_metadata = sql.MetaData()
tokens = sql.Table(
    "api_tokens",
    _metadata,
    sql.Column("token_id", sql.Text, primary_key=True),
    sql.Column("name", sql.Text, nullable=False),
    sql.Column("sha256", sql.Text, nullable=False, unique=True),
    sql.Column("made_at", sql.Text, nullable=False),
    sql.Column("revoked_at", sql.Text),
)


class TokenRecord:
    """The tokens of one library. What one process makes or revokes counts in all of them at once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        with library.transaction() as connection:
            _metadata.create_all(connection)

    def new(self, name: str) -> str:
        """A new token. It is told here and never again."""
        token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        row = {"token_id": secrets.token_hex(4), "name": name, "sha256": _sha256(token), "made_at": _now()}
        with self._library.transaction() as connection:
            connection.execute(tokens.insert().values(**row))
        return token

    def admits(self, token: str) -> bool:
        """Whether it is one of ours and was not revoked."""
        query = sql.select(tokens.c.token_id).where(tokens.c.sha256 == _sha256(token), tokens.c.revoked_at.is_(None))
        with self._library.reading() as connection:
            return connection.execute(query).scalar() is not None

    def all(self) -> list[Token]:
        """Every token that was made, oldest first, without what it is."""
        query = sql.select(tokens.c.token_id, tokens.c.name, tokens.c.made_at, tokens.c.revoked_at)
        with self._library.reading() as connection:
            rows = connection.execute(query.order_by(tokens.c.made_at, sql.literal_column("rowid"))).mappings()
            return [Token(**row) for row in rows]

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


def has_tokens(folder: Path) -> bool:
    """Whether the library in `folder` has a token that admits, without opening it otherwise."""
    path = folder.expanduser() / FILE_NAME
    if not path.exists():
        return False
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        try:
            found = connection.execute("SELECT 1 FROM api_tokens WHERE revoked_at IS NULL LIMIT 1").fetchone()
        except sqlite3.OperationalError:  # no such table yet; opening the library tells of anything worse
            return False
    return found is not None


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
