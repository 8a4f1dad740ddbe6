"""What is derived from a library, made anew. Leaves out: finding out whether that is needed."""

from __future__ import annotations

from collections.abc import Callable

from app.config import Settings
from app.doctor.findings import Finding, note, ok
from app.doctor.served import drop_vectors, rebuilt_vectors
from app.wiring import open_embedder
from index.commits import take_new_id
from index.derived import forget, index_lock
from index.keywords import KeywordIndex
from index.library import Library
from index.reembedding import add_missing_sentences, reembed
from index.tables import exists
from index.vectors import VectorIndex

ANEW_EVERYWHERE = (
    "every process builds its keyword index anew when it is started next, for the library has a new identifier: start"
    " those that are running again"
)
"""A database that was put back to an earlier day has generations that indexes elsewhere were built from before."""


def rebuild(settings: Settings, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
    """Builds the derived indexes anew; embeds only where the settings name another model than the library's, or where
    the library was made before there were vectors of sentences.

    `progress` gets chunks embedded and chunks in all. Raises LibraryError, ModelFileError, EmbeddingError.
    """
    folder = settings.library.expanduser().absolute()
    url = settings.database_url
    if not exists(folder, url):
        return [note("rebuild", f"there is no library in {folder} yet: nothing to build anew")]
    embedder = open_embedder(settings)
    name, dimension = embedder.name, embedder.dimension
    findings = []
    with Library.open_with_any_embedder(folder, embedder_name=name, dimension=dimension, database_url=url) as library:
        before = library.embedder_name
        differs = (before, library.dimension) != (name, dimension)
    if differs:
        reembed(folder, embedder, progress, database_url=url)
        findings.append(ok("rebuild", f"embedded anew with {name}, which takes the place of {before}"))
    with Library.open(folder, embedder_name=name, dimension=dimension, database_url=url) as library:
        added = add_missing_sentences(library, embedder, progress)
        if added:
            findings.append(ok("rebuild", f"{added:,} chunks had no vectors of their sentences, and have them now"))
        if library.on_server:
            findings += drop_vectors(library, settings.chroma_url) if settings.chroma_url else []
            take_new_id(library)
            findings.append(note("rebuild", ANEW_EVERYWHERE))
        chroma_url = settings.chroma_url
        vectors = _vectors(library) if chroma_url is None else rebuilt_vectors(library, chroma_url)
        return [*findings, _keywords(library), vectors]


def _keywords(library: Library) -> Finding:
    index = KeywordIndex(library.folder / "keywords")
    index.rebuild(library)
    told = f"the keyword index is built anew, from {index.articles:,} articles"
    index.close()
    return ok("rebuild", told)


def _vectors(library: Library) -> Finding:
    """Nothing of what is there is opened: damaged files of Chroma's can end the process that does."""
    with index_lock(library.folder / "chroma.lock", wait_seconds=0) as held:
        if held:
            forget(library.folder / "chroma")
    index = VectorIndex.open(library)
    try:
        if index.engine == "chroma":
            return ok("rebuild", "the vector index is built anew")
        return note("rebuild", "the vector index is another process's, which keeps it: stop that to build it anew")
    finally:
        index.close()
