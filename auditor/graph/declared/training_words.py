"""The words by which a command or the name of a job says that it trains."""

from __future__ import annotations

import re

from auditor.model.regex import regex

_TRAINS = regex(
    r"(?<![a-z])(re-?)?train(ing|er)?(?![a-z])|dvc (repro|exp run)|mlflow run|az ml job create|gcloud ai (custom-jobs|pipelines?)|"
    r"create-(training-job|pipeline-execution)|start-pipeline-execution|argo submit|databricks (jobs run-now|bundle run)|kfp run",
    re.I,
)


def may_train(words: str) -> bool:
    """Whether the words of a command, or the name of a job, say that it trains."""
    return bool(_TRAINS.search(words))
