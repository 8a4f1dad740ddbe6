"""A graph's dense layers in 8 bits, as OpenVINO multiplies them: groups of weights and of activations with own scales.

A weight becomes a byte with the scale and the zero of its group of GROUP along the layer's input; OpenVINO does the
same to activations while it runs ("dynamic quantization"), which CPUs with VNNI multiply at several times the speed of
floats. With a scale a layer or a row the vectors would be too far from those of floats (docs/decisions/0015).

Leaves out: which CPUs are asked to (bulk).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

GROUP = 32
"""Weights, and activations, that share a scale: with 64 the vectors are twice as far from those of floats."""
OPTIONS = {"DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP}
"""What `compile_model` has to be told."""


def read(openvino: Any, path: Path) -> Any:
    """The graph in `path` as an OpenVINO model, the weights of its dense layers in bytes. Raises what OpenVINO does."""
    ops = importlib.import_module("openvino.opset13")
    model = openvino.Core().read_model(str(path))
    for node in model.get_ordered_ops():
        if node.get_type_name() != "MatMul" or (weights := _weights(node.input_value(1).get_node())) is None:
            continue
        levels, zeros, scales = quantized(weights)
        restored = ops.multiply(
            ops.subtract(ops.convert(ops.constant(levels), "f32"), ops.convert(ops.constant(zeros), "f32")),
            ops.constant(scales),
        )
        restored = ops.reshape(restored, ops.constant(np.array(weights.shape)), special_zero=False)
        node.output(0).replace(ops.matmul(node.input_value(0), restored, False, True).output(0))
    return model


def quantized(weights: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]:
    """(n_out, n_in) weights as (n_out, n_in / GROUP, GROUP) bytes, and (n_out, n_in / GROUP, 1) zeros and scales.

    A weight is about (byte - zero) * scale; 0 is kept exactly.
    """
    groups = weights.reshape(len(weights), -1, GROUP)
    low = np.minimum(groups.min(axis=2, keepdims=True), 0.0)
    high = np.maximum(groups.max(axis=2, keepdims=True), 0.0)
    scales = np.maximum((high - low) / 255, np.finfo(np.float32).tiny).astype(np.float32)
    zeros = np.clip(np.rint(-low / scales), 0, 255)
    levels = np.clip(np.rint(groups / scales) + zeros, 0, 255)
    return levels.astype(np.uint8), zeros.astype(np.uint8), scales


def _weights(node: Any) -> NDArray[np.float32] | None:
    """A dense layer's weights (n_out, n_in), which the graph transposes; None where two activations are multiplied."""
    if node.get_type_name() != "Transpose":
        return None
    stored = node.input_value(0).get_node()
    if stored.get_type_name() != "Constant" or (weights := stored.get_data()).shape[1] % GROUP:
        return None
    return np.ascontiguousarray(weights, dtype=np.float32)
