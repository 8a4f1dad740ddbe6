"""How well passages are found for follow-up questions, from the last turn and its history.

`python -m app.evaluation.benchmark.followups --data FILE`, a JSON file with `passages` (id: text) and `queries`
(id: `all`, `lastturn` and `rewrite`, each with `|user|:` before every turn, and `gold` ids), as MTRAG's are. Of what
was asked before, each question is carried on as a conversation carries it; answers are not known, and help nothing.
Leaves out: answering.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from app.conversation import standalone
from app.evaluation.benchmark.measuring import opened
from app.turn import Exchange
from index.articles import Article
from index.library import Library
from index.retrieval import Retriever

DEPTH = 5
_SPEAKER = "|user|:"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The last question of a conversation, those before it, a person's rewrite of it, and the passages that answer."""

    earlier: tuple[str, ...]
    last: str
    rewrite: str
    gold: frozenset[str]


def main() -> int:
    """Prints the share of gold passages among the first five, by way of asking."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True, help="a JSON file of passages and queries")
    options = parser.parse_args()
    from app.config import load_settings
    from app.wiring import open_embedder

    embedder = open_embedder(load_settings())
    articles, follow_ups = read(json.loads(options.data.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as work:
        Library.open(Path(work), embedder_name=embedder.name, dimension=embedder.dimension).close()
        with opened(Path(work), embedder) as bench:
            list(bench.ingest.add(articles))
            for way, asked in WAYS.items():
                found = recalls(bench.retriever, follow_ups, asked)
                later = [recall for one, recall in zip(follow_ups, found, strict=True) if one.earlier]
                told = (
                    f"R@{DEPTH} {fmean(found):.3f} of {len(found)}, {fmean(later):.3f} of {len(later)} with a history"
                )
                sys.stdout.write(f"{way:<28}{told}\n")
    return 0


def read(given: Mapping[str, Any]) -> tuple[list[Article], list[FollowUp]]:
    """The passages as articles, their first line the title, and the questions."""
    articles = []
    for passage_id, text in given["passages"].items():
        title, _, body = text.partition("\n")
        articles.append(
            Article(
                text=body or title, title=title if body else "", origin=f"passages#{passage_id}", given_id=passage_id
            )
        )
    follow_ups = []
    for query in given["queries"].values():
        *earlier, _ = _turns(query["all"])
        last, rewrite = (" ".join(_turns(query[name])) for name in ("lastturn", "rewrite"))
        follow_ups.append(FollowUp(tuple(earlier), last, rewrite, frozenset(query["gold"])))
    return articles, follow_ups


def understood(one: FollowUp) -> str:
    """The last question as a conversation understands it."""
    history: list[Exchange] = []
    for question in one.earlier:
        history.append(Exchange(standalone(question, history), ""))
    return standalone(one.last, history)


WAYS: Mapping[str, Callable[[FollowUp], str]] = {
    "the last turn alone": lambda one: one.last,
    "the last turn, understood": understood,
    "a person's rewrite": lambda one: one.rewrite,
    "all turns joined": lambda one: " ".join((*one.earlier, one.last)),
}


def recalls(retriever: Retriever, follow_ups: Sequence[FollowUp], asked: Callable[[FollowUp], str]) -> list[float]:
    """For each question, the share, in [0, 1], of its gold passages among the first five."""
    found = []
    for one in follow_ups:
        first = {article_id for article_id, _ in retriever.retrieve(asked(one)).articles[:DEPTH]}
        found.append(len(one.gold & first) / len(one.gold))
    return found


def _turns(text: str) -> list[str]:
    return [turn.strip() for turn in text.split(_SPEAKER) if turn.strip()]


if __name__ == "__main__":
    sys.exit(main())
