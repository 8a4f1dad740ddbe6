"""Which OnRecord this is. Leaves out: the rest of the environment (app.doctor)."""

from __future__ import annotations

import importlib.metadata


def version() -> str:
    """The version of the installed distribution; "from source" where it is not installed."""
    try:
        return importlib.metadata.version("onrecord")
    except importlib.metadata.PackageNotFoundError:
        return "from source"
