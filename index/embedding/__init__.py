"""Texts to unit vectors: the protocol, the local model, an endpoint. Leaves out: storing and comparing vectors.

The llama-index adapter is in `index.embedding.llamaindex`, which imports llama-index.
"""

from index.embedding.endpoint import EndpointEmbedder
from index.embedding.local import LocalEmbedder
from index.embedding.protocol import Embedded, Embedder, Reading, TokenEmbedder

__all__ = ["Embedded", "Embedder", "EndpointEmbedder", "LocalEmbedder", "Reading", "TokenEmbedder"]
