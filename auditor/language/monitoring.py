"""What a monitor or an alert looks at, by the words of its metrics: inputs, labels and quality, or operation."""

from __future__ import annotations

import re

from auditor.model.regex import regex

_DATA = regex(
    r"drift|(?<![a-z])psi(?![a-z])|population_?stability|(?<![a-z])skew|wasserstein|kolmogorov|(?<![a-z])ks_(?:stat|test|score)|"
    r"jensen|divergence|feature_(?:mean|std|null|missing|distribution|value)|missing_values|data_?quality|out_of_range",
    re.I,
)
_TARGET = regex(r"(?:concept|target|label|prediction)[ _-]?drift|prediction_(?:mean|distribution|share)", re.I)
_PERFORMANCE = regex(
    r"model_(?:accuracy|performance|quality)|(?<![a-z])(?:accuracy|f1|auc|roc_auc|precision|recall|rmse|mape|r2)(?:_score)?(?![a-z])",
    re.I,
)


def watched(text: str) -> str:
    """`target`, `data`, `performance` or `operational`: latency, errors and whatever else names no model and no data."""
    if _TARGET.search(text):
        return "target"
    if _DATA.search(text):
        return "data"
    return "performance" if _PERFORMANCE.search(text) else "operational"
