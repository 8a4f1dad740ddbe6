"""Are the keyword index's files the bytes that were written? tantivy ends each with a checksum, and reads without
looking at it. Leaves out: mending (keywords builds anew).
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from index.derived import read_mark

_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
_MAGIC = 1337
"""tantivy's footer: the payload, a JSON object with its CRC-32, that object's length, and this number."""
_TAIL = struct.Struct("<II")


def damaged_files(folder: Path) -> list[str]:
    """The names of files of the build in use that are missing, cut off or changed; empty where there is no build."""
    mark = read_mark(folder)
    if mark is None:
        return []
    return [f"{part}/{name}" for part in ("chunks", "articles") for name in _damaged(folder / mark.build / part)]


def _damaged(index: Path) -> Iterator[str]:
    try:
        segments = json.loads((index / "meta.json").read_text("utf-8"))["segments"]
        names = [name for segment in segments for name in _names(segment)]
        json.loads((index / ".managed.json").read_text("utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        yield "meta.json"
        return
    for name in names:
        if not _is_whole(index / name):
            yield name


def _names(segment: dict[str, object]) -> Iterator[str]:
    """The files of a segment, as meta.json tells of it."""
    stem = str(segment["segment_id"]).replace("-", "")
    yield from (f"{stem}.{part}" for part in _PARTS)
    deletes = segment.get("deletes")
    if isinstance(deletes, dict):
        yield f"{stem}.{deletes['opstamp']}.del"


def _is_whole(path: Path) -> bool:
    try:
        data = path.read_bytes()
        length, magic = _TAIL.unpack(data[-_TAIL.size :])
        footer = json.loads(data[-_TAIL.size - length : -_TAIL.size])
        return bool(magic == _MAGIC and footer["crc"] == zlib.crc32(data[: -_TAIL.size - length]))
    except (OSError, ValueError, TypeError, KeyError, struct.error):
        return False
