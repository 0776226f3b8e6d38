"""Calls of library functions and classes, by their role in the knowledge base."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from auditor.knowledge import Entry
from auditor.model.artefact import Role
from auditor.model.ir import Slice
from auditor.program.rows import (
    column_expressions,
    complements,
    files,
    fitting,
    formulas,
    items,
    iteration,
    models,
    splitting,
    table_functions,
    times,
)
from auditor.program.rows.machine import Machine
from auditor.program.rows.row_sets import TEST, TRAIN
from auditor.program.rows.state import Called, Env
from auditor.program.rows.values import OTHER, Fit, Value, fits_in, listed, mixed


def name(m: Machine, dotted: str, at: Env) -> str:
    """The canonical name; a bare name that only a star import of a library can bring in, under that library."""
    if dotted.startswith("builtins."):
        bare = dotted.removeprefix("builtins.")
        for module in starred(m, at.site[0]):
            if m.knowledge.lookup(f"{module}.{bare}") is not None:
                return m.knowledge.canonical(f"{module}.{bare}")
    return m.knowledge.canonical(dotted)


def starred(m: Machine, path: str) -> list[str]:
    """The library modules of which a file imports everything."""
    return [
        statement.names[0].module
        for statement, _, _ in m.code.index(path, 0).imports
        if statement.names[0].name == "*" and not statement.level
    ]


def call(m: Machine, called: Called) -> Value:
    """What a library function gives for its arguments."""
    called.args = [m.table_of(value) if value.kind == "object" else value for value in called.args]
    if called.name.startswith("torch.nn.") and (guess := _guess_in(called)) is not None:
        return guess  # a loss: `backward` will train the model it came from
    special = _SPECIAL.get(called.name)
    if special is not None:
        return special(m, called)
    found = table_functions.function(m, called)
    if found is not None:
        return found
    if called.name.endswith(models.STOPPERS):
        return Value("names", name="stopper")
    entry = m.knowledge.lookup(called.name)
    if entry is None:
        return m.unfollowed(called)
    handler = _BY_ROLE.get(entry.role)
    made = handler(m, called, entry) if handler is not None else None
    return made if made is not None else m.unfollowed(called)


def _guess_in(called: Called) -> Value | None:
    return next((value for value in called.every() if value.kind in ("prediction", "loss")), None)


def _evaluated(m: Machine, called: Called, entry: Entry) -> Value:
    if entry.attrs.get("fits_inside"):
        return models.crossed(m, called)
    if entry.attrs.get("scorer") or entry.attrs.get("clustering"):
        return OTHER
    return models.judged(m, called)


def _read(m: Machine, called: Called, entry: Entry) -> Value:
    """Rows from outside: the same file gives the same rows, data sets shipped in two parts give two."""
    target = files.target(m, called)
    again = files.read(m, called)
    if again is not None:
        return replace(again)
    if entry.attrs.get("presplit"):
        return _presplit(m, called)
    if entry.library == "torchvision" and (part := called.constant("train")) in (True, False):
        rows = m.sets.root(called.name)
        return Value("frame", m.sets.part(rows, m.sets.split(called.name), TRAIN if part else TEST, "cut"))
    if entry.library == "datasets" or entry.library == "tensorflow_datasets":
        return _named_split(m, called, target)
    if entry.attrs.get("series"):
        return times.read_series(m, called, target)
    if entry.library not in (
        "pandas",
        "numpy",
        "polars",
        "dask",
        "pyspark",
        "sklearn",
        "datatable",
        "cudf",
        "modin",
        "pyarrow",
        "geopandas",
    ):
        return m.fresh("other")
    if entry.library == "sklearn":
        return _bunch(m, called)
    part = "|".join(str(called.constant(name)) for name in ("sheet_name", "skiprows", "nrows"))
    rows = m.sets.root(f"{target}|{part}") if target else m.sets.fresh(known=True)
    found = Value("frame", rows)
    times.read_dates(m, called, found)
    return found


def _bunch(m: Machine, called: Called) -> Value:
    """A data set of scikit-learn: features and target of the same rows."""
    frame = m.fresh("frame", known=True)
    pair = called.constant("return_X_y") is True or called.name.rpartition(".")[2].startswith("make_")
    if called.constant("subset") is not None:
        frame = frame.on(
            m.sets.part(m.sets.root(called.name), m.sets.split(called.name), called.constant("subset"), "cut")
        )
    return listed([frame, frame]) if pair else frame


def _presplit(m: Machine, called: Called) -> Value:
    rows = m.sets.root(called.name)
    split = m.sets.split(called.name)
    parts = [Value("frame", m.sets.part(rows, split, part, "cut")) for part in (TRAIN, TEST)]
    return listed(listed([part, part]) for part in parts)


def _named_split(m: Machine, called: Called, target: str | None) -> Value:
    rows = m.sets.root(f"{called.name}|{target}") if target else m.sets.fresh(known=True)
    whole = Value("frame", rows, name="presplit")
    part = called.constant("split")
    if not isinstance(part, str):
        return whole
    split = m.sets.split(("named", whole.rows))
    return whole.on(m.sets.part(m.rows(whole), split, part, "cut"))


def _fitted_function(m: Machine, called: Called, entry: Entry) -> Value | None:
    """`scale(X)` and its kin: fitted and applied in one."""
    data = called.data()
    if not entry.attrs.get("stateful", True) or data.rows is None:
        return data
    fit = Fit(data.rows, called.spot, called.name.rpartition(".")[2])
    return Value("frame", data.rows, data.all_fits() | {fit})


def _scored(m: Machine, called: Called, entry: Entry) -> Value | None:
    """`mutual_info_classif(X, y)` and its kin: a figure for each column, by which columns are chosen."""
    data = m.grounded(called.data())
    if not entry.attrs.get("uses_target") or entry.kind == "class":
        return None
    fit = Fit(m.rows(data), called.spot, called.name.rpartition(".")[2], "selector", labelled=True)
    return Value("statistic", fits=data.all_fits() | {fit})


def _kept(m: Machine, called: Called, entry: Entry) -> Value | None:
    data = called.data()
    return data if data.rows is not None else None


def _resampled(m: Machine, called: Called, entry: Entry) -> Value | None:
    if entry.kind == "class":
        return fitting.resampler(m, called, entry)
    values = called.args or [OTHER]
    drawn = called.constant("replace") is not False
    parts = [
        value.on(m.repeated(m.rows(value), called.spot) if drawn else m.sets.subset(m.rows(value))) for value in values
    ]
    if len({value.rows for value in values}) == 1:
        parts = [value.on(parts[0].rows) for value in values]
    return parts[0] if len(parts) == 1 else listed(parts)


def _loaded(m: Machine, called: Called, entry: Entry) -> Value | None:
    """A model that was saved before."""
    return files.read(m, called)


def _sampled(m: Machine, called: Called, entry: Entry) -> Value | None:
    """Random positions: `permutation`, `choice`, `sample`, `rand`."""
    word = called.name.rpartition(".")[2]
    first = called.args[0] if called.args else OTHER
    if word in ("permutation", "shuffle"):
        return first if first.rows is not None and first.kind != "names" else Value("index", m.sets.fresh())
    if word in ("rand", "random", "uniform", "randn", "normal", "random_sample"):
        return m.fresh("frame")
    if word in ("choice", "sample", "randint", "sample_without_replacement"):
        base = first if first.kind in ("frame", "index") else m.fresh("index")
        return Value("index", m.sets.part(m.rows(base), m.sets.number(), TRAIN))
    return None


_BY_ROLE: dict[Role, Callable[[Machine, Called, Entry], Value | None]] = {
    Role.TRANSFORMER: fitting.transformer,
    Role.FEATURE_SELECT: fitting.transformer,
    Role.ESTIMATOR: fitting.estimator,
    Role.TUNE: fitting.search,
    Role.COMPOSE: fitting.composed,
    Role.SPLIT: splitting.split,
    Role.EVALUATE: _evaluated,
    Role.PREDICT: lambda m, called, entry: (
        models.predicted_across(m, called) if entry.attrs.get("fits_inside") else None
    ),
    Role.READ: _read,
    Role.DOWNLOAD: _read,
    Role.FIT_TRANSFORM: _fitted_function,
    Role.TRANSFORM: _kept,
    Role.ANALYSE: _scored,
    Role.FIT: models.trained_by_function,
    Role.RESAMPLE: _resampled,
    Role.LOAD_MODEL: _loaded,
    Role.SAVE_MODEL: lambda _m, _called, _entry: OTHER,
    Role.SAMPLE: _sampled,
}


def _next(m: Machine, called: Called) -> Value:
    found = iteration.elements(m, called.args[0]) if called.args else None
    return found[0] if found else m.fresh()


def _range(m: Machine, called: Called) -> Value:
    """Numbers, which may be positions of rows: those that a slice with the same bounds takes."""
    bounds = called.expr.args
    stop = bounds[1] if len(bounds) > 1 else bounds[0] if bounds else None
    cut = Slice(bounds[0] if len(bounds) > 1 else None, stop, None) if len(bounds) < 3 else None
    return Value("index", m.sets.fresh(), const=(cut, called.at) if cut is not None else None)


def _loader(m: Machine, called: Called) -> Value:
    """Batches of a data set, or of the rows that a sampler names."""
    base, sampler = called.given("dataset", 0) or OTHER, called.given("sampler", 3) or OTHER
    if base.kind == "object":  # a data set of the repository of which no rows are seen: those of this object
        base = Value("frame", m.sets.root(f"object|{base.ref}"))
    if base.rows is None:
        return mixed([base]) if base.kind in ("list", "table") else m.fresh("frame")
    if sampler.kind == "index" and sampler.rows is not None:
        base = base.on(items.taken(m, base.rows, sampler))
    return replace(base, kind="frame")


def _sampler(m: Machine, called: Called) -> Value:
    """A sampler over positions that are written out."""
    return called.given("indices", 0) or OTHER


def _arguments(m: Machine, called: Called) -> Value:
    """`TrainingArguments`: whether the best state by the watched rows is kept."""
    keeps = called.constant("load_best_model_at_end") is True
    return Value("names", name="stopper") if keeps else Value("names")


def _list(m: Machine, called: Called) -> Value:
    value = called.args[0] if called.args else listed(())
    return (
        replace(value)
        if value.kind in ("list", "table", "folds", "names")
        else table_functions.function(m, called) or OTHER
    )


def _dict(m: Machine, called: Called) -> Value:
    found = [(name, value) for name, value in called.keywords.items()]
    return Value("table", items=tuple(v for _, v in found), keys=tuple(k for k, _ in found))


def _without(m: Machine, called: Called) -> Value:
    """`setdiff1d(all, some)`: the positions that are not among some."""
    base, other = (called.given(name, n) or OTHER for n, name in enumerate(("ar1", "ar2")))
    known = base.kind == other.kind == "index" and base.rows is not None
    return Value("index", complements.without(m, base, other)) if known else Value("index", m.sets.fresh())


def _factorized(m: Machine, called: Called) -> Value:
    return listed([called.data(), Value("names")])


def _cut(m: Machine, called: Called) -> Value:
    """`cut` with a number of bins learns their edges from the data; with edges written out it does not."""
    data, bins = called.data(), called.given("bins", 1)
    if data.rows is None or bins is None or bins.kind != "const":
        return data.with_fits(fits_in(called.every()))
    return data.with_fits(frozenset({Fit(data.rows, called.spot, "cut", "statistic")}))


def _cloned(m: Machine, called: Called) -> Value:
    """An untrained copy."""
    base = called.given("estimator", 0) or OTHER
    thing = m.heap.get(base.ref)
    if thing is None or base.kind not in ("model", "transformer"):
        return m.unfollowed(called)
    return m.thing(base.kind, replace(thing, fit=None, trained=None))


def _copied(m: Machine, called: Called) -> Value:
    base = called.data()
    thing = m.heap.get(base.ref)
    if thing is None or base.kind not in ("model", "transformer"):
        return base
    return m.thing(base.kind, thing)


_SPECIAL: dict[str, Callable[[Machine, Called], Value]] = {
    **dict.fromkeys(column_expressions.COLUMNS, column_expressions.column),
    **dict.fromkeys(column_expressions.FIGURES, column_expressions.figure),
    "patsy.dmatrix": formulas.matrix,
    "patsy.dmatrices": formulas.matrix,
    "torch.utils.data.DataLoader": _loader,
    "torch.utils.data.SubsetRandomSampler": _sampler,
    "transformers.TrainingArguments": _arguments,
    "transformers.Seq2SeqTrainingArguments": _arguments,
    "builtins.zip": iteration.zipped,
    "builtins.enumerate": iteration.enumerated,
    "builtins.next": _next,
    "builtins.iter": _list,
    "builtins.list": _list,
    "builtins.tuple": _list,
    "builtins.dict": _dict,
    "collections.deque": lambda m, called: _list(m, called) if called.args else listed(()),
    "builtins.range": _range,
    "numpy.arange": _range,
    "numpy.setdiff1d": _without,
    "pandas.factorize": _factorized,
    "pandas.cut": _cut,
    "pandas.to_datetime": times.parsed,
    **dict.fromkeys(times.DURATIONS, times.duration),
    "sklearn.base.clone": _cloned,
    "copy.copy": _copied,
    "copy.deepcopy": _copied,
}
