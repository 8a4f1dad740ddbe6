"""Settings, from the environment (`ONRECORD_...`) or given in code. Leaves out: what they are used for (wiring)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import ConfigError


class Settings(BaseSettings):
    """Every setting, with its default. Each is the environment variable `ONRECORD_` + its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="ONRECORD_", extra="ignore", frozen=True, env_ignore_empty=True)

    library: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("onrecord")) / "library",
        description="the folder of the library; the seed articles are added when it is new",
    )
    database_url: str | None = Field(
        default=None,
        description="a PostgreSQL database (postgresql://USER@HOST/DATABASE) for the library, instead of a file in its"
        " folder; the keyword index stays in the folder",
        repr=False,
    )
    chroma_url: str | None = Field(
        default=None,
        description="a Chroma server (http://HOST:PORT) for the vector index, instead of files in the folder",
    )
    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("onrecord")),
        description="the folder of downloaded model weights",
    )
    offline: bool = Field(default=False, description="never fetch model weights")
    writer: Literal["auto", "quotes"] = Field(
        default="auto",
        description="'auto': the endpoint below, or the embedded writer where none is named; 'quotes': no model",
    )
    writer_file: Path | None = Field(default=None, description="a copy of the embedded writer's weights (GGUF)")
    embedding_file: Path | None = Field(
        default=None, description="a copy of the embedding model's weights (safetensors, its tokenizer.json beside it)"
    )
    llm_base_url: str | None = Field(default=None, description="an OpenAI-compatible endpoint that writes the answers")
    llm_model: str | None = Field(default=None, description="its model")
    llm_api_key: str | None = Field(default=None, description="its key", repr=False)
    llm_timeout_seconds: float = Field(
        default=60.0, gt=0, description="how long one answer may take to write before quotes stand in"
    )
    llm_evidence_tokens: int | None = Field(
        default=None, gt=0, description="how much evidence the model is given; 200 embedded, 3000 elsewhere"
    )
    embedding_base_url: str | None = Field(default=None, description="an OpenAI-compatible endpoint for embeddings")
    embedding_model: str | None = Field(default=None, description="its model")
    embedding_api_key: str | None = Field(default=None, description="its key", repr=False)
    rerank_base_url: str | None = Field(
        default=None, description="an endpoint of Cohere's form (its /rerank) that puts the evidence in order"
    )
    rerank_model: str | None = Field(default=None, description="its model")
    rerank_api_key: str | None = Field(default=None, description="its key", repr=False)
    retrieval: Literal["hybrid", "dense", "keywords"] = Field(
        default="hybrid",
        description="what finds articles: 'hybrid', or 'dense' (vectors) or 'keywords' alone, to measure against",
    )
    chatbot_base_url: str | None = Field(
        default=None, description="an OpenAI-compatible chatbot to compare with: 'onrecord eval --compare'"
    )
    chatbot_model: str | None = Field(default=None, description="its model")
    chatbot_api_key: str | None = Field(default=None, description="its key", repr=False)
    nli_file: Path | None = Field(
        default=None,
        description="an NLI model (ONNX, its tokenizer.json and config.json beside it) for 'onrecord eval --judge nli'",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="what standard error holds: lines for people, or 'json', an object a line"
    )
    host: str = Field(default="127.0.0.1", description="where the page listens")
    port: int = Field(default=7860, ge=0, le=65535, description="the page's port")
    questions_at_once: int = Field(default=4, ge=1, description="questions that a server answers at a time")
    questions_waiting: int = Field(default=32, ge=0, description="questions in line; past them the answer is 429")
    questions_each: int = Field(default=8, ge=1, description="of them at most those of one user, where users are asked")
    questions_per_minute: int = Field(default=60, ge=1, description="questions of one user in a minute, there")
    answer_seconds: float = Field(default=300.0, gt=0, description="how long an answer may take once its turn has come")
    body_megabytes: float = Field(default=1.0, gt=0, description="how large a request may be")
    upload_megabytes: float = Field(default=100.0, gt=0, description="how large uploaded files may be, together")
    body_seconds: float = Field(default=300.0, gt=0, description="how long a request may take to arrive")
    file_megabytes: float = Field(
        default=50.0,
        gt=0,
        description="how large a file may be, a line of a .jsonl, or what a .docx or .pdf unfolds to",
    )
    records_megabytes: float = Field(default=2048.0, gt=0, description="how large a .jsonl may be, unpacked")
    page_megabytes: float = Field(default=20.0, gt=0, description="how large a web page may be, unpacked")
    page_seconds: float = Field(default=30.0, gt=0, description="how long a web page may take to arrive")
    document_seconds: float = Field(default=120.0, gt=0, description="how long a .docx or .pdf may take to read")
    pdf_pages: int = Field(default=2000, ge=1, description="how many pages a PDF may have")
    server_names: str | None = Field(
        default=None,
        description="names under which a proxy in front passes requests on, separated by commas: others are refused",
    )
    user_header: str | None = Field(
        default=None,
        description="the header in which a proxy in front (OIDC, say) names the user it has let in: then everybody is "
        "asked who they are, on this machine too",
    )
    trusted_proxies: str | None = Field(
        default=None,
        description="addresses or networks from which that header is believed, separated by commas: from others it is "
        "refused",
    )


def load_settings(**given: object) -> Settings:
    """The settings, what is given in code first, then the environment.

    Raises ConfigError naming the variable and what it should be.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise ConfigError(f"ONRECORD_{name.upper()}={first['input']!r}: {first['msg'].lower()}") from error
    if settings.user_header and not (settings.trusted_proxies or "").strip(", "):
        raise ConfigError(
            "ONRECORD_USER_HEADER is set, ONRECORD_TRUSTED_PROXIES is not: name the addresses it is believed from"
        )
    for kind in ("llm", "embedding", "rerank", "chatbot"):
        if getattr(settings, f"{kind}_base_url") and not getattr(settings, f"{kind}_model"):
            upper = kind.upper()
            raise ConfigError(f"ONRECORD_{upper}_BASE_URL is set, ONRECORD_{upper}_MODEL is not: name the model to use")
    return settings
