"""Rows of a large matrix seen along few axes: which of them may be nearest, at a quarter of the reading.

The axes are the principal ones of the vectors themselves (the first singular vectors of a sample, not centred), so that
the products of what is left out are small. Leaves out: when it pays, and the exact product of those that may be nearest
(exactvectors).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.products import products

AXES = 96
"""Of 384."""
SAMPLED = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """Some rows along some axes: `rows` (n, n_axes) and `axes` (dimension, n_axes), fitted to `n_fitted` of them."""

    axes: NDArray[np.float32]
    rows: NDArray[np.float32]
    n_fitted: int

    @classmethod
    def of(cls, rows: NDArray[np.float32]) -> Self:
        """The sketch of rows (n, dimension), along axes of their own."""
        axes = axes_of(rows)
        return cls(axes, _along(axes, rows), len(rows))

    def brought_on(self, kept: NDArray[np.bool_], added: NDArray[np.float32], order: NDArray[np.int64]) -> Self:
        """The sketch of the rows that are kept and those (n, dimension) added after them, in this order."""
        rows = np.concatenate([self.rows[kept], _along(self.axes, added)])
        return replace(self, rows=rows[order])

    def likely(self, vector: NDArray[np.float32], places: NDArray[np.int64], n: int) -> NDArray[np.int64]:
        """Of the rows at the places the `n` that come nearest to the vector along the axes, as places."""
        if n >= len(places):
            return places
        seen = products(self.rows, places, vector @ self.axes)
        return places[np.argpartition(-seen, n)[:n]]


def axes_of(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """(dimension, n_axes) float32, orthonormal: the axes along which the rows (n, dimension) differ most from 0."""
    sample = rows[:: max(1, len(rows) // SAMPLED)].astype(np.float64)
    _, vectors = np.linalg.eigh(sample.T @ sample)  # ascending
    axes: NDArray[np.float32] = np.ascontiguousarray(vectors[:, ::-1][:, :AXES], dtype=np.float32)
    return axes


def _along(axes: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    seen: NDArray[np.float32] = np.ascontiguousarray(rows @ axes, dtype=np.float32)
    return seen
