"""An NLI model as a judge: what it is given, how its labels are read, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from scripted_evaluation_desk import citation, evidence
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from app.config import Settings
from app.errors import ConfigError
from app.evaluation.systems.judge import open_judge
from app.evaluation.systems.nli import NliJudge
from index.errors import ModelFileError

WORDS = ["[UNK]", "[SEP]", "Nissan", "Renault", "will", "hold"]
LABELS = {"0": "contradiction", "1": "ENTAILMENT", "2": "neutral"}


def make_model(folder: Path) -> Path:
    """Says entailment where "Renault" stands among what it is given, else contradiction."""
    folder.mkdir(exist_ok=True)
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="$A [SEP]", pair="$A [SEP] $B:1 [SEP]:1", special_tokens=[("[SEP]", 1)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"id2label": LABELS}), encoding="utf-8")
    nodes = [
        helper.make_node("Equal", ["input_ids", "wanted"], ["same"]),
        helper.make_node("Cast", ["same"], ["ones"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["ones"], ["seen"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["one", "seen"], ["unseen"]),
        helper.make_node("Sub", ["seen", "one"], ["never"]),
        helper.make_node("Concat", ["unseen", "seen", "never"], ["logits"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "nli",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 3])],
        [
            helper.make_tensor("wanted", TensorProto.INT64, [1], [WORDS.index("Renault")]),
            helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, folder / "model.onnx")
    return folder / "model.onnx"


def test_it_entails_where_that_is_the_most_probable_label(tmp_path: Path) -> None:
    judge = NliJudge(make_model(tmp_path))
    assert judge.entails("Nissan will hold.", ["Renault will hold"])
    assert judge.entails("Renault will hold.", ["Nissan"])  # premise and hypothesis are both read
    assert not judge.entails("Nissan will hold.", ["Nissan", "will hold"])


def test_of_a_long_premise_the_end_is_not_read(tmp_path: Path) -> None:
    judge = NliJudge(make_model(tmp_path))
    assert not judge.entails("Nissan", ["Nissan " * 600, "Renault"])
    assert judge.entails("Renault", ["Nissan " * 600])  # the sentence is, whole


def test_it_judges_citations_and_is_told_by_its_hash(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, nli_file=make_model(tmp_path))
    with open_judge("nli", settings) as judge:
        assert judge.supports("Another will hold it.", [evidence("one", 0, len(citation(1, "Renault").quote))])
        assert not judge.supports("Another will hold it.", [])
        assert str(judge.recorded["judge"]).startswith("nli ")
    with pytest.raises(ConfigError, match="ONRECORD_NLI_FILE"), open_judge("nli", Settings(library=tmp_path)):
        pass


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("model.onnx", b"no graph", "is no ONNX model that can be read"),
        ("config.json", b'{"id2label": {"0": "LABEL_0"}}', "none of them 'entailment'"),
        ("config.json", b"{}", "its labels are not named"),
        ("config.json", b'{"id2label": ["a"]}', "id2label is no table of labels"),
        ("config.json", b"{", "cannot be read"),
        ("tokenizer.json", b"{}", "is no tokenizer"),
        ("tokenizer.json", None, "an NLI model needs it beside its weights"),
    ],
)
def test_what_is_no_nli_model_is_named(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    weights = make_model(tmp_path)
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelFileError, match=told):
        NliJudge(weights)
