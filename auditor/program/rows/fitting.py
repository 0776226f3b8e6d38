"""Objects that are fitted: transformers, models, resamplers, what is composed of them, and searches over them."""

from __future__ import annotations

from dataclasses import replace

from auditor.knowledge import Entry
from auditor.model.artefact import Role
from auditor.model.ir import Attr
from auditor.program.rows import splitting
from auditor.program.rows.machine import Called, Machine, Thing
from auditor.program.rows.row_sets import Rows
from auditor.program.rows.values import NO_FITS, OTHER, Fit, Trained, Value, fits_in, flat, listed

_SELECTING = frozenset({"min_frequency", "max_categories", "max_tokens"})
"""Options by which an encoder chooses among categories by how often they occur."""

STATELESS = frozenset({"Normalizer", "HashingVectorizer", "FunctionTransformer", "Binarizer", "PolynomialFeatures"})

STOPPERS = ("EarlyStopping", "ModelCheckpoint", "early_stopping", "EarlyStoppingCallback")
"""Callbacks that keep the best state of a model by the rows it is watched on."""

_FITS = frozenset({"fit", "partial_fit", "fit_transform", "adapt", "fit_on_texts", "fit_predict"})
_TRANSFORMS = frozenset(
    {"transform", "texts_to_sequences", "texts_to_matrix", "__call__", "predict", "flow", "sequences_to_matrix"}
)
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


# --- making them ---


def transformer(m: Machine, called: Called, entry: Entry) -> Value:
    """A transformer; one that learns nothing from rows leaves no trace."""
    name = called.name.rpartition(".")[2]
    stateful = bool(entry.attrs.get("stateful", True)) and name not in STATELESS
    if entry.attrs.get("vocabulary") and not _SELECTING & called.keywords.keys():
        stateful = False
    thing = Thing(
        name,
        called.spot,
        stateful=stateful,
        attrs={"selects": entry.role is Role.FEATURE_SELECT, "entry": entry.role.value},
    )
    return m.thing("transformer", thing)


def estimator(m: Machine, called: Called, entry: Entry) -> Value | None:
    """A model. Layers, optimisers and losses are parts of one, not models."""
    if entry.attrs.get("layer") or entry.attrs.get("optimiser") or entry.attrs.get("loss"):
        return OTHER
    return m.thing("model", _model(m, called, called.name.rpartition(".")[2], entry))


def _model(m: Machine, called: Called, name: str, entry: Entry | None) -> Thing:
    incremental = called.name.startswith(("keras.", "tensorflow.", "torch.")) or called.constant("warm_start") is True
    stops = bool({"early_stopping_rounds", "early_stopping"} & called.keywords.keys())
    attrs = {**entry.attrs, "library": entry.library} if entry is not None else {}
    return Thing(
        name, called.spot, incremental=incremental, stops_early=stops, attrs=attrs, parts=tuple(_members(called))
    )


def _members(called: Called) -> list[Value]:
    return [value for value in flat(called.every()) if value.kind in ("model", "transformer", "resampler")]


def search(m: Machine, called: Called, entry: Entry) -> Value | None:
    """A search over parameters, which is a model that cross-validates inside."""
    if entry.kind != "class" or called.name.endswith(("ParameterGrid", "ParameterSampler")):
        return None
    thing = _model(m, called, called.name.rpartition(".")[2], entry)
    return m.thing("model", replace(thing, attrs={**thing.attrs, "search": True}))


def composed(m: Machine, called: Called, entry: Entry) -> Value:
    """A pipeline with a model in it is a model; of transformers alone it is a transformer."""
    parts = _members(called)
    name = called.name.rpartition(".")[2]
    whole = list(flat(called.every()))
    if parts and all(part.kind == "transformer" for part in parts) and not any(_hidden(value) for value in whole):
        stateful = any(m.heap[part.ref].stateful for part in parts)
        return m.thing("transformer", Thing(name, called.spot, stateful=stateful, parts=tuple(parts)))
    incremental = any(m.heap[part.ref].incremental for part in parts)
    attrs = {"library": entry.library}
    return m.thing("model", Thing(name, called.spot, incremental=incremental, parts=tuple(parts), attrs=attrs))


def _hidden(value: Value) -> bool:
    """Whether a part of a composite may be a model that is not known."""
    return value.kind == "other" and value.rows is not None and not value.rows.known


def resampler(m: Machine, called: Called, entry: Entry) -> Value:
    """Over-sampling repeats rows or makes neighbours of them, under-sampling leaves some out."""
    repeats = "under_sampling" not in called.name
    return m.thing("resampler", Thing(called.name.rpartition(".")[2], called.spot, attrs={"repeats": repeats}))


