"""The models: are they here, whole, and do they run? Leaves out: fetching them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from app.config import Settings
from app.doctor.findings import Finding, note, ok, problem
from app.embedded import EmbeddedWriter
from app.wiring import open_embedder
from index import modelfiles
from index.errors import OnRecordError
from index.modelfiles import Model

ENDPOINT_SECONDS = 5.0


def embedding_findings(settings: Settings, *, verify: bool) -> Iterator[Finding]:
    """The model that embeds; one text is embedded to see that it runs."""
    about = "embedding"
    local = not settings.embedding_base_url
    try:
        if local and _weights(modelfiles.EMBEDDING, settings, settings.embedding_file, verify=verify) is None:
            yield problem(about, f"{modelfiles.EMBEDDING.name} is not in {settings.cache_dir}: go online once")
            return
        embedder = open_embedder(settings)
        embedder.embed_question("Is it there?")
    except OnRecordError as error:
        yield problem(about, str(error))
        return
    where = "on this machine, its sha256 right" if local else f"at {settings.embedding_base_url}"
    yield ok(about, f"{embedder.name} ({embedder.dimension} dimensions) {where}")


def writer_findings(settings: Settings, *, verify: bool) -> Iterator[Finding]:
    """Which writer will be used, and whether it can be."""
    about = "writer"
    if settings.writer == "quotes":
        yield ok(about, "none: answers are made of quotes, as ONRECORD_WRITER says")
    elif settings.llm_base_url:
        yield _endpoint(settings)
    else:
        try:
            yield _embedded(settings, verify=verify)
        except OnRecordError as error:
            yield problem(about, str(error))


def _embedded(settings: Settings, *, verify: bool) -> Finding:
    about, model = "writer", modelfiles.WRITER
    if importlib.util.find_spec("xllamacpp") is None:
        return problem(about, "xllamacpp is not installed, so answers are made of quotes: run 'make install'")
    weights = _weights(model, settings, settings.writer_file, verify=verify)
    if weights is None:
        return note(
            about,
            f"answers are made of quotes: {model.name} ({model.size / 1e9:.1f} GB) is not on this machine;"
            " 'onrecord doctor --fetch' fetches it",
        )
    if not verify:
        return ok(about, f"{model.name}, embedded, its sha256 right")
    with EmbeddedWriter(weights, model=model.name):
        return ok(about, f"{model.name}, embedded, its sha256 right; it starts")


def _weights(model: Model, settings: Settings, named: Path | None, *, verify: bool) -> Path | None:
    look = modelfiles.verify if verify else modelfiles.find
    return look(model, settings.cache_dir, named)


def _endpoint(settings: Settings) -> Finding:
    """Whether the endpoint answers at all, and knows the model. Nothing of the library is sent."""
    from openai import OpenAI, OpenAIError

    about, named = "writer", f"{settings.llm_model} at {settings.llm_base_url}"
    client = OpenAI(
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key or "none",
        timeout=ENDPOINT_SECONDS,
        max_retries=0,
    )
    try:
        with client:
            known = [model.id for model in client.models.list()]
    except OpenAIError as error:
        return problem(about, f"{named} does not answer ({error}): check ONRECORD_LLM_BASE_URL and _API_KEY")
    except (ValueError, TypeError, AttributeError):  # an endpoint without such a list
        return note(about, f"{named}; it does not tell which models it has")
    if known and settings.llm_model not in known:
        return note(about, f"{named}; it lists only {', '.join(known[:5])}")
    return ok(about, named)
