"""Bodies that do the whole work of a pipeline by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from auditor.graph import places
from auditor.graph.jungles.file_edges import FileEdge
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Call, Const, Do, Scope
from auditor.model.place import Place
from auditor.program.calls.effects import Effect
from auditor.program.naming.statements import placed
from auditor.program.running.invocations import argument

STAGES: dict[str, frozenset[Role]] = {
    "loads data": frozenset({Role.READ, Role.DOWNLOAD, Role.DATASET}),
    "prepares data": frozenset(
        {Role.TRANSFORMER, Role.TRANSFORM, Role.FIT_TRANSFORM, Role.RESAMPLE, Role.FEATURE_SELECT, Role.FEATURE}
    ),
    "splits rows": frozenset({Role.SPLIT}),
    "trains": frozenset({Role.FIT, Role.TUNE}),
    "evaluates": frozenset({Role.EVALUATE}),
    "saves": frozenset({Role.SAVE_MODEL, Role.WRITE, Role.REGISTER}),
    "serves": frozenset({Role.SERVE}),
}
"""The parts of a pipeline that steps are usually cut along, and the roles that tell them."""

_RECKONS = "reckons with arrays"
_FEW = 4
"""Parts from which a body may be told of: only there its lines are looked at one by one."""
_TELLS = frozenset({"print", "display", "info", "debug", "warning", "log", "echo"})


class Monolith(msgspec.Struct, frozen=True):
    """One function, or the top level of one program, with the parts it does: each with an example of it.

    `mild`: it is a notebook, whose cells can be run one by one, or lies in a folder of what is not run any more.
    """

    name: str
    place: Place
    parts: tuple[tuple[str, Place, str], ...]
    logical: int
    complexity: int
    mild: bool = False


def monoliths(world: World, owned: Callable[[str], bool], edges: Iterable[FileEdge]) -> tuple[list[Monolith], int]:
    """Bodies of product code with the parts of a pipeline that they do themselves, and how many bodies train at all.

    Notebooks count where a step runs them or another program takes what they write.
    """
    code, effects = world.resolved.code, world.resolved.effects
    feeding = {edge.writer for edge in edges}
    found, training = [], 0
    for path in code.paths:
        if not owned(path) or not places.is_product(path) or (path.endswith(".ipynb") and path not in feeding):
            continue
        if not path.endswith(".ipynb") and world.is_notebook(path):
            continue  # a notebook in another form, whose cells are run one by one
        for number in code.scopes(path):
            parts: dict[str, tuple[str, Place, str]] = {}
            for effect in effects.own.get((path, number), ()):
                part = _part(world, effect)
                if part == "prepares data" and effect.entry.library == "numpy":
                    part = _RECKONS
                if part is not None and effect.certainty >= 0.6 and not effect.dead:
                    parts.setdefault(part, (part, code.place(path, effect.line), effect.name))
            training += "trains" in parts
            # Arrays are prepared where something is cut or learns from them; elsewhere figures are reckoned with them.
            if _RECKONS in parts and not parts.keys().isdisjoint(("trains", "splits rows")):
                parts.setdefault("prepares data", ("prepares data", *parts[_RECKONS][1:]))
            scope = code.scope(path, number)
            place = code.place(path, scope.line, scope.end_line) if number else Place(path, 1)
            told = tuple(parts[name] for name in STAGES if name in parts)
            counts = len(told) < _FEW or path.endswith(".ipynb")
            logical = scope.logical - (0 if counts else _telling(scope))
            mild = path.endswith(".ipynb") or places.is_put_aside(path)
            found.append(Monolith(scope.name or path, place, told, logical, scope.complexity, mild))
    return found, training


def _telling(scope: Scope) -> int:
    """How many statements of a body only tell people what happens."""
    said = (each.statement.value for each in placed(scope.body) if type(each.statement) is Do)
    return sum(type(value) is Call and _last(value) in _TELLS for value in said)


def _last(call: Call) -> str:
    return name_of(call.func).rpartition(".")[2]


def _appends(effect: Effect) -> bool:
    """Whether a file is opened to add lines to it, as a log is."""
    given = argument(effect.call, "mode", 1) if effect.name in ("builtins.open", "io.open") else None
    return type(given) is Const and str(given.value).startswith("a")


def _is_for_show(effect: Effect) -> bool:
    """Whether an effect rounds what is shown, or sets up a page that is run as a whole at each click."""
    page = effect.role is Role.SERVE and effect.entry.library == "streamlit" and not effect.site[1]
    return page or effect.name.endswith(".round")


def _part(world: World, effect: Effect) -> str | None:
    """The part of a pipeline that an effect belongs to; what fits a preprocessing object prepares data, a figure is for eyes.

    A study of trials that is opened trains nothing yet, and a page is no service that a step could be cut off from.
    """
    if any(effect.entry.attrs.get(name) for name in ("plot", "opens")) or _is_for_show(effect) or _appends(effect):
        return None
    part = next((name for name, roles in STAGES.items() if effect.role in roles), None)
    return "prepares data" if effect.role is Role.FIT and not world.trains(effect) else part
