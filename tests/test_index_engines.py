"""Another engine may stand behind the boundary of the keyword index: nothing else knows which one it is."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
from store_parts import Store, made_article

from index import keywordtext
from index.engines import Field, Keywords, Scored
from index.ingest import Ingest
from index.keyworddocuments import articles_changed, chunks_changed
from index.library import Library
from index.restriction import Restriction
from index.retrieval import Retriever


class PlainKeywords:
    """Words counted in memory, all anew after each change; without a restriction."""

    def __init__(self) -> None:
        self.generation = -1
        self.articles = 0
        self._texts: dict[str, dict[int, Counter[str]]] = {}

    def close(self) -> None:
        self._texts = {}

    def rebuild(self, library: Library) -> None:
        self.catch_up(library)

    def catch_up(self, library: Library) -> None:
        with library.reading() as connection:
            articles, chunks = list(articles_changed(connection, 0)), list(chunks_changed(connection, 0))
        self._texts = {"chunk": {one.chunk_id: _words(one.body) for one in chunks}}
        for field in ("title", "lead", "body", "source"):
            self._texts[field] = {one.article_key: _words(getattr(one, field)) for one in articles}
        self.generation, self.articles = library.generation(), len(articles)

    def chunk_scores(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        return self._scored("chunk", question, k)

    def chunk_coverage(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        return self._scored("chunk", question, k, share=True)

    def article_scores(self, question: str, k: int, field: Field, within: Restriction | None = None) -> Scored:
        return self._scored(field, question, k)

    def article_coverage(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        return self._scored("body", question, k, share=True)

    def document_frequencies(self, question: str) -> dict[str, int]:
        terms = keywordtext.terms(question, stop_words=True)
        return {term: sum(term in words for words in self._texts["body"].values()) for term in terms}

    @property
    def chunks(self) -> int:
        return len(self._texts["chunk"])

    def chunk_frequencies(self, question: str) -> dict[str, int]:
        terms = keywordtext.terms(question, stop_words=True)
        return {term: sum(term in words for words in self._texts["chunk"].values()) for term in terms}

    def _scored(self, where: str, question: str, k: int, *, share: bool = False) -> Scored:
        texts = self._texts[where]
        rarity = {
            term: math.log(1 + len(texts) / (1 + sum(term in words for words in texts.values())))
            for term in keywordtext.terms(question)
        }
        scores = {key: sum(value for term, value in rarity.items() if term in words) for key, words in texts.items()}
        whole = sum(rarity.values()) if share else 1.0
        found = sorted(((-score / whole, key) for key, score in scores.items() if score > 0))[:k]
        ids = np.array([key for _, key in found], dtype=np.int64)
        return ids, np.array([-score for score, _ in found], dtype=np.float32)


def _words(text: str) -> Counter[str]:
    return Counter(keywordtext.terms(text))


def test_another_keyword_engine_takes_the_place_of_tantivy(tmp_path: Path) -> None:
    engine: Keywords = PlainKeywords()
    with Store(tmp_path) as store:
        ingest = Ingest(store.library, store.embedder, store.vectors, engine)
        list(ingest.add(made_article(number) for number in range(20)))
        retriever = Retriever(store.library, store.embedder, store.vectors, engine)
        try:
            found = retriever.retrieve("Which deal7x1 holds in story7?")
            assert found.evidence[0].title == "Story 7"
            list(ingest.add([made_article(30)]))
            assert retriever.retrieve("story30 deal30x2").evidence[0].title == "Story 30"
        finally:
            retriever.close()
    assert engine.generation == 2
