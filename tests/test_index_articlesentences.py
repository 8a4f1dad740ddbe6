"""Articles sentence by sentence: spans and vectors as the library keeps them, or made up for where it has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from parts_embedder import PartsEmbedder
from store_parts import HashEmbedder, Store, made_article

from index.articlesentences import ArticleSentences, SentenceShelf
from index.comparing import AskedQuestion
from index.sentences import sentences
from index.words import stems

LONG = "One two three. " + "word " * 450 + "end. Then came the last one."


def of_article(store: Store, number: int = 1) -> ArticleSentences:
    entry = next(one for one in store.library.articles() if one.title == f"Story {number}")
    return SentenceShelf(store.library).of([(entry.article_id, entry.version)])[0]


def asked(store: Store, question: str, **weights: float) -> AskedQuestion:
    return AskedQuestion(store.embedder.embed_question(question), weights, None)


def test_stored_sentences_are_those_of_the_text(tmp_path: Path) -> None:
    with Store(tmp_path, PartsEmbedder()) as store:
        store.add(made_article(1, sentences=40), made_article(2))
        found = of_article(store)
        text = found.version.text
        assert list(found.spans) == sentences(text)
        every = sorted(stems(text))
        holding = [{every[number] for number in np.flatnonzero(row)} for row in found.holding(every)]
        assert holding == [stems(text[start:end]) for start, end in found.spans]
        runs = np.array([[place, place + 1] for place in range(len(found.spans))])
        for place, (start, end) in enumerate(found.spans):
            alike = found.similarity(asked(store, text[start:end]), runs)
            assert alike[place] > 0.999


def test_neighbours_add_up_to_their_passage(tmp_path: Path) -> None:
    with Store(tmp_path, PartsEmbedder()) as store:
        store.add(made_article(1, sentences=6))
        found = of_article(store)
        both = found.version.text[found.spans[2][0] : found.spans[3][1]]
        similarity = found.similarity(asked(store, both), np.array([[2, 4], [0, 2], [2, 3]]))
        assert similarity.argmax() == 0
        assert similarity[0] > 0.99


def test_coverage_is_the_share_of_the_questions_words_in_a_run(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(made_article(1, text="Renault cut its stake. Nissan objected. Nobody knows."))
        question = asked(store, "", renault=2.0, nissan=1.0, peru=1.0)
        coverage = of_article(store).coverage(question, np.array([[0, 1], [0, 2], [1, 3], [2, 3]]))
        assert coverage.tolist() == [0.5, 0.75, 0.25, 0.0]
        assert of_article(store).coverage(asked(store, ""), np.array([[0, 1]])).tolist() == [0.0]


def test_a_sentence_that_two_chunks_share_stays_one(tmp_path: Path) -> None:
    with Store(tmp_path, PartsEmbedder()) as store:
        store.add(made_article(1, text=LONG))
        assert len(store.chunk_ids()) > 2
        found = of_article(store)
        text = found.version.text
        assert all(before[1] <= after[0] for before, after in zip(found.spans, found.spans[1:], strict=False))
        assert "".join(text[start:end] for start, end in found.spans).replace(" ", "") == text.replace(" ", "")
        assert found.vectors.any(axis=1).all()


def test_without_vectors_of_sentences_the_chunks_stand_in(tmp_path: Path) -> None:
    with Store(tmp_path, HashEmbedder()) as store:
        store.add(made_article(1, sentences=40))
        found = of_article(store)
        assert list(found.spans) == sentences(found.version.text)
        assert found.vectors.any(axis=1).all()
        runs = np.array([[0, 1], [len(found.spans) - 1, len(found.spans)]])
        last = found.similarity(asked(store, found.version.text[found.spans[-3][0] :]), runs)
        assert last[1] > last[0]


def test_an_article_of_nothing_that_is_known_has_no_similarity(tmp_path: Path) -> None:
    with Store(tmp_path, PartsEmbedder()) as store:
        store.add(made_article(1))
        entry = store.library.articles()[0]
        store.ingest.remove(entry.article_id)
        (found,) = SentenceShelf(store.library).of([(entry.article_id, entry.version)])
        assert list(found.spans) == sentences(found.version.text)
        assert found.similarity(asked(store, "deal"), np.array([[0, 1]])).tolist() == [0.0]
