"""Objects that are fitted: transformers, models, resamplers, what is composed of them, and searches over them."""

from __future__ import annotations

from msgspec.structs import replace

from auditor.knowledge import Entry
from auditor.model.artefact import Role
from auditor.program.rows import natures, trainers
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called, Thing
from auditor.program.rows.values import NO_FITS, OTHER, STATELESS, Fit, Value, flat, listed

_SELECTING = frozenset({"min_frequency", "max_categories", "max_tokens"})
"""Options by which an encoder chooses among categories by how often they occur."""

_WRITTEN = frozenset({"categories", "vocabulary"})
"""Options that write out what an encoder would list."""

_FITS = frozenset({"fit", "partial_fit", "fit_transform", "adapt", "fit_on_texts", "fit_predict"})
_TRANSFORMS = frozenset(
    {"transform", "texts_to_sequences", "texts_to_matrix", "__call__", "predict", "flow", "sequences_to_matrix"}
)


# --- making them ---


def transformer(m: Machine, called: Called, entry: Entry) -> Value:
    """A transformer; one that learns nothing from rows leaves no trace."""
    name = called.name.rpartition(".")[2]
    stateful = bool(entry.attrs.get("stateful", True)) and name not in STATELESS
    if entry.attrs.get("fills") and called.constant("strategy") == "constant":
        stateful = False
    lists = bool(entry.attrs.get("vocabulary")) and not _SELECTING & called.keywords.keys()
    if lists:
        stateful = False
    thing = Thing(
        name,
        called.spot,
        stateful=stateful,
        attrs={
            "selects": entry.role is Role.FEATURE_SELECT,
            "entry": entry.role.value,
            "lists": lists and not _WRITTEN & called.keywords.keys(),
            "rescales": entry.attrs.get("rescales", False),
            "fills": entry.attrs.get("fills", False),
            "encodes": bool(entry.attrs.get("vocabulary")),
            "labelled": entry.attrs.get("uses_target", False),
            "indexes": entry.attrs.get("indexes", False) and "output_mode" not in called.keywords,
        },
    )
    return m.thing("transformer", thing)


def estimator(m: Machine, called: Called, entry: Entry) -> Value | None:
    """A model. Layers, optimisers and losses are parts of one, not models."""
    if entry.attrs.get("layer") or entry.attrs.get("optimiser") or entry.attrs.get("loss"):
        return OTHER
    if entry.attrs.get("trainer"):
        return trainers.made(m, called, entry)
    return m.thing("model", _model(m, called, called.name.rpartition(".")[2], entry))


def _model(m: Machine, called: Called, name: str, entry: Entry | None) -> Thing:
    incremental = called.name.startswith(("keras.", "tensorflow.", "torch.")) or called.constant("warm_start") is True
    stops = bool({"early_stopping_rounds", "early_stopping"} & called.keywords.keys())
    attrs = {**entry.attrs, "library": entry.library} if entry is not None else {}
    if natures.fits_lines(called):
        attrs["trees"] = False
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
    weighed = called.name.endswith("_to_matrix")  # how often a word occurs in all texts may be in it
    fits = frozenset(replace(fit, indexes=False) for fit in _own(thing)) if weighed else _own(thing)
    return Value("frame", data.rows, data.all_fits() | fits)


def _own(thing: Thing) -> frozenset[Fit]:
    return frozenset({thing.fit}) if thing.fit is not None else NO_FITS


def _fitted(m: Machine, called: Called, receiver: Value, data: Value) -> Thing:
    thing = m.heap[receiver.ref]
    if thing.stateful:
        how = "selector" if thing.attrs.get("selects") else "transformer"
        rescales, fills, labelled, indexes = (
            bool(thing.attrs.get(word)) for word in ("rescales", "fills", "labelled", "indexes")
        )
        fit = Fit(m.rows(data), called.spot, thing.name, how, rescales, fills=fills, labelled=labelled, indexes=indexes)
        m.trace.fits.append(fit)
    elif thing.attrs.get("lists"):
        fit = Fit(m.rows(data), called.spot, thing.name, "vocabulary")
    else:
        return thing
    thing = replace(thing, fit=fit)
    m.heap[receiver.ref] = thing
    return thing


def _resampled(m: Machine, called: Called, thing: Thing) -> Value:
    """Features and target of the rows that a resampler leaves."""
    first = called.data()
    rows = m.rows(first)
    drawn = m.repeated(rows, called.spot) if thing.attrs.get("repeats") else m.sets.subset(rows)
    target = called.given("y", 1) or OTHER
    return listed([Value("frame", drawn, first.all_fits()), Value("frame", drawn, target.all_fits())])
