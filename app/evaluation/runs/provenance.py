"""What made a run: the program, its libraries, the settings, the models and the articles. Leaves out: the run.

Two runs with the same `key` asked the same program the same way about the same articles, so that what one of them was
answered can stand in the other. Nothing in here is secret: keys of endpoints are left out.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from app.config import Settings
from index import modelfiles
from index.library import Library
from index.modelfiles import Model

_TOP = Path(__file__).resolve().parents[3]
_SOURCES = ("app", "index", "prompts")
_NOT_ASKED = frozenset({"web", "cli", "doctor", "benchmark", "proposing", "report"})
"""What no answer depends on."""
_PACKAGES = ("chromadb", "llama-index-core", "numpy", "onnxruntime", "openai", "tantivy", "tokenizers", "xllamacpp")
_NO_MATTER = frozenset({"library", "cache_dir", "offline", "writer_file", "embedding_file", "nli_file", "host", "port"})
"""Settings that no answer depends on: places, whose contents are told by hash."""
VARIED = tuple(name for name, field in Settings.model_fields.items() if field.repr and name not in _NO_MATTER)
"""The settings that answers depend on; what is not to be shown, a key, is not among them."""
_CURRENT = """
SELECT a.article_id, v.number, v.text_sha256, v.title, v.published_at FROM articles a
JOIN versions v ON v.article_id = a.article_id AND v.number = a.current_version
WHERE a.removed_at IS NULL ORDER BY a.article_id
"""


def provenance(settings: Settings) -> dict[str, Any]:
    """What there is to say of this program over this library, as JSON takes it. The library must exist."""
    return {
        "program": {"version": _version("onrecord"), "sha256": _source_hash()},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: _version(name) for name in _PACKAGES},
        "settings": told_settings(settings),
        "writer": _model(modelfiles.WRITER) if is_embedded(settings) else settings.llm_model,
        "embedding": settings.embedding_model if settings.embedding_base_url else _model(modelfiles.EMBEDDING),
        "library": _library(settings.library),
    }


def told_settings(settings: Settings) -> dict[str, Any]:
    """Those that answers depend on, as they are recorded."""
    return {name: without_login(getattr(settings, name)) for name in VARIED}


def key(made_by: dict[str, Any]) -> str:
    """Sixteen hex digits that differ when anything that an answer may depend on does."""
    return hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()[:16]


def differences(one: Any, other: Any, name: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two records differ, as (dotted name, one value, other value), None where a side has nothing.

    >>> list(differences({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2}))
    [('a.b', 1, 3)]
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for part in dict.fromkeys([*one, *other]):
            yield from differences(one.get(part), other.get(part), f"{name}.{part}" if name else part)
    elif one != other:
        yield name, one, other


def is_embedded(settings: Settings) -> bool:
    """Whether the embedded writer would write."""
    return settings.writer == "auto" and not settings.llm_base_url


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _source_hash() -> str:
    """Of every module and prompt that an answer or its judgement may depend on."""
    digest = hashlib.sha256()
    for top in _SOURCES:
        for path in sorted((_TOP / top).rglob("*")):
            place = path.relative_to(_TOP)
            if path.suffix in {".py", ".md"} and not _NOT_ASKED.intersection(place.parts):
                digest.update(place.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _model(model: Model) -> dict[str, Any]:
    """A model of ours by its weights' hash; a file that the user names must have it, too, or is refused."""
    return {"name": model.name, "sha256": model.files[0].sha256}


def without_login(value: Any) -> Any:
    """An address without the name and password that may stand in it."""
    return re.sub(r"//[^/@]*@", "//", value) if isinstance(value, str) else value


def _library(folder: Path) -> dict[str, Any]:
    """How many articles, and a hash of everything that is told of them."""
    digest, articles = hashlib.sha256(), 0
    with Library.open_with_any_embedder(folder, embedder_name="", dimension=0) as library, library.reading() as read:
        for row in read.exec_driver_sql(_CURRENT):
            digest.update(json.dumps(list(row)).encode() + b"\n")
            articles += 1
    return {"articles": articles, "sha256": digest.hexdigest()}
