"""An NLI model of the user's as a judge of citations: ONNX, with its tokenizer and its labels beside it.

Any sequence classifier of premise and hypothesis with a label "entailment" will do, exported to ONNX as on the model
hubs (`model.onnx`, `tokenizer.json`, `config.json`). As in ALCE (arXiv 2305.14627) the premise is all passages, one
after the other. Leaves out: fetching one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from index.errors import ModelFileError

MOST_TOKENS = 512
"""What these models were trained to read; of longer premises the end is not read."""


class NliJudge:
    """Says whether passages entail a sentence. Safe between threads. Raises ModelFileError when a file is no use."""

    def __init__(self, weights: Path) -> None:
        config = _labels(weights.with_name("config.json"))
        found = [number for number, label in config.items() if label.lower() == "entailment"]
        if len(found) != 1:
            raise ModelFileError(
                f"{weights.with_name('config.json')}: its labels are {', '.join(config.values()) or 'not named'}, none "
                "of them 'entailment': name an NLI model with ONRECORD_NLI_FILE"
            )
        self._entailment = found[0]
        self._tokenizer = _tokenizer(weights.with_name("tokenizer.json"))
        try:
            self.sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
            self._session = onnxruntime.InferenceSession(weights, providers=["CPUExecutionProvider"])
        except Exception as error:  # the border to ONNX Runtime, whose errors have no common parent
            reason = " ".join(str(error).split())[:200]
            raise ModelFileError(f"{weights} is no ONNX model that can be read ({reason}): check the file") from error
        self._inputs = {one.name for one in self._session.get_inputs()}

    def entails(self, text: str, quotes: Sequence[str]) -> bool:
        """Whether entailment is its most probable label."""
        encoded = self._tokenizer.encode(" ".join(" ".join(quotes).split()), " ".join(text.split()))
        told = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask, "token_type_ids": encoded.type_ids}
        inputs = {name: np.array([values], np.int64) for name, values in told.items() if name in self._inputs}
        (logits, *_) = self._session.run(None, inputs)
        return int(np.asarray(logits)[0].argmax()) == self._entailment


def _labels(path: Path) -> dict[int, str]:
    read = _read_json(path)
    labels = read.get("id2label") if isinstance(read, dict) else None
    try:
        return {int(number): str(label) for number, label in (labels or {}).items()}
    except (AttributeError, ValueError) as error:
        raise ModelFileError(f"{path}: id2label is no table of labels: take the model's own config.json") from error


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{path} cannot be read ({error}): an NLI model needs it beside its weights") from error


def _tokenizer(path: Path) -> Tokenizer:
    _read_json(path)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the tokenizers library raises plain Exception
        raise ModelFileError(f"{path} is no tokenizer ({error}): take the model's own") from error
    tokenizer.enable_truncation(MOST_TOKENS, strategy="only_first")
    tokenizer.no_padding()
    return tokenizer
