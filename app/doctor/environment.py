"""What OnRecord runs on: Python, packages, settings, disks. Leaves out: the models and the library."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from app.config import Settings
from app.doctor.findings import Finding, note, ok, problem

PACKAGES = ("chromadb", "gradio", "llama-index-core", "onnxruntime", "openai", "tantivy", "xllamacpp")
LITTLE_SPACE_BYTES = 500_000_000
OLDEST_PYTHON = (3, 11)


def environment_findings(settings: Settings) -> Iterator[Finding]:
    """Python, packages, settings that are not the default, and the space on the disks."""
    yield _python()
    yield _packages()
    changed = _changed(settings)
    yield ok("settings", ", ".join(changed) if changed else "all as by default")
    for what, folder in (("library disk", settings.library), ("cache disk", settings.cache_dir)):
        yield _space(what, folder.expanduser().absolute())


def _python() -> Finding:
    told = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.platform(terse=True)}"
    if sys.version_info < OLDEST_PYTHON:
        return problem("python", f"{told}: 3.11 or newer is needed")
    return ok("python", f"{told} {platform.machine()}")


def _packages() -> Finding:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return problem("packages", f"{', '.join(missing)} not installed: run 'make install'")
    return ok("packages", ", ".join(found))


def _changed(settings: Settings) -> list[str]:
    """The settings that were given, keys only by name."""
    given = []
    for name in sorted(settings.model_fields_set):
        hidden = name.endswith("api_key") or name == "database_url"  # which may hold a password
        value = "(set)" if hidden else getattr(settings, name)
        given.append(f"{name}={value}")
    return given


def _space(what: str, folder: Path) -> Finding:
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return problem(what, f"{folder} cannot be reached ({error.strerror}): name another folder")
    told = f"{free / 1e9:,.1f} GB free for {folder}"
    return note(what, f"{told}: that is little") if free < LITTLE_SPACE_BYTES else ok(what, told)
