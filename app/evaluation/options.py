"""The options of `onrecord eval`. Leaves out: what they do (command). Imports nothing heavy: --help waits for it."""

from __future__ import annotations

import argparse
from pathlib import Path

OUTPUT_DIR = Path("eval-runs")
SYSTEMS = (
    "quotes",
    "writer",
    "embedded",
    "citation-query-engine",
    "citation-query-engine-writer",
    "model-alone",
    "chatbot",
    "retrieval",
)
"""Who can be compared; each is told in the help of --compare."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `onrecord eval` its options (`--library` and `--json` come with every verb)."""
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="golden questions, JSONL, one question a line"
    )
    parser.add_argument(
        "--as-of-field",
        metavar="FIELD",
        help="field of the file that holds the day to ask from (default: none, ask as of the newest article)",
    )
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--quotes-only", action="store_true", help="answer with quotes, no writer (default: the writer)")
    who.add_argument(
        "--retrieval-only", action="store_true", help="measure only the finding, ask no answer (default: ask)"
    )
    who.add_argument(
        "--compare",
        nargs="+",
        metavar="NAME",
        help="either two finished runs (their .jsonl files), paired question by question, or systems to put through "
        "the questions of FILE one after the other, such as quotes,embedded,citation-query-engine: 'writer' is what "
        "the settings name, 'embedded' the embedded writer, 'citation-query-engine' that of llama-index over the same "
        "chunks, embedding model and embedded writer ('citation-query-engine-writer': and the writer of the settings), "
        "'model-alone' the writer's model without the articles, 'chatbot' what ONRECORD_CHATBOT_BASE_URL names, "
        "'retrieval' the search alone (default: one run)",
    )
    who.add_argument(
        "--repeat",
        type=Path,
        metavar="RUN",
        help="ask a finished run (its .jsonl file) again as its record says, and tell whether answers and citations "
        "are the same; FILE only where its questions have moved (default: a run of its own)",
    )
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="NAME=V1,V2",
        help="run every value, and every combination where it is given several times, and set them side by side: "
        "as_of=on,off or a setting of the README's table in lower case, such as llm_evidence_tokens=280,600 "
        "(default: vary nothing)",
    )
    parser.add_argument(
        "--judge",
        choices=("checker", "llm", "nli"),
        default="checker",
        help="who says whether cited passages support a sentence: our own checker; llm, the model at the endpoint that "
        "the settings name; nli, the model that ONRECORD_NLI_FILE names. A model is asked once for each sentence and "
        "set of passages (default: checker)",
    )
    parser.add_argument(
        "--parallel",
        type=count,
        default=1,
        metavar="N",
        help="ask so many questions at a time; the embedded writer is asked one at a time whatever N is (default: 1)",
    )
    parser.add_argument(
        "--price",
        type=price,
        action="append",
        default=[],
        metavar="MODEL=READ,WRITTEN",
        help="what a million tokens cost that this model reads and writes, such as gpt-4o-mini=0.15,0.60; may be given "
        "several times (default: no cost is told)",
    )
    _add_choice(parser)
    _add_output(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=count, metavar="N", help="only the first N (default: all)")
    parser.add_argument("--sample", type=count, metavar="N", help="only N picked at random (default: all)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of --sample (default: 0)")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        type=Path,
        default=OUTPUT_DIR,
        metavar="PATH",
        help="keep one line a question in this .jsonl file, or in a new file in this folder; the record of the run and "
        f"its report are put beside it (default: {OUTPUT_DIR})",
    )
    again = parser.add_mutually_exclusive_group()
    again.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run at --output (the newest, in a folder), asking only what it lacks (default: ask all)",
    )
    again.add_argument(
        "--fresh",
        action="store_true",
        help="ask every question (default: take answers from earlier runs beside --output, if the same program, "
        "settings, models and library gave them)",
    )
    parser.add_argument(
        "--gate",
        type=gate,
        metavar="BARS",
        help="fail with exit code 1 unless all of these hold, such as 'score>=0.6,wrong<=0.08'; the figures are those "
        "of --json, KIND.FIGURE that of one kind of question (default: no bar)",
    )


def count(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def price(text: str) -> tuple[str, float, float]:
    """A model's name, and what a million tokens cost that it reads and writes."""
    model, equals, told = text.rpartition("=")
    try:
        read, written = map(float, told.split(","))
    except ValueError:
        equals = ""
    if not (equals and model.strip()) or not (read >= 0 and written >= 0):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no price: write MODEL=READ,WRITTEN, such as gpt-4o-mini=0.15,0.60"
        )
    return model.strip(), read, written


def gate(text: str) -> object:
    """The bars of a gate."""
    from app.evaluation.metrics.gate import read_gate

    try:
        return read_gate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
