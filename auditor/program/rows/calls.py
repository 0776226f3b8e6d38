"""What calls do: methods of what the run holds, library functions by the knowledge base, functions of the repository inlined."""

from __future__ import annotations

from msgspec.structs import replace

from auditor.model.ir import Attr, Call, Star
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Instance, Library, Local
from auditor.program.rows import files, fitting, items, libraries, lists, models, own_models, splitting, tables, times
from auditor.program.rows.flows import branched
from auditor.program.rows.machine import DEEPEST_CALL, Machine
from auditor.program.rows.row_sets import Spot
from auditor.program.rows.state import Called, Env, Thing
from auditor.program.rows.values import OTHER, Fit, Value, either, fits_in

_HANDED = frozenset({"fit_transform", "transform", "predict", "predict_proba"})
"""Methods of fitted objects that are handed to `apply`, `map` and their kin."""


def call(m: Machine, expr: Call, at: Env) -> Value:
    """The value of a call."""
    receiver = m.value(expr.func.base, at) if type(expr.func) is Attr and items.held(m, expr.func.base, at) else None
    called = _called(m, expr, at)
    files.written(m, called, receiver)
    if receiver is not None:
        found = _method(m, called, receiver)
        if found is not None:
            return found
    elif type(expr.func) is not Attr:
        found = _of_value(m, called, expr, at)
        if found is not None:
            return found
    return _denoted(m, called, expr, at)


def _called(m: Machine, expr: Call, at: Env) -> Called:
    args: list[Value] = []
    for arg in expr.args:
        value = m.value(arg, at)
        args += value.items if type(arg) is Star and value.kind == "list" else [value]
    keywords: dict[str, Value] = {}
    for name, arg in expr.keywords:
        value = m.value(arg, at)
        if name:
            keywords[name] = value
        elif value.kind == "table":
            keywords.update({str(k): v for k, v in zip(value.keys, value.items, strict=False) if isinstance(k, str)})
    name = expr.func.name if type(expr.func) is Attr else ""
    return Called(expr, name, args, keywords, Spot(at.site[0], expr.line), at)


def _method(m: Machine, called: Called, receiver: Value) -> Value | None:
    """A method of a value that the run holds; None where its kind has no such method."""
    match receiver.kind:
        case "transformer" | "resampler":
            return fitting.transforming(m, called, receiver)
        case "model":
            return models.modelling(m, called, receiver)
        case "splitter":
            return splitting.splitting(m, called, receiver)
        case "object":
            return _of_object(m, called, receiver)
        case "list" | "table" | "folds":
            return lists.method(m, called, receiver)
        case "prediction" | "loss":
            return models.predicted(m, called, receiver)
        case "statistic" if called.name in times.WRITTEN:
            return OTHER
        case "statistic" | "names" | "const":
            return receiver.with_fits(fits_in(called.every())) if receiver.kind != "const" else OTHER
        case "function":
            return None
    if receiver.rows is None:
        return None
    if (
        receiver.kind == "other"
        and not receiver.fits
        and m.denoter.denote(called.expr.func, _frame(called.at)) is not None
    ):
        return None  # a type that the knowledge base knows better
    if called.name in ("fit", "score", "evaluate", "fit_transform", "predict") and receiver.kind == "other":
        return None
    return tables.method(m, called, receiver)


def _frame(at: Env) -> Frame:
    return Frame(*at.site)


def _of_value(m: Machine, called: Called, expr: Call, at: Env) -> Value | None:
    """A call of a value: a network over a batch, a function that a name holds."""
    name = getattr(expr.func, "id", None)
    held = at.lookup(name) if name is not None else m.value(expr.func, at)
    if held is None:
        return None
    if held.kind in ("model", "transformer"):
        called.name = "__call__"
        return models.modelling(m, called, held) if held.kind == "model" else fitting.transforming(m, called, held)
    if held.kind == "function" and held.scope >= 0:
        if m.code.scope(held.path, held.scope).kind == "class":
            return constructed(m, called, (held.path, held.scope))
        return inlined(m, called, (held.path, held.scope), held.items[0] if held.items else None)
    return _handed(m, called, held, called.args) if held.kind == "function" else None


def _handed(m: Machine, called: Called, function: Value, args: list[Value]) -> Value | None:
    """A call of what was handed on under another name: a method with its object, a function or class of a library."""
    if function.items:
        return _method(m, replace(called, name=function.name, args=args), function.items[0])
    if not function.name:
        return None
    return libraries.call(m, replace(called, name=m.knowledge.canonical(function.name), args=args))


def _denoted(m: Machine, called: Called, expr: Call, at: Env) -> Value:
    """A call of what the names of the program stand for."""
    denoted = m.denoter.denote(expr.func, _frame(at))
    match denoted:
        case Local(path, scope):
            if m.code.scope(path, scope).kind == "class":
                return constructed(m, called, (path, scope))
            return inlined(m, called, (path, scope), None)
        case Library(dotted):
            called.name = libraries.name(m, dotted, at)
            return libraries.call(m, called)
        case Instance(of) if isinstance(of, str):
            called.name = f"{of}.__call__"
            return libraries.call(m, called)
    return m.unfollowed(called)


# --- the repository's own functions and classes ---


