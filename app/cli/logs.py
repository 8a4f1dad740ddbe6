"""Where log records go while a command runs. Leaves out: what is logged."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.cli.terminal import shown

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
NOISY = tuple(
    "chromadb filelock fontTools gradio htmldate httpcore httpx huggingface_hub llama_index openai pypdf trafilatura"
    " urllib3 uvicorn".split()
)
SAID_ANYWAY = ("app.answering", "app.supply")  # their warnings are in the answer, as its `fallback`


@contextmanager
def logging_to_stderr(verbosity: int) -> Iterator[None]:
    """One handler on standard error: warnings, INFO from verbosity 1, DEBUG from 2.

    Libraries that tell a lot speak one level less, and at verbosity 0 only of errors; so do Python's warnings, and
    what tells of things that the output tells as well.
    """
    root = logging.getLogger()
    level = LEVELS[min(verbosity, len(LEVELS) - 1)]
    handler = _Stderr(level)
    handler.setFormatter(_OneLine("%(levelname)s %(name)s: %(message)s" if verbosity else "onrecord: %(message)s"))
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


def _with_message(record: logging.LogRecord) -> logging.LogRecord:
    record.message = shown(record.getMessage())
    return record
