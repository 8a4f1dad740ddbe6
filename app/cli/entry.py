"""From arguments to an exit code: 0 answered or abstained, 1 failed, 2 misused, 130 interrupted.

Leaves out: the verbs themselves.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from app.cli import terminal
from app.cli.logs import as_json, logging_to_stderr
from app.cli.parser import parse
from app.errors import ConfigError, QuestionError
from index.errors import OnRecordError

logger = logging.getLogger(__name__)

FAILED = 1
MISUSED = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; raises SystemExit only for `--help`, `--version` and misuse."""
    terminal.prepare()
    try:
        args = parse(argv)
        with logging_to_stderr(args.verbose):
            return _run(args)
    except KeyboardInterrupt:
        terminal.tell("interrupted")
        return INTERRUPTED


def _run(args: argparse.Namespace) -> int:
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (QuestionError, ConfigError) as error:
        return _failed(error, MISUSED, args)
    except OnRecordError as error:
        return _failed(error, FAILED, args)
    except BrokenPipeError:
        terminal.silence()
        return FAILED
    except MemoryError:
        terminal.tell("out of memory: close other programs, or give it less at a time")
        return FAILED
    except Exception as error:  # the border: whatever it is, the user gets one line
        if args.verbose:
            logger.exception("unexpected error")
        terminal.tell(f"unexpected {type(error).__name__}: {error}{'' if args.verbose else ': -v shows where'}")
        return FAILED
    return code


def _failed(error: OnRecordError, code: int, args: argparse.Namespace) -> int:
    if args.verbose > 1:
        logger.debug("where it was raised", exc_info=error)
    if as_json():
        logger.error("%s", error)
    else:
        terminal.tell(str(error))
    return code
