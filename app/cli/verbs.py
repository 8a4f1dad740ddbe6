"""What each verb does, from its arguments to its exit code. Leaves out: the options (parser) and how values are
printed (printing).

Nothing heavy is imported before a verb runs.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.desk import Desk
    from index.articles import Added


def add(args: argparse.Namespace) -> int:
    """Add files, folders and addresses; 1 when any of them failed. With --every again and again, until interrupted."""
    import time

    code = _add_once(args)
    while args.every is not None:
        time.sleep(args.every)
        code = _add_once(args)
    return code


def _add_once(args: argparse.Namespace) -> int:
    from app.cli import terminal
    from app.cli.opening import desk_at_work
    from app.cli.printing import added_record, added_summary
    from app.cli.progress import article_bar

    with desk_at_work(args, writer=False, seeded=False) as desk, article_bar() as progress:
        outcomes: list[Added] = desk.add(*args.target, progress=progress)
    if args.json:
        for outcome in outcomes:
            terminal.write_json(added_record(outcome), indent=None)
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    for outcome in failed:
        sys.stderr.write(f"failed: {terminal.shown(outcome.origin)}: {terminal.shown(outcome.error or '')}\n")
    if not args.json:
        terminal.write(added_summary(outcomes))
    return 1 if failed else 0


def list_articles(args: argparse.Namespace) -> int:
    """List the articles."""
    from dataclasses import asdict

    from app.cli import terminal
    from app.cli.opening import opened_desk
    from app.cli.printing import articles_table

    with opened_desk(args, writer=False) as desk:
        articles = desk.articles()
    if args.json:
        terminal.write_json([asdict(article) for article in articles])
    elif articles:
        terminal.write(articles_table(articles))
    else:
        terminal.tell("there are no articles in this library: add some with 'onrecord add PATH'")
    return 0


def show(args: argparse.Namespace) -> int:
    """Show an article, or exactly its text."""
    from app.cli import terminal
    from app.cli.opening import opened_desk
    from app.cli.printing import version_record, version_text

    with opened_desk(args, writer=False) as desk:
        version = desk.article(args.article, args.version)
    if args.json:
        terminal.write_json(version_record(version))
    elif args.text:
        terminal.write_exactly(version.text)
    else:
        terminal.write(version_text(version))
    return 0


def remove(args: argparse.Namespace) -> int:
    """Remove an article."""
    from app.cli import terminal
    from app.cli.opening import desk_at_work

    with desk_at_work(args, writer=False) as desk:
        desk.remove(args.article, purge=args.purge)
    if args.json:
        terminal.write_json({"article_id": args.article, "removed": True, "purged": args.purge})
    else:
        kept = "every version of it is erased" if args.purge else "answers given before can still be checked"
        terminal.write(f"removed {terminal.shown(args.article)}: {kept}")
    return 0


def search(args: argparse.Namespace) -> int:
    """Find passages."""
    from app.cli import terminal
    from app.cli.opening import desk_at_work
    from app.cli.printing import retrieved_record, retrieved_text

    with desk_at_work(args, writer=False) as desk:
        retrieved = desk.search(args.question, k=args.k, **_filters(args))
    if args.json:
        terminal.write_json(retrieved_record(args.question, retrieved))
    else:
        terminal.write(retrieved_text(retrieved))
    return 0


def timeline(args: argparse.Namespace) -> int:
    """Tell what happened when; where no passage names a time, that is said and is no failure."""
    from app.cli import terminal
    from app.cli.opening import desk_at_work
    from app.cli.printing import timeline_record, timeline_text

    with desk_at_work(args, writer=False) as desk:
        found = desk.timeline(args.question, k=args.k, **_filters(args))
    if args.json:
        terminal.write_json(timeline_record(args.question, found))
    else:
        terminal.write(timeline_text(found))
    return 0


def ask(args: argparse.Namespace) -> int:
    """Ask a question; an abstention is an answer, and so is one of quotes."""
    from app.cli import terminal
    from app.cli.opening import desk_at_work
    from app.cli.printing import answer_text
    from app.cli.progress import asked

    with desk_at_work(args, writer=not args.quotes) as desk:
        options = _filters(args) | {"follow": args.follow, "quotes_only": args.quotes}
        answer = asked(desk, args.question, options)
    if args.json:
        terminal.write_json(answer.to_json())
        return 0
    terminal.write(answer_text(answer))
    if answer.fallback:
        terminal.tell(f"answered with quotes: {answer.fallback}")
    return 0


def evaluate(args: argparse.Namespace) -> int:
    """Run golden questions, or compare runs."""
    from app.cli import evaluating

    return evaluating.run(args)


def golden(args: argparse.Namespace) -> int:
    """Check golden questions, or print their schema."""
    from app.cli import evaluating

    return evaluating.golden(args)


def serve(args: argparse.Namespace) -> int:
    """Serve the chat page until interrupted."""
    from app.cli.logs import announce
    from app.cli.opening import load, open_desk
    from app.members import anybody_admitted
    from app.web import command
    from app.web.bounds import Bounds

    settings = load(args)

    def opened() -> Desk:
        from app.cli.progress import watch_writer

        desk = open_desk(settings, writer=True, fetch_writer=True)
        watch_writer(desk)
        return desk

    door = command.Door.of(settings)
    admitted = partial(anybody_admitted, settings.library, settings.database_url)
    command.refuse_open_house(settings.host, door, anybody_admitted=admitted)
    command.serve(
        opened,
        host=settings.host,
        port=settings.port,
        door=door,
        bounds=Bounds.of(settings),
        library=settings.library,
        open_browser=args.open,
        announce=announce,
    )
    return 0


def mcp(args: argparse.Namespace) -> int:
    """Serve an assistant over standard input and output until the input ends."""
    from app.cli.opening import load, open_desk
    from app.web import command

    settings = load(args)
    command.serve_streams(lambda: open_desk(settings, writer=True))
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Check everything, mend what is asked for; 1 when a problem is left."""
    from app.cli import examining

    return examining.run(args)


def _filters(args: argparse.Namespace) -> dict[str, Any]:
    return {
        "as_of": args.as_of,
        "since": args.since,
        "until": args.until,
        "sources": tuple(args.source),
        "undated": args.undated,
    }
