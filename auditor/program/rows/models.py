"""Models at work: training, tuning, prediction and judgement, also inside cross-validation and by plain functions."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from auditor.knowledge import Entry
from auditor.model.ir import Attr
from auditor.program.rows import natures, splitting, trainers
from auditor.program.rows.machine import Machine
from auditor.program.rows.row_sets import Rows
from auditor.program.rows.state import Called, Thing
from auditor.program.rows.values import NO_FITS, OTHER, UNSUPERVISED, Fit, Trained, Value, fits_in, flat

STOPPERS = ("EarlyStopping", "ModelCheckpoint", "early_stopping", "EarlyStoppingCallback")
"""Callbacks that keep the best state of a model by the rows it is watched on."""

_TRAINS = frozenset(
    {"fit", "partial_fit", "fit_generator", "fit_predict", "train_on_batch", "train", "update", "fit_transform"}
)
_GUESSES = frozenset(
    {
        "predict",
        "predict_proba",
        "decision_function",
        "predict_classes",
        "predict_log_proba",
        "predict_generator",
        "__call__",
        "forward",
        "predict_on_batch",
    }
)
_JUDGES = frozenset({"score", "evaluate", "evaluate_generator", "test_on_batch"})
_CONTINUES = frozenset({"partial_fit", "train_on_batch", "update"})


def modelling(m: Machine, called: Called, receiver: Value) -> Value | None:
    """A method of a model."""
    thing = m.heap[receiver.ref]
    if thing.attrs.get("trainer"):
        return trainers.method(m, called, receiver)
    if called.name in _TRAINS and called.every():
        return train(m, called, receiver, called.data())
    if called.name in _GUESSES or (called.name == "transform" and thing.attrs.get("library") == "pyspark"):
        return guess(m, called, thing, called.data(), receiver)
    if called.name in _JUDGES:
        data = called.data()
        if thing.trained is not None and data.rows is not None:
            m.judge(thing.trained, data.rows, data.all_fits(), "score", called.spot, called.at)
        return OTHER
    if called.name in ("transform", "get_support", "apply", "kneighbors"):
        data = called.data()
        fits = _of_training(thing)
        return Value("frame", m.rows(data), data.all_fits() | fits) if data.rows else Value("statistic", fits=fits)
    if called.name in (
        "train",
        "eval",
        "to",
        "cuda",
        "set_params",
        "compile",
        "double",
        "float",
        "half",
        "requires_grad_",
    ):
        return receiver
    return OTHER


def _of_training(thing: Thing) -> frozenset[Fit]:
    if thing.trained is None:
        return NO_FITS
    return frozenset({Fit(thing.trained.rows, thing.trained.spot, thing.name, "model")})


def _learned(thing: Thing) -> frozenset[Fit]:
    """What a model without labels learned: its clusters and scores are features as any others."""
    return _of_training(thing) if _task(thing) in UNSUPERVISED else NO_FITS


def guess(m: Machine, called: Called, thing: Thing, data: Value, receiver: Value) -> Value:
    """A prediction; over rows that were held out it is an evaluation of its own."""
    whole = m.grounded(data)
    fits = whole.all_fits() | _learned(thing)
    found = Value("prediction", whole.rows, fits, by=thing.trained, ref=receiver.ref)
    if thing.trained is not None and whole.rows is not None and whole.rows.layers:
        m.judge(thing.trained, whole.rows, fits, "predict", called.spot, called.at)
    elif thing.trained is not None and whole.rows is not None and any(fit.rows in whole.rows.above for fit in fits):
        m.answer(thing.trained, whole.rows, fits, called.spot, called.at)
    return found


def train(m: Machine, called: Called, receiver: Value, data: Value) -> Value:
    """A training on some rows: what the method that trains gives."""
    thing = m.heap[receiver.ref]
    whole = m.grounded(data)
    rows = m.rows(whole)
    before = thing.trained if thing.incremental or called.name in _CONTINUES else None
    if before is not None and before.rows is not rows:
        rows = m.sets.union([before.rows, rows]) if rows.how != "fold" else rows
    validated = called.constant("validation_split")
    held_out: Rows | None = None
    if isinstance(validated, float):
        number = m.sets.split(("validation_split", rows, validated))
        held_out = m.sets.part(rows, number, 1, "cut")
        rows = m.sets.part(rows, number, 0, "cut")
    version = m.sets.number()
    searched = bool(thing.attrs.get("search"))
    made = Trained(
        version,
        receiver.ref,
        thing.name,
        rows,
        whole.all_fits(),
        called.spot,
        searched,
        called.at.loops,
        thing.incremental,
        _task_of(m, thing, labels=called.given("y", 1)),
        natures.by_order(m, thing),
    )
    m.heap[receiver.ref] = replace(thing, trained=made)
    m.trace.trainings.append(made)
    if searched:
        _folds(m, called, made, whole)
    if held_out is not None:
        m.judge(made, held_out, whole.all_fits(), "tuning", called.spot, called.at)
    _tuned(m, called, thing, made)
    if called.name == "fit_predict":
        fits = whole.all_fits() | _learned(m.heap[receiver.ref])
        return Value("prediction", rows, fits, by=made, ref=receiver.ref)
    if called.name == "fit_transform":
        return Value("frame", rows, whole.all_fits() | _of_training(m.heap[receiver.ref]))
    return receiver if not thing.incremental else Value("model", ref=receiver.ref, name=thing.name)


def _task(thing: Thing) -> str:
    return str(thing.attrs.get("task", ""))


def _task_of(m: Machine, thing: Thing, labels: Value | None, *, crossed: bool = False) -> str:
    """What kind of model is trained; folds judge by labels where they are given any, whatever model they train."""
    if (crossed or thing.attrs.get("search")) and labels is not None:
        return ""
    return natures.task(m, thing)


def _folds(m: Machine, called: Called, trained: Trained, data: Value) -> None:
    train, test = splitting.folds_over(m, trained.rows)
    m.judge(msgspec.structs.replace(trained, rows=train), test, data.all_fits(), "folds", called.spot, called.at)


def _tuned(m: Machine, called: Called, thing: Thing, trained: Trained) -> None:
    """Rows that are looked at while a model is trained: `validation_data`, `eval_set` and their kin."""
    selects = thing.stops_early or bool(
        {"callbacks", "early_stopping_rounds", "early_stopping"} & called.keywords.keys()
    )
    for name in ("validation_data", "eval_set", "evals", "valid_sets", "eval_data", "eval_dataset"):
        given = called.keywords.get(name)
        if given is None:
            continue
        pairs = given.items if given.kind == "list" and given.items and given.items[0].kind == "list" else (given,)
        for pair in pairs:
            first = pair.items[0] if pair.items else pair
            if first.rows is not None and first.rows is not trained.rows:
                m.judge(trained, first.rows, first.all_fits(), "tuning", called.spot, called.at, selects=selects)


def trained_by_function(m: Machine, called: Called, entry: Entry) -> Value | None:
    """`xgb.train(params, data)`: a function that gives a trained model."""
    if entry.object is None or "." not in called.name or entry.attrs.get("loop"):
        return None
    data = called.given(entry.object.arg or "", entry.object.pos)
    if data is None or data.rows is None or type(called.expr.func) is not Attr:
        return None
    name = called.name.rpartition(".")[0].rpartition(".")[2]
    attrs = {} if natures.fits_lines(called) else {"trees": entry.attrs.get("trees", False)}
    model = m.thing("model", Thing(name, called.spot, attrs=attrs))
    called.args = [data]
    return train(m, called, model, data)


def crossed(m: Machine, called: Called) -> Value:
    """Cross-validation inside a call: clones are trained and judged on folds."""
    found = _crossed(m, called)
    if found is not None:
        trained, test, fits = found
        m.judge(trained, test, fits, "folds", called.spot, called.at)
    return OTHER


def predicted_across(m: Machine, called: Called) -> Value | None:
    """`cross_val_predict`: each row is predicted by a model that did not see it."""
    found = _crossed(m, called)
    if found is None:
        return None
    trained, test, fits = found
    m.judge(trained, test, fits, "folds", called.spot, called.at)
    return Value("prediction", test, fits)


def _crossed(m: Machine, called: Called) -> tuple[Trained, Rows, frozenset[Fit]] | None:
    model = called.given("estimator", 0) or OTHER
    data = called.given("X", 1) or OTHER
    if model.kind not in ("model", "object", "other") or data.rows is None:
        return None
    if model.kind == "other" and not data.fits:
        return None
    thing = m.heap.get(model.ref)
    train, test = splitting.folds_over(m, data.rows)
    name = thing.name if thing is not None else "the model"
    labels = called.given("y", 2)
    trained = Trained(
        m.sets.number(),
        model.ref,
        name,
        train,
        data.all_fits(),
        called.spot,
        searched=True,
        task=_task_of(m, thing, labels, crossed=True) if thing is not None else "",
        trees=thing is not None and natures.by_order(m, thing),
    )
    return trained, test, data.all_fits()


# --- predictions ---


def judged(m: Machine, called: Called) -> Value:
    """A metric over predictions, or of a model over rows."""
    values = list(flat(called.every()))
    guesses = [v for v in values if v.kind in ("prediction", "loss") and v.by is not None and v.rows is not None]
    m.trace.unresolved += not guesses and not any(value.kind == "model" for value in values)
    for value in guesses:
        if value.by is not None and value.rows is not None:
            m.judge(value.by, value.rows, value.fits, "metric", called.spot, called.at)
    model = next((value for value in values if value.kind == "model"), None)
    data = next((value for value in values if value.kind == "frame" and value.rows is not None), None)
    trained = m.heap[model.ref].trained if model is not None else None
    if trained is not None and data is not None and data.rows is not None:
        m.judge(trained, data.rows, data.all_fits(), "metric", called.spot, called.at)
    return OTHER


def predicted(m: Machine, called: Called, receiver: Value) -> Value | None:
    """A method of a prediction or of a loss: `backward` of a loss trains the model it came from, `eq` holds against labels."""
    labels = called.args[0] if called.name == "eq" and called.args else OTHER
    if labels.rows is not None and receiver.by is not None and receiver.rows is not None:
        m.judge(receiver.by, receiver.rows, receiver.fits, "compare", called.spot, called.at)
        return Value("statistic", fits=receiver.fits)
    if called.name == "backward" and receiver.rows is not None and receiver.ref in m.heap:
        thing = m.heap[receiver.ref]
        before = thing.trained
        rows = receiver.rows
        if before is not None and before.rows is not rows:
            rows = m.sets.union([before.rows, rows])
        trained = Trained(
            m.sets.number(),
            receiver.ref,
            thing.name,
            rows,
            receiver.fits,
            called.spot,
            loops=called.at.loops,
            continues=True,
        )
        m.heap[receiver.ref] = replace(thing, trained=trained)
        m.trace.trainings.append(trained)
        return OTHER
    return receiver.with_fits(fits_in(called.args))
