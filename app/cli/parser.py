"""The verbs and their options. Leaves out: what the verbs do (verbs)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from app.cli import backups, recorded, tokens, users, values, verbs
from app.evaluation import golden_command
from app.evaluation import options as evaluation

DESCRIPTION = "Questions and answers over a library of articles. Every sentence stands on a passage one can open."
EPILOG = (
    "Answers go to standard output, progress to standard error. Exit codes: 0 answered or deliberately not, "
    "1 failed, 2 misused. Settings are environment variables, ONRECORD_...: the README lists them."
)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        """One line, and exit code 2."""
        line = " ".join(message.split())
        sys.stderr.write(f"onrecord: {line} (see '{self.prog} --help')\n")
        raise SystemExit(2)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from app.cli.installed import version

        sys.stdout.write(f"onrecord {version()}\n")
        parser.exit()


def build_parser() -> Parser:
    """The parser of `onrecord`. What it gives has `run`, the verb's function from arguments to exit code."""
    parser = Parser(prog="onrecord", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit (default: do not)")
    _add_shared(parser, library=None, json=False, verbose=0)
    parser.set_defaults(run=None)
    add_verb = parser.add_subparsers(metavar="VERB", title="verbs", parser_class=Parser).add_parser
    for name, told, add_arguments, run in _VERBS:
        verb = add_verb(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
        add_arguments(verb)
        _add_shared(verb)
        verb.set_defaults(run=run)
    return parser


def _add_shared(parser: argparse.ArgumentParser, **defaults: object) -> None:
    """The options that may stand before or after the verb; only those before it have defaults, so that the verb's
    parser leaves what was given before it as it is.
    """
    default = {name: defaults.get(name, argparse.SUPPRESS) for name in ("library", "json", "verbose")}
    shared = parser.add_argument_group("with every verb")
    shared.add_argument(
        "--library",
        type=values.folder,
        default=default["library"],
        metavar="DIR",
        help="the library's folder (default: ONRECORD_LIBRARY, or a folder of yours)",
    )
    shared.add_argument(
        "--json", action="store_true", default=default["json"], help="print JSON (default: text for people)"
    )
    shared.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=default["verbose"],
        help="log to standard error what happens, -vv with details (default: warnings only)",
    )


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", nargs="+", metavar="PATH|URL", help="a file, a folder, or the address of a page or feed"
    )
    parser.add_argument(
        "--every",
        type=values.interval,
        metavar="TIME",
        help="go on, and add what is new after each TIME, such as 30m, 2h or 1d (default: add once)",
    )


def _list(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def _show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("article", metavar="ARTICLE", help="an article's id, as 'onrecord list' names it")
    parser.add_argument("--version", type=values.count, metavar="V", help="which version of it (default: the newest)")
    parser.add_argument(
        "--text",
        action="store_true",
        help="print exactly the text that citations index, in UTF-8 (default: with title, source and date above it)",
    )


def _remove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("article", metavar="ARTICLE", help="an article's id, as 'onrecord list' names it")
    parser.add_argument(
        "--purge", action="store_true", help="erase every version of it (default: keep what answers have cited)"
    )


def _search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", type=values.question, metavar="QUESTION", help="what to look for")
    parser.add_argument("-k", type=values.count, default=10, metavar="N", help="how many passages (default: 10)")
    _add_filters(parser)


def _timeline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", type=values.question, metavar="QUESTION", help="what to tell the times of")
    parser.add_argument("-k", type=values.count, default=30, metavar="N", help="from how many passages (default: 30)")
    _add_filters(parser)


def _ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", type=values.question, metavar="QUESTION", help="the question, in quotation marks")
    _add_filters(parser)
    parser.add_argument(
        "--follow", metavar="TURN", help="take it as following the answer with this turn id (default: a new topic)"
    )
    parser.add_argument("--quotes", action="store_true", help="answer with quotes, no model (default: the writer)")


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", metavar="TURN|FILE", help="a turn's id, or a JSON file that 'export' or 'ask --json' wrote"
    )


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("turn", metavar="TURN", help="a turn's id, as 'onrecord ask' names it below its answer")
    parser.add_argument("--format", choices=("md", "json"), default="md", help="Markdown or JSON (default: md)")


def _stale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("turn", nargs="*", metavar="TURN", help="only these turns (default: all that are stale)")
    parser.add_argument("--again", action="store_true", help="ask them again and print the answers (default: list)")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as-of",
        type=values.day,
        metavar="DATE",
        help="the day to ask from; later articles are left out (default: that of the newest dated article)",
    )
    parser.add_argument(
        "--since", type=values.day, metavar="DATE", help="only articles from this day on (default: any)"
    )
    parser.add_argument("--until", type=values.day, metavar="DATE", help="only articles up to this day (default: any)")
    parser.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="SOURCE",
        help="only articles of this source; may be given several times (default: any)",
    )
    parser.add_argument(
        "--undated",
        action="store_true",
        help="let articles without a date pass --since and --until (default: leave them out)",
    )


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="HOST", help="where to listen (default: ONRECORD_HOST, or 127.0.0.1)")
    parser.add_argument(
        "--port", type=values.port, metavar="PORT", help="the port, 0 for any (default: ONRECORD_PORT, or 7860)"
    )
    parser.add_argument("--open", action="store_true", help="open a browser on it (default: do not)")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fetch", action="store_true", help="fetch the writer's model too, 1.1 GB, if it is missing (default: do not)"
    )
    parser.add_argument(
        "--rebuild",
        action="store_true",
        help="build the indexes anew, and embed anew if the settings name another model (default: do not)",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="read every byte of texts, models and indexes again, and start the writer once (default: trust what was "
        "checked)",
    )


_VERBS = (
    ("add", "add articles, or bring those that changed up to date", _add, verbs.add),
    ("list", "list the articles", _list, verbs.list_articles),
    ("show", "show an article", _show, verbs.show),
    ("remove", "remove an article from answers", _remove, verbs.remove),
    ("search", "find passages, best first", _search, verbs.search),
    ("timeline", "tell what happened when, in quotes, earliest first", _timeline, verbs.timeline),
    ("ask", "ask the articles a question", _ask, verbs.ask),
    ("verify", "check a given answer again, quote by quote", _verify, recorded.verify),
    ("export", "write a given answer with footnotes, or as JSON", _export, recorded.export),
    ("stale", "list answers whose articles were changed or removed since", _stale, recorded.stale),
    ("eval", "run golden questions and measure the answers", evaluation.add_arguments, verbs.evaluate),
    ("golden", "look after golden questions", golden_command.add_arguments, verbs.golden),
    ("serve", "open the chat page on this machine", _serve, verbs.serve),
    ("mcp", "be a tool of an assistant, over standard input and output", _list, verbs.mcp),
    ("user", "look after who may use a server beyond this machine", users.add_arguments, users.run),
    ("token", "make or revoke what admits to a server beyond this machine", tokens.add_arguments, tokens.run),
    ("backup", "write the library to one file, while it is in use", backups.add_file, backups.backup),
    ("restore", "make a library from a backup, where there is none", backups.add_file, backups.restore),
    ("doctor", "check the environment, the library and the models", _doctor, verbs.doctor),
)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, checked as far as that goes without opening anything. Ends the program on misuse."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.run is None:
        parser.error("name a verb, such as ask")
    since, until = getattr(args, "since", None), getattr(args, "until", None)
    if since and until and since > until:
        parser.error(f"--since {since} is after --until {until}: no day lies between them")
    return args
