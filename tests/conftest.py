"""What test files share: the model files, fetched into the user's cache when missing; the page in a browser.

A file that tests the page names its desk by a fixture `desk` of its own, one for the whole file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import guard
import platformdirs
import pytest
from hypothesis import settings

from index import modelfiles

if TYPE_CHECKING:
    from chroma_server import ChromaProcess
    from playwright.sync_api import Browser
    from postgresql import PostgreSQL
    from scripted_desk import ScriptedDesk
    from served_page import Served, Visit

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a file and not one for all: while it is open, nothing else can run a loop in this thread."""
    from served_page import chromium

    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def served(desk: ScriptedDesk) -> Iterator[Served]:
    """The page over the file's desk."""
    from served_page import served_page

    with served_page(lambda: desk) as one:
        yield one


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """The page just opened, wide."""
    from served_page import visited

    with visited(browser, served.url) as one:
        one.opened()
        yield one


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One PostgreSQL server for all; each test takes a database of its own."""
    from postgresql import running

    with running() as server:
        yield server


@pytest.fixture
def database_url(postgresql: PostgreSQL) -> str:
    """An empty database."""
    return postgresql.new_database()


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    """One Chroma server for all; each library has a collection of its own there."""
    from chroma_server import chroma_running

    with chroma_running(tmp_path_factory.mktemp("chroma")) as server:
        yield server
