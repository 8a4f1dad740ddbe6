"""Are the files of a Chroma build the bytes that were written? Leaves out: mending (chromavectors builds anew).

Chroma reads its HNSW files without looking whether they are whole, and one that is cut off or changed can end the
process that opens it, or be searched wrongly without a word. So they are never opened before they are compared with
checksums taken after the last change: 0.1 s of processor time for 187 MB (109,462 chunks). A process killed while
Chroma wrote leaves files that match no checksum, and they are made anew from the library. Chroma's SQLite file is not
among them: damage to that raises an ordinary error, and it changes without our doing.
"""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path

from index.tables import storage_errors

SEAL_NAME = "seal.json"
_PUT_AWAY = "index_metadata.pickle"
"""What a segment has from the first time that its index is written, past a thousand vectors."""
_BLOCK_BYTES = 1 << 20

Known = dict[str, tuple[int, int, int]]
"""By file: its size, the time of its last change in nanoseconds, and its checksum."""


def seal(folder: Path, build: str, known: Known) -> Known:
    """Writes down what the files of a build are now. Those that `known` tells of are read only where they changed."""
    with storage_errors(folder.parent):
        files: Known = {}
        for path in _files(folder / build):
            name, status = path.relative_to(folder / build).as_posix(), path.stat()
            before = known.get(name)
            unchanged = before is not None and before[:2] == (status.st_size, status.st_mtime_ns)
            checksum = before[2] if before is not None and unchanged else _checksum(path)
            files[name] = (status.st_size, status.st_mtime_ns, checksum)
        record = {"build": build, "files": {name: [size, checksum] for name, (size, _, checksum) in files.items()}}
        new = folder / f"{SEAL_NAME}.{os.getpid()}.new"
        with new.open("w", encoding="utf-8") as file:
            json.dump(record, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / SEAL_NAME)
    return files


def is_sealed(folder: Path) -> bool:
    """Whether there is a seal at all: an index from before there were any has none."""
    return (folder / SEAL_NAME).exists()


def broken(folder: Path, build: str) -> list[str]:
    """The names of files of a build that are not what was sealed, or the seal's own where it is none of this build."""
    try:
        record = json.loads((folder / SEAL_NAME).read_text("utf-8"))
        sealed = {str(name): (int(size), int(checksum)) for name, (size, checksum) in record["files"].items()}
        if record["build"] != build:
            return [SEAL_NAME]
        found = {path.relative_to(folder / build).as_posix(): path for path in _files(folder / build)}
        return sorted(
            name
            for name in {*sealed, *found}
            if name not in sealed or name not in found or sealed[name] != _seen(found[name], sealed[name][0])
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return [SEAL_NAME]


def _files(build: Path) -> list[Path]:
    """The HNSW files that Chroma will read; those of a segment not put away yet it makes anew at each opening."""
    return sorted(path for put_away in build.glob(f"*/{_PUT_AWAY}") for path in put_away.parent.iterdir())


def _seen(path: Path, size: int) -> tuple[int, int]:
    """What a file is; one of another size than `size` is not read."""
    found = path.stat().st_size
    return found, _checksum(path) if found == size else -1


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            checksum = zlib.crc32(block, checksum)
    return checksum
