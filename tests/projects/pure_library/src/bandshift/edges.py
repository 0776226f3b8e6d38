"""Edges of bands over scores in [0, 1]."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def equal_width_edges(bands: int) -> NDArray[np.float64]:
    """Edges of bands of the same width, 0 and 1 included."""
    if bands < 1:
        raise ValueError("bands must be at least 1")
    return np.linspace(0.0, 1.0, bands + 1)


def equal_mass_edges(scores: ArrayLike, bands: int) -> NDArray[np.float64]:
    """Edges such that each band holds about the same number of scores; equal edges are merged."""
    values = np.asarray(scores, dtype=float)
    if values.size == 0:
        raise ValueError("no scores")
    if bands < 1:
        raise ValueError("bands must be at least 1")
    inner = np.quantile(values, np.linspace(0, 1, bands + 1)[1:-1])
    return np.unique(np.concatenate([[0.0], inner, [1.0]]))


def band_of(scores: ArrayLike, edges: ArrayLike) -> NDArray[np.intp]:
    """Index of the band of each score; the last band includes 1."""
    limits = np.asarray(edges, dtype=float)[1:-1]
    return np.searchsorted(limits, np.asarray(scores, dtype=float), side="right")
