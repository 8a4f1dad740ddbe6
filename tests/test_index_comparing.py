"""Questions beside passages: near in meaning, word by word, and read only once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_parts import HashEmbedder

from index.comparing import AskedQuestion, Comparer
from index.embedding import LocalEmbedder, Reading, TokenEmbedder
from index.interaction import QuestionReading
from index.words import content_stems

PASSAGE = "The alliance grew. The departure of its executives weakened it. Prices of bread rose."
SENTENCES = [(0, 18), (19, 63), (64, 85)]


def one_each(question: str) -> dict[str, float]:
    return dict.fromkeys(content_stems(question), 1.0)


@pytest.fixture(scope="module")
def comparer(embedding_files: Path) -> Comparer:
    return Comparer(LocalEmbedder(embedding_files, threads=2), one_each)


def test_other_words_for_the_same_are_near(comparer: Comparer) -> None:
    asked = comparer.question("Whose exit hurt the partnership: that of managers?")
    near = comparer.parts(asked, PASSAGE, SENTENCES)
    assert asked.coverage(PASSAGE) == 0.0
    assert max(near, key=lambda one: one.interaction) == max(near, key=lambda one: one.similarity) == near[1]


def test_text_is_nearest_to_itself(comparer: Comparer) -> None:
    asked = comparer.question("A baker won a prize.")
    same, other = comparer.texts(asked, ["A baker won a prize.", "Shares fell in Tokyo."])
    assert same.similarity == pytest.approx(1.0, abs=0.03)
    assert same.interaction == pytest.approx(1.0, abs=0.01)
    assert other.similarity < 0.5


def test_sentence_is_read_together_with_those_around_it(comparer: Comparer) -> None:
    asked = comparer.question("How did Nissan do last year?")
    alone = comparer.texts(asked, ["It lost 3 billion."])[0]
    text = "Nissan reported the year. It lost 3 billion."
    beside = comparer.parts(asked, text, [(26, len(text))])[0]
    assert beside.similarity > alone.similarity + 0.05


def test_part_that_the_model_did_not_see_counts_as_the_whole(comparer: Comparer) -> None:
    text = "Nissan makes cars. " * 100
    asked = comparer.question("Who makes cars?")
    (whole,) = comparer.texts(asked, [text])
    (unseen,) = comparer.parts(asked, text, [(len(text) - 20, len(text))])
    assert unseen == whole


def test_text_is_embedded_once_for_all_questions() -> None:
    embedder = HashEmbedder()
    comparer = Comparer(embedder, one_each)
    asked = comparer.question("one")
    first = comparer.texts(asked, ["one text", "another text", "one text"])
    before = len(embedder.seen)
    assert comparer.texts(asked, ["another text", "one text"]) == [first[1], first[0]]
    assert len(embedder.seen) == before


def test_embedder_that_tells_no_tokens_is_met_by_words_and_vectors() -> None:
    embedder = HashEmbedder()
    assert not isinstance(embedder, TokenEmbedder)
    comparer = Comparer(embedder, one_each)
    first, second = comparer.parts(comparer.question("baker prize"), "A baker won. It rained.", [(0, 12), (13, 23)])
    assert (first.interaction, second.interaction) == (0.5, 0.0)
    assert first.similarity > second.similarity


def test_question_of_signs_is_compared_as_a_whole(comparer: Comparer) -> None:
    asked = comparer.question("?!")
    assert asked.reading is not None
    assert asked.reading.words.shape == (1, 384)
    assert np.isfinite([comparer.texts(asked, ["Nissan"])[0].interaction]).all()


def test_what_is_not_read_any_more_is_read_again(comparer: Comparer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.comparing.KEPT_READINGS", 1)
    small = Comparer(comparer._embedder, one_each)
    asked = small.question("cars")
    before = small.texts(asked, ["Nissan makes cars.", "It rained."])
    assert small.texts(asked, ["Nissan makes cars."])[0].interaction == pytest.approx(before[0].interaction, abs=0.01)


@settings(max_examples=25)
@given(st.text(max_size=80), st.text(min_size=1, max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_any_texts_give_finite_numbers(comparer: Comparer, question: str, text: str, one: int, other: int) -> None:
    asked = comparer.question(question)
    near = comparer.parts(asked, text, [(min(one, other), max(one, other))])[0]
    assert -1.01 <= near.interaction <= 1.01
    assert -1.01 <= near.similarity <= 1.01


def test_words_weigh_as_they_are_told_and_stop_words_half() -> None:
    tokens = np.eye(3, dtype=np.float16)
    reading = Reading(np.ones(3, np.float32), tokens, np.array([[0, 3], [4, 9], [10, 14]], np.int32))
    asked = QuestionReading.of("Who holds what", reading, {"hold": 3.0})
    np.testing.assert_allclose(asked.weights, np.array([0.5, 3.0, 0.5]) / 4)
    assert isinstance(AskedQuestion(reading.vector, {}, asked).coverage("anything"), float)
