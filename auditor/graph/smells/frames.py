"""Uses of pandas whose result is not what they say: comparisons with NaN, assignments to copies, results dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph.observed.written import name_of
from auditor.graph.sight import Look, Sight, concerns
from auditor.graph.smells.reading import dotted, frame_at, in_order, programs, spelled, statements, type_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import (
    Assign,
    Attr,
    Call,
    Const,
    Do,
    Each,
    Expr,
    Group,
    If,
    Item,
    Jump,
    Lambda,
    Name,
    Op,
    Program,
    Raise,
    Return,
    Slice,
    Try,
)
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import Placed, heads, placed, within
from auditor.program.running.invocations import argument

LIBRARIES = frozenset({"pandas", "numpy", "math", "sklearn"})
FRAME, SERIES = "pandas.DataFrame", "pandas.Series"
_NAN = frozenset({"numpy.nan", "numpy.NaN", "numpy.NAN", "math.nan", "pandas.NA", "pandas.NaT", "torch.nan"})
_NAN_NAMES = frozenset(name.rpartition(".")[2] for name in _NAN)
_GIVING = frozenset({
    "abs", "assign", "astype", "bfill", "clip", "drop", "drop_duplicates", "dropna", "ffill", "fillna", "interpolate",
    "mask", "reindex", "rename", "replace", "reset_index", "round", "set_index", "sort_index", "sort_values", "where",
})  # fmt: skip
"""Methods that give a new frame and leave their own as it was, unless told `inplace`."""
_INPLACE = frozenset({"fillna", "replace", "ffill", "bfill", "clip", "interpolate", "mask", "where"})
_LOCATORS = frozenset({"loc", "iloc", "at", "iat"})
_ORDERED = frozenset({
    "precision_score", "recall_score", "fbeta_score", "classification_report", "confusion_matrix", "r2_score",
    "roc_auc_score", "average_precision_score", "log_loss", "brier_score_loss", "precision_recall_curve", "roc_curve",
    "precision_recall_fscore_support", "mean_absolute_percentage_error", "explained_variance_score",
})  # fmt: skip
"""Metrics of scikit-learn that give another figure when labels and predictions change places."""
_KEYS = ("on", "left_on", "right_on", "left_index", "right_index", "validate")


class Misuse(msgspec.Struct, frozen=True):
    """One use. `kind`: `nan`, `meant`, `chain`, `inplace`, `dropped`, `swapped` or `merge`; `what` is its subject in words.

    `idle`: it stands in what nothing calls.
    """

    kind: str
    what: str
    place: Place
    idle: bool = False


def misuses(world: World, owned: Callable[[str], bool]) -> list[Misuse]:
    """Uses of frames and metrics in product code that do not do what they say."""
    found = {each for path in programs(world, owned) for each in world.seen(MISUSES, path) if not _shown(world, each)}
    told = [msgspec.structs.replace(each, idle=_is_idle(world, each.place)) for each in found]
    return sorted(told, key=lambda each: (in_order(each.place), each.kind))


def _shown(world: World, misuse: Misuse) -> bool:
    """Whether a program is the export of the notebook beside it, where what nobody takes at the top was shown."""
    place, code = misuse.place, world.resolved.code
    if misuse.kind not in ("dropped", "meant") or f"{place.path.removesuffix('.py')}.ipynb" not in code.programs:
        return False
    inner = code.programs[place.path].scopes[1:]
    return place.cell is None and not any(scope.line <= (place.line or 0) <= scope.end_line for scope in inner)


def _is_idle(world: World, place: Place) -> bool:
    """Whether a line stands in a function or class that nothing calls."""
    return place.cell is None and world.uncalled.at(place.path, place.line or 0)


def _misuses(world: Sight, path: str) -> tuple[Misuse, ...]:
    if not concerns(world, path, LIBRARIES):
        return ()
    found: dict[Misuse, None] = {}
    words = world.resolved.code.words(path)
    names_nan = words.mentions(_NAN_NAMES) or any(text.strip().lower() == "nan" for text in words.said)
    for site, at in statements(world, path):
        if names_nan:
            found.update(dict.fromkeys(_nan(world, site, at)))
        if type(at.statement) is Assign:
            found.update(dict.fromkeys(_chained(world, site, at)))
        elif type(at.statement) is Do:
            found.update(dict.fromkeys(_dropped(world, site, at)))
    found.update(dict.fromkeys(_swapped(world, path)))
    found.update(dict.fromkeys(_merged(world, path)))
    return tuple(found)


MISUSES = Look("misuses", _misuses, tuple[Misuse, ...])
"""Uses of frames and metrics in a program that do not do what they say."""


def _place(world: Sight, site: Site, at: Placed) -> Place:
    end = getattr(at.statement, "end_line", None) if type(at.statement) in (Assign, Do) else None
    return world.resolved.code.place(site[0], at.line, end)


# --- comparisons with NaN ---


def _nan(world: Sight, site: Site, at: Placed) -> Iterator[Misuse]:
    for head in heads(at.statement):
        for node in within(head):
            if type(node) is Op and node.op in ("==", "!="):
                frame = frame_at(site, at)
                name = next((name for side in node.operands if (name := _nan_name(world, side, frame))), "")
                if name and not _is_asked_before(world, site, at, node):
                    kind = "meant" if _stands_alone(world, site, at, node) else "nan"
                    yield Misuse(kind, f"{node.op} {name}", _place(world, site, at))


_ASKS_NAN = frozenset({"isna", "isnull", "isnan"})


def _is_asked_before(world: Sight, site: Site, at: Placed, node: Op) -> bool:
    """Whether the way ended before for what is NaN of that name: a comparison that says nothing then harms nobody."""
    names = {side.id for side in node.operands if type(side) is Name}
    return bool(names) and any(
        type(before.statement) is If
        and before.line < at.line
        and at.block[: len(before.block)] == before.block
        and _ends_for_nan(before.statement, names)
        for before in placed(world.resolved.code.scope(*site).body)
    )


def _ends_for_nan(branch: If, names: set[str]) -> bool:
    """Whether a branch asks a value of some name for NaN, and leaves if it is."""
    test, last = branch.test, branch.body[-1]
    leaves = type(last) in (Return, Raise) or (type(last) is Jump and last.word == "continue")
    first = test.args[0] if type(test) is Call and test.args else None
    asks = type(test) is Call and name_of(test.func).rpartition(".")[2] in _ASKS_NAN
    return leaves and asks and type(first) is Name and first.id in names


def _stands_alone(world: Sight, site: Site, at: Placed, node: Op) -> bool:
    """Whether a comparison by == is a whole statement whose answer nobody takes: `=` was meant."""
    statement = at.statement
    return type(statement) is Do and statement.value is node and node.op == "==" and not _is_shown(world, site, at)


def _nan_name(world: Sight, side: Expr, frame: Frame) -> str:
    """How NaN is written here; "" for anything else."""
    if type(side) is Call:
        first = side.args[0] if len(side.args) == 1 else None
        is_nan = type(first) is Const and isinstance(first.value, str) and first.value.strip().lower() == "nan"
        return 'float("nan")' if is_nan and dotted(world, side.func, frame) == "builtins.float" else ""
    if spelled(side).rpartition(".")[2] not in _NAN_NAMES:
        return ""  # a variable may be NaN and may be something else
    name = dotted(world, side, frame)
    return name if name in _NAN else ""


# --- assignments to copies ---


def _chained(world: Sight, site: Site, at: Placed) -> Iterator[Misuse]:
    if type(at.statement) is not Assign:
        return
    for target in at.statement.targets:
        for each in target.items if type(target) is Group else (target,):
            what = _copied(world, each, frame_at(site, at))
            if what:
                yield Misuse("chain", what, _place(world, site, at))


def _copied(world: Sight, target: Expr, frame: Frame) -> str:
    """What a store into a part of a part of a frame would change; "" where the store is none of the kind."""
    if type(target) is not Item:
        return ""
    inner = target.base
    if type(inner) is Attr and inner.name in _LOCATORS:
        inner = inner.base
    if type(inner) is not Item or _is_cell(inner.key):
        return ""
    of = inner.base
    located = type(of) is Attr and of.name in ("loc", "iloc")
    holder = of.base if type(of) is Attr and located else of
    if type(holder) not in (Name, Attr) or type_of(world, holder, frame) != FRAME or _may_be_many(world, holder, frame):
        return ""
    if located and not (type(inner.key) in (Op, Slice, Group) or type(target.key) is Const):
        return ""
    return "rows" if type(inner.key) in (Op, Slice) else "a column" if not located else "a part"


def _is_cell(key: Expr) -> bool:
    """`[row, column]` of one cell: what is stored in may be the object that the cell holds."""
    return type(key) is Group and key.kind == "tuple" and all(type(k) not in (Slice, Op, Group) for k in key.items)


def _may_be_many(world: Sight, expr: Expr, frame: Frame) -> bool:
    """Whether a frame may be a dict of frames: workbooks read with all their sheets."""
    traced = world.flows.origins.of(expr, frame, held=True)
    for origin in traced.calls:
        name = dotted(world, origin.call.func, origin.frame)
        sheet = argument(origin.call, "sheet_name", 1)
        if name in ("pandas.read_excel", "pandas.ExcelFile.parse", "pandas.read_html"):
            single = sheet is None or (type(sheet) is Const and sheet.value is not None)
            if name.endswith("read_html") or not single:
                return True
    return False


# --- results dropped ---


def _dropped(world: Sight, site: Site, at: Placed) -> Iterator[Misuse]:
    statement = at.statement
    if type(statement) is not Do or type(statement.value) is not Call or type(statement.value.func) is not Attr:
        return
    call, func = statement.value, statement.value.func
    inplace = dict(call.keywords).get("inplace")
    frame = frame_at(site, at)
    if "" in dict(call.keywords) or func.name not in _GIVING or _sums_up(func.base):
        return
    if inplace is not None:
        column = func.base
        if (
            func.name in _INPLACE
            and type(inplace) is Const
            and inplace.value is True
            and type(column) is Item
            and type(column.key) is Const
            and type_of(world, column.base, frame) == FRAME
        ):
            yield Misuse("inplace", func.name, _place(world, site, at))
        return
    if type_of(world, func.base, frame) not in (FRAME, SERIES) or any(type(each) is Try for each in at.around):
        return
    if not _is_shown(world, site, at) and not _TIMED.search(world.resolved.code.scope(*site).name):
        yield Misuse("dropped", func.name, _place(world, site, at))


_TIMED = regex(r"(?:^|[_.])(?:benchmark\w*|timeit|warm_?up|profile)(?:_|$)")
"""Names of functions that do work to see how long it takes."""
_SUMMING_UP = frozenset({"describe", "value_counts", "head", "tail"})


def _sums_up(value: Expr) -> bool:
    """Whether a value is what is shown of a frame: a display that got lost, and nothing that should have changed."""
    while type(value) in (Attr, Call, Item):
        if type(value) is Attr and value.name in _SUMMING_UP:
            return True
        value = value.func if type(value) is Call else value.base  # type: ignore[union-attr]
    return False


def _is_shown(world: Sight, site: Site, at: Placed) -> bool:
    """Whether a notebook, or an editor that runs a program in cells, shows the value: it is the last thing of its cell."""
    program = world.resolved.code.programs[site[0]]
    if not program.cells and not site[1]:
        return _ends_cell(program, at.line)
    if site[1]:
        return False
    cell = next((c for c in program.cells if c.start <= at.line < c.start + max(c.lines, 1)), None)
    if cell is None:
        return True
    body = program.scopes[0].body
    return not any(at.line < each.line < cell.start + cell.lines for each in body)


_CELL = regex(r"^#\s*(?:%%|<codecell>|In\s?\[[\d ]*\])")
"""A comment by which editors part a program into cells."""


def _ends_cell(program: Program, line: int) -> bool:
    """Whether a line of a program that comments part into cells is the last statement of one of them."""
    starts = [each.line for each in program.comments if each.alone and _CELL.match(each.text)]
    if not any(start < line for start in starts):
        return False
    end = next((start for start in starts if start > line), None)
    return not any(line < each.line and (end is None or each.line < end) for each in program.scopes[0].body)


# --- labels and predictions in each other's place ---


def _swapped(world: Sight, path: str) -> Iterator[Misuse]:
    for number in world.resolved.code.scopes(path):
        for effect in world.resolved.effects.own.get((path, number), ()):
            name = effect.name.rpartition(".")[2]
            if effect.role is not Role.EVALUATE or name not in _ORDERED or effect.dead:
                continue
            if not effect.name.startswith("sklearn.metrics") or len(effect.call.args) < 2:
                continue
            if _is_predicted(world, effect, 0) is True and _is_predicted(world, effect, 1) is False:
                yield Misuse("swapped", name, world.resolved.code.place(path, effect.line, effect.end_line))


def _is_predicted(world: Sight, effect: Effect, position: int) -> bool | None:
    """Whether an argument holds predictions; None where that is not known."""
    traced = world.flows.behind(effect.call.args[position], effect)
    if any(True for _ in world.flows.of_role(traced, Role.PREDICT)):
        return True
    return False if traced.whole and traced.calls else None


# --- merges on whatever columns are shared ---


def _merged(world: Sight, path: str) -> Iterator[Misuse]:
    effects = [e for n in world.resolved.code.scopes(path) for e in world.resolved.effects.own.get((path, n), ())]
    merges = {id(e.call): e for e in effects if e.name in ("pandas.merge", "pandas.DataFrame.merge") and _is_bare(e)}
    if not merges:
        return
    for effect in effects:
        first = effect.call.args[0] if effect.call.args else None
        if not world.trains(effect) or first is None or type(first) in (Each, Lambda):
            continue
        for origin in world.flows.behind(first, effect, loosely=True).calls:
            merge = merges.pop(id(origin.call), None)
            if merge is not None:
                yield Misuse("merge", "merge", world.resolved.code.place(path, merge.line, merge.end_line))


def _is_bare(effect: Effect) -> bool:
    """A merge that names neither its keys nor what they must fulfil."""
    given = dict(effect.call.keywords)
    how = given.get("how")
    crossed = type(how) is Const and how.value == "cross"
    most = 3 if effect.name == "pandas.merge" else 2
    return not crossed and "" not in given and not any(key in given for key in _KEYS) and len(effect.call.args) <= most
