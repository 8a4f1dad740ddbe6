"""A library's vector index on a Chroma server: examined, and made anew. Leaves out: one in files (library, probing)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.doctor.findings import Finding, note, ok, problem
from index.errors import RetrievalError
from index.library import Library
from index.servedvectors import ServedVectors

ABOUT = "vectors"


def served_vectors(library: Library, url: str) -> Finding:
    """Whether the server answers and its collection holds what the library does, once it has caught up."""
    index = ServedVectors.open(library, url)
    try:
        index.search(_some_direction(library), 1)
        n_chunks, n_live = index.chunks, len(library.catalogue().chunk_ids)
        told = f"{n_chunks:,} chunks at {url}, generation {index.generation}"
        if n_chunks != n_live:
            return problem(ABOUT, f"{told}; the library has {n_live:,}: run 'onrecord doctor --rebuild'")
        return ok(ABOUT, told)
    except RetrievalError as error:
        return problem(ABOUT, str(error))
    finally:
        index.close()


def drop_vectors(library: Library, url: str) -> list[Finding]:
    """Deletes the collection that is named by the library's present identifier; what kept that from being done."""
    index = ServedVectors(library, url)
    try:
        index.drop(library)
    except RetrievalError as error:
        return [note("rebuild", f"the collection onrecord-{library.library_id} at {url} is left there: {error}")]
    finally:
        index.close()
    return []


def rebuilt_vectors(library: Library, url: str) -> Finding:
    """The collection made anew."""
    index = ServedVectors(library, url)
    try:
        index.rebuild(library)
        return ok("rebuild", f"the vector index at {url} is built anew")
    except RetrievalError as error:
        return problem("rebuild", str(error))
    finally:
        index.close()


def _some_direction(library: Library) -> NDArray[np.float32]:
    direction = np.zeros(library.dimension, dtype=np.float32)
    direction[0] = 1
    return direction
