"""The users of one library, with their roles and hashed passwords, in its own file. Leaves out: tokens, and signing in.

A user is known by name, whatever its case; what belongs to a user belongs to an id that is never used again.
"""

from __future__ import annotations

import secrets
import unicodedata
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql

from app.entries import User
from app.errors import UserError, UserNotFoundError
from app.passwords import LONGEST, SHORTEST, hashed
from app.people import ROLES, Person, Role
from index.library import Library

MAX_NAME_CHARACTERS = 200

metadata = sql.MetaData()
users = sql.Table(
    "users",
    metadata,
    sql.Column("user_id", sql.Text, primary_key=True),
    sql.Column("name", sql.Text, nullable=False),
    sql.Column("name_key", sql.Text, nullable=False, unique=True),
    sql.Column("role", sql.Text, nullable=False),
    sql.Column("password", sql.Text),
    sql.Column("made_at", sql.Text, nullable=False),
)


class UserRecord:
    """The users of one library. What one process changes counts in all of them at once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        make_tables(library)

    def new(self, name: str, role: Role, password: str | None = None) -> Person:
        """A new user; without a password only a token or the proxy in front lets one in. Raises UserError."""
        kept = _kept(password) if password is not None else None  # slow, so before the library is held
        with self._library.transaction() as connection:
            if _row(connection, name) is not None:
                raise UserError(f"there is a user {name!r} already: 'onrecord user list' shows all")
            return insert(connection, name, role, kept)

    def all(self) -> list[User]:
        """Every user, in the order of their making."""
        query = sql.select(users.c.name, users.c.role, users.c.made_at, users.c.password.is_not(None).label("password"))
        with self._library.reading() as connection:
            rows = connection.execute(query.order_by(users.c.made_at, users.c.name_key)).mappings()
            return [User(**row) for row in rows]

    def named(self, name: str) -> tuple[Person, str | None] | None:
        """The user of that name and what is kept of the password; None where there is none."""
        with self._library.reading() as connection:
            row = _row(connection, name)
        return (person_of(row), row.password) if row is not None else None

    def vouched(self, name: str) -> Person:
        """The user of that name, whom somebody trusted vouches for; one not known yet becomes a reader."""
        with self._library.reading() as connection:
            row = _row(connection, name)
        if row is not None:
            return person_of(row)
        with self._library.transaction() as connection:
            return of_name(connection, name, "reader")

    def set_role(self, name: str, role: Role) -> None:
        """Raises UserNotFoundError, UserError."""
        _check_role(role)
        self._change(name, role=role)

    def set_password(self, name: str, password: str) -> None:
        """Raises UserNotFoundError, UserError."""
        self._change(name, password=_kept(password))

    def _change(self, name: str, **values: str) -> None:
        with self._library.transaction() as connection:
            changed = users.update().where(users.c.name_key == _key(name)).values(**values)
            if not connection.execute(changed).rowcount:
                raise not_found(name)


def make_tables(library: Library) -> None:
    """Those of users and of what admits them, where there are none yet."""
    with library.transaction() as connection:
        metadata.create_all(connection)


def of_name(connection: sql.Connection, name: str, role: Role) -> Person:
    """The user of that name, who becomes one with that role where there is none. Raises UserError."""
    row = _row(connection, name)
    return person_of(row) if row is not None else insert(connection, name, role, None)


def insert(connection: sql.Connection, name: str, role: Role, password: str | None) -> Person:
    """A new user of a name that is free. Raises UserError for a name or role that cannot be."""
    _check_name(name)
    _check_role(role)
    person = Person(secrets.token_hex(8), name, role)
    row = {"user_id": person.user_id, "name": name, "name_key": _key(name), "role": role, "password": password}
    connection.execute(users.insert().values(**row, made_at=datetime.now(UTC).isoformat(timespec="seconds")))
    return person


def delete(connection: sql.Connection, name: str) -> str:
    """Ends a user, and gives the id. Raises UserNotFoundError."""
    row = _row(connection, name)
    if row is None:
        raise not_found(name)
    connection.execute(users.delete().where(users.c.user_id == row.user_id))
    return str(row.user_id)


def not_found(name: str) -> UserNotFoundError:
    """The error for a name that no user has."""
    return UserNotFoundError(f"there is no user {name!r}: 'onrecord user list' shows who there is")


def person_of(row: Any) -> Person:
    """The person of a row that has these columns."""
    return Person(row.user_id, row.name, row.role)


def _row(connection: sql.Connection, name: str) -> sql.Row[Any] | None:
    return connection.execute(sql.select(users).where(users.c.name_key == _key(name))).one_or_none()


def _key(name: str) -> str:
    """Names that look the same are the same."""
    return unicodedata.normalize("NFKC", name).casefold()


def _check_name(name: str) -> None:
    # A colon ends the name where HTTP's Basic scheme sends it.
    fine = name.strip() == name and name.isprintable() and ":" not in name
    if not (name and fine and len(name) <= MAX_NAME_CHARACTERS):
        raise UserError(
            f"{name[:80]!r} can be no user's name: give 1 to {MAX_NAME_CHARACTERS} letters, without a colon"
        )


def _check_role(role: Role) -> None:
    if role not in ROLES:
        raise UserError(f"{role!r} is no role: there are {', '.join(ROLES)}")


def _kept(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise UserError(f"a password has {SHORTEST} to {LONGEST} characters, this one {len(password)}")
    return hashed(password)
