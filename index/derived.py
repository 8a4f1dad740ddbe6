"""What the derived indexes have in common: a mark that says what they were built from, and builds that replace
each other whole. Leaves out: what is in them (vectors, keywords).

A derived index lives in a folder of the library's, each build of it in a folder of its own inside; `generation.json`
names the build in use and the library, format and generation it reflects, and is replaced atomically after the build
has been written. A build interrupted at any instant is so either redone from the mark or not looked at.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from index.library import Library
from index.tables import storage_errors

logger = logging.getLogger(__name__)

MARK_NAME = "generation.json"
CHANGING_NAME = "changing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a derived index was built from. `build` names its folder."""

    format: str
    library_id: str
    generation: int
    build: str

    def follows(self, library: Library, *, index_format: str, latest: int) -> bool:
        """Whether the build can be brought to generation `latest` of `library`, instead of being made anew."""
        return self.format == index_format and self.library_id == library.library_id and self.generation <= latest


def read_mark(folder: Path) -> Mark | None:
    """The mark of the index in `folder`, None where there is none that can be read."""
    try:
        record: dict[str, Any] = json.loads((folder / MARK_NAME).read_text("utf-8"))
        mark = Mark(
            format=str(record["format"]),
            library_id=str(record["library_id"]),
            generation=int(record["generation"]),
            build=str(record["build"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return mark if mark.build.isalnum() else None


def write_mark(folder: Path, mark: Mark) -> None:
    """Replaces the mark at one stroke; what it vouches for must be on the disk before."""
    new = folder / f"{MARK_NAME}.{os.getpid()}.new"
    with storage_errors(folder.parent):
        with new.open("w", encoding="utf-8") as file:
            json.dump(asdict(mark), file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / MARK_NAME)


def forget(folder: Path) -> None:
    """Makes whoever opens the index build it anew, without looking at what is there. The caller holds its lock."""
    with storage_errors(folder.parent):
        (folder / MARK_NAME).unlink(missing_ok=True)


def begin_change(folder: Path) -> None:
    """Notes that the index in `folder` is being written to; a process that is killed meanwhile leaves the note."""
    (folder / CHANGING_NAME).touch()


def end_change(folder: Path) -> None:
    """Takes the note away, once the mark tells of all that was written."""
    (folder / CHANGING_NAME).unlink(missing_ok=True)


def was_left(folder: Path) -> bool:
    """Whether an index was left in the middle of a change: what does not fit together then is no damage."""
    return (folder / CHANGING_NAME).exists()


def tell_anew(name: str, library: Library, why: object, *, left: bool) -> None:
    """Says that an index is built anew: a warning where its files are damaged, and not where it `was_left`."""
    if left:
        logger.info("%s of %s was not closed (its process was ended) and is built anew", name, library.folder)
    else:
        logger.warning("%s of %s is damaged (%s) and is built anew", name, library.folder, why)


def new_mark(library: Library, *, index_format: str, generation: int) -> Mark:
    """The mark of a build that is yet to be made."""
    return Mark(format=index_format, library_id=library.library_id, generation=generation, build=uuid4().hex)


def at_generation(mark: Mark, generation: int) -> Mark:
    """The same build, brought to another generation."""
    return replace(mark, generation=generation)


def delete_other_builds(folder: Path, keep: str) -> None:
    """Deletes the builds that are not in use. The caller holds the index's lock."""
    for path in folder.iterdir():
        if path.is_dir() and path.name != keep:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def index_lock(path: Path, *, wait_seconds: float) -> Iterator[bool]:
    """Holds the lock file at `path`, or gives False when another has it for longer than `wait_seconds`."""
    lock = FileLock(path, thread_local=False)
    with storage_errors(path.parent):
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            logger.debug("%s is held by another", path)
    try:
        yield lock.is_locked
    finally:
        lock.release()
