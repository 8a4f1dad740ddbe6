"""The local model's graph, kept beside its weights and run by ONNX Runtime. Leaves out: building it (bertgraph)."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]

from index.errors import ModelFileError

log = logging.getLogger(__name__)

GRAPH_VERSION = 2  # counted up with every change to bertgraph

Ids = npt.NDArray[np.int64]
Outputs = list[npt.NDArray[np.float32]]


class Engine(Protocol):
    """Runs the graph. Calls may come from several threads at once."""

    def run(self, outputs: Sequence[str], ids: Ids, mask: Ids) -> Outputs:
        """The named outputs of the graph, as `bertgraph.build` describes them, in the order of the names."""
        ...


class OnnxRuntimeEngine:
    """Every machine's: it opens in a tenth of a second. Raises ModelFileError where the weights cannot be run."""

    def __init__(self, weights: Path, threads: int) -> None:
        self._session = _open_session(weights, threads)

    def run(self, outputs: Sequence[str], ids: Ids, mask: Ids) -> Outputs:
        """As Engine says."""
        found: Outputs = self._session.run(list(outputs), {"ids": ids, "mask": mask})
        return found


def kept_graph(weights: Path) -> Path:
    """Where the graph over these weights is kept; it may not be there where the folder is read-only."""
    return weights.with_name(f"{weights.name}.graph{GRAPH_VERSION}.onnx")


def usable_threads(wanted: int | None) -> int:
    """`wanted`, or as many as there are cores, which are the most."""
    cores = os.cpu_count() or 1
    return max(1, min(wanted or cores, cores))


def _open_session(weights: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Idle threads must not spin: the embedded writer needs the cores as soon as the question is embedded.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights.parent))
    open_graph = partial(onnxruntime.InferenceSession, sess_options=options, providers=["CPUExecutionProvider"])
    with suppress(
        Exception
    ):  # not there yet, damaged, or over other weights: it is built, and that tells what is wrong
        return open_graph(kept_graph(weights).read_bytes())
    graph = _build_graph(weights)
    try:
        return open_graph(graph)
    except Exception as error:  # ONNX Runtime's own kinds
        raise ModelFileError(f"{weights} cannot be run ({error}): remove it and run 'onrecord doctor'") from error


def _build_graph(weights: Path) -> bytes:
    """The graph, also kept beside the weights: building takes milliseconds, but importing onnx 0.3 s."""
    from index.embedding import bertgraph

    graph, kept = bertgraph.build(weights), kept_graph(weights)
    unfinished = kept.with_name(f"{kept.name}.{os.getpid()}.partial")
    try:
        unfinished.write_bytes(graph)
        unfinished.replace(kept)
    except OSError as error:  # a folder that is read-only, or full: the next start builds it again
        log.debug("could not keep %s: %s", kept, error)
    return graph
