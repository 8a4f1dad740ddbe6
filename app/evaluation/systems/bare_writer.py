"""The writer's model without anything of ours around it, for those we are compared with. Leaves out: asking it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llama_index.core.llms import LLM

from app.config import Settings
from app.embedded import CONTEXT_TOKENS
from app.endpoint import Endpoint
from app.errors import WriterUnavailableError
from app.supply import WriterSupply

MAX_TOKENS = 256
"""How long a reply may be: an answer of three sentences is half of it."""
TIMEOUT_SECONDS = 600.0
_PLAIN: dict[str, Any] = {
    "is_chat_model": True,
    "temperature": 0.0,
    "max_retries": 0,
    "max_tokens": MAX_TOKENS,
    "timeout": TIMEOUT_SECONDS,
}


@contextmanager
def open_bare_writer(settings: Settings) -> Iterator[LLM]:
    """The model at the endpoint that the settings name, or the embedded one where they name none.

    Raises WriterUnavailableError when its weights are not on this machine.
    """
    if settings.llm_base_url and settings.llm_model:
        key = settings.llm_api_key or "none"
        yield Endpoint.connect(model=settings.llm_model, api_base=settings.llm_base_url, api_key=key, **_PLAIN)
        return
    supply = WriterSupply(cache_dir=settings.cache_dir, named=settings.writer_file, offline=settings.offline)
    supply.begin(fetch=False)
    try:
        status = supply.wait()
        if status.state != "ready":
            raise WriterUnavailableError(f"there is no model to compare with: {status.detail}")
        server = supply.writer()
        yield Endpoint.connect(
            model=server.model,
            api_base=server.base_url,
            api_key=server.api_key,
            context_window=CONTEXT_TOKENS,
            **_PLAIN,
        )
    finally:
        supply.stop()
