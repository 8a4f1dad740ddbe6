"""The two tantivy indexes: their fields, and what of a chunk and an article goes into each. Leaves out: using them."""

from __future__ import annotations

from pathlib import Path

import tantivy

from index import keywordtext
from index.keyworddocuments import ArticleText, ChunkText

SCHEMAS: dict[str, tuple[str, ...]] = {"chunks": ("body",), "articles": ("title", "lead", "body", "source")}
"""The fields of text of each."""


def _schema(name: str) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in SCHEMAS[name]:
        builder.add_text_field(field, tokenizer_name=keywordtext.ANALYZER, index_option="freq")
    builder.add_integer_field("article_key", indexed=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_text_field("publisher", tokenizer_name="raw", index_option="basic")
    if name == "chunks":
        builder.add_integer_field("chunk_id", fast=True)
    return builder.build()


def open_index(path: Path, name: str, *, create: bool = False) -> tantivy.Index:
    """The index of that name in `path`, which is made where `create`. Raises ValueError where there is none."""
    if not create and not tantivy.Index.exists(str(path)):
        raise ValueError(f"no index in {path}")
    index = tantivy.Index(_schema(name), path=str(path))
    index.register_tokenizer(keywordtext.ANALYZER, keywordtext.analyzer())
    index.config_reader("manual")
    return index


def chunk_document(chunk: ChunkText) -> tantivy.Document:
    """A chunk as "chunks" holds it."""
    document = tantivy.Document()
    document.add_integer("chunk_id", chunk.chunk_id)
    document.add_integer("article_key", chunk.article_key)
    document.add_integer("day", chunk.day)
    document.add_text("publisher", chunk.publisher)
    document.add_text("body", keywordtext.normalised(chunk.body))
    return document


def article_document(article: ArticleText) -> tantivy.Document:
    """An article as "articles" holds it."""
    document = tantivy.Document()
    document.add_integer("article_key", article.article_key)
    document.add_integer("day", article.day)
    document.add_text("publisher", article.source.casefold())
    document.add_text("title", keywordtext.normalised(article.title))
    document.add_text("lead", keywordtext.normalised(article.lead))
    document.add_text("body", keywordtext.normalised(article.body))
    document.add_text("source", keywordtext.normalised(article.source))
    return document
