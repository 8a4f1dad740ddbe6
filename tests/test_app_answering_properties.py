"""Whatever the articles hold and whatever the model writes: quotes are exact, markers resolve, nothing crashes.

The stages are the real ones; what finds the passages and what writes are made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
from answered_parts import follows_its_events, is_sound
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.answering import answer
from app.turn import Turn
from app.writing import Writer
from index.articles import Filters, Retrieved, Version
from index.articlesentences import ArticleSentences
from index.chunking import Span
from index.comparing import AskedQuestion
from index.interaction import Closeness
from index.passages import best, passages, promising, read_closely
from index.sentences import sentences
from index.words import content_stems

NEAR = Closeness(interaction=0.9, similarity=0.9)


@dataclass
class FakeRetriever:
    """Looks into every article; everything is alike in meaning."""

    versions: Sequence[Version]

    @property
    def comparer(self) -> FakeRetriever:
        return self

    def retrieve(self, question: str, *, as_of: date | None, filters: Filters, k: int) -> Retrieved:
        asked = self.question(question)
        found = passages([_sentences_of(one) for one in self.versions], asked)
        n = len(self.versions)
        return Retrieved(
            evidence=tuple(best(found, k)), articles=(), as_of=as_of, library_articles=n, allowed_articles=n,
            undated_left_out=0, promising=tuple(promising(found)),
        )  # fmt: skip

    def read_closely(self, question: str, retrieved: Retrieved, *, k: int) -> Retrieved:
        looked_at = retrieved.promising
        return replace(retrieved, evidence=tuple(read_closely(looked_at, [NEAR] * len(looked_at), (), k=k)))

    def question(self, question: str) -> AskedQuestion:
        return AskedQuestion(np.ones(1, np.float32), dict.fromkeys(content_stems(question), 1.0), None)

    def parts(self, asked: AskedQuestion, text: str, spans: Sequence[Span]) -> list[Closeness]:
        return [NEAR] * len(spans)


@dataclass
class FakeModel:
    """Says its reply, some characters at a time."""

    reply: str
    size: int

    def stream_chat(self, messages: Any, **_: Any) -> Iterator[Any]:
        for at in range(0, len(self.reply), self.size):
            yield SimpleNamespace(delta=self.reply[at : at + self.size], raw=None)


def _sentences_of(version: Version) -> ArticleSentences:
    spans = sentences(version.text)
    return ArticleSentences(version, tuple(spans), np.ones((len(spans), 1), np.float32))


def version(number: int, text: str, title: str) -> Version:
    return Version(
        article_id=f"a{number}", number=1, text=text, title=title, origin="here", source=None, author=None,
        published_at=None, url=None, text_sha256="", added_at=datetime(2023, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def holds(texts: Sequence[str], title: str, question: str, reply: str | None, size: int) -> None:
    """Answers and looks at everything that can be shown."""
    retriever: Any = FakeRetriever([version(number, text, title) for number, text in enumerate(texts)])
    model: Any = FakeModel(reply or "", size)
    writer = Writer(model, model="fake", evidence_tokens=600, timeout_seconds=60.0) if reply is not None else None
    turn = Turn(question=question, conversation_id="c", asked_as_of=None, filters=Filters())
    given_answer = follows_its_events(list(answer(turn, retriever=retriever, writer_source=lambda: (writer, None))))
    is_sound(given_answer, lambda article_id, _: texts[int(article_id[1:])])


SENTENCES = st.sampled_from(
    [
        "Renault will cut its stake in Nissan to 15% from 43%. ",
        "Carlos Ghosn was arrested in Japan in 2018.\n\n",
        "“No,” he said, “never!” ",
        "Nissan has no plan to help. ",
        "The company [2] paid $5m [9]. ",
        "ΟΔΥΣΣΕΥΣ ßtraße İstanbul ﬁn 👩‍👩‍👧 ",
        "Mr. Lee of Acme Inc. left\tat 5 p.m. Monday\r\n",
        "本日は晴天なり。明日は雨。",
        "   \u2028 ",
    ]
)
TEXTS = st.lists(st.one_of(SENTENCES, st.text(max_size=30)), max_size=8).map("".join)
QUESTIONS = st.one_of(
    st.sampled_from(["What stake will Renault cut?", "Who was arrested in Japan?", "Is it?", "Nissan help plan"]),
    st.text(min_size=1, max_size=30),
)
MARKERS = st.sampled_from(["[1] ", "[2]", "[0]", "[9] ", "[1][3] ", "[1, 2]", "[[1]2]", "[", "]", "\n", "[ 3 ]", "- "])
REPLIES = st.lists(st.one_of(MARKERS, SENTENCES, st.text(max_size=10)), max_size=10).map("".join)
quick = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.lists(TEXTS, max_size=3), st.text(max_size=12), QUESTIONS, REPLIES, st.integers(1, 40))
@example(["It rose [2] to 5%. It fell."], "", "What rose?", "[1] It rose [[1]2] to 5%.", 1)
@example(["Renault sold."], "Nissan", "Who sold?", "[1] Renault sold. [9]", 7)
def test_whatever_the_model_writes(texts: list[str], title: str, question: str, reply: str, size: int) -> None:
    holds(texts, title, question, reply, size)


@quick
@given(st.data(), st.lists(TEXTS, min_size=1, max_size=3))
def test_whatever_the_model_copies_from_the_articles(data: st.DataObject, texts: list[str]) -> None:
    copied: list[str] = []
    for _ in range(data.draw(st.integers(1, 3))):
        text = data.draw(st.sampled_from(texts))
        start, end = data.draw(st.sampled_from(sentences(text) or [(0, len(text))]))
        left_out = data.draw(st.sampled_from([0, 0, 0, 1, 5]))
        copied.append(f"{data.draw(MARKERS)}{' '.join(text[start + left_out : end].split())}")
    asked = data.draw(st.lists(st.sampled_from(copied[0].split() or ["it"]), max_size=4))
    reply = data.draw(st.sampled_from([" ", "\n"])).join(copied)
    holds(texts, "News", f"What {' '.join(asked)}?", reply, data.draw(st.integers(1, 40)))


@quick
@given(st.lists(TEXTS, max_size=3), st.text(max_size=12), QUESTIONS)
def test_whatever_is_quoted(texts: list[str], title: str, question: str) -> None:
    holds(texts, title, question, None, 1)
