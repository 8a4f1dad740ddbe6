"""`onrecord user`: who may use a server beyond this machine, in which role. Leaves out: asking who they are."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from app.cli.admitted import LIST, listed, name_of
from app.entries import User
from app.people import ROLES, Role

if TYPE_CHECKING:
    from app.members import Members

NEW, PASSWORD, ROLE, REMOVE = "new", "password", "role", "remove"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `onrecord user` its options."""
    parser.add_argument(
        "action",
        choices=(NEW, LIST, PASSWORD, ROLE, REMOVE),
        metavar="ACTION",
        help="new: make the user NAME; list: show all; password, role: give another; remove: end one, with "
        "every token, conversation and feedback",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="the user's name")
    parser.add_argument(
        "--role",
        choices=ROLES,
        help="reader: asks and reads; editor: adds and removes articles, too; admin: and users, tokens and metrics "
        "(default: reader)",
    )
    parser.add_argument(
        "--no-password",
        action="store_true",
        help="make a user whom a token or a trusted proxy lets in (default: ask for a password, or read a line)",
    )


def run(args: argparse.Namespace) -> int:
    """Do what is asked for; 2 when a name or role is wanted and missing."""
    from app.cli import terminal
    from app.cli.opening import opened_desk

    name = name_of(args, "onrecord user", "the user")
    if name is None:
        return 2
    if args.action == ROLE and args.role is None:
        terminal.tell(f"name the role: onrecord user role {name} --role {'|'.join(ROLES)}")
        return 2
    password = _password(name) if args.action == PASSWORD or (args.action == NEW and not args.no_password) else None
    with opened_desk(args, writer=False) as desk:
        if args.action == LIST:
            return listed(args, desk.members.users(), _line, "there are no users: 'onrecord user new NAME' makes one")
        told = _changed(args, desk.members, name, password)
    if args.json:
        terminal.write_json({"name": name, "done": args.action})
    else:
        terminal.write(f"{terminal.shown(name)} {told}")
    return 0


def _changed(args: argparse.Namespace, members: Members, name: str, password: str | None) -> str:
    """Does it, and tells what was done."""
    if args.action == NEW:
        role: Role = args.role or "reader"
        members.new_user(name, role, password=password)
        return f"is {role} now"
    if args.action == ROLE:
        members.set_role(name, args.role)
        return f"is {args.role} now"
    if args.action == PASSWORD:
        assert password is not None
        members.set_password(name, password)
        return "has another password now"
    members.remove_user(name)
    return "is gone, with every token and conversation"


def _line(one: User) -> str:
    from app.cli import terminal

    password = "password" if one.password else "no password"
    return f"{terminal.shown(one.name)}  {one.role}, {password}, made {one.made_at}"


def _password(name: str) -> str:
    """As typed, unseen; where nobody types, the first line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"password of {name}: ")
    return sys.stdin.readline().rstrip("\r\n")