def of_base(m: Machine, called: Called, name: str, ancestry: list[str]) -> Value | None:
    """An object of a class of the repository that derives from a library's model or transformer."""
    for base in ancestry:
        entry = m.knowledge.lookup(base)
        if entry is None:
            continue
        if entry.role is Role.ESTIMATOR and base.startswith(
            ("torch.", "keras.", "tensorflow.", "pytorch_lightning", "lightning")
        ):
            called.name = m.knowledge.canonical(base)
            return m.thing("model", replace(_model(m, called, name, entry), incremental=True))
    return None


# --- transformers and resamplers ---


def transforming(m: Machine, called: Called, receiver: Value) -> Value | None:
    """A method of a transformer or resampler."""
    thing = m.heap[receiver.ref]
    if called.name in ("fit_resample", "fit_sample", "fit_transform") and receiver.kind == "resampler":
        return _resampled(m, called, thing)
    data = m.grounded(called.data())
    if called.name in _FITS:
        thing = _fitted(m, called, receiver, data)
        if called.name != "fit_transform":
            return receiver
    elif called.name in (
        "get_support",
        "get_feature_names_out",
        "get_feature_names",
        "ranking_",
        "support_",
        "inverse_transform",
    ):
        return data if called.name == "inverse_transform" else Value("statistic", fits=_own(thing))
    elif called.name not in _TRANSFORMS:
        return receiver if called.name.startswith("set_") else None
    return Value("frame", data.rows, data.all_fits() | _own(thing))


def _own(thing: Thing) -> frozenset[Fit]:
    return frozenset({thing.fit}) if thing.fit is not None else NO_FITS


def _fitted(m: Machine, called: Called, receiver: Value, data: Value) -> Thing:
    thing = m.heap[receiver.ref]
    if thing.stateful:
        how = "selector" if thing.attrs.get("selects") else "transformer"
        fit = Fit(m.rows(data), called.spot, thing.name, how)
        m.trace.fits.append(fit)
        thing = replace(thing, fit=fit)
        m.heap[receiver.ref] = thing
    return thing


def _resampled(m: Machine, called: Called, thing: Thing) -> Value:
    """Features and target of the rows that a resampler leaves."""
    first = called.data()
    rows = m.rows(first)
    drawn = m.sets.repeated(rows) if thing.attrs.get("repeats") else m.sets.subset(rows)
    target = called.given("y", 1) or OTHER
    return listed([Value("frame", drawn, first.all_fits()), Value("frame", drawn, target.all_fits())])


# --- models ---


def modelling(m: Machine, called: Called, receiver: Value) -> Value | None:
    """A method of a model."""
    thing = m.heap[receiver.ref]
    if called.name in _TRAINS and called.every():
        return _trained(m, called, receiver, called.data())
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


def guess(m: Machine, called: Called, thing: Thing, data: Value, receiver: Value) -> Value:
    """A prediction; over rows that were held out it is an evaluation of its own."""
    whole = m.grounded(data)
    fits = whole.all_fits()
    found = Value("prediction", whole.rows, fits, by=thing.trained, ref=receiver.ref)
    if thing.trained is not None and whole.rows is not None and whole.rows.layers:
        m.judge(thing.trained, whole.rows, fits, "predict", called.spot, called.at)
    return found


def _trained(m: Machine, called: Called, receiver: Value, data: Value) -> Value:
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
    trained = Trained(
        version,
        receiver.ref,
        thing.name,
        rows,
        whole.all_fits(),
        called.spot,
        searched,
        called.at.loops,
        thing.incremental,
        _task(thing),
    )
    m.heap[receiver.ref] = replace(thing, trained=trained)
    m.trace.trainings.append(trained)
    if searched:
        _folds(m, called, trained, whole)
    if held_out is not None:
        m.judge(trained, held_out, whole.all_fits(), "tuning", called.spot, called.at)
    _tuned(m, called, thing, trained)
    if called.name == "fit_predict":
        return Value("prediction", rows, whole.all_fits(), by=trained, ref=receiver.ref)
    if called.name == "fit_transform":
        return Value("frame", rows, whole.all_fits() | _of_training(m.heap[receiver.ref]))
    return receiver if not thing.incremental else Value("model", ref=receiver.ref, name=thing.name)


def _task(thing: Thing) -> str:
    return str(thing.attrs.get("task", ""))


def _folds(m: Machine, called: Called, trained: Trained, data: Value) -> None:
    train, test = splitting.folds_over(m, trained.rows)
    m.judge(trained._replace(rows=train), test, data.all_fits(), "folds", called.spot, called.at)


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
    model = m.thing("model", Thing(name, called.spot))
    called.args = [data]
    return _trained(m, called, model, data)


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
    if model.kind not in ("model", "other") or data.rows is None:
        return None
    if model.kind == "other" and not data.fits:
        return None
    thing = m.heap.get(model.ref)
    train, test = splitting.folds_over(m, data.rows)
    name = thing.name if thing is not None else "the model"
    trained = Trained(m.sets.number(), model.ref, name, train, data.all_fits(), called.spot, True)
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
    """A method of a prediction or of a loss: `backward` of a loss trains the model it came from."""
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
