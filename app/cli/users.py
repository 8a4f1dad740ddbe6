"""`onrecord user`: who may use a server beyond this machine, in which role. Leaves out: asking who they are."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from app.people import ROLES, Role

if TYPE_CHECKING:
    from app.members import Members

NEW, LIST, PASSWORD, ROLE, REMOVE = "new", "list", "password", "role", "remove"


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

    name = " ".join((args.name or "").split())
    if args.action != LIST and not name:
        terminal.tell(f"name the user: onrecord user {args.action} NAME")
        return 2
    if args.action == ROLE and args.role is None:
        terminal.tell(f"name the role: onrecord user role {name} --role {'|'.join(ROLES)}")
        return 2
    password = _password(name) if args.action == PASSWORD or (args.action == NEW and not args.no_password) else None
    with opened_desk(args, writer=False) as desk:
        if args.action == LIST:
            return _list(args, desk.members)
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


def _list(args: argparse.Namespace, members: Members) -> int:
    from dataclasses import asdict

    from app.cli import terminal

    found = members.users()
    if args.json:
        terminal.write_json([asdict(one) for one in found])
        return 0
    for one in found:
        password = "password" if one.password else "no password"
        terminal.write(f"{terminal.shown(one.name)}  {one.role}, {password}, made {one.made_at}")
    if not found:
        terminal.tell("there are no users: 'onrecord user new NAME' makes one")
    return 0


def _password(name: str) -> str:
    """As typed, unseen; where nobody types, the first line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"password of {name}: ")
    return sys.stdin.readline().rstrip("\r\n")
