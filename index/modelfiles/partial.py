"""A model file on its way: it grows at its end and gets its name when its hash is right. Leaves out: the sources."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import ModelFileError
from index.modelfiles.finding import mismatch, sha256_of
from index.modelfiles.models import ModelFile, SourceError


class WrongHashError(SourceError):
    """All bytes came, but they are not the file."""


class Progress:
    """Bytes of a whole model, told to `callback(done, total)`; what it is told never goes back."""

    def __init__(self, callback: Callable[[int, int], None] | None, total: int) -> None:
        self._callback = callback
        self._total = total
        self._told = 0

    def tell(self, done: int) -> None:
        """Whatever the callback raises ends the fetching."""
        self._told = min(max(self._told, done), self._total)
        if self._callback:
            self._callback(self._told, self._total)


class Partial:
    """The first bytes of `file`, in `folder`. `done_before` counts bytes of the model's other files.

    Whatever source wrote them, they are the beginning of the same file: another source may go on.
    """

    def __init__(self, file: ModelFile, folder: Path, *, done_before: int, progress: Progress) -> None:
        self.file = file
        self.path = folder / f"{file.name}.partial"
        self.done_before = done_before
        self.progress = progress

    @property
    def length(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size if self.path.exists() else 0

    def tell(self, arriving: int = 0) -> None:
        """Tell the progress, with `arriving` bytes that are not in the file yet."""
        self.progress.tell(self.done_before + min(self.length + arriving, self.file.size))

    def write(self, chunks: Iterable[bytes], *, start: int) -> None:
        """Replace everything from byte `start` on. Raises SourceError when it becomes too long."""
        with storing_in(self.path.parent), self.path.open("ab") as opened:
            opened.truncate(start)
            position = start
            for chunk in chunks:
                opened.write(chunk)
                position += len(chunk)
                if position > self.file.size:
                    raise SourceError(f"{self.file.name} is longer than its {self.file.size:,} bytes")
                self.progress.tell(self.done_before + position)

    def finish(self) -> Path:
        """The file under its own name. Raises WrongHashError, and leaves no file behind."""
        found = sha256_of(self.path)
        if found != self.file.sha256:
            self.path.unlink()
            raise WrongHashError(mismatch(self.path.with_name(self.file.name), self.file, found))
        return self.path.replace(self.path.with_name(self.file.name))


@contextmanager
def storing_in(folder: Path) -> Iterator[None]:
    """Turns what the system says about writing into a ModelFileError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(folder) from error
        raise ModelFileError(
            f"{folder} cannot be used ({error.strerror or error}): set ONRECORD_CACHE_DIR to a folder of yours"
        ) from error


def disk_full(folder: Path, detail: str = "") -> ModelFileError:
    """The error for a full disk."""
    return ModelFileError(
        f"the disk that holds {folder} is full{detail}: free some space, or set ONRECORD_CACHE_DIR to another disk"
    )
