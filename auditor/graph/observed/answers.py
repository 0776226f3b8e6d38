"""How a model is asked for its answers, and what keeps them."""

from __future__ import annotations

import re

from auditor.graph import places
from auditor.graph.observed.lineage import Touch
from auditor.model.ir import Attr, Call
from auditor.model.regex import regex

PREDICTING = frozenset({"predict", "predict_proba", "predict_on_batch", "decision_function"})
_ANSWERS = regex(r"predict|forecast|scor(?:es?|ed|ing)(?![a-z])|submission|inference|recommend", re.I)
_TABLES = frozenset({"csv", "tsv", "parquet", "feather", "jsonl", "xlsx", "avro", "orc", "db", "sqlite", ""})


def asks_a_model(call: Call) -> bool:
    """Whether a call asks a model for its answer, by the name of the method: a model is handed what it shall answer for."""
    return type(call.func) is Attr and call.func.name in PREDICTING and bool(call.args or call.keywords)


def keeps_answers(written: Touch) -> bool:
    """Whether what is written are answers of a model, by its name: a table of predictions, scores, a forecast."""
    name = (written.artefact.path or written.artefact.id).rpartition("/")[2]
    return bool(_ANSWERS.search(name)) and places.suffix(name) in _TABLES
