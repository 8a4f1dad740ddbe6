"""The users of a library and their tokens, as one who may manage them does; and who somebody is that comes to the door.

Leaves out: the door itself (app.web.admitting).
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Self

import sqlalchemy as sql

from app.entries import Token, User
from app.people import ANONYMOUS, Person, Role
from app.record import forget_owner
from app.signing_in import SignIn
from app.tokens import PREFIX, TokenRecord, revoke_of, tokens
from app.users import MAX_NAME_CHARACTERS, UserRecord, delete, users
from index import tables
from index.library import Library


class Members:
    """Users and tokens of one library, for the person who asks: only an admin may see or change them."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._person = ANONYMOUS
        self._users = UserRecord(library)
        self._tokens = TokenRecord(library)
        self._sign_in = SignIn(self._users)

    def of(self, person: Person) -> Self:
        """The same, as that person may use it."""
        view = copy.copy(self)
        view._person = person
        return view

    def with_token(self, token: str) -> Person | None:
        """Whose token it is; None where it admits nobody."""
        return self._tokens.holder(token)

    def with_password(self, name: str, password: str) -> Person | None:
        """Whose name and password they are, or whose token, which a browser sends as the password of any name.

        Raises TooManyAttemptsError.
        """
        if password.startswith(PREFIX):
            return self.with_token(password)
        return self._sign_in.person(name, password)

    def vouched(self, name: str) -> Person:
        """Whom a proxy that is trusted has let in under that name; one not known yet becomes a reader.

        Raises UserError for what can be no name.
        """
        return self._users.vouched(name)

    def new_user(self, name: str, role: Role = "reader", *, password: str | None = None) -> None:
        """A new user; without a password only a token or a trusted proxy lets one in. Raises UserError."""
        self._person.check("manage")
        self._users.new(_plain(name), role, password)

    def users(self) -> list[User]:
        """Every user."""
        self._person.check("manage")
        return self._users.all()

    def set_role(self, name: str, role: Role) -> None:
        """Gives a user another role, at once. Raises UserNotFoundError, UserError."""
        self._person.check("manage")
        self._users.set_role(_plain(name), role)

    def set_password(self, name: str, password: str) -> None:
        """Gives a user another password, at once. Raises UserNotFoundError, UserError."""
        self._person.check("manage")
        self._users.set_password(_plain(name), password)

    def remove_user(self, name: str) -> None:
        """Ends a user, at once: with every token, conversation and feedback. Raises UserNotFoundError."""
        self._person.check("manage")
        with self._library.transaction() as connection:
            user_id = delete(connection, _plain(name))
            revoke_of(connection, user_id)
            forget_owner(connection, user_id)

    def new_token(self, name: str, *, user: str | None = None, role: Role = "reader") -> str:
        """A token of that user, or of the one called `name`, who becomes one where there is none. Raises UserError."""
        self._person.check("manage")
        return self._tokens.new(_plain(name), user=_plain(user or name), role=role)

    def tokens(self) -> list[Token]:
        """Every token that was made, oldest first."""
        self._person.check("manage")
        return self._tokens.all()

    def revoke_token(self, which: str) -> int:
        """Ends the tokens of that id or name; gives how many. Raises TokenNotFoundError."""
        self._person.check("manage")
        return self._tokens.revoke(which)


def anybody_admitted(folder: Path, database_url: str | None = None) -> bool:
    """Whether the library there has a token or password that admits, without opening it otherwise."""
    folder = folder.expanduser()
    if not tables.exists(folder, database_url):
        return False
    admitting = {
        tokens.name: sql.select(tokens.c.token_id).where(tokens.c.revoked_at.is_(None)).limit(1),
        users.name: sql.select(users.c.user_id).where(users.c.password.is_not(None)).limit(1),
    }
    with tables.storage_errors(folder), tables.peeking(folder, database_url) as connection:
        there = set(sql.inspect(connection).get_table_names())
        return any(connection.execute(admitting[name]).scalar() is not None for name in there & set(admitting))


def _plain(name: str) -> str:
    return " ".join(name.split())[: MAX_NAME_CHARACTERS + 1]
