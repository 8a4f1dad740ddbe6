"""The engine for many texts: OpenVINO where it is installed, in what the CPU multiplies fastest near enough.

A question stays with ONNX Runtime, which is there at once: OpenVINO takes half a second to open. The figures are in
docs/decisions/0015-two-engines-for-one-graph.md. Leaves out: which calls are many texts (local).
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Literal, cast

from index.embedding import eightbit
from index.embedding.graphs import Engine, Ids, Outputs, kept_graph

# OpenVINO's tools report to an analytics host by this package; where it is missing they do without.
sys.modules.setdefault("openvino_telemetry", cast("Any", None))

log = logging.getLogger(__name__)

MATRIX_UNITS = frozenset({"amx_tile", "amx_bf16"})
BYTE_UNITS = frozenset({"avx512_vnni"})
Precision = Literal["f32", "bf16", "8 bits"]


def choose(machine: str, flags: frozenset[str], *, openvino: bool) -> Precision | None:
    """What OpenVINO multiplies in on a CPU of this kind (`platform.machine()`) that reports these flags.

    None: ONNX Runtime embeds many texts too.
    """
    if not openvino or machine.lower() not in {"x86_64", "amd64"}:
        return None
    if flags >= MATRIX_UNITS:
        return "bf16"
    return "8 bits" if flags & BYTE_UNITS else "f32"


def cpu_flags(path: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """What the first CPU reports that it can do; nothing where the system has no such file."""
    try:
        lines = path.read_text("ascii", "replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2] for line in lines if line.startswith("flags")), "").split())


def open_bulk_engine(weights: Path, threads: int, otherwise: Engine) -> Engine:
    """The engine for many texts over the graph kept beside `weights`; `otherwise` where that cannot be opened."""
    precision = choose(platform.machine(), cpu_flags(), openvino=importlib.util.find_spec("openvino") is not None)
    if precision is None:
        return otherwise
    try:
        engine = OpenVinoEngine(kept_graph(weights), threads, precision=precision)
    except Exception:  # OpenVINO's own kinds; a graph that could not be kept
        log.warning("OpenVINO cannot run %s, so ONNX Runtime does", kept_graph(weights), exc_info=True)
        return otherwise
    log.debug("many texts are embedded by OpenVINO in %s", precision)
    return engine


class OpenVinoEngine:
    """The graph in `path`, compiled for this CPU; one call runs at a time. Raises what OpenVINO raises."""

    def __init__(self, path: Path, threads: int, *, precision: Precision) -> None:
        openvino = importlib.import_module("openvino")
        in_bytes = precision == "8 bits"
        options = {
            "INFERENCE_PRECISION_HINT": "f32" if in_bytes else precision,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
        } | (eightbit.OPTIONS if in_bytes else {})
        model = eightbit.read(openvino, path) if in_bytes else str(path)
        self._request = openvino.Core().compile_model(model, "CPU", options).create_infer_request()
        self._running = Lock()

    def run(self, outputs: Sequence[str], ids: Ids, mask: Ids) -> Outputs:
        """As Engine says."""
        with self._running:
            found = self._request.infer({"ids": ids, "mask": mask})
            return [found[name] for name in outputs]
