"""Do the best passages hold the characters that answer? Recall and IoU of character spans (Smith & Troynikov 2024).

`python -m app.evaluation.benchmark.spans --data DIR`, the folder of Chroma's chunking evaluation: `corpora/NAME.md` and
`questions_df.csv` with `question`, `corpus_id` and `references` (JSON, each with `start_index` and `end_index`). Every
corpus is an article of one library. Leaves out: which article is the right one (finding).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from app.evaluation.benchmark import measuring
from index.articles import Article
from index.retrieval import Retriever
from index.sentences import Span

PASSAGES = 5
PASSAGE_CHARACTERS = 720


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the corpus that answers it, and the characters there that do."""

    question: str
    corpus: str
    gold: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Of the gold characters those retrieved (`recall`), and of all that are either those that are both (`iou`)."""

    recall: float
    iou: float


def main() -> int:
    """Adds the corpora to a new library, asks every question, and prints a line for each corpus and for all."""
    from app.config import load_settings
    from app.wiring import open_embedder

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora/ and questions_df.csv")
    parser.add_argument("--library", type=Path, help="keep the library here, and go on with it (default: do not)")
    parser.add_argument(
        "--passage-characters",
        type=int,
        default=PASSAGE_CHARACTERS,
        help=f"the most of a passage (default: {PASSAGE_CHARACTERS})",
    )
    parser.add_argument("--every", type=int, default=1, help="ask only every so many-th question (default: 1)")
    options = parser.parse_args()
    embedder = open_embedder(load_settings())
    with tempfile.TemporaryDirectory(prefix="onrecord-spans-") as work:
        folder: Path = options.library or Path(work) / "library"
        with measuring.opened(folder, embedder) as bench:
            list(bench.ingest.add(corpora(options.data)))
            asked = questions(options.data)[:: options.every]
            shares = measured(bench.retriever, asked, passage_characters=options.passage_characters)
    sys.stdout.write(table(asked, shares) + "\n")
    return 0


def corpora(data: Path) -> list[Article]:
    """The corpora, each named by its file."""
    paths = sorted((data / "corpora").glob("*.md"))
    if not paths:
        raise SystemExit(f"there is no corpora/NAME.md in {data}")
    return [
        Article(text=path.read_text(encoding="utf-8"), title=path.stem, origin=path.name, given_id=path.stem)
        for path in paths
    ]


def questions(data: Path) -> list[Asked]:
    """All questions, in the order of the file."""
    with (data / "questions_df.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Asked(
                question=row["question"],
                corpus=row["corpus_id"],
                gold=tuple((one["start_index"], one["end_index"]) for one in json.loads(row["references"])),
            )
            for row in csv.DictReader(lines)
        ]


def measured(retriever: Retriever, asked: Sequence[Asked], *, passage_characters: int) -> list[Share]:
    """What the best passages hold of each question's characters; those of another corpus count as missed."""
    shares = []
    for one in asked:
        found = retriever.retrieve(one.question, k=PASSAGES, passage_characters=passage_characters)
        spans = [(passage.title == one.corpus, passage.start, passage.end) for passage in found.evidence]
        shares.append(share(one.gold, spans))
    return shares


def share(gold: Sequence[Span], retrieved: Sequence[tuple[bool, int, int]]) -> Share:
    """Recall and IoU of passages, each told whether it is of the right text; what two share counts twice against."""
    wanted = _characters(gold)
    both = len(wanted & _characters([(start, end) for right, start, end in retrieved if right]))
    either = sum(end - start for _, start, end in retrieved) + len(wanted) - both
    return Share(recall=both / len(wanted), iou=both / either)


def table(asked: Sequence[Asked], shares: Sequence[Share]) -> str:
    """A line for each corpus, and one for all questions."""
    by_corpus: dict[str, list[Share]] = defaultdict(list)
    for one, found in zip(asked, shares, strict=True):
        by_corpus[one.corpus].append(found)
        by_corpus["all"].append(found)
    return "\n".join(
        f"{corpus:20}  n {len(found):3}  recall {fmean(one.recall for one in found):.3f}"
        f"  iou {fmean(one.iou for one in found):.3f}"
        for corpus, found in sorted(by_corpus.items(), key=lambda pair: (pair[0] == "all", pair[0]))
    )


def _characters(spans: Sequence[Span]) -> set[int]:
    return {place for start, end in spans for place in range(start, end)}


if __name__ == "__main__":
    sys.exit(main())
