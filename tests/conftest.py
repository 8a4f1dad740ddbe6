"""What several test files share: the model files, from the user's cache, fetched there when missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import guard
import platformdirs
import pytest
from hypothesis import settings

from index import modelfiles

# A busy machine is no failure. In CI hypothesis loads its own profile: the same examples each time, no deadline.
if not os.environ.get("CI"):
    settings.register_profile("onrecord", deadline=None)
    settings.load_profile("onrecord")


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    return Path(os.environ.get("ONRECORD_CACHE_DIR") or platformdirs.user_cache_dir("onrecord"))


@pytest.fixture(scope="session")
def embedding_files(cache_dir: Path) -> Path:
    """The embedding model's weights; its tokenizer lies beside them."""
    return modelfiles.fetch(modelfiles.EMBEDDING, cache_dir=cache_dir)


@pytest.fixture(scope="session")
def writer_file(cache_dir: Path) -> Path:
    """The embedded writer's weights."""
    return modelfiles.fetch(modelfiles.WRITER, cache_dir=cache_dir)


@pytest.fixture(autouse=True)
def _only_this_machine(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves this machine; what tries fails the test, even where the error was swallowed."""
    if request.node.get_closest_marker("leaves_this_machine"):
        yield
        return
    guard.start()
    yield
    attempts = guard.stop()
    assert attempts == [], f"tried to leave this machine: {attempts}"
