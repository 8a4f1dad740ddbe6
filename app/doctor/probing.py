"""Is the vector index what the library says it is? Looked at in a process of its own: damaged files of Chroma's can end
the process that opens them. Leaves out: mending (rebuilding).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray

from app.doctor.findings import Finding, note, ok, problem
from index import seals
from index.chromavectors import COLLECTION, open_client
from index.derived import index_lock, read_mark, was_left
from index.library import Library
from index.tables import chunks, vectors

ABOUT = "vector files"
REMEDY = "run 'onrecord doctor --rebuild': nothing is lost, for the library keeps every vector"
PATIENCE_SECONDS = 600.0
_SLICE = 500
_ASKED = 50
"""How many chunks are looked for by their own vectors."""
_SAME = 1e-5
"""Vectors are kept as they were given; a search by one's own vector is off by rounding only."""
_FOUND_SHARE = 0.95
"""The search is approximate: of the news chunks 49 of 50 were found by their own vectors, or more."""


def vector_files(folder: Path, *, every: bool) -> Finding:
    """What is found in the library's Chroma files; with `every`, all vectors are compared, not only some looked for."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_probe, args=(str(folder), every, sending), daemon=True)
    process.start()
    sending.close()
    process.join(PATIENCE_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        return problem(ABOUT, f"Chroma does not come to an end with its files: {REMEDY}")
    try:
        state, detail = receiving.recv()
    except EOFError:
        return problem(ABOUT, f"Chroma's files end the process that opens them: {REMEDY}")
    return Finding(about=ABOUT, state=state, detail=detail)


def _probe(folder: str, every: bool, sending: Connection) -> None:
    found = _found(Path(folder), every=every)
    sending.send((found.state, found.detail))


def _found(folder: Path, *, every: bool) -> Finding:
    mark = read_mark(folder / "chroma")
    if mark is None or not (folder / "chroma" / mark.build).is_dir():
        return ok(ABOUT, "there are none yet")
    with (
        index_lock(folder / "chroma.lock", wait_seconds=0) as held,
        Library.open_with_any_embedder(folder, embedder_name="", dimension=0) as library,
    ):
        if not held:
            return note(ABOUT, "another process has them open: stop it to have them examined")
        damaged = seals.broken(folder / "chroma", mark.build)
        if damaged and was_left(folder / "chroma"):
            return note(ABOUT, "they were not closed, for their process was ended: the next start builds them anew")
        if damaged:
            return problem(ABOUT, f"{damaged[0]} and perhaps others are not what was written: {REMEDY}")
        try:
            collection = open_client(folder / "chroma" / mark.build).get_collection(COLLECTION, embedding_function=None)
            return _compared(library, mark.generation, collection, every=every)
        except Exception as error:  # noqa: BLE001 - the border to Chroma: damaged files raise all sorts
            return problem(ABOUT, f"Chroma cannot read its files ({' '.join(str(error).split())[:120]}): {REMEDY}")


def _compared(library: Library, generation: int, collection: Any, *, every: bool) -> Finding:
    n_chunks = wrong = asked = missed = 0
    for ids, rows in _kept(library, generation):
        n_chunks += len(ids)
        if every:
            wrong += _wrong(collection, ids, rows)
        step = max(1, len(ids) // max(1, _ASKED - asked)) if asked < _ASKED else 0
        for row in rows[::step] if step else ():
            (nearest,) = collection.query(query_embeddings=[row], n_results=1, include=["distances"])["distances"]
            asked += 1
            missed += not nearest or abs(nearest[0] - (1 - float(row @ row))) > _SAME
    if wrong:
        return problem(ABOUT, f"{wrong:,} of {n_chunks:,} vectors are not those of the library: {REMEDY}")
    if missed > (1 - _FOUND_SHARE) * asked:
        return problem(ABOUT, f"{missed} of {asked} chunks are not found by their own vectors: {REMEDY}")
    return ok(ABOUT, f"{n_chunks:,} vectors are those of the library" if every else f"{asked} chunks looked for, found")


def _kept(library: Library, generation: int) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    """The ids and vectors that the collection should hold, some at a time."""
    query = (
        sql.select(chunks.c.chunk_id, vectors.c.vector)
        .join(vectors, vectors.c.text_hash == chunks.c.text_hash)
        .where(chunks.c.generation <= generation)
        .order_by(chunks.c.chunk_id)
    )
    with library.reading() as connection:
        for rows in connection.execute(query).partitions(_SLICE):
            matrix = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4").reshape(len(rows), -1)
            yield [str(row.chunk_id) for row in rows], matrix


def _wrong(collection: Any, ids: list[str], rows: NDArray[np.float32]) -> int:
    """How many of them the collection has not, or otherwise."""
    got = collection.get(ids=ids, include=["embeddings"])
    there = dict(zip(got["ids"], np.asarray(got["embeddings"], dtype=np.float32), strict=True))
    return sum(
        chunk_id not in there or not np.allclose(there[chunk_id], row, rtol=0.0, atol=_SAME)
        for chunk_id, row in zip(ids, rows, strict=True)
    )
