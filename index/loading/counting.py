"""How many articles a target will give, for a progress bar. Leaves out: whether they can be read."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path

from index.loading.files import walk
from index.loading.kinds import READERS, RECORD_READERS, kind_of
from index.loading.records import unpacked

_CHEAP_BYTES = 100 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024


def count(target: str | Path) -> int | None:
    """About how many articles `load` will give; None where only reading would tell (.json, a very large .jsonl).

    Files are counted, and the lines of a .jsonl (11.7 MB, packed, in 0.2 s). An address counts as one.
    """
    if isinstance(target, str) and "://" in target:
        return 1
    total = 0
    try:
        for path in _files(Path(target).expanduser()):
            kind = kind_of(path.name)
            number = 1 if kind in READERS else _records(path, kind) if kind in RECORD_READERS else 0
            if number is None:
                return None
            total += number
    except (OSError, ValueError, RuntimeError, EOFError, lzma.LZMAError, zlib.error):
        return None
    return total


def _files(path: Path) -> Iterator[Path]:
    return (found for found in walk(path) if isinstance(found, Path))


def _records(path: Path, kind: str) -> int | None:
    if kind == ".json" or not path.is_file() or path.stat().st_size > _CHEAP_BYTES:
        return None
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        stream = unpacked(file, path.name)
        while piece := stream.read(_PIECE_BYTES):
            lines += piece.count(b"\n")
            last = piece[-1:]
    return lines + (last != b"\n")
