"""Classes of the repository that learn and predict by themselves, with no library's model inside."""

from __future__ import annotations

from auditor.program.rows import models
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called
from auditor.program.rows.values import Value

_LEARNS = frozenset({"fit", "train"})
_TELLS = frozenset({"predict", "predict_proba"})


def after(m: Machine, called: Called, receiver: Value, result: Value, *, known: int, predicts: bool) -> Value:
    """What a method of an object of the repository gives, once it has run.

    `known` are the trainings seen before: where the method trained nothing that a library knows, the object is the model.
    """
    if called.name in _LEARNS and predicts and called.args and known == len(m.trace.trainings):
        models.train(m, called, receiver, called.data())
    elif called.name in _TELLS and result.kind != "prediction" and m.heap[receiver.ref].trained is not None:
        return models.guess(m, called, m.heap[receiver.ref], called.data(), receiver)
    return result
