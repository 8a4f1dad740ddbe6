"""Where log records go while a command runs, as lines for people or as JSON. Leaves out: what is logged.

With `ONRECORD_LOG_FORMAT=json` standard error holds one JSON object a line: time, level, logger and message, and what a
record brings as `fields`; our own records from INFO on, without a `-v`.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from app.cli.terminal import shown

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
NOISY = tuple(
    "chromadb filelock fontTools gradio htmldate httpcore httpx huggingface_hub llama_index openai pypdf trafilatura"
    " urllib3 uvicorn".split()
)
SAID_ANYWAY = ("app.answering", "app.supply")  # their warnings are in the answer, as its `fallback`


def as_json() -> bool:
    """Whether lines are wanted for programs."""
    return os.environ.get("ONRECORD_LOG_FORMAT") == "json"


def announce(text: str) -> None:
    """Tells who runs a server something in its log's own form."""
    if as_json():
        logging.getLogger("app.cli").info("%s", text)
    else:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


@contextmanager
def logging_to_stderr(verbosity: int) -> Iterator[None]:
    """One handler on standard error: warnings, INFO from verbosity 1, DEBUG from 2.

    Libraries that tell a lot speak one level less, and at verbosity 0 only of errors; so do Python's warnings, and
    what tells of things that the output tells as well.
    """
    root = logging.getLogger()
    verbosity = max(verbosity, 1) if as_json() else verbosity
    level = LEVELS[min(verbosity, len(LEVELS) - 1)]
    handler = _Stderr(level)
    handler.setFormatter(
        _Json()
        if as_json()
        else _OneLine("%(levelname)s %(name)s: %(message)s" if verbosity else "onrecord: %(message)s")
    )
    noisy = [logging.getLogger(name) for name in (*NOISY, *SAID_ANYWAY, "py.warnings")]
    before = [(logger, logger.level) for logger in (root, *noisy)]
    root.addHandler(handler)
    root.setLevel(level)
    for logger in noisy:
        logger.setLevel(logging.ERROR if verbosity == 0 else logging.WARNING if verbosity == 1 else logging.INFO)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)
        for logger, was in before:
            logger.setLevel(was)


class _Stderr(logging.Handler):
    """Writes to what sys.stderr is at the moment: a progress bar puts itself in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001 - as every handler of logging does: a log line must not end the program
            self.handleError(record)


class _OneLine(logging.Formatter):
    """Messages may hold text of articles, which must not steer a terminal; tracebacks only where they are asked for."""

    def format(self, record: logging.LogRecord) -> str:
        line = self.formatMessage(_with_message(record))
        if record.exc_info and logging.getLogger().level < logging.WARNING:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line


class _Json(logging.Formatter):
    """One object a record. A traceback is part of it from ERROR on: there it is a fault of ours."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.levelno >= logging.ERROR:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


def _with_message(record: logging.LogRecord) -> logging.LogRecord:
    record.message = shown(record.getMessage())
    return record
