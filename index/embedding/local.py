"""The local embedding model: texts to tokens, batches, vectors. Leaves out: where its files come from (modelfiles), and
what runs its graph (graphs, bulk).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from index.embedding.bulk import open_bulk_engine
from index.embedding.graphs import Engine, OnnxRuntimeEngine, usable_threads
from index.embedding.protocol import Embedded, Reading, Span, Vectors
from index.errors import EmbeddingError, ModelFileError

MODEL_NAME = "all-MiniLM-L6-v2"
DIMENSION = 384
MAX_TOKENS = 256  # the publisher's sentence_bert_config.json
BATCH_TOKENS = 2048  # padded; larger batches were no faster on 2 cores
FEW_BATCH_TOKENS = 256
"""The same where there are few texts, of whatever lengths: ten passages at once were padded by a third, and reading
them took .24 s of processor time where this takes .18 (60 news questions, 2 cores)."""
BULK_TEXTS = 32
"""So many texts at once come of an archive, not of a question or one article: the engine for many is worth opening."""


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
        self._weights = weights
        self._threads = usable_threads(threads)
        self._engine: Engine = OnnxRuntimeEngine(weights, self._threads)
        self._opening = Lock()

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

    @cached_property
    def _bulk_engine(self) -> Engine:
        return open_bulk_engine(self._weights, self._threads, otherwise=self._engine)

    def _engine_for(self, n_texts: int) -> Engine:
        if n_texts < BULK_TEXTS:
            return self._engine
        with self._opening:
            return self._bulk_engine

    def _run(
        self, texts: Sequence[str], outputs: list[str]
    ) -> Iterator[tuple[list[int], list[Encoding], list[npt.NDArray[np.float32]]]]:
        """The graph's outputs batch by batch: the rows of `texts` in it, their encodings, an array for each output."""
        if not texts:
            return
        try:
            engine = self._engine_for(len(texts))
            encode = self._tokenizer.encode_batch if "tokens" in outputs else self._tokenizer.encode_batch_fast
            encodings = encode([_encodable(text) for text in texts])  # the fast one tells no offsets
            most = FEW_BATCH_TOKENS if len(texts) < BULK_TEXTS else BATCH_TOKENS
            for rows in _batches([len(encoding.ids) for encoding in encodings], most):
                batch = [encodings[row] for row in rows]
                n_tokens = max(len(encoding.ids) for encoding in batch)
                ids = np.zeros((len(batch), n_tokens), np.int64)
                mask = np.zeros_like(ids)
                for place, encoding in enumerate(batch):
                    ids[place, : len(encoding.ids)] = encoding.ids
                    mask[place, : len(encoding.ids)] = 1
                yield rows, batch, engine.run(outputs, ids, mask)
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


def _batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Rows grouped by similar length, so that little is padded, each batch of at most so many tokens, or one row."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > most:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
