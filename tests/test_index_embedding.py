"""Embedding: the real model against a plain numpy reference, an endpoint on loopback, the llama-index adapter."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import erf
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.embedding import EndpointEmbedder, LocalEmbedder, bulk, eightbit
from index.embedding.graphs import kept_graph
from index.embedding.protocol import Embedder
from index.errors import EmbeddingError, ModelFileError

Array = npt.NDArray[np.float32]

TEXTS = (
    "Renault will hold 15% of Nissan.",
    "",
    "The chief executives of the three car makers met in London on Monday to sign the agreement. " * 12,
    "Grüße aus Köln, 東京 и Москва 🚗",
    "w " * 1000,
    "Nissan",
)
openvino_only = pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="no wheel for this platform")


@pytest.fixture(scope="module")
def embedder(embedding_files: Path) -> LocalEmbedder:
    return LocalEmbedder(embedding_files, threads=2)


# -- the local model -------------------------------------------------------------------------------


def reference(weights: dict[str, Array], ids: Sequence[int]) -> Array:
    """BERT as the paper writes it, one text at a time, without padding or batches."""

    def dense(x: Array, name: str) -> Array:
        result: Array = np.add(x @ weights[f"{name}.weight"].T, weights[f"{name}.bias"])
        return result

    def norm(x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        result: Array = scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]
        return result

    gelu = np.vectorize(lambda value: value * (1 + erf(value / 2**0.5)) / 2, otypes=[np.float32])
    x: Array = weights["embeddings.word_embeddings.weight"][list(ids)]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(6):
        layer = f"encoder.layer.{number}"
        query, key, value = (dense(x, f"{layer}.attention.self.{part}") for part in ("query", "key", "value"))
        mixed = np.empty_like(x)
        for start in range(0, 384, 32):
            head = slice(start, start + 32)
            scores = query[:, head] @ key[:, head].T / 32**0.5
            shares = np.exp(scores - scores.max(-1, keepdims=True))
            mixed[:, head] = shares / shares.sum(-1, keepdims=True) @ value[:, head]
        attended = dense(mixed, f"{layer}.attention.output.dense")
        x = norm(x + attended, f"{layer}.attention.output.LayerNorm")
        widened = gelu(dense(x, f"{layer}.intermediate.dense"))
        x = norm(x + dense(widened, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    mean = x.mean(0)
    unit: Array = mean / np.linalg.norm(mean)
    return unit


def test_vectors_equal_a_plain_fp32_reference(embedder: LocalEmbedder, embedding_files: Path) -> None:
    weights = load_file(embedding_files)
    tokenizer = Tokenizer.from_file(str(embedding_files.with_name("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    expected = np.stack([reference(weights, tokenizer.encode(text).ids) for text in TEXTS])
    cosines = (embedder.embed_texts(TEXTS) * expected).sum(1)
    assert cosines.min() >= 0.9999


def test_vectors_are_unit_float32_rows_in_the_order_given(embedder: LocalEmbedder) -> None:
    vectors = embedder.embed_texts(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(vectors[row], embedder.embed_question(text), atol=1e-5)


def test_no_text_gives_no_row(embedder: LocalEmbedder) -> None:
    assert embedder.embed_texts([]).shape == (0, 384)


def test_text_past_256_tokens_is_not_seen(embedder: LocalEmbedder) -> None:
    head = "word " * 254
    np.testing.assert_allclose(embedder.embed_question(head), embedder.embed_question(head + "Nissan " * 50), atol=1e-6)


def test_parts_are_the_means_of_their_tokens_in_the_light_of_the_whole_text(embedder: LocalEmbedder) -> None:
    texts = ["Renault met Nissan. It will cut its stake to 15%.", "", "Nissan. " + "word " * 300 + "Renault."]
    parts = [[(0, 19), (20, 49)], [], [(0, 7), (1508, 1516), (0, 1516)]]
    embedded = embedder.embed_with_parts(texts, parts)
    np.testing.assert_allclose([one.vector for one in embedded], embedder.embed_texts(texts), atol=1e-5)
    assert [one.parts.shape for one in embedded] == [(2, 384), (0, 384), (3, 384)]
    for reading, spans, one in zip(embedder.read(texts), parts, embedded, strict=True):
        for (start, end), row in zip(spans, one.parts, strict=True):
            inside = (reading.spans[:, 0] >= start) & (reading.spans[:, 1] <= end)
            mean = reading.tokens[inside].astype(np.float32).sum(axis=0)
            np.testing.assert_allclose(row, mean / (np.linalg.norm(mean) or 1), atol=1e-3)
    assert not embedded[2].parts[1].any(), "what lies beyond 256 tokens is not seen"
    alone = embedder.embed_question(texts[0][20:])
    assert 0.5 < float(embedded[0].parts[1] @ alone) < 0.99


def test_question_is_nearest_to_what_answers_it(embedder: LocalEmbedder) -> None:
    texts = ["Renault will cut its stake to 15%.", "The Bucks won the final.", "Rain is expected in Peru."]
    scores = embedder.embed_texts(texts) @ embedder.embed_question("How much of Nissan will Renault hold?")
    assert scores.argmax() == 0


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(st.characters(), max_size=40), max_size=12))
def test_any_text_even_with_lone_surrogates_gets_a_unit_vector(embedder: LocalEmbedder, texts: list[str]) -> None:
    vectors = embedder.embed_texts(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_many_threads_share_one_embedder(embedder: LocalEmbedder) -> None:
    expected = embedder.embed_texts(TEXTS)
    found: list[Array] = []
    threads = [threading.Thread(target=lambda: found.append(embedder.embed_texts(TEXTS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for vectors in found:
        np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_what_is_not_text_is_an_embedding_error(embedder: LocalEmbedder) -> None:
    with pytest.raises(EmbeddingError, match="all-MiniLM-L6-v2"):
        embedder.embed_texts([None])  # type: ignore[list-item]


def linked(folder: Path, files: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_bytes(files.with_name(name).read_bytes())
    return folder / "model.safetensors"


def test_built_graph_is_kept_and_holds_no_weights(tmp_path: Path, embedding_files: Path) -> None:
    weights = linked(tmp_path, embedding_files, "model.safetensors", "tokenizer.json")
    first = LocalEmbedder(weights).embed_question("Nissan")
    (graph,) = tmp_path.glob("*.onnx")
    assert graph.stat().st_size < 100_000
    np.testing.assert_allclose(LocalEmbedder(weights).embed_question("Nissan"), first, atol=1e-6)
    graph.write_bytes(b"damaged")
    np.testing.assert_allclose(LocalEmbedder(weights).embed_question("Nissan"), first, atol=1e-6)


def test_kept_graph_spares_importing_onnx(embedding_files: Path, embedder: LocalEmbedder) -> None:
    code = (
        "import sys; from pathlib import Path; from index.embedding import LocalEmbedder; "
        "LocalEmbedder(Path(sys.argv[1])).embed_question('x'); "
        "assert not {'onnx', 'openai', 'llama_index', 'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(embedding_files)], check=True, cwd=Path(__file__).parent.parent)


def test_missing_files_are_named(tmp_path: Path, embedding_files: Path) -> None:
    with pytest.raises(ModelFileError, match=r"tokenizer\.json does not exist"):
        LocalEmbedder(tmp_path / "model.safetensors")
    linked(tmp_path, embedding_files, "tokenizer.json")
    with pytest.raises(ModelFileError, match=r"model\.safetensors does not exist"):
        LocalEmbedder(tmp_path / "model.safetensors")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not a safetensors file"),
        (b"\xff" * 100, "not a safetensors file"),
        (b"\x10\0\0\0\0\0\0\0not json at all!", "not a safetensors file"),
        (b"\x02\0\0\0\0\0\0\0{}", "holds no tensor"),
    ],
)
def test_damaged_weights_are_named(tmp_path: Path, embedding_files: Path, content: bytes, complaint: str) -> None:
    weights = linked(tmp_path, embedding_files, "tokenizer.json")
    weights.write_bytes(content)
    with pytest.raises(ModelFileError, match=complaint):
        LocalEmbedder(weights)
    assert not list(tmp_path.glob("*.partial"))


def test_truncated_weights_are_named(tmp_path: Path, embedding_files: Path) -> None:
    weights = linked(tmp_path, embedding_files, "tokenizer.json")
    weights.write_bytes(embedding_files.read_bytes()[:1_000_000])
    with pytest.raises(ModelFileError, match="cannot be run"):
        LocalEmbedder(weights)


def test_damaged_tokenizer_is_named(tmp_path: Path, embedding_files: Path) -> None:
    weights = linked(tmp_path, embedding_files, "model.safetensors")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelFileError, match="is not a tokenizer"):
        LocalEmbedder(weights)


# -- the engine for many texts ---------------------------------------------------------------------

MANY = tuple(f"{text} {number}" for number in range(8) for text in TEXTS)
AMX = "fma avx512f avx512_bf16 amx_bf16 amx_tile amx_int8"


@pytest.mark.parametrize(
    ("machine", "flags", "installed", "chosen"),
    [
        ("x86_64", AMX, True, "bf16"),
        ("AMD64", AMX, True, "bf16"),
        ("x86_64", AMX, False, None),
        ("x86_64", "fma avx512f avx512_bf16 avx512_fp16 avx512_vnni", True, "8 bits"),
        ("x86_64", "fma avx2 avx_vnni", True, "f32"),
        ("x86_64", "fma avx512f amx_tile amx_int8", True, "f32"),
        ("x86_64", "", True, "f32"),
        ("aarch64", "asimd bf16", True, None),
        ("arm64", "", True, None),
    ],
)
def test_engine_for_many_texts_is_chosen_by_what_the_cpu_reports(
    machine: str, flags: str, installed: bool, chosen: str | None
) -> None:
    assert bulk.choose(machine, frozenset(flags.split()), openvino=installed) == chosen


def test_cpu_flags_are_those_of_the_first_cpu(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor\t: 0\nflags\t\t: fpu amx_tile\nbugs\t\t: spectre\n\nprocessor\t: 1\nflags\t\t: fpu\n")
    assert bulk.cpu_flags(told) == {"fpu", "amx_tile"}
    assert bulk.cpu_flags(tmp_path / "none") == frozenset()


@pytest.fixture(scope="module")
def one_by_one(embedder: LocalEmbedder) -> Array:
    """What ONNX Runtime makes of MANY, a few at a time."""
    return np.stack([embedder.embed_question(text) for text in MANY])


def test_many_texts_get_the_vectors_that_each_alone_gets(embedder: LocalEmbedder, one_by_one: Array) -> None:
    assert (embedder.embed_texts(MANY) * one_by_one).sum(1).min() >= 0.999


@openvino_only
@pytest.mark.parametrize(("precision", "cosine"), [("f32", 0.99999), ("bf16", 0.999), ("8 bits", 0.999)])
def test_openvino_gives_the_graph_s_outputs(
    embedder: LocalEmbedder, embedding_files: Path, one_by_one: Array, precision: bulk.Precision, cosine: float
) -> None:
    engine = bulk.OpenVinoEngine(kept_graph(embedding_files.resolve()), 2, precision=precision)
    many = LocalEmbedder(embedding_files)
    vars(many)["_bulk_engine"] = engine
    assert (many.embed_texts(MANY) * one_by_one).sum(1).min() >= cosine
    for text, reading in zip(MANY, many.read(MANY), strict=True):
        (alone,) = embedder.read([text])
        np.testing.assert_array_equal(reading.spans, alone.spans)
        cosines = (reading.tokens.astype(np.float32) * alone.tokens.astype(np.float32)).sum(1)
        assert cosines.min(initial=1) >= cosine - 0.001  # the tokens are kept as float16


def test_weights_in_bytes_are_near_and_zero_stays_zero() -> None:
    weights = np.random.default_rng(5).normal(size=(7, 3 * eightbit.GROUP)).astype(np.float32)
    weights[0] = 0.0
    weights[1, : eightbit.GROUP] = np.abs(weights[1, : eightbit.GROUP]) + 1
    weights[2, 5] = 0.0
    levels, zeros, scales = eightbit.quantized(weights)
    restored = ((levels.astype(np.float32) - zeros) * scales).reshape(weights.shape)
    assert np.abs(restored - weights).max() <= scales.max() * 1.01
    assert not restored[0].any()
    assert restored[2, 5] == 0.0


@openvino_only
def test_many_texts_go_to_openvino_and_a_question_does_not_load_it(embedding_files: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.embedding import LocalEmbedder; "
        "embedder = LocalEmbedder(Path(sys.argv[1])); embedder.embed_question('x'); "
        "assert 'openvino' not in sys.modules; "
        "embedder.embed_texts(['x'] * 64); assert 'openvino' in sys.modules; "
        "assert sys.modules['openvino_telemetry'] is None"
    )
    subprocess.run([sys.executable, "-c", code, str(embedding_files)], check=True, cwd=Path(__file__).parent.parent)


def test_where_openvino_cannot_run_the_graph_onnx_runtime_does(
    tmp_path: Path, embedding_files: Path, one_by_one: Array
) -> None:
    weights = linked(tmp_path, embedding_files, "model.safetensors", "tokenizer.json")
    embedder = LocalEmbedder(weights)
    kept_graph(weights).write_bytes(b"damaged")
    np.testing.assert_allclose(embedder.embed_texts(MANY), one_by_one, atol=1e-5)


# -- an endpoint -----------------------------------------------------------------------------------


class Endpoint(BaseHTTPRequestHandler):
    """A scripted /embeddings: vectors [length of the text, 1, 0], answered in reverse order."""

    requests: list[dict[str, Any]]
    failure: tuple[int, Any] | None
    vector: Any

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).requests.append({**body, "key": self.headers["Authorization"], "path": self.path})
        status, reply = self.failure or (200, self._reply(body["input"]))
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _reply(self, texts: list[str]) -> dict[str, Any]:
        rows = [self.vector or [len(text), 1.0, 0.0] for text in texts]
        data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)]
        return {"object": "list", "model": "m", "data": data[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[tuple[type[Endpoint], str]]:
    handler = type("Handler", (Endpoint,), {"requests": [], "failure": None, "vector": None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_endpoint_is_asked_in_batches_and_rows_are_unit_length(endpoint: tuple[type[Endpoint], str]) -> None:
    handler, url = endpoint
    embedder = EndpointEmbedder(url, "m", "secret", batch_texts=2)
    vectors = embedder.embed_texts(["a", "bb", "ccc", "", "\ud800"])
    assert [len(request["input"]) for request in handler.requests] == [2, 2, 1]
    assert {request["key"] for request in handler.requests} == {"Bearer secret"}
    assert {request["path"] for request in handler.requests} == {"/v1/embeddings"}
    np.testing.assert_allclose(vectors[:, 0] / vectors[:, 1], [1, 2, 3, 1, 1])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert embedder.dimension == 3
    assert embedder.embed_texts([]).shape == (0, 3)
    assert embedder.embed_question("four").shape == (3,)


@pytest.mark.parametrize("failure", [(401, {"error": {"message": "bad key"}}), (200, {"data": None}), (200, "text")])
def test_failing_endpoint_is_named(endpoint: tuple[type[Endpoint], str], failure: tuple[int, Any]) -> None:
    handler, url = endpoint
    handler.failure = failure
    with pytest.raises(EmbeddingError, match=url):
        EndpointEmbedder(url, "m").embed_question("x")


@pytest.mark.parametrize("vector", [[0.0, 0.0], ["x"], [1e39]])
def test_vectors_without_direction_are_refused(endpoint: tuple[type[Endpoint], str], vector: list[Any]) -> None:
    handler, url = endpoint
    handler.vector = vector
    with pytest.raises(EmbeddingError, match="endpoint"):
        EndpointEmbedder(url, "m").embed_question("x")


def test_reply_of_another_size_is_refused(endpoint: tuple[type[Endpoint], str]) -> None:
    handler, url = endpoint
    handler.failure = (
        200,
        {"data": [], "model": "m", "object": "list", "usage": {"prompt_tokens": 1, "total_tokens": 1}},
    )
    with pytest.raises(EmbeddingError, match="endpoint"):
        EndpointEmbedder(url, "m").embed_question("x")


def test_unreachable_endpoint_is_named() -> None:
    with pytest.raises(EmbeddingError, match="ONRECORD_EMBEDDING_BASE_URL"):
        EndpointEmbedder("http://127.0.0.1:9/v1", "m", timeout_seconds=2).embed_question("x")


# -- llama-index -----------------------------------------------------------------------------------


async def ask(adapter: Any) -> list[float]:
    vector: list[float] = await adapter.aget_query_embedding("Nissan")
    return vector


def test_llama_index_gets_the_same_vectors(embedder: LocalEmbedder) -> None:
    import asyncio

    from index.embedding.llamaindex import LlamaIndexEmbedding

    protocol: Embedder = embedder
    adapter = LlamaIndexEmbedding(protocol)
    assert adapter.model_name == "all-MiniLM-L6-v2"
    expected = embedder.embed_question("Nissan")
    np.testing.assert_allclose(adapter.get_query_embedding("Nissan"), expected, atol=1e-6)
    np.testing.assert_allclose(asyncio.run(ask(adapter)), expected, atol=1e-6)
    np.testing.assert_allclose(adapter.get_text_embedding_batch(["Nissan", "Peru"])[0], expected, atol=1e-5)
    np.testing.assert_allclose(adapter.get_text_embedding("Nissan"), expected, atol=1e-6)
