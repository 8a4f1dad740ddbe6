"""/api/v1/me, /users and /tokens: who somebody is here, and who may use the server. Leaves out: signing in."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.entries import Token, User
from app.people import Role
from app.web.api import PREFIX
from app.web.api.bodies import Body
from app.web.api.desks import OpenDesk

router = APIRouter(prefix=PREFIX, tags=["people"])


class Me(BaseModel):
    """Whoever asks; the name is empty where nobody is asked who they are."""

    name: str
    role: Role


class NewUser(Body):
    """A user to be; without a password only a token or a trusted proxy lets one in."""

    name: str = Field(max_length=200)
    role: Role = "reader"
    password: str | None = Field(default=None, max_length=200)


class ChangedUser(Body):
    """What is to be another of a user."""

    role: Role | None = None
    password: str | None = Field(default=None, max_length=200)


class NewToken(Body):
    """A token to be; its user becomes one, as a reader, where there is none."""

    name: str = Field(max_length=200)
    user: str | None = Field(default=None, max_length=200, description="whose it is: the user of its name by default")


class MadeToken(BaseModel):
    """A token, told this once."""

    name: str
    token: str


@router.get("/me")
def me(desk: OpenDesk) -> Me:
    """Who asks, and in which role."""
    return Me(name=desk.person.name, role=desk.person.role)


@router.get("/users")
def users(desk: OpenDesk) -> list[User]:
    """Every user."""
    return desk.members.users()


@router.post("/users", status_code=HTTPStatus.NO_CONTENT)
def new_user(body: NewUser, desk: OpenDesk) -> None:
    """Makes a user."""
    desk.members.new_user(body.name, body.role, password=body.password)


@router.patch("/users/{name}", status_code=HTTPStatus.NO_CONTENT)
def change(name: str, body: ChangedUser, desk: OpenDesk) -> None:
    """Gives a user another role or password, at once."""
    if body.password is not None:
        desk.members.set_password(name, body.password)
    if body.role is not None:
        desk.members.set_role(name, body.role)


@router.delete("/users/{name}", status_code=HTTPStatus.NO_CONTENT)
def remove(name: str, desk: OpenDesk) -> None:
    """Ends a user, with every token, conversation and feedback."""
    desk.members.remove_user(name)


@router.get("/tokens")
def tokens(desk: OpenDesk) -> list[Token]:
    """Every token that was made, without what it is."""
    return desk.members.tokens()


@router.post("/tokens")
def new_token(body: NewToken, desk: OpenDesk) -> MadeToken:
    """Makes a token for a user."""
    return MadeToken(name=body.name, token=desk.members.new_token(body.name, user=body.user))


@router.delete("/tokens/{token_id}", status_code=HTTPStatus.NO_CONTENT)
def revoke(token_id: str, desk: OpenDesk) -> None:
    """Ends a token, or all of that name, at once."""
    desk.members.revoke_token(token_id)
