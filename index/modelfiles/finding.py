"""Is a model on this disk, and whole? Leaves out: fetching it.

Hashing the writer takes over a second, so a file that was found right is trusted by a stamp: the size
and the time of change it had then, kept in the cache.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

from index.errors import ModelFileError
from index.modelfiles.models import Model, ModelFile

log = logging.getLogger(__name__)


def model_folder(model: Model, cache_dir: Path) -> Path:
    """Where the cache keeps this model."""
    return cache_dir / "models" / model.name


def find(model: Model, cache_dir: Path, named: Path | None = None) -> Path | None:
    """The model's weights with its other files beside them, or None. Uses no network.

    `named` is a file the user says holds the weights: it is used where it lies when the model's other
    files lie beside it. Raises ModelFileError when it does not exist or is another file.
    """
    folder = model_folder(model, cache_dir)
    if named is not None:
        check_named(model, cache_dir, named)
        if all(is_whole(named.with_name(file.name), file, folder) for file in model.files[1:]):
            return named
    if all(is_whole(folder / file.name, file, folder) for file in model.files):
        return folder / model.files[0].name
    return None


def verify(model: Model, cache_dir: Path, named: Path | None = None) -> Path | None:
    """As `find`, but every byte is hashed again, and a file that is wrong raises ModelFileError."""
    folder = model_folder(model, cache_dir)
    weights = named or folder / model.files[0].name
    places = [weights, *(weights.with_name(file.name) for file in model.files[1:])]
    for place, file in zip(places, model.files, strict=True):
        _stamp_path(place, folder).unlink(missing_ok=True)
        if place.exists() and (found := wrong_hash(place, file, folder)):
            raise ModelFileError(f"{mismatch(place, file, found)}: remove it and run 'onrecord doctor --fetch'")
    return find(model, cache_dir, named)


def check_named(model: Model, cache_dir: Path, named: Path) -> None:
    """Raises ModelFileError unless `named` holds the weights of this model."""
    weights = model.files[0]
    if not named.is_file():
        raise ModelFileError(
            f"the model file {named} does not exist: correct its name in the settings, or leave it out"
        )
    if found := wrong_hash(named, weights, model_folder(model, cache_dir)):
        raise ModelFileError(f"{mismatch(named, weights, found)}; name another file in the settings, or none")


def is_whole(path: Path, file: ModelFile, folder: Path) -> bool:
    """Does `path` hold `file`? A wrong one is logged and counts as missing."""
    if not path.is_file():
        return False
    found = wrong_hash(path, file, folder)
    if found:
        log.warning("%s; it is not used", mismatch(path, file, found))
    return not found


def wrong_hash(path: Path, file: ModelFile, folder: Path) -> str | None:
    """What `path` has instead of the file's hash, or None when it is right. `folder` keeps the stamps."""
    try:
        stat = path.stat()
        stamp = json.dumps([str(path.resolve()), stat.st_size, stat.st_mtime_ns, file.sha256])
        kept = _stamp_path(path, folder)
        if stat.st_size == file.size and kept.is_file() and kept.read_text() == stamp:
            return None
        found = sha256_of(path)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read ({error.strerror}): correct its permissions") from error
    if found != file.sha256:
        return found
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(stamp)
    except OSError as error:  # a cache that is read-only, or full: it is hashed again next time
        log.debug("could not keep %s: %s", kept, error)
    return None


def sha256_of(path: Path) -> str:
    """The file's sha256 in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def mismatch(path: Path, file: ModelFile, found: str) -> str:
    """Both hashes in words."""
    return f"{path} has sha256 {found}, but {file.name} has {file.sha256}"


def _stamp_path(path: Path, folder: Path) -> Path:
    key = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return folder / f".verified-{key}.json"
