"""`onrecord eval --repeat`: a recorded run asked afresh, and whether it gave the same. Leaves out: asking (command)."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # --help must not wait for pydantic
    from app.config import Settings
    from app.evaluation.outcomes import Outcome
    from app.evaluation.runs.files import Run
    from app.evaluation.systems.opening import OpenDesk

_FROM_RECORD = ("as_of_field", "limit", "sample", "seed", "parallel")
_NOT_BESIDE = {"vary": [], "judge": "checker", "resume": False, "seed": 0, "parallel": 1}
"""What is not to be given beside --repeat, by its default where that is not None."""
_MODES = ("writer", "quotes", "retrieval")
"""The runs that can be repeated: those of our own desk."""
MISUSED = 2
"""The exit code of a run that did not begin."""
_HASH_SHOWN = 12
"""How many digits of a hash are told: enough to tell two apart."""


def repeat(args: argparse.Namespace, settings: Settings, open_desk: OpenDesk) -> int:
    """Ask the run of `--repeat` again as its record says, tell how many lines are the same, return the exit code.

    0 when all are, 1 when one differs or failed. Raises QuestionError when what it asked (library, model, questions) is
    not what it was, ConfigError for another endpoint, GoldenFileError for a run or record that cannot be used.
    """
    from app.evaluation.command import run
    from app.evaluation.runs.files import output_file, read_run
    from app.evaluation.runs.restoring import restored_settings

    earlier = read_run(args.repeat)
    _take_options(args, earlier)
    asked = {"embedding", "rerank"} | ({"llm"} if _is_written(args) else set())
    restored = restored_settings(earlier, settings, asked)
    with open_desk(restored, writer=not (args.quotes_only or args.retrieval_only)) as desk:
        _check_same(args, earlier, settings, restored)
        desk.wait_for_writer()
        args.output = output_file(args.output, args.file, resume=False)
        code = run(args, desk, settings=restored)
    if code == MISUSED:
        return code
    differing = differing_lines(earlier.outcomes, read_run(args.output).outcomes)
    _tell_sameness(len(earlier.outcomes), differing, to_stderr=args.json)
    return 1 if differing else code


def differing_lines(earlier: Sequence[Outcome], later: Sequence[Outcome]) -> list[str]:
    """The ids whose answer or citations differ (in a run of the search alone: whose articles), or that only one has."""
    one, other = ({outcome.id: _given(outcome) for outcome in outcomes} for outcomes in (earlier, later))
    return [name for name in dict.fromkeys([*one, *other]) if one.get(name) != other.get(name)]


def _given(outcome: Outcome) -> tuple[object, ...]:
    ranked = outcome.ranked if outcome.mode == "retrieval" else ()
    return (outcome.answered, outcome.reason, outcome.text, outcome.shown, outcome.error, ranked)


def _take_options(args: argparse.Namespace, earlier: Run) -> None:
    """Puts the recorded options where those of the command line stand. Raises QuestionError for what hinders it."""
    from app.errors import QuestionError

    given = [
        name for name in ("vary", "judge", "resume", *_FROM_RECORD) if getattr(args, name) != _NOT_BESIDE.get(name)
    ]
    if given:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise QuestionError(f"--repeat takes everything from the record of the run: leave out {named}")
    if not earlier.record.get("made_by"):
        raise QuestionError(f"{earlier.lines} has no record of what made it (.run.json): ask anew, without --repeat")
    options, judge = earlier.record.get("options", {}), earlier.record["made_by"].get("judge")
    mode = options.get("mode")
    if mode not in _MODES:
        raise QuestionError(
            f"{earlier.lines} is a run of {mode!r}, not of this program: use --compare with its questions"
        )
    args.quotes_only, args.retrieval_only = mode == "quotes", mode == "retrieval"
    args.judge = "checker" if judge is None else "nli" if str(judge).startswith("nli ") else "llm"
    args.fresh = True
    for name in _FROM_RECORD:
        setattr(args, name, options.get(name, getattr(args, name)))
    args.file = _questions(args, earlier)


def _questions(args: argparse.Namespace, earlier: Run) -> Path:
    """The file of the questions, which is as it was. Raises QuestionError where it is not."""
    from app.errors import QuestionError

    golden = earlier.record.get("golden", {})
    name, sha256 = str(golden.get("file", "")), str(golden.get("sha256", ""))
    places = [args.file] if args.file else [Path(str(golden.get("path", name))), earlier.lines.parent / name]
    found = next((place for place in places if place.is_file()), None)
    remedy = f"name a file that is as it was: onrecord eval FILE --repeat {earlier.lines}"
    if found is None:
        raise QuestionError(f"the questions of the run ({name}) are not at {places[0]}: {remedy}")
    now = hashlib.sha256(found.read_bytes()).hexdigest()
    if now != sha256:
        then_and_now = f"sha256 {_short(sha256)} then, {_short(now)} now"
        raise QuestionError(f"{found} differs from the questions of the run ({then_and_now}): {remedy}")
    return found


def _is_written(args: argparse.Namespace) -> bool:
    """Whether the writer's model is asked anything."""
    return args.judge == "llm" or not (args.quotes_only or args.retrieval_only)


def _check_same(args: argparse.Namespace, earlier: Run, settings: Settings, restored: Settings) -> None:
    """Tells in one line what differs now. Raises QuestionError when that is the library or a model."""
    from app.evaluation.runs.provenance import differences, provenance, told_settings
    from app.evaluation.systems.judge import open_judge

    then = earlier.record["made_by"]
    with open_judge(args.judge, restored) as judge:
        now = provenance(restored) | dict(judge.recorded)
    changed = list(differences(then, now | {"settings": told_settings(settings)}))
    told = "; ".join(f"{name} {_short(one)} then, {_short(other)} now" for name, one, other in changed)
    held = " (the recorded settings are used)" if any(name.startswith("settings.") for name, _, _ in changed) else ""
    sys.stderr.write(f"onrecord eval: since the run differ: {told or 'nothing'}{held}\n")
    _refuse_other(then, now, ("embedding", "judge", *(("writer",) if _is_written(args) else ())))


def _refuse_other(then: Mapping[str, Any], now: Mapping[str, Any], models: Sequence[str]) -> None:
    from app.errors import QuestionError

    if then.get("library") != now["library"]:
        raise QuestionError(
            "the library holds other articles than the run asked: name that library, or its backup restored, with "
            "--library"
        )
    other = [name for name in models if then.get(name) != now.get(name)]
    if other:
        raise QuestionError(
            f"a model is not that of the run ({', '.join(other)}): set up that model, or ask anew without --repeat"
        )


def _tell_sameness(lines: int, differing: Sequence[str], *, to_stderr: bool) -> None:
    same = f"{max(0, lines - len(differing))} of {lines} lines are the same in answer and citations"
    named = f"; these differ: {', '.join(differing)}" if differing else ""
    (sys.stderr if to_stderr else sys.stdout).write(f"{same}{named}\n")


def _short(value: object) -> str:
    text = str(value)
    is_hash = len(text) == hashlib.sha256().digest_size * 2 and text.isalnum()
    return text[:_HASH_SHOWN] if is_hash else text
