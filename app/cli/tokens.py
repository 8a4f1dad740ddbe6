"""`onrecord token`: make, list and revoke what admits to a server beyond this machine. Leaves out: asking for it."""

from __future__ import annotations

import argparse

from app.cli.admitted import LIST, listed, name_of
from app.entries import Token
from app.people import ROLES

NEW, REVOKE = "new", "revoke"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `onrecord token` its options."""
    parser.add_argument(
        "action",
        choices=(NEW, LIST, REVOKE),
        metavar="ACTION",
        help="new: make a token for NAME and print it, this once; list: show what was made; revoke: end those of NAME",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="whom it is for; to revoke one of several, its id")
    parser.add_argument("--user", metavar="USER", help="the user whose it is (default: the one called NAME)")
    parser.add_argument(
        "--role",
        choices=ROLES,
        default="reader",
        help="the role of a user who is not known yet, and becomes one (default: reader)",
    )


def run(args: argparse.Namespace) -> int:
    """Do what is asked for; 2 when a name is wanted and missing."""
    from app.cli import terminal
    from app.cli.opening import opened_desk

    name = name_of(args, "onrecord token", "whom the token is for")
    if name is None:
        return 2
    with opened_desk(args, writer=False) as desk:
        if args.action == NEW:
            token = desk.members.new_token(name, user=args.user, role=args.role)
            terminal.write_json({"name": name, "token": token}) if args.json else terminal.write(token)
            terminal.tell("keep it: it is not shown again")
            return 0
        if args.action == REVOKE:
            revoked = desk.members.revoke_token(name)
            told = f"revoked {revoked:,} of {terminal.shown(name)}"
            terminal.write_json({"name": name, "revoked": revoked}) if args.json else terminal.write(told)
            return 0
        return listed(args, desk.members.tokens(), _line, "there are no tokens: 'onrecord token new NAME' makes one")


def _line(one: Token) -> str:
    from app.cli import terminal

    ended = f", revoked {one.revoked_at}" if one.revoked_at else ""
    whose = f", of {terminal.shown(one.user)}" if one.user is not None else ""
    return f"{one.token_id}  {terminal.shown(one.name)}{whose}, made {one.made_at}{ended}"
