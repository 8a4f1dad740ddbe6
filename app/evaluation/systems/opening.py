"""The systems that can be put through the same questions, each opened in turn. Leaves out: comparing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.config import Settings
from app.errors import ConfigError, WriterUnavailableError
from app.evaluation.outcomes import Mode
from app.evaluation.runs.running import AskedDesk
from app.evaluation.systems.bare_writer import open_bare_writer

if TYPE_CHECKING:
    from app.desk import Desk

OpenDesk = Callable[..., "AbstractContextManager[Desk]"]
"""(settings, writer=...) to a desk, models fetched where they are missing."""

_ENGINE = "citation-query-engine"
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
    the embedded writer; "citation-query-engine-writer": with the writer that the settings name. "model-alone": that
    writer's model without the articles. "chatbot": the chatbot that the settings name. Raises ConfigError where they
    name none.
    """
    if name.startswith(_ENGINE):
        from app.evaluation.systems.citation_engine import open_engine

        chosen = _embedded(settings) if name == _ENGINE else settings
        with open_engine(chosen) as engine:
            yield Opened(engine, "citation-query-engine", chosen)
        return
    if name in ("model-alone", "chatbot"):
        from app.evaluation.systems.model_alone import ModelAlone

        chosen = _chatbot(settings) if name == "chatbot" else settings
        with open_bare_writer(chosen) as llm, open_desk(chosen, writer=False) as desk:
            yield Opened(ModelAlone(desk, llm), "model-alone", chosen)
        return
    chosen = _embedded(settings) if name == "embedded" else settings
    with open_desk(chosen, writer=name not in _WITHOUT_WRITER) as desk:
        if name not in _WITHOUT_WRITER:
            _wait(desk, name)
        yield Opened(desk, _WITHOUT_WRITER.get(name, "writer"), chosen)


def _embedded(settings: Settings) -> Settings:
    changes: dict[str, Any] = {"writer": "auto", "llm_base_url": None, "llm_model": None, "llm_api_key": None}
    return settings.model_copy(update=changes)


def _chatbot(settings: Settings) -> Settings:
    """As if the chatbot's model were the writer's; what is recorded of the run says so."""
    if not settings.chatbot_base_url:
        raise ConfigError("chatbot: there is none to ask: set ONRECORD_CHATBOT_BASE_URL and ONRECORD_CHATBOT_MODEL")
    changes = {
        "llm_base_url": settings.chatbot_base_url,
        "llm_model": settings.chatbot_model,
        "llm_api_key": settings.chatbot_api_key,
    }
    return settings.model_copy(update=changes)


def _wait(desk: Desk, name: str) -> None:
    """A system whose writer is missing would answer with quotes under another name."""
    status = desk.wait_for_writer()
    if status.state != "ready":
        raise WriterUnavailableError(f"{name} cannot be compared: {status.detail}")
