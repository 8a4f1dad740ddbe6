"""The settings and the desk that a verb works with, models fetched where they are missing. Leaves out: the verbs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.config import Settings, load_settings

if TYPE_CHECKING:
    from app.cli.beside import Beside
    from app.desk import Desk
    from index.modelfiles import Model


def load(args: argparse.Namespace) -> Settings:
    """The settings, options before the environment."""
    given = {name: getattr(args, name, None) for name in ("library", "host", "port")}
    return load_settings(**given)


@contextmanager
def opened_desk(args: argparse.Namespace, *, writer: bool, seeded: bool = True) -> Iterator[Desk]:
    """The desk of a verb that ends; with `writer`, a model writes if one is at hand."""
    with open_desk(load(args), writer=writer, seeded=seeded) as desk:
        yield desk


@contextmanager
def desk_at_work(args: argparse.Namespace, *, writer: bool, seeded: bool = True) -> Iterator[Desk | Beside]:
    """What a verb that adds, removes, finds or asks works with: the server that has the library open, or a desk."""
    from app.cli.beside import find

    server = find(load(args))
    if server is not None:
        with server:
            yield server
        return
    with opened_desk(args, writer=writer, seeded=seeded) as desk:
        yield desk


def open_desk(settings: Settings, *, writer: bool, fetch_writer: bool = False, seeded: bool = True) -> Desk:
    """A desk; the embedding model's weights are fetched first if they are missing.

    A new library gets the seed articles, so that there is something to ask, unless `seeded` is False: whoever
    begins a library of their own by adding to it wants only what they add.
    """
    from app import seeds
    from index.modelfiles import EMBEDDING
    from index.tables import exists

    if not settings.embedding_base_url:
        fetch(EMBEDDING, settings, named=settings.embedding_file)
    from app.desk import Desk

    is_new = settings.database_url is None and not exists(settings.library)
    desk = Desk.open(settings=settings, writer=writer, fetch_writer=fetch_writer)
    try:
        if is_new and seeded and not desk.articles():
            desk.add(seeds.folder())
    except BaseException:
        desk.close()
        raise
    return desk


def fetch(model: Model, settings: Settings, *, named: Path | None) -> Path:
    """The weights of a model, fetched with a progress bar where they are missing. Raises ModelFileError."""
    from app.cli.progress import bytes_bar
    from index import modelfiles

    found = modelfiles.find(model, settings.cache_dir, named)
    if found:
        return found
    with bytes_bar(f"fetching {model.name}", model.size, silent=settings.offline) as progress:
        return modelfiles.fetch(
            model, cache_dir=settings.cache_dir, named=named, offline=settings.offline, progress=progress
        )
