"""Reading golden files: both forms, and a clear word about what cannot be used."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.errors import GoldenFileError
from app.evaluation.golden.reading import Golden, read_golden

OURS: dict[str, Any] = {
    "id": "q1", "question": "And before?", "history": [{"question": "Now?", "answer": "15%."}], "date": "2023-02-01",
    "accept": [["43%", "forty-three percent"]], "answerable": True, "kind": "follow_up",
    "gold": [{"article": "a.txt", "quote": "43%"}, {"article": "a.txt", "quote": "was 43%"}],
}  # fmt: skip
NEWS: dict[str, Any] = {
    "id": "n1", "date": "2023-01-05", "question": "Which team?", "answer": "Buffalo Bills", "choices": ["A", "B"],
    "evidence": "", "gold_doc_ids": ["d1", "d2"], "answerable": True,
}  # fmt: skip


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_our_form_is_read(tmp_path: Path) -> None:
    (question,) = read_golden(write(tmp_path / "g.jsonl", OURS))
    assert question == Golden(
        id="q1", question="And before?", kind="follow_up", answerable=True, history=(("Now?", "15%."),),
        accept=(("43%", "forty-three percent"),), gold=("a.txt",),
        passages=(("a.txt", "43%"), ("a.txt", "was 43%")),
    )  # fmt: skip
    assert question.is_right("It held 43 percent.")
    assert not question.is_right("It held 15 percent.")


def test_news_form_is_read(tmp_path: Path) -> None:
    unanswerable = {**NEWS, "id": "n2", "answerable": False, "answer": None, "gold_doc_ids": []}
    first, second = read_golden(write(tmp_path / "g.jsonl", NEWS, unanswerable))
    assert first == Golden(
        id="n1", question="Which team?", kind="answerable", answerable=True, answer="Buffalo Bills", gold=("d1", "d2")
    )
    assert first.is_right("The Bills [1].")
    assert second == Golden(id="n2", question="Which team?", kind="unanswerable", answerable=False)
    assert not second.is_right("The Buffalo Bills")


def test_the_day_comes_from_the_field_that_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "g.jsonl", NEWS, {**OURS, "date": None})
    assert [question.as_of for question in read_golden(path, as_of_field="date")] == [date(2023, 1, 5), None]
    assert [question.as_of for question in read_golden(path)] == [None, None]


def test_blank_lines_and_a_byte_order_mark_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(b"\xef\xbb\xbf\n" + json.dumps(NEWS).encode() + b"\r\n\n")
    assert len(read_golden(path)) == 1


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in OURS.items() if name != field}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{not json", "not JSON"),
        ("[1]", "a list where an object belongs"),
        (json.dumps(without("id")), "id: Field required"),
        (json.dumps(without("kind")), "kind: Field required"),
        (json.dumps(without("accept")), "neither 'accept' nor 'gold_doc_ids'"),
        (json.dumps({**OURS, "question": " "}), "question: "),
        (json.dumps({**OURS, "answerable": "yes"}), "answerable: "),
        (json.dumps({**OURS, "accept": []}), "accept must be filled where answerable is true"),
        (json.dumps({**OURS, "accept": [[]]}), "accept.0: "),
        (json.dumps({**OURS, "accept": [["the"]]}), "accept holds 'the'"),
        (json.dumps({**OURS, "answerable": False}), "and empty where it is false"),
        (json.dumps({**OURS, "gold": [{"article": "a.txt"}]}), "gold.0.quote: Field required"),
        (json.dumps({**OURS, "history": ["Now?"]}), "history.0: "),
        (json.dumps({**NEWS, "answer": None}), "answer must be filled"),
        (json.dumps({**OURS, "date": "5 January"}), "write a day as YYYY-MM-DD"),
        (json.dumps({**OURS, "date": 5}), "write a day as YYYY-MM-DD"),
        (json.dumps(without("date")), "no field 'date' for --as-of-field"),
        (json.dumps({**NEWS, "id": "n1"}), "the id 'n1' stands in line 1 already"),
    ],
)
def test_a_bad_line_is_named_with_its_file(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(json.dumps(NEWS) + "\n\n" + line + "\n", encoding="utf-8")
    with pytest.raises(GoldenFileError) as caught:
        read_golden(path, as_of_field="date")
    assert f"{path}, line 3: " in str(caught.value)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("content", "told"), [(b"\n \n", "holds no question"), (b"\xff\xfe\x00", "is not UTF-8")])
def test_a_file_without_questions_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(content)
    with pytest.raises(GoldenFileError, match=told):
        read_golden(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldenFileError, match="cannot be read"):
        read_golden(tmp_path / "none.jsonl")
