"""How well support is told from the lack of it, on summary sentences that people judged.

`python -m app.evaluation.benchmark.supporting --data DIR` reads every *.jsonl in DIR: an article a line, with its
`summary_sentences`, each with the `responses` of those who judged it (the form of QAGS, Wang et al. 2020, table 1). It
measures what our check gives, the shares of words and pairs of words that occur in the article, and all that a sentence
and its article have in common joined in a logistic model. The model is fitted on other articles than it is measured on
(tenfold, whole articles); its gain over word pairs comes with a bootstrap over articles. With --writer the writer that
the settings name is asked of each sentence, too, whether the sentences of its article that cover
it best state it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.checking import check
from app.errors import WriterError
from app.evaluation.benchmark.overlaps import Overlap, covering, overlap
from index.embedding.protocol import TokenEmbedder
from index.sentences import sentences
from index.words import content_stems

FOLDS = 10
REPEATS = 5
"""So many times the articles are parted into folds: where one happens to fall moves the figure by .01."""
PENALTY = 30.0
"""What the squares of the weights count against them; from 3 to 100 the joined figure changes by less than .01."""
SURE = 1e-4
"""No writer is taken to be surer than this."""
RESAMPLES = 2_000
STEPS = 50
SEED = 20_230_206

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """A summary sentence: which article it is of, whether most of those who read both call it supported, and what was
    measured of it; `stated` is the log odds that the writer gives, None where it was not asked.
    """

    article: int
    supported: bool
    checked: float
    told: Overlap
    stated: float | None = None


Stated = Callable[[str, Sequence[str]], float]
"""The log odds that passages state a sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table of every file; 0 when there was one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of articles with judged summaries (.jsonl)")
    parser.add_argument("--writer", action="store_true", help="ask the writer, too: two or three seconds a sentence")
    options = parser.parse_args(arguments)
    from app.config import load_settings
    from app.wiring import open_embedder

    files = sorted(options.data.glob("*.jsonl"))
    if not files:
        sys.stderr.write(f"there is no .jsonl file in {options.data}\n")
        return 2
    embedder = open_embedder(load_settings())
    if not isinstance(embedder, TokenEmbedder):
        sys.stderr.write("the embedder at an endpoint tells no tokens: unset ONRECORD_EMBEDDING_BASE_URL\n")
        return 2
    with ExitStack() as stack:
        try:
            stated = stack.enter_context(asking_the_writer()) if options.writer else None
            for path in files:
                sys.stdout.write(f"{path.stem}\n{table(read_judged(path, embedder, stated))}\n")
                sys.stdout.flush()
        except WriterError as error:
            sys.stderr.write(f"the writer cannot be asked: {error}\n")
            return 1
    return 0


@contextmanager
def asking_the_writer() -> Iterator[Stated]:
    """The writer that the settings name, as it judges support. Raises WriterError."""
    from app.config import load_settings
    from app.prompting import Asked
    from app.wiring import Writers
    from app.writing import Writing
    from prompts import render

    writers = Writers(load_settings())
    try:
        writers.begin(fetch=False)
        writers.wait()
        writer, why = writers.current()
        if writer is None:
            raise WriterError(why or "the settings want none")

        def stated(text: str, passages: Sequence[str]) -> float:
            listed = "\n".join(f"[{number}] {' '.join(one.split())}" for number, one in enumerate(passages, start=1))
            user = render("judge_support", passages=listed, statement=" ".join(text.split()))
            share = writer.yes(Writing(Asked("", (), ())), (("system", render("judge_system")), ("user", user)))
            if share is None:
                raise WriterError(f"{writer.model} gives no probabilities")
            kept = min(max(share, SURE), 1 - SURE)
            return math.log(kept / (1 - kept))

        yield stated
    finally:
        writers.close()


def read_judged(path: Path, embedder: TokenEmbedder, stated: Stated | None = None) -> list[Judged]:
    """The sentences of a file, each measured. Raises WriterError."""
    found = []
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    held = Counter(stem for told in lines for stem in set(content_stems(told["article"])))

    def weight(stem: str) -> float:
        return math.log(1 + (len(lines) - held[stem] + 0.5) / (held[stem] + 0.5))

    for number, told in enumerate(lines):
        article = told["article"]
        texts = [article[start:end] for start, end in sentences(article)]
        parts = embedder.read(texts)
        for one in told["summary_sentences"]:
            text = one["sentence"]
            yes = [given["response"] == "yes" for given in one["responses"]]
            checked = check(text, article)
            (reading,) = embedder.read([text])
            shown = [texts[at] for at in covering(text, reading, parts, weight)] if stated else []
            found.append(
                Judged(
                    article=number,
                    supported=2 * sum(yes) > len(yes),
                    checked=checked.score - len(checked.problems),
                    told=overlap(text, article, reading, parts),
                    stated=stated(text, shown) if stated else None,
                )
            )
    return found