def inlined(m: Machine, called: Called, site: Site, receiver: Value | None) -> Value:
    """Run a function of the repository with the values it is given."""
    scope = m.code.scope(*site)
    if called.at.depth >= DEEPEST_CALL or site in m.running or scope.kind != "function":
        return m.unfollowed(called)
    elsewhere = receiver is None and site[0] != called.at.site[0]
    if elsewhere and not any(_told(value) for value in called.every()) and not m.matters(site):
        return m.unfollowed(called)
    names: dict[str, Value] = {}
    params = list(scope.params)
    if receiver is not None and params:
        names[params.pop(0).name] = receiver
    elif m.code.owner(*site) is not None and params and params[0].name in ("self", "cls"):
        names[params.pop(0).name] = OTHER
    places = [p.name for p in params if p.kind in ("positional", "plain")]
    names |= dict(zip(places, called.args, strict=False))
    names |= {k: v for k, v in called.keywords.items() if any(p.name == k for p in params)}
    inner = Env(
        site, names, _module(m, called.at, site), called.at.depth + 1, called.at.block, caller=called.at, by=called.expr
    )
    inner.turn = inner.block
    for param in params:
        if param.name not in names:
            names[param.name] = m.value(param.default, inner) if param.default is not None else m.fresh(name=param.name)
    m.visited.add(site)
    m.running.append(site)
    left = m.body(scope.body, inner)
    m.running.pop()
    if not left and inner.returned:
        inner.returned.append(OTHER)
    return either(m.sets, inner.returned) if inner.returned else OTHER


def _told(value: Value) -> bool:
    """Whether something is known of a value that a function may pass on."""
    if value.kind in ("list", "table"):
        return any(_told(item) for item in value.items)
    return value.kind not in ("other", "const", "names", "statistic", "function") or bool(value.fits)


def handed_on(m: Machine, called: Called, function: Value, given: Value) -> Value | None:
    """What a function of the repository, handed to a method, gives for a value."""
    if isinstance(function.const, tuple):
        expr, at = function.const
        if not expr.params or at.depth > DEEPEST_CALL:
            return None
        return m.value(
            expr.body, Env(at.site, {**at.names, expr.params[0].name: given}, at.outer, at.depth + 1, at.block)
        )
    if function.scope >= 0:
        receiver = function.items[0] if function.items else None
        return inlined(m, replace_args(called, [given]), (function.path, function.scope), receiver)
    return _handed(m, replace_args(called, [given]), function, [given])


def replace_args(called: Called, args: list[Value]) -> Called:
    """The call with other arguments."""
    return Called(called.expr, called.name, args, {}, called.spot, called.at)


def _module(m: Machine, at: Env, site: Site) -> Env:
    """The names around a function: those of its module, as far as it has run, and of the scope it stands in."""
    if m.code.scope(*site).parent == at.site[1] and site[0] == at.site[0] and at.site[1]:
        return at
    found = m.modules.get(site[0])
    if found is None:
        found = m.modules[site[0]] = Env((site[0], 0), {})
    return found


def constructed(m: Machine, called: Called, site: Site) -> Value:
    """An object of a class of the repository: what its library base makes it, else a bag of attributes."""
    cls = Local(*site)
    scope = m.code.scope(*site)
    made = fitting.of_base(m, called, scope.name, m.denoter.ancestry(cls))
    if made is not None:
        return made
    found = m.thing("object", Thing(scope.name, called.spot))
    found = replace(found, path=site[0], scope=site[1])
    init = m.denoter.attribute(cls, "__init__", _frame(called.at))
    if type(init) is Local:
        inlined(m, called, (init.path, init.scope), found)
    return found


def _of_object(m: Machine, called: Called, receiver: Value) -> Value | None:
    field = m.heap[receiver.ref].fields.get(called.name)
    if field is not None and field.kind in ("model", "transformer"):
        called.name = "__call__"
        return models.modelling(m, called, field)
    found = m.own_method(receiver, called.name)
    if found is None:
        branched(m, called, receiver)
    if found is not None:
        known = len(m.trace.trainings)
        result = inlined(m, called, (found.path, found.scope), receiver)
        predicts = m.own_method(receiver, "predict") is not None
        return own_models.after(m, called, receiver, result, known=known, predicts=predicts)
    fit, transform = m.own_method(receiver, "fit"), m.own_method(receiver, "transform")
    if called.name == "fit_transform" and fit is not None and transform is not None:
        inlined(m, called, (fit.path, fit.scope), receiver)
        return inlined(m, replace_args(called, called.args[:1]), (transform.path, transform.scope), receiver)
    return m.unfollowed(called)


def attribute(m: Machine, base: Value, name: str) -> Value:
    """An attribute of an object of the repository."""
    thing = m.heap[base.ref]
    found = thing.fields.get(name)
    if found is None and (method := m.own_method(base, name)) is not None:
        return method
    if found is None:
        found = m.fresh()
        m.heap[base.ref] = replace(thing, fields={**thing.fields, name: found})
    return found


def fitted_attribute(m: Machine, base: Value, name: str) -> Value:
    """What a fitted object tells of its fit: importances, chosen columns, centres; a method, taken without being called."""
    if name in _HANDED:
        return Value("function", items=(base,), name=name)
    if name in ("best_estimator_", "estimator", "model", "base_estimator", "history", "named_steps", "steps"):
        return base if name != "history" else Value("names")
    thing = m.heap.get(base.ref)
    if thing is None:
        return OTHER
    if thing.fit is not None:
        return Value("statistic", fits=frozenset({thing.fit}))
    if thing.trained is not None and name.endswith("_"):
        fit = Fit(thing.trained.rows, thing.trained.spot, thing.name, "model")
        rows = thing.trained.rows if name == "labels_" else None
        return Value("frame" if rows is not None else "statistic", rows, frozenset({fit}) | thing.trained.fits)
    return OTHER
