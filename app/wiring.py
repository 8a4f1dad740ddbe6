"""The one place where parts are put together: settings in, a working set of parts out. Leaves out: using them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.config import Settings
from app.entries import WriterStatus
from app.errors import WriterError
from app.record import Record
from app.supply import WriterSupply
from index import modelfiles
from index.embedding import Embedder, EndpointEmbedder, LocalEmbedder
from index.engines import Vectors
from index.ingest import Ingest
from index.keywords import KeywordIndex
from index.library import Library
from index.loading.limits import MIB, Limits
from index.ranking import WEIGHTS
from index.reranking import EndpointReranker, Reranker
from index.retrieval import Retriever
from index.servedvectors import ServedVectors
from index.tables import exists
from index.vectors import VectorIndex

if TYPE_CHECKING:
    from app.writing import Writer

log = logging.getLogger(__name__)

EMBEDDED_EVIDENCE_TOKENS = 200
"""The embedded writer reads 50 to 90 tokens a second on two cores: more would keep a reader waiting."""
ENDPOINT_EVIDENCE_TOKENS = 3_000

FetchProgress = Callable[[int, int], None]


@dataclass(slots=True, kw_only=True)
class Parts:
    """Everything a desk works with."""

    library: Library
    vectors: Vectors
    keywords: KeywordIndex
    ingest: Ingest
    retriever: Retriever
    record: Record
    embedder: Embedder
    writers: Writers
    limits: Limits
    is_new: bool

    def close(self) -> None:
        """Ends everything, the embedded writer included. Twice is no error."""
        self.writers.close()
        self.retriever.close()
        self.vectors.close()
        self.keywords.close()
        self.library.close()


def open_parts(settings: Settings, *, fetch_progress: FetchProgress | None = None) -> Parts:
    """Opens the library that the settings name, with the models they name.

    Raises LibraryError, ModelFileError (the embedding model is missing and cannot be fetched), EmbeddingError.
    """
    embedder = open_embedder(settings, fetch_progress=fetch_progress)
    folder = settings.library.expanduser()
    is_new = settings.database_url is None and not exists(folder)
    library = Library.open(
        folder, embedder_name=embedder.name, dimension=embedder.dimension, database_url=settings.database_url
    )
    try:
        keywords = KeywordIndex.open(library)
        vectors = open_vectors(library, settings, wait=False)
        return Parts(
            library=library,
            vectors=vectors,
            keywords=keywords,
            ingest=Ingest(library, embedder, vectors, keywords),
            retriever=Retriever(
                library,
                embedder,
                vectors,
                keywords,
                weights=WEIGHTS[settings.retrieval],
                reranker=open_reranker(settings),
            ),
            record=Record(library),
            embedder=embedder,
            writers=Writers(settings),
            limits=input_limits(settings),
            is_new=is_new,
        )
    except BaseException:
        library.close()
        raise


def input_limits(settings: Settings) -> Limits:
    """How much of one input is read at most."""
    return Limits(
        file_bytes=int(settings.file_megabytes * MIB),
        page_bytes=int(settings.page_megabytes * MIB),
        records_bytes=int(settings.records_megabytes * MIB),
        pdf_pages=settings.pdf_pages,
        document_seconds=settings.document_seconds,
        total_timeout_seconds=settings.page_seconds,
    )


def open_vectors(library: Library, settings: Settings, *, wait: bool = True) -> Vectors:
    """The vector index of a library: on the Chroma server that the settings name, or in its own folder."""
    if settings.chroma_url:
        return ServedVectors.open(library, settings.chroma_url, wait=wait)
    return VectorIndex.open(library, wait=wait)


def open_reranker(settings: Settings) -> Reranker | None:
    """The configured rerank endpoint; None where none is, which is the default."""
    if settings.rerank_base_url and settings.rerank_model:
        return EndpointReranker(settings.rerank_base_url, settings.rerank_model, settings.rerank_api_key)
    return None


def open_embedder(settings: Settings, *, fetch_progress: FetchProgress | None = None) -> Embedder:
    """The configured endpoint's embedding model, or the local one, fetched where it is missing.

    Raises ModelFileError when it is not on this machine and cannot be fetched.
    """
    if settings.embedding_base_url and settings.embedding_model:
        return EndpointEmbedder(settings.embedding_base_url, settings.embedding_model, settings.embedding_api_key)
    named = settings.embedding_file
    found = modelfiles.find(modelfiles.EMBEDDING, settings.cache_dir, named)
    if found is None:
        found = modelfiles.fetch(
            modelfiles.EMBEDDING,
            cache_dir=settings.cache_dir,
            named=named,
            offline=settings.offline,
            progress=fetch_progress,
        )
    return LocalEmbedder(found)


class Writers:
    """Where the writer comes from: a configured endpoint, or the embedded server once it is ready."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._made: tuple[str, Writer] | None = None
        self._supply = (
            None
            if settings.writer == "quotes" or settings.llm_base_url
            else WriterSupply(cache_dir=settings.cache_dir, named=settings.writer_file, offline=settings.offline)
        )

    def begin(self, *, fetch: bool) -> None:
        """Starts getting the embedded writer ready in the background; with `fetch`, downloads it where missing."""
        if self._supply is not None:
            self._supply.begin(fetch=fetch)

    def wait(self, timeout_seconds: float | None = None) -> WriterStatus:
        """Where the writer stands when it is ready or has failed, or the time is up."""
        if self._supply is not None:
            self._supply.wait(timeout_seconds)
        return self.status()

    def status(self) -> WriterStatus:
        """Where the writer stands now."""
        settings = self._settings
        if settings.writer == "quotes":
            return WriterStatus(state="off", model=None, detail="answers are made of quotes, as the settings say")
        if self._supply is None:
            return WriterStatus(
                state="ready", model=settings.llm_model, detail=f"{settings.llm_model} at {settings.llm_base_url}"
            )
        return self._supply.status()

    def current(self) -> tuple[Writer | None, str | None]:
        """The writer, or None and one line that says why there is none (None where none is wanted)."""
        settings = self._settings
        if settings.writer == "quotes":
            return None, None
        if self._supply is None:
            assert settings.llm_base_url is not None
            assert settings.llm_model is not None
            return self._writer(settings.llm_base_url, settings.llm_model, settings.llm_api_key, embedded=False), None
        status = self._supply.status()
        if status.state not in ("ready", "starting"):
            return None, status.detail
        try:
            server = self._supply.writer()
        except WriterError as error:
            return None, str(error)
        return self._writer(server.base_url, server.model, server.api_key, embedded=True), None

    def close(self) -> None:
        """Stops the embedded server, if there is one."""
        if self._supply is not None:
            self._supply.stop()

    def _writer(self, base_url: str, model: str, api_key: str | None, *, embedded: bool) -> Writer:
        """One writer for each address, for an embedded server that was started again has a new one."""
        with self._lock:
            if self._made is None or self._made[0] != base_url:
                self._made = (base_url, self._make(base_url, model, api_key, embedded=embedded))
            return self._made[1]

    def _make(self, base_url: str, model: str, api_key: str | None, *, embedded: bool) -> Writer:
        from app.endpoint import Endpoint
        from app.writing import Writer

        settings = self._settings
        llm = Endpoint.connect(
            model=model,
            api_base=base_url,
            api_key=api_key or "none",
            is_chat_model=True,
            temperature=0.0,
            max_retries=0,
            timeout=settings.llm_timeout_seconds,
        )
        default_tokens = EMBEDDED_EVIDENCE_TOKENS if embedded else ENDPOINT_EVIDENCE_TOKENS
        return Writer(
            llm,
            model=model,
            evidence_tokens=settings.llm_evidence_tokens or default_tokens,
            timeout_seconds=settings.llm_timeout_seconds,
            at_once=1 if embedded else None,
        )


def library_folder(library: Path | str | None, settings: Settings) -> Settings:
    """The settings, with the library that was asked for."""
    return settings if library is None else settings.model_copy(update={"library": Path(library)})