def table(judged: Sequence[Judged]) -> str:
    """The figures of one file, a line each."""
    truth = np.array([one.supported for one in judged], bool)
    groups = np.array([one.article for one in judged])
    rows = np.array([one.told.row() for one in judged])
    pairs = np.array([one.told.pairs for one in judged])
    joined = out_of_fold(rows, truth, groups)
    asked = np.array([one.stated for one in judged if one.stated is not None])
    gain, (low, high) = auc(truth, joined) - auc(truth, pairs), gain_interval(truth, joined, pairs, groups)
    lines = [
        f"  sentences {len(judged)}, of them supported {int(truth.sum())}",
        f"  words              {auc(truth, np.array([one.told.words for one in judged])):.3f}",
        f"  word pairs         {auc(truth, pairs):.3f}",
        f"  our check          {auc(truth, np.array([one.checked for one in judged])):.3f}",
        f"  all joined         {auc(truth, joined):.3f}",
        f"  gain over pairs    {gain:+.3f} [{low:+.3f}, {high:+.3f}]",
    ]
    if len(asked) == len(judged):
        both = out_of_fold(np.column_stack([rows, asked]), truth, groups)
        low, high = gain_interval(truth, both, pairs, groups)
        lines += [
            f"  the writer         {auc(truth, asked):.3f}",
            f"  joined with it     {auc(truth, both):.3f}",
            f"  gain over pairs    {auc(truth, both) - auc(truth, pairs):+.3f} [{low:+.3f}, {high:+.3f}]",
        ]
    return "\n".join(lines)


def auc(truth: Bools, scores: Floats) -> float:
    """The chance that a true one scores higher than a false one, a tie counting half; .5 where there are not both."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n_true, n_false = int(truth.sum()), int((~truth).sum())
    if not n_true or not n_false:
        return 0.5
    return float((ranks[truth].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false))


def out_of_fold(rows: Floats, truth: Bools, groups: NDArray[np.int_]) -> Floats:
    """Each row's score, (n,): the mean of models that were fitted without its group.

    The base is left out: it is the lower the more of those left out are true, which would count against them.
    """
    scores = np.zeros(len(rows))
    draw = np.random.default_rng(SEED)
    for _ in range(REPEATS):
        known = draw.permutation(np.unique(groups))
        for fold in range(min(FOLDS, len(known))):
            tested = np.isin(groups, known[fold::FOLDS])
            center, spread = rows[~tested].mean(axis=0), rows[~tested].std(axis=0) + 1e-9
            weights = fit((rows[~tested] - center) / spread, truth[~tested])
            scores[tested] += (rows[tested] - center) / spread @ weights[:-1] / REPEATS
    return scores


def fit(rows: Floats, truth: Bools) -> Floats:
    """The weights of a logistic regression, the base last, by Newton's method; the base is not penalised."""
    with_ones = with_base(rows)
    weights = np.zeros(with_ones.shape[1])
    penalty = np.diag([PENALTY] * rows.shape[1] + [1e-6])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(with_ones @ weights, -30, 30)))
        slope = with_ones.T @ (chance - truth) + penalty @ weights
        curve = (with_ones * (chance * (1 - chance))[:, None]).T @ with_ones + penalty
        weights -= np.linalg.solve(curve, slope)
    return weights


def with_base(rows: Floats) -> Floats:
    """The rows with a column of ones."""
    return np.hstack([rows, np.ones((len(rows), 1))])


def gain_interval(truth: Bools, ours: Floats, theirs: Floats, groups: NDArray[np.int_]) -> tuple[float, float]:
    """The 95 % interval of how much greater our AUC is, over articles drawn with replacement."""
    draw = np.random.default_rng(SEED)
    known = np.unique(groups)
    of_group = {group: np.flatnonzero(groups == group) for group in known}
    gains = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([of_group[group] for group in draw.choice(known, len(known))])
        gains.append(auc(truth[drawn], ours[drawn]) - auc(truth[drawn], theirs[drawn]))
    low, high = np.quantile(gains, (0.025, 0.975))
    return float(low), float(high)


if __name__ == "__main__":
    sys.exit(main())
