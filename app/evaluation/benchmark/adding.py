"""What adding, adding again, changing and rebuilding cost. Leaves out: finding what was added."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from tokenizers import Tokenizer

from index import copies
from index.articles import Article
from index.chunktexts import embedded_text
from index.embedding import Embedder
from index.embedding.local import MAX_TOKENS
from index.ingest import Ingest
from index.keywords import KeywordIndex
from index.library import Library
from index.retrieval import Retriever
from index.vectors import VectorIndex

ENGINE_CHUNKS = 256
"""So many chunks tell the embedding engine's own rate."""
WARMING_CHUNKS = 64
"""Enough for the engine for many texts to be opened."""


def embedded_texts(library: Library, most: int | None = None) -> list[str]:
    """The texts that the library's chunks were embedded as; at most so many, taken evenly."""
    catalogue = library.catalogue()
    step = max(1, len(catalogue.chunk_ids) // most) if most else 1
    texts = []
    for place in range(0, len(catalogue.chunk_ids), step)[:most]:
        version = library.article(catalogue.article_ids[catalogue.chunk_articles[place]])
        passage = version.text[catalogue.starts[place] : catalogue.ends[place]]
        texts.append(embedded_text(version.title, version.published_at, passage))
    return texts


def engine_rate(library: Library, embedder: Embedder) -> float:
    """Chunks a second that the embedding engine alone makes of this library's own chunks."""
    texts = embedded_texts(library, ENGINE_CHUNKS)
    embedder.embed_texts(texts[:WARMING_CHUNKS])
    began = perf_counter()
    embedder.embed_texts(texts)
    return len(texts) / (perf_counter() - began)


def rates(texts: Sequence[str], seconds: float, weights: Path) -> dict[str, float]:
    """What these embedded texts took, a second: chunks, word pieces that the model reads of them, characters."""
    tokenizer = Tokenizer.from_file(str(weights.with_name("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    pieces = sum(len(encoding.ids) for encoding in tokenizer.encode_batch_fast(list(texts)))
    return {
        "chunks": len(texts),
        "seconds": seconds,
        "chunks_per_s": len(texts) / seconds,
        "word_pieces_per_s": pieces / seconds,
        "characters_per_s": sum(map(len, texts)) / seconds,
    }


def added(ingest: Ingest, articles: Sequence[Article]) -> tuple[float, Counter[str]]:
    """Seconds to add the articles, derived indexes included, and what became of them."""
    began = perf_counter()
    statuses = Counter(str(one.status) for one in ingest.add(articles))
    return perf_counter() - began, statuses


def change_seconds(ingest: Ingest, retriever: Retriever, article: Article) -> float:
    """Seconds from a changed article to its new text being found."""
    mark = "Zyxwolium" + str(len(article.text))
    changed = replace(article, text=f"{mark} was found in the quarry. {article.text}")
    began = perf_counter()
    list(ingest.add([changed]))
    found = retriever.retrieve(f"Where was {mark} found?")
    took = perf_counter() - began
    if not any(mark in passage.quote for passage in found.evidence):
        return float("inf")
    return took


def rebuild_rates(library: Library, keywords: KeywordIndex, vectors: VectorIndex) -> dict[str, float]:
    """Chunks a second when what is derived is built anew from the library."""
    n_chunks = len(library.catalogue().chunk_ids)
    started = perf_counter()
    copies.rebuild(library)
    began = perf_counter()
    keywords.rebuild(library)
    between = perf_counter()
    vectors.rebuild(library)
    ended = perf_counter()
    return {
        "copies": n_chunks / (began - started),
        "keywords": n_chunks / (between - began),
        "vectors": n_chunks / (ended - between),
        "all": n_chunks / (ended - started),
    }


def peak_memory_mb() -> float:
    """The most memory this process has held so far, in megabytes."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (1_048_576 if sys.platform == "darwin" else 1_024)
