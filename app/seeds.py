"""Where the articles of the default library lie. Leaves out: adding them (Desk does that on first use)."""

from __future__ import annotations

from pathlib import Path


def folder() -> Path:
    """The folder of the seed articles: beside `app` in a checkout, `app/_seeds` in an installed wheel."""
    package = Path(__file__).resolve().parent
    packaged = package / "_seeds"
    return packaged if packaged.is_dir() else package.parent / "seeds"
