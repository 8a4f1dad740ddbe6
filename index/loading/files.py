"""A file or a folder to articles: what is there, how large it is, who reads it. Leaves out: the kinds themselves."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from index.articles import Added, Article
from index.errors import LoadingError, TooLargeError, UnreadableError
from index.loading.inputs import Input, failed, one_line
from index.loading.kinds import READERS, RECORD_READERS, kind_of, unsupported
from index.loading.limits import Limits, megabytes
from index.loading.records import unpacked


def read_path(path: Path, limits: Limits) -> Iterator[Article | Added]:
    """The articles of a file, or of the files of a folder; what cannot be read is a failed Added."""
    try:
        path = path.expanduser().resolve(strict=True)
        is_folder = path.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        yield failed(str(path), _unreachable(path, error))
        return
    yield from read_folder(path, limits) if is_folder else read_file(path, limits)


def read_file(path: Path, limits: Limits) -> Iterator[Article | Added]:
    """The articles of one file, whose size is checked before anything of it is read."""
    given = Input(origin=one_line(str(path)), name=one_line(path.name))
    try:
        kind = kind_of(path.name)
        if kind not in READERS and kind not in RECORD_READERS:
            raise unsupported(kind, given.name)
        _check(path, kind, given, limits)
        if kind in RECORD_READERS:
            with path.open("rb") as stream:
                yield from RECORD_READERS[kind](unpacked(stream, path.name), given, limits)
        else:
            with path.open("rb") as stream:
                data = stream.read(limits.file_bytes + 1)
            yield read_data(kind, data, given, limits)
    except LoadingError as error:
        yield failed(given.origin, error)
    except OSError as error:
        yield failed(given.origin, _unreachable(path, error))


def read_data(kind: str, data: bytes, given: Input, limits: Limits) -> Article:
    """The one article of `data`, which is of a kind in READERS. Raises a LoadingError."""
    if len(data) > limits.file_bytes:
        raise _too_large(given, len(data), limits.file_bytes)
    return READERS[kind](data, given, limits)


def read_upload(name: str, data: bytes, limits: Limits) -> Iterator[Article | Added]:
    """The articles of bytes that came under a name; only the last part of the name is used."""
    name = one_line(name.replace("\\", "/").rpartition("/")[2])
    kind = kind_of(name)
    yield from read_bytes(kind, data, Input(origin=name, name=name), limits)


def read_bytes(kind: str, data: bytes, given: Input, limits: Limits) -> Iterator[Article | Added]:
    """The articles of bytes of a kind that may also be one that is not read."""
    try:
        if kind in RECORD_READERS:
            yield from RECORD_READERS[kind](unpacked(BytesIO(data), given.name), given, limits)
        elif kind in READERS:
            yield read_data(kind, data, given, limits)
        else:
            raise unsupported(kind, given.name)
    except LoadingError as error:
        yield failed(given.origin, error)


def read_folder(folder: Path, limits: Limits) -> Iterator[Article | Added]:
    """The articles of a folder and the folders in it, in the order of their paths.

    Hidden files are skipped. A kind of file that is not read is reported once, with how many there are.
    """
    unread: dict[str, list[Path]] = {}
    found = False
    for path in walk(folder):
        if isinstance(path, Added):
            yield path
        elif (kind := kind_of(path.name)) in READERS or kind in RECORD_READERS:
            found = True
            yield from read_file(path, limits)
        else:
            unread.setdefault(kind, []).append(path)
    for kind, paths in unread.items():
        name = one_line(paths[0].name) + (f" and {len(paths) - 1:,} more" if len(paths) > 1 else "")
        yield failed(str(paths[0]), unsupported(kind, name))
    if not found and not unread:
        shown = one_line(folder.name)
        yield failed(str(folder), UnreadableError(f"{shown} is a folder with no article in it: name another folder"))


def walk(folder: Path) -> Iterator[Path | Added]:
    """The files under `folder` by resolved path, sorted, each once; a folder that cannot be listed is an Added.

    A symbolic link is followed, but no file or folder is visited twice, so that links cannot lead in circles.
    """
    seen: set[Path] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            real = path.resolve(strict=True)
            if real in seen:
                continue
            seen.add(real)
            if real.is_dir():
                inside = sorted(entry for entry in real.iterdir() if not entry.name.startswith("."))
                waiting += reversed(inside)
            else:
                yield real
        except (OSError, ValueError, RuntimeError) as error:
            yield failed(str(path), _unreachable(path, error))


def _check(path: Path, kind: str, given: Input, limits: Limits) -> None:
    found = path.stat()
    # Opening a named pipe waits for ever, reading a device never ends.
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError(f"{given.name} is not a regular file: name a file or a folder")
    most = limits.records_bytes if kind in RECORD_READERS else limits.file_bytes
    if found.st_size > most:
        raise _too_large(given, found.st_size, most)


def _too_large(given: Input, size: int, most: int) -> TooLargeError:
    return TooLargeError(f"{given.name} is {megabytes(size)}, more than {megabytes(most)}: split it and add the parts")


def _unreachable(path: Path, error: Exception) -> UnreadableError:
    shown = one_line(str(path))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return UnreadableError(f"{shown} does not exist: check the path")
    if isinstance(error, PermissionError):
        return UnreadableError(f"{shown} may not be read by you: change its permissions, or copy it")
    reason = getattr(error, "strerror", None) or str(error)
    return UnreadableError(f"{shown} cannot be opened ({reason}): check the path")
