"""Whether what a service hands to a model are the columns that the model was trained on: all of them, in their order, none made up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from auditor.graph import places
from auditor.graph.coupling.predicted import loaded
from auditor.graph.coupling.sides import models, predictions, product_trainings, serving_side
from auditor.graph.data.fitted_columns import names_in, picked
from auditor.graph.observed.flows import features
from auditor.graph.observed.written import is_changed
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Assign, Attr, Call, Const, Expr, Group, Item, Name, Op, Table
from auditor.model.ordered import Ordered
from auditor.model.place import Place
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame, Instance, Local
from auditor.program.naming.scopes import CallSite, ScopeIndex, last_name

DEEPEST = 8
_SAME = frozenset({"to_numpy", "astype", "copy", "fillna", "reshape"})
"""Methods that leave the columns as they are."""
_FIELDS = frozenset({"dict", "model_dump"})
_NUMBERS = frozenset({"float", "int", "str", "bool"})
_ARRAYS = frozenset({"numpy.array", "numpy.asarray"})
_PICKING = frozenset({"ColumnTransformer", "make_column_transformer", "FeatureUnion", "DataFrameMapper"})
"""What takes columns by itself: then a model may do without some of those that it was handed."""


class Misfit(Ordered, frozen=True):
    """A question to a model that does not fit it. `kind`: `lacking` (columns that it was trained on), `order` (columns by position in
    another order) or `constant` (columns that are the same for every request)."""

    place: Place
    kind: str
    columns: tuple[str, ...]
    trained: Place
    entity: str


class _Trained(NamedTuple):
    """The columns that all models of a program are fitted on, in order, and the models that it saves."""

    columns: tuple[str, ...]
    place: Place
    saved: frozenset[str]


class _Given(msgspec.Struct, frozen=True):
    """What is handed to a model: what its columns are called, in order; whether these are their names or just where they come
    from; and which are constants."""

    names: tuple[str, ...]
    named: bool
    constant: frozenset[str] = frozenset()


def misfits(world: World, owned: Callable[[str], bool]) -> list[Misfit]:
    """The questions of what a component serves that do not fit the models which the repository trains."""
    trained = world.once(_trainings)
    found: list[Misfit] = []
    for site in sorted(serving_side(world).sites) if trained else ():
        if owned(site[0]) and places.is_product(site[0]):
            for called in predictions(world, site):
                found += _asked(world, site, called, trained)
    return sorted(set(found))


def _asked(world: World, site: Site, called: CallSite, trained: tuple[_Trained, ...]) -> Iterator[Misfit]:
    call, frame = called.call, Frame(*site, block=called.block)
    given = _given(world, call.args[0], frame) if call.args and type(call.func) is Attr else None
    if given is None or len(set(given.names)) < len(given.names):
        return
    for one in _models(world, call.func.base, frame, call.line, trained):  # type: ignore[union-attr]  # narrowed above
        place, name = world.resolved.code.place(site[0], call.line), f"{site[0]}|{'|'.join(one.columns[:3])}"
        mine, its = [_plain(each) for each in given.names], [_plain(each) for each in one.columns]
        if len(set(mine) & set(its)) * 2 < len(its):
            return  # of other names, or another table
        lacking = tuple(column for column, plain in zip(one.columns, its, strict=True) if plain not in mine)
        if lacking and len(mine) < len(its):
            yield Misfit(place, "lacking", lacking, one.place, f"{name}|lacking")
        elif not given.named and sorted(mine) == sorted(its) and mine != its:
            moved = tuple(c for c, here, there in zip(one.columns, mine, its, strict=True) if here != there)
            yield Misfit(place, "order", moved, one.place, f"{name}|order")
        constant = tuple(c for c in one.columns if c in given.constant)
        if constant:
            yield Misfit(place, "constant", constant, one.place, f"{name}|constant")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _models(world: World, model: Expr, frame: Frame, line: int, trained: tuple[_Trained, ...]) -> tuple[_Trained, ...]:
    """The training that surely left the model which is asked; none where that is not one."""
    behind = world.flows.origins.of(model, frame, line)
    read = loaded(world, (origin for origin, _ in world.flows.of_role(behind, Role.LOAD_MODEL)))
    read = read or {touch.artefact.id for touch in models(world, serving_side(world).sites, "read")}
    found = tuple(one for one in trained if read & one.saved)
    return found if len(found) == 1 and len(read) == 1 else ()


# --- what models are trained on ---


def _trainings(world: World) -> tuple[_Trained, ...]:
    return tuple(one for training in product_trainings(world) if (one := _trained(world, training.program)) is not None)


def _trained(world: World, program: str) -> _Trained | None:
    sites = sorted(world.lineage.reached(program))
    if any(world.resolved.code.words(path).mentions(_PICKING) for path in {path for path, _ in sites}):
        return None
    own = world.resolved.effects.own
    fits = [e for site in sites for e in own.get(site, ()) if e.domain == "ml" and not e.dead and world.trains(e)]
    columns = {_columns(world, fit) for fit in fits}
    saved = frozenset(
        touch.artefact.id
        for touch in world.lineage.of_program(program)
        if touch.way == "write" and touch.kind is NodeKind.MODEL
    )
    (known,) = columns if len(columns) == 1 else (None,)
    if known is None or len(known) < 2 or not saved:
        return None
    return _Trained(known, world.resolved.code.place(fits[0].site[0], fits[0].line), saved)


def _columns(world: World, fit: Effect) -> tuple[str, ...] | None:
    """The columns that a fit is given, in order, where they are written out."""
    given = features(fit)
    expr, frame = _unscaled(world, given, fit.frame) if given is not None else (None, fit.frame)
    taken = picked(world, expr, frame, fit.line) if expr is not None else None
    return taken.order if taken is not None and not taken.left_out and len(taken.order) == len(taken.names) else None


def _unscaled(world: World, expr: Expr, frame: Frame, depth: int = 0) -> tuple[Expr | None, Frame]:
    """What is behind scalers and imputers, which leave columns where they are."""
    if type(expr) is Name and depth < DEEPEST:
        bindings = world.resolved.evaluator.denoter.bindings(expr, frame)
        last = bindings[0] if bindings and bindings[0][0].how == "value" else None
        if last is not None and type(last[0].value) is Call and _scales(world, last[0].value, last[1]):
            return _unscaled(world, last[0].value, last[1], depth + 1)
    if type(expr) is Call and _scales(world, expr, frame):
        return _unscaled(world, expr.args[0], frame, depth + 1) if expr.args else (None, frame)
    return expr, frame


def _scales(world: World, call: Call, frame: Frame) -> bool:
    func = call.func
    if type(func) is not Attr or func.name not in ("transform", "fit_transform"):
        return False
    made = world.resolved.evaluator.denoter.denote(func.base, frame)
    return type(made) is Instance and isinstance(made.of, str) and made.of.endswith(("Scaler", "Imputer"))


# --- what services ask with ---


def _given(world: World, expr: Expr, frame: Frame, depth: int = 0) -> _Given | None:
    """The columns of what a model is asked about; None where they are not written out."""
    if depth > DEEPEST:
        return None
    match expr:
        case Name():
            return _bound(world, expr, frame, depth)
        case Attr(base=base, name="values"):
            return _given(world, base, frame, depth + 1)
        case Item(base=base, key=key) if (names := names_in(world, key, frame)) is not None:
            whole = _given(world, base, frame, depth + 1)
            return _Given(names, named=True, constant=whole.constant if whole is not None else frozenset())
        case Group(items=(Group(items=items),)):
            return _row(items)
        case Call(func=Attr(base=base, name="reshape")) if type(base) is Call:
            flat = base.args[0] if _is(world, base, frame, _ARRAYS) and base.args else None
            return _row(flat.items) if type(flat) is Group and not _nested(flat) else None
        case Call(func=Attr(base=base, name=name)) if name in _SAME:
            return _given(world, base, frame, depth + 1)
        case Call(args=(first, *_)) if _is(world, expr, frame, _ARRAYS) or _transforms(expr):
            return _given(world, first, frame, depth + 1)
        case Call(args=(first, *_)) if _is(world, expr, frame, frozenset({"pandas.DataFrame"})):
            return _frame(world, first, dict(expr.keywords).get("columns"), frame)
        case _:
            return None


def _is(world: World, call: Call, frame: Frame, names: frozenset[str]) -> bool:
    return world.flows.dotted(call.func, frame) in names


def _transforms(call: Call) -> bool:
    """Whether a scaler is asked, as it is called."""
    func = call.func
    return type(func) is Attr and func.name == "transform" and "scaler" in last_name(func.base).lower()


def _nested(group: Group) -> bool:
    return any(type(item) is Group for item in group.items)


def _bound(world: World, expr: Name, frame: Frame, depth: int) -> _Given | None:
    """What the only binding of a name gives, with the columns that are written into it by name."""
    bindings = world.resolved.evaluator.denoter.bindings(expr, frame)
    if len(bindings) != 1 or bindings[0][0].how != "value" or bindings[0][0].value is None:
        return None
    binding, where = bindings[0]
    given = _given(world, binding.value, where, depth + 1)  # type: ignore[arg-type]  # not None as asked above
    index = _index(world, where)
    if given is None or is_changed(index, expr.id, items=False):
        return None
    for target, value, _ in index.items:
        if type(target) is Item and last_name(target.base) == expr.id:
            if type(target.key) is not Const or not given.named:
                return None
            key = str(target.key.value)
            names = given.names if key in given.names else (*given.names, key)
            given = _Given(names, True, given.constant - {key} | ({key} if type(value) is Const else set()))
    return given


def _index(world: World, frame: Frame) -> ScopeIndex:
    return world.resolved.code.index(frame.path, frame.scope)


def _row(items: tuple[Expr, ...]) -> _Given | None:
    """One row by position, whose values tell by their names what they are."""
    names = [_called(item) for item in items]
    return _Given(tuple(names), named=False) if all(names) else None


def _called(item: Expr) -> str:
    """What a value is called: by its name, attribute or key, in whatever number it is made."""
    if type(item) is Call and type(item.func) is Name and item.func.id in _NUMBERS and len(item.args) == 1:
        return _called(item.args[0])
    if type(item) is Item:
        return str(item.key.value) if type(item.key) is Const and isinstance(item.key.value, str) else ""
    return last_name(item) if type(item) in (Name, Attr) else ""


def _frame(world: World, first: Expr, columns: Expr | None, frame: Frame) -> _Given | None:
    """The columns of a frame that is made of one row."""
    if columns is not None:
        names = names_in(world, columns, frame)
        return _Given(names, named=True) if names is not None else None
    rows = first.items if type(first) is Group else (first,)
    if len(rows) != 1:
        return None
    row = rows[0]
    if type(row) is Name:
        bindings = world.resolved.evaluator.denoter.bindings(row, frame)
        if (
            len(bindings) == 1
            and type(bindings[0][0].value) is Table
            and not is_changed(_index(world, bindings[0][1]), row.id)
        ):
            row = bindings[0][0].value
    if type(row) is Table:
        return _table(row)
    return _fields(world, row, frame) if type(row) is Call else None


def _table(row: Table) -> _Given | None:
    keys = [key.value for key in row.keys if type(key) is Const and isinstance(key.value, str)]
    if len(keys) != len(row.values) or not keys:
        return None
    values = [each.items[0] if type(each) is Group and len(each.items) == 1 else each for each in row.values]
    constant = {key for key, value in zip(keys, values, strict=True) if _is_constant(value)}
    return _Given(tuple(keys), named=True, constant=frozenset(constant))


def _is_constant(value: Expr) -> bool:
    if type(value) is Op and value.op == "neg":
        value = value.operands[0]
    return type(value) is Const and isinstance(value.value, int | float | str)


def _fields(world: World, row: Call, frame: Frame) -> _Given | None:
    """The fields of a request that becomes a row as it is (`request.model_dump()`), none of which goes by another name."""
    func = row.func
    if type(func) is not Attr or func.name not in _FIELDS or row.args or row.keywords:
        return None
    made = world.resolved.evaluator.denoter.denote(func.base, frame)
    if type(made) is not Instance or type(made.of) is not Local:
        return None
    body = world.resolved.code.scope(made.of.path, made.of.scope).body
    plain = all(type(each) is not Assign or _is_field(each) for each in body)
    names = world.resolved.evaluator.objects.declared(made.of)
    return _Given(names, named=True) if plain and names else None


def _is_field(statement: Assign) -> bool:
    """Whether a line of a class declares a field that goes by its own name."""
    value = statement.value
    named = dict(value.keywords) if type(value) is Call else {}
    return statement.annotation is not None and not any("alias" in name for name in named)
