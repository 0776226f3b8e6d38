"""The classifier and how it is fitted; no files are touched here."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import precision_recall_curve
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from churn import columns
from churn.settings import Model

RISING = {"tickets_3m", "dropped_call_rate"}
"""Features that may only raise the score: agreed with the retention desk, tested in test_behaviour.py."""


def make_pipeline(params: Model) -> Pipeline:
    """Unfitted preprocessing and classifier in one object, which is what gets persisted."""
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    preprocessing = ColumnTransformer(
        [
            ("numeric", SimpleImputer(strategy="median"), columns.NUMERIC),
            ("categorical", encoder, columns.CATEGORICAL),
        ]
    )
    classifier = HistGradientBoostingClassifier(
        max_iter=params.max_iter,
        max_depth=params.max_depth,
        learning_rate=params.learning_rate,
        monotonic_cst=[int(name in RISING) for name in columns.INPUTS],
        early_stopping=False,
        random_state=params.seed,
    )
    return Pipeline([("preprocessing", preprocessing), ("classifier", classifier)])


def fit(train: pd.DataFrame, params: Model) -> Pipeline:
    """Pipeline fitted on the training rows alone."""
    pipeline = make_pipeline(params)
    pipeline.fit(train[columns.INPUTS], train[columns.TARGET].astype(int))
    return pipeline


def predict(pipeline: Pipeline, frame: pd.DataFrame) -> np.ndarray:
    """Churn probability per row."""
    return pipeline.predict_proba(frame[columns.INPUTS])[:, 1]


def choose_threshold(truth: pd.Series, scores: np.ndarray, target_recall: float) -> float:
    """Highest threshold that still finds the wanted share of churners."""
    _, recall, thresholds = precision_recall_curve(truth.astype(int), scores)
    reaching = thresholds[recall[:-1] >= target_recall]
    return float(reaching.max()) if reaching.size else float(thresholds.min())
