"""The ONNX graph of all-MiniLM-L6-v2 over its safetensors file. Leaves out: running it.

The graph is BERT (Devlin et al. 2019, arXiv:1810.04805) with six layers, then the mean of the token
vectors and unit length, as the publisher's modules.json says. It uses standard operators only, so any
ONNX engine runs it. The weights stay where they are: every initializer points into the safetensors
file, so building takes milliseconds and nothing of the 90 MB is written twice. A change here counts up
GRAPH_VERSION in local.py, where built graphs are kept.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.errors import ModelFileError

DIMENSION = 384
LAYERS = 6
HEADS = 12
HEAD_SIZE = DIMENSION // HEADS
LAYER_NORM_EPSILON = 1e-12
MASKED = 1e9  # subtracted from a padded token's attention score: its softmax is then exactly 0


def build(weights: Path) -> bytes:
    """The serialized model: `ids` and `mask`, both (n_texts, n_tokens) int64 -> `vectors` (n_texts, 384) float32.

    Its other output, `tokens` (n_texts, n_tokens, 384) float32, are the unit vectors of the tokens, 0 where padded.

    The engine must look for the weights in `weights.parent`. Raises ModelFileError.
    """
    serialized: bytes = _Graph(weights).model().SerializeToString()
    return serialized


class _Graph:
    """Collects nodes and initializers. Every method returns the name of the value it makes."""

    def __init__(self, weights: Path) -> None:
        self.weights = weights
        self.header, self.data_start = _safetensors_header(weights)
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}

    def weight(self, name: str) -> str:
        try:
            entry = self.header[name]
            start, end = entry["data_offsets"]
        except KeyError:
            raise ModelFileError(
                f"{self.weights} holds no tensor '{name}', so it is not all-MiniLM-L6-v2: "
                "remove it and run 'onrecord doctor'"
            ) from None
        tensor = TensorProto(
            name=name, data_type=TensorProto.FLOAT, dims=entry["shape"], data_location=TensorProto.EXTERNAL
        )
        place = {"location": self.weights.name, "offset": self.data_start + start, "length": end - start}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self.initializers[name] = tensor
        return name

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike = np.int64) -> str:
        array = np.array(value, dtype)
        name = f"constant:{array.dtype}:{array.tolist()}"
        self.initializers[name] = numpy_helper.from_array(array, name)
        return name

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        name = output or f"{operator}:{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def dense(self, x: str, name: str) -> str:
        weight = self.node("Transpose", self.weight(f"{name}.weight"))
        return self.node("Add", self.node("MatMul", x, weight), self.weight(f"{name}.bias"))

    def layer_norm(self, x: str, name: str) -> str:
        weight, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", x, weight, bias, epsilon=LAYER_NORM_EPSILON)

    def embeddings(self) -> str:
        words = self.node("Gather", self.weight("embeddings.word_embeddings.weight"), "ids")
        segment = self.node("Gather", self.weight("embeddings.token_type_embeddings.weight"), self.constant(0))
        positions = self.node("Add", self.weight("embeddings.position_embeddings.weight"), segment)
        n_tokens = self.node("Shape", "ids", start=1, end=2)
        positions = self.node("Slice", positions, self.constant([0]), n_tokens, self.constant([0]))
        return self.layer_norm(self.node("Add", words, positions), "embeddings.LayerNorm")

    def attention(self, x: str, name: str, penalty: str) -> str:
        def heads(part: str, order: list[int]) -> str:
            shape = self.constant([0, 0, HEADS, HEAD_SIZE])
            split = self.node("Reshape", self.dense(x, f"{name}.self.{part}"), shape)
            return self.node("Transpose", split, perm=order)

        scores = self.node("MatMul", heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]))
        scores = self.node("Mul", scores, self.constant(HEAD_SIZE**-0.5, np.float32))
        weights = self.node("Softmax", self.node("Add", scores, penalty), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", weights, heads("value", [0, 2, 1, 3])), perm=[0, 2, 1, 3])
        joined = self.node("Reshape", mixed, self.constant([0, 0, DIMENSION]))
        return self.dense(joined, f"{name}.output.dense")

    def layer(self, x: str, name: str, penalty: str) -> str:
        attended = self.node("Add", self.attention(x, f"{name}.attention", penalty), x)
        x = self.layer_norm(attended, f"{name}.attention.output.LayerNorm")
        widened = self.node("Gelu", self.dense(x, f"{name}.intermediate.dense"))
        return self.layer_norm(
            self.node("Add", self.dense(widened, f"{name}.output.dense"), x), f"{name}.output.LayerNorm"
        )

    def model(self) -> onnx.ModelProto:
        mask = self.node("Cast", "mask", to=TensorProto.FLOAT)
        padded = self.node("Sub", self.node("Unsqueeze", mask, self.constant([1, 2])), self.constant(1, np.float32))
        penalty = self.node("Mul", padded, self.constant(MASKED, np.float32))
        x = self.embeddings()
        for number in range(LAYERS):
            x = self.layer(x, f"encoder.layer.{number}", penalty)
        kept = self.node("Mul", x, self.node("Unsqueeze", mask, self.constant([2])))
        self.node("LpNormalization", kept, output="tokens", axis=2, p=2)
        total = self.node("ReduceSum", kept, self.constant([1]), keepdims=0)  # unit length makes the mean of it
        self.node("LpNormalization", total, output="vectors", axis=1, p=2)
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["n_texts", "n_tokens"]) for name in ("ids", "mask")
        ]
        outputs = [
            helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n_texts", DIMENSION]),
            helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["n_texts", "n_tokens", DIMENSION]),
        ]
        graph = helper.make_graph(self.nodes, "all-MiniLM-L6-v2", inputs, outputs, list(self.initializers.values()))
        # Opset 20 brought Gelu; IR 10 is the newest that ONNX Runtime 1.18 reads.
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def _safetensors_header(weights: Path) -> tuple[dict[str, Any], int]:
    """Tensor name -> shape and offsets, and where the data begins.

    The format: 8 bytes of length, a JSON header, the data (the safetensors project's README).
    """
    try:
        with weights.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > weights.stat().st_size:
                raise ValueError(f"header of {length} bytes")
            return json.loads(file.read(length)), 8 + length
    except FileNotFoundError:
        raise ModelFileError(
            f"{weights} does not exist: run 'onrecord doctor', which fetches what is missing"
        ) from None
    except (OSError, ValueError, struct.error) as error:
        raise ModelFileError(
            f"{weights} is not a safetensors file ({error}): remove it and run 'onrecord doctor'"
        ) from error
