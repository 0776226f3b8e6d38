"""Split by time: the latest months test, the months before them validate."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from churn import columns, months
from churn.settings import Split


class Parts(NamedTuple):
    """Training, validation and test rows."""

    train: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame


def by_month(frame: pd.DataFrame, params: Split) -> Parts:
    """Three disjoint parts; the gap keeps label windows of earlier parts out of the later ones."""
    month = months.numbers(frame[columns.MONTH])
    test_from = int(month.max()) - params.test_months + 1
    validation_to = test_from - params.gap_months
    validation_from = validation_to - params.validation_months
    train_to = validation_from - params.gap_months
    train = frame[month < train_to]
    validation = frame[(month >= validation_from) & (month < validation_to)]
    test = frame[month >= test_from]
    if train.empty or validation.empty or test.empty:
        raise ValueError(f"not enough months to split: {frame[columns.MONTH].nunique()} labelled months")
    return Parts(train, validation, test)
