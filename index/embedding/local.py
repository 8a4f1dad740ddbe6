"""The local embedding model, run by ONNX Runtime. Leaves out: where its files come from (modelfiles)."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Encoding, Tokenizer

from index.embedding.protocol import Embedded, Reading, Span, Vectors
from index.errors import EmbeddingError, ModelFileError

log = logging.getLogger(__name__)

MODEL_NAME = "all-MiniLM-L6-v2"
DIMENSION = 384
MAX_TOKENS = 256  # the publisher's sentence_bert_config.json
GRAPH_VERSION = 2  # counted up with every change to bertgraph
BATCH_TOKENS = 2048  # padded; larger batches were no faster on 2 cores


class LocalEmbedder:
    """all-MiniLM-L6-v2 on the CPU: 384 dimensions, at most 256 tokens, the rest of a text is not seen.

    `weights` is its model.safetensors; `tokenizer` is by default the tokenizer.json beside it.
    `threads` is at most the number of cores. Raises ModelFileError when a file is missing or damaged.
    """

    name = MODEL_NAME
    dimension = DIMENSION
    max_tokens = MAX_TOKENS

    def __init__(self, weights: Path, tokenizer: Path | None = None, *, threads: int | None = None) -> None:
        weights = Path(weights).resolve()
        self._tokenizer = _load_tokenizer(tokenizer or weights.with_name("tokenizer.json"))
        self._session = _open_session(weights, threads)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """(n_texts, 384) float32, unit rows in the order of `texts`."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for rows, _, (found,) in self._run(texts, ["vectors"]):
            vectors[rows] = found
        return vectors

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """The texts' readings, in their order."""
        readings: dict[int, Reading] = {}
        for rows, encodings, (vectors, tokens) in self._run(texts, ["vectors", "tokens"]):
            for place, (row, encoding) in enumerate(zip(rows, encodings, strict=True)):
                content = np.flatnonzero(np.array(encoding.special_tokens_mask) == 0)
                spans = np.array(encoding.offsets, np.int32).reshape(-1, 2)[content]
                readings[row] = Reading(vectors[place], tokens[place, content].astype(np.float16), spans)
        return [readings[row] for row in range(len(texts))]

    def embed_with_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedded]:
        """The texts' vectors and those of their parts, in their order."""
        embedded: dict[int, Embedded] = {}
        for rows, encodings, (vectors, tokens) in self._run(texts, ["vectors", "tokens"]):
            for row, encoding, vector, read in zip(rows, encodings, vectors, tokens, strict=True):
                embedded[row] = Embedded(vector, _means(encoding, read, parts[row]))
        return [embedded[row] for row in range(len(texts))]

    def embed_question(self, question: str) -> Vectors:
        """(384,) float32, unit length."""
        vector: Vectors = self.embed_texts([question])[0]
        return vector

    def _run(
        self, texts: Sequence[str], outputs: list[str]
    ) -> Iterator[tuple[list[int], list[Encoding], list[npt.NDArray[np.float32]]]]:
        """The graph's outputs batch by batch: the rows of `texts` in it, their encodings, an array for each output."""
        if not texts:
            return
        try:
            encode = self._tokenizer.encode_batch if "tokens" in outputs else self._tokenizer.encode_batch_fast
            encodings = encode([_encodable(text) for text in texts])  # the fast one tells no offsets
            for rows in _batches([len(encoding.ids) for encoding in encodings]):
                batch = [encodings[row] for row in rows]
                n_tokens = max(len(encoding.ids) for encoding in batch)
                ids = np.zeros((len(batch), n_tokens), np.int64)
                mask = np.zeros_like(ids)
                for place, encoding in enumerate(batch):
                    ids[place, : len(encoding.ids)] = encoding.ids
                    mask[place, : len(encoding.ids)] = 1
                yield rows, batch, self._session.run(outputs, {"ids": ids, "mask": mask})
        except Exception as error:  # the border to two native libraries, which raise their own kinds
            raise EmbeddingError(f"{self.name} failed on {len(texts)} texts: {error}") from error


def _load_tokenizer(path: Path) -> Tokenizer:
    if not path.is_file():
        raise ModelFileError(f"{path} does not exist: run 'onrecord doctor', which fetches what is missing")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise ModelFileError(f"{path} is not a tokenizer ({error}): remove it and run 'onrecord doctor'") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _open_session(weights: Path, threads: int | None) -> onnxruntime.InferenceSession:
    cores = os.cpu_count() or 1
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, min(threads or cores, cores))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Idle threads must not spin: the embedded writer needs the cores as soon as the question is embedded.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights.parent))
    open_graph = partial(onnxruntime.InferenceSession, sess_options=options, providers=["CPUExecutionProvider"])
    kept = weights.with_name(f"{weights.name}.graph{GRAPH_VERSION}.onnx")
    with suppress(
        Exception
    ):  # not there yet, damaged, or over other weights: it is built, and that tells what is wrong
        return open_graph(kept.read_bytes())
    graph = _build_graph(weights, kept)
    try:
        return open_graph(graph)
    except Exception as error:  # ONNX Runtime's own kinds
        raise ModelFileError(f"{weights} cannot be run ({error}): remove it and run 'onrecord doctor'") from error


def _build_graph(weights: Path, kept: Path) -> bytes:
    """The graph, also kept beside the weights: building takes milliseconds, but importing onnx 0.3 s."""
    from index.embedding import bertgraph

    graph = bertgraph.build(weights)
    unfinished = kept.with_name(f"{kept.name}.{os.getpid()}.partial")
    try:
        unfinished.write_bytes(graph)
        unfinished.replace(kept)
    except OSError as error:  # a folder that is read-only, or full: the next start builds it again
        log.debug("could not keep %s: %s", kept, error)
    return graph


def _means(encoding: Encoding, tokens: Vectors, parts: Sequence[Span]) -> Vectors:
    """The directions of the means of the tokens in each part, (n_parts, dimension); 0 where none is seen."""
    offsets = np.array(encoding.offsets, np.int32)  # a special token's are (0, 0)
    starts, ends = offsets[:, 0], offsets[:, 1]
    spans = np.array(parts, np.int32).reshape(-1, 2, 1)
    inside = (starts >= spans[:, 0]) & (ends <= spans[:, 1]) & (starts < ends)
    totals = inside.astype(np.float32) @ tokens[: len(offsets)]
    means: Vectors = totals / np.maximum(np.linalg.norm(totals, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return means


def _encodable(text: str) -> str:
    """The text without lone surrogates, which have no UTF-8 and would stop the tokenizer."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows grouped by similar length, so that little is padded, each batch of at most BATCH_TOKENS."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
