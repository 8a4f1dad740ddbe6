"""`onrecord doctor --rebuild` of a library in a database, its vectors on a Chroma server."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from chroma_server import ChromaProcess

from app import Desk
from app.config import load_settings
from app.doctor import rebuild
from index.library import Library
from index.servedcollection import ChromaServer

ROOT = Path(__file__).resolve().parent.parent


def has_collection(chroma: ChromaProcess, library: Library) -> bool:
    with closing(ChromaServer(chroma.url, library)) as server:
        return server.find() is not None


def test_the_collection_of_the_identifier_before_is_gone(
    tmp_path: Path, cache_dir: Path, embedding_files: Path, chroma: ChromaProcess, database_url: str
) -> None:
    settings = load_settings(
        library=tmp_path,
        cache_dir=cache_dir,
        embedding_file=embedding_files,
        writer="quotes",
        database_url=database_url,
        chroma_url=chroma.url,
    )
    with Desk.open(settings=settings) as desk:
        desk.add(ROOT / "seeds")
        before = desk._parts.library
    assert has_collection(chroma, before)
    assert {finding.state for finding in rebuild(settings)} == {"ok", "note"}
    assert not has_collection(chroma, before)
    with Desk.open(settings=settings) as desk:
        assert desk._parts.library.library_id != before.library_id
        assert has_collection(chroma, desk._parts.library)
        assert desk.ask("What stake will Renault hold in Nissan after the deal?").answered
