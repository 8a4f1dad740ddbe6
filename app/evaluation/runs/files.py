"""A run on disk: its lines, the record of what made it, and what earlier runs spare it. Leaves out: asking.

Beside `NAME.jsonl`, a line a question, lies `NAME.run.json`: when it began, which questions, which options, and the
provenance. Runs in one folder spare each other: what was answered under the same key is not asked again.
"""

from __future__ import annotations

import glob
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.errors import GoldenFileError
from app.evaluation.golden.reading import Golden
from app.evaluation.outcomes import Mode, Outcome, read_outcomes, rewrite_outcomes
from app.evaluation.runs.provenance import differences, key
from app.evaluation.runs.running import golden_hash
from index.errors import StorageError

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
_STAMP = "%Y%m%dT%H%M%SZ"
_STAMP_PATTERN = f"{'[0-9]' * 8}T{'[0-9]' * 6}Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The outcomes of a run and the record beside them, empty where a run has none."""

    lines: Path
    outcomes: tuple[Outcome, ...]
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name, by which people tell runs apart."""
        return self.lines.stem


def read_run(lines: Path) -> Run:
    """A finished run. Raises GoldenFileError when it cannot be used, or holds no question."""
    outcomes = tuple(read_outcomes(lines))
    if not outcomes:
        raise GoldenFileError(f"{lines} holds no question: name the .jsonl file of a run of 'onrecord eval'")
    return Run(lines=lines, outcomes=outcomes, record=read_record(lines))


def record_file(lines: Path) -> Path:
    """Where the record of these lines is."""
    return lines.with_suffix(".run.json")


def read_record(lines: Path) -> dict[str, Any]:
    """The record beside the lines; empty where there is none. Raises GoldenFileError when it is no record."""
    path = record_file(lines)
    if not path.exists():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        parts = [record, *(record.get(name, {}) for name in ("golden", "options", "made_by"))]
        if not all(isinstance(part, dict) for part in parts):
            raise ValueError("it is not the record of a run")
    except (OSError, ValueError, AttributeError) as error:
        raise GoldenFileError(
            f"{path} cannot be read ({error}): remove it, and the run counts as of unknown make"
        ) from error
    return dict(record)


def make_record(
    golden_file: Path, questions: Sequence[Golden], options: dict[str, Any], made_by: dict[str, Any]
) -> dict[str, Any]:
    """What is to be known of a run that begins now; of the places on this machine no more than a relative path."""
    return {
        "schema_version": SCHEMA_VERSION,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "golden": {
            "file": golden_file.name,
            "path": golden_file.name if golden_file.is_absolute() else golden_file.as_posix(),
            "sha256": hashlib.sha256(golden_file.read_bytes()).hexdigest(),
            "questions": len(questions),
        },
        "options": options,
        "made_by": made_by,
        "key": key(made_by) if made_by else None,
    }


def output_file(output: Path, golden_file: Path, *, resume: bool, system: str = "") -> Path:
    """The file itself where `output` names one; in a folder a new file named for the golden file and the moment.

    To resume in a folder is to go on with the newest run of that golden file there. With a `system` the name ends
    in it. Raises StorageError when the folder cannot be made.
    """
    named = output.suffix == ".jsonl" and not output.is_dir()
    folder = output.parent if named else output
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made ({error.strerror}): name another place with --output") from error
    end = f"-{system}" if system else ""
    if named:
        return output.with_stem(output.stem + end)
    pattern = f"{glob.escape(golden_file.stem)}-{_STAMP_PATTERN}{glob.escape(end)}.jsonl"
    earlier = sorted(folder.glob(pattern)) if resume else []
    return earlier[-1] if earlier else folder / f"{golden_file.stem}-{datetime.now(UTC):{_STAMP}}{end}.jsonl"


def begin(lines: Path, questions: Sequence[Golden], mode: Mode, record: dict[str, Any]) -> dict[str, Outcome]:
    """What a run that goes on has of these questions, by id, without failed and changed ones; its record is written.

    Raises GoldenFileError when the run was made in another mode, or by another program, model or library.
    """
    kept: list[Outcome] = []
    if lines.exists():
        kept = _usable(read_outcomes(lines), questions)
        _check_same(lines, kept, mode, record)
        rewrite_outcomes(lines, kept)
    if not record_file(lines).exists():
        _write_record(lines, record)
    return {one.id: one for one in kept}


def spared(lines: Path, questions: Sequence[Golden], mode: Mode, record: dict[str, Any]) -> dict[str, Outcome]:
    """What other runs in the same folder were answered under the same key, by question id; the newest counts."""
    if not record["key"]:
        return {}
    wanted = {question.id for question in questions}
    found: dict[str, Outcome] = {}
    for beside in sorted(lines.parent.glob("*.run.json"), key=lambda path: path.stat().st_mtime):
        other = beside.with_name(beside.name.removesuffix(".run.json") + ".jsonl")
        if other == lines or not other.exists():
            continue
        try:
            if read_record(other).get("key") != record["key"]:
                continue
            usable = _usable(read_outcomes(other), questions)
        except GoldenFileError as error:  # nothing can be taken from it, which is all that it is asked for
            log.warning("%s", error)
            continue
        found |= {one.id: one for one in usable if one.mode == mode and one.id in wanted}
    return found


def note_taken_over(lines: Path, answers: int) -> None:
    """Add to the record that so many answers, with their times, are those of earlier runs."""
    record = read_record(lines)
    _write_record(lines, {**record, "taken_over": record.get("taken_over", 0) + answers})


def _write_record(lines: Path, record: dict[str, Any]) -> None:
    record_file(lines).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _usable(outcomes: Sequence[Outcome], questions: Sequence[Golden]) -> list[Outcome]:
    """Those asked and judged without failing, whose question and day are as they were, or are not among these."""
    wanted = {question.id: question for question in questions}
    sound = (one for one in outcomes if one.error is None and one.judge_error is None)
    return [one for one in sound if _is_same(one, wanted.get(one.id))]


def _is_same(one: Outcome, question: Golden | None) -> bool:
    if question is None:
        return True
    day = question.as_of.isoformat() if question.as_of else None
    return one.golden_hash == golden_hash(question) and one.as_of == day


def _check_same(lines: Path, kept: Sequence[Outcome], mode: Mode, record: dict[str, Any]) -> None:
    other = next((outcome.mode for outcome in kept if outcome.mode != mode), None)
    if other:
        raise GoldenFileError(
            f"{lines} was made in mode {other!r}, this run is {mode!r}: use the same options, or another --output"
        )
    earlier = read_record(lines).get("made_by")
    if earlier and record["made_by"]:
        changed = [name for name, _, _ in differences(earlier, record["made_by"])]
        if changed:
            raise GoldenFileError(
                f"{lines} was made with something else than this run ({', '.join(changed)} changed), so its answers "
                "do not go with new ones: begin a new run with another --output"
            )
