"""The systems that can be put through the same questions, each opened in turn. Leaves out: comparing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.config import Settings
from app.errors import WriterUnavailableError
from app.evaluation.outcomes import Mode
from app.evaluation.runs.running import AskedDesk

if TYPE_CHECKING:
    from app.desk import Desk

OpenDesk = Callable[..., "AbstractContextManager[Desk]"]
"""(settings, writer=...) to a desk, models fetched where they are missing."""

_WITHOUT_WRITER: dict[str, Mode] = {"quotes": "quotes", "retrieval": "retrieval"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A system that can be asked, and what it was opened with."""

    desk: AskedDesk
    mode: Mode
    settings: Settings


@contextmanager
def open_system(name: str, settings: Settings, open_desk: OpenDesk) -> Iterator[Opened]:
    """The system of that name. Raises WriterUnavailableError where its writer is not to be had.

    "retrieval": the search alone. "quotes": no model writes. "writer": whatever the settings name. "embedded": the
    embedded writer, whatever they name. "citation-query-engine": llama-index's engine over the library's chunks with
    the embedded writer. "model-alone": the model or chatbot that the settings name, without the articles.
    """
    if name == "citation-query-engine":
        from app.evaluation.systems.citation_engine import open_engine

        embedded = _embedded(settings)
        with open_engine(embedded) as engine:
            yield Opened(engine, "citation-query-engine", embedded)
        return
    if name == "model-alone":
        from app.evaluation.systems.bare_writer import open_bare_writer
        from app.evaluation.systems.model_alone import ModelAlone

        with open_bare_writer(settings) as llm, open_desk(settings, writer=False) as desk:
            yield Opened(ModelAlone(desk, llm), "model-alone", settings)
        return
    chosen = _embedded(settings) if name == "embedded" else settings
    with open_desk(chosen, writer=name not in _WITHOUT_WRITER) as desk:
        if name not in _WITHOUT_WRITER:
            _wait(desk, name)
        yield Opened(desk, _WITHOUT_WRITER.get(name, "writer"), chosen)


def _embedded(settings: Settings) -> Settings:
    changes: dict[str, Any] = {"writer": "auto", "llm_base_url": None, "llm_model": None, "llm_api_key": None}
    return settings.model_copy(update=changes)


def _wait(desk: Desk, name: str) -> None:
    """A system whose writer is missing would answer with quotes under another name."""
    status = desk.wait_for_writer()
    if status.state != "ready":
        raise WriterUnavailableError(f"{name} cannot be compared: {status.detail}")
