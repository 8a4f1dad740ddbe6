"""Which parts the settings put together. Nothing is fetched and no model is started here."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from app import wiring
from app.config import Settings, load_settings
from app.desk import Desk
from app.entries import WriterStatus
from app.wiring import Writers, library_folder, open_embedder, open_parts
from index.embedding import EndpointEmbedder, LocalEmbedder
from index.errors import LibraryError, ModelFileError

ENDPOINT = {"llm_base_url": "http://127.0.0.1:1/v1", "llm_model": "named"}


def settings_with(tmp_path: Path, **given: object) -> Settings:
    return load_settings(**{"library": tmp_path / "library", "cache_dir": tmp_path / "cache", "offline": True, **given})


def test_no_writer_where_the_settings_want_quotes(tmp_path: Path) -> None:
    writers = Writers(settings_with(tmp_path, writer="quotes"))
    writers.begin(fetch=True)
    assert writers.current() == (None, None)
    assert (writers.wait().state, writers.wait().model) == ("off", None)
    writers.close()


def test_endpoint_that_is_named_writes(tmp_path: Path) -> None:
    writers = Writers(settings_with(tmp_path, **ENDPOINT))
    writer, why = writers.current()
    assert writer is not None
    assert (writer.model, why) == ("named", None)
    assert writers.current()[0] is writer
    assert writers.status() == WriterStatus(state="ready", model="named", detail="named at http://127.0.0.1:1/v1")


def test_evidence_given_to_an_endpoint_follows_the_settings(tmp_path: Path) -> None:
    writer, _ = Writers(settings_with(tmp_path, **ENDPOINT, llm_evidence_tokens=77)).current()
    assert writer is not None
    assert writer.evidence_tokens == 77


class ReadySupply:
    """A supply whose embedded server is there; nothing is started."""

    def __init__(self, **_: object) -> None:
        """Takes what a supply takes."""

    def status(self) -> WriterStatus:
        return WriterStatus(state="ready", model="small", detail="small is ready")

    def writer(self) -> SimpleNamespace:
        return SimpleNamespace(base_url="http://127.0.0.1:1/v1", model="small", api_key="k")


@pytest.mark.parametrize(("endpoint", "waits"), [({}, True), (ENDPOINT, False)])
def test_the_embedded_writer_writes_one_answer_at_a_time_and_an_endpoint_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: dict[str, str], waits: bool
) -> None:
    monkeypatch.setattr(wiring, "WriterSupply", ReadySupply)
    writer, _ = Writers(settings_with(tmp_path, **endpoint)).current()
    assert writer is not None
    with writer.line.join() as first, writer.line.join() as second:
        assert list(first.wait()) == []
        assert next(second.wait(), None) == (1 if waits else None)


def test_embedded_writer_without_its_weights_says_why_there_is_none(tmp_path: Path) -> None:
    writers = Writers(settings_with(tmp_path))
    writer, why = writers.current()
    assert writer is None
    assert why
    writers.begin(fetch=False)
    assert writers.wait(20).state == "unavailable"
    assert "not on this machine" in str(writers.current()[1])
    writers.close()


def test_named_weights_that_are_missing_are_no_writer(tmp_path: Path) -> None:
    writers = Writers(settings_with(tmp_path, writer_file=tmp_path / "missing.gguf"))
    writers.begin(fetch=False)
    assert writers.wait(20).state == "unavailable"
    assert "missing.gguf" in str(writers.current()[1])
    writers.close()


def test_embeddings_come_from_the_endpoint_that_is_named(tmp_path: Path) -> None:
    named = settings_with(tmp_path, embedding_base_url="http://127.0.0.1:1/v1", embedding_model="m")
    assert isinstance(open_embedder(named), EndpointEmbedder)


def test_embedding_model_is_found_in_the_cache(tmp_path: Path, cache_dir: Path, embedding_files: Path) -> None:
    assert embedding_files.exists()
    assert isinstance(open_embedder(settings_with(tmp_path, cache_dir=cache_dir)), LocalEmbedder)


def test_missing_embedding_model_is_an_error_when_offline(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError):
        open_parts(settings_with(tmp_path))
    assert not (tmp_path / "library").exists()


def test_library_that_cannot_be_opened_leaves_nothing_open(
    tmp_path: Path, cache_dir: Path, embedding_files: Path
) -> None:
    assert embedding_files.exists()
    (tmp_path / "library").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(LibraryError):
        open_parts(settings_with(tmp_path, cache_dir=cache_dir))


def test_index_that_cannot_be_opened_closes_the_library(
    tmp_path: Path, cache_dir: Path, embedding_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.library import Library
    from index.vectors import VectorIndex

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    closed: list[Library] = []
    close = Library.close
    monkeypatch.setattr(VectorIndex, "open", broken)
    monkeypatch.setattr(Library, "close", lambda library: (closed.append(library), close(library))[1])
    with pytest.raises(OSError, match="the disk is gone"):
        open_parts(settings_with(tmp_path, cache_dir=cache_dir))
    assert closed


def test_library_that_is_asked_for_comes_before_the_settings(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    assert library_folder(None, settings) is settings
    assert library_folder(tmp_path / "other", settings).library == tmp_path / "other"
    assert library_folder("other", settings).library == Path("other")


def test_settings_tell_what_finds_articles(tmp_path: Path, cache_dir: Path, embedding_files: Path) -> None:
    """The same two articles: one has a word of the question, the other is what it is about."""
    assert embedding_files.exists()
    settings = settings_with(tmp_path, cache_dir=cache_dir, writer="quotes")
    with Desk.open(settings=settings, writer=False) as desk:
        desk.add_bytes("word.txt", b"The automobile museum opens its doors at nine.")
        desk.add_bytes("meaning.txt", b"Carmakers sold fewer vehicles in spring than a year ago.")
    best = {}
    for retrieval in ("dense", "keywords"):
        changed = settings.model_copy(update={"retrieval": retrieval})
        with Desk.open(settings=changed, writer=False) as desk:
            titles = {one.article_id: one.origin for one in desk.articles()}
            found = desk.search("How did automobile demand develop?")
            best[retrieval] = titles[found.articles[0][0]]
    assert best == {"dense": "meaning.txt", "keywords": "word.txt"}
