"""Tables over bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bandshift.edges import band_of


class BandRow(NamedTuple):
    """One band: its edges, its size, the mean score and the observed rate."""

    low: float
    high: float
    count: int
    mean_score: float
    rate: float


def band_report(scores: ArrayLike, positive: ArrayLike, edges: ArrayLike) -> list[BandRow]:
    """One row per band that holds at least one score."""
    values, hits, limits = np.asarray(scores, float), np.asarray(positive, float), np.asarray(edges, float)
    if values.shape != hits.shape:
        raise ValueError("scores and labels differ in length")
    band = band_of(values, limits)
    rows = []
    for index in range(len(limits) - 1):
        here = band == index
        if here.any():
            rows.append(BandRow(limits[index], limits[index + 1], int(here.sum()), values[here].mean(), hits[here].mean()))
    return rows
