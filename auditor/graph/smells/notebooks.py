"""Notebooks that nobody can maintain: long, in one piece, and others depend on what they leave."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.smells.reading import programs
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.program.calls.effects import Effect

LONGEST = 300
"""Lines of code without a function from which a notebook is a program in one piece (RULES, COD007)."""
_LEAVES = {Role.SAVE_MODEL: "saves a model", Role.REGISTER: "registers a model", Role.FIT: "trains a model"}

_OF_ANY = frozenset({"pickle", "joblib", "dill", "cloudpickle"})


class Notebook(msgspec.Struct, frozen=True):
    """A notebook: lines of code, functions and classes it defines, and the gravest thing it does in words ("" for none)."""

    path: str
    lines: int
    functions: int
    work: str
    exploratory: bool


def notebooks(world: World, owned: Callable[[str], bool]) -> list[Notebook]:
    """The notebooks of a component with what makes them hard to maintain."""
    code = world.resolved.code
    found = []
    for path in programs(world, owned):
        if not path.endswith(".ipynb"):
            continue
        program = code.programs[path]
        alone = sum(comment.alone for comment in program.comments)
        lines = sum(cell.lines for cell in program.cells) - alone
        defined = sum(scope.kind in ("function", "class") for scope in program.scopes)
        done = [e for n in code.scopes(path) for e in world.resolved.effects.own.get((path, n), ()) if not e.dead]
        roles = {e.role for e in done if e.role is not Role.SAVE_MODEL or _saves_a_model(world, e)}
        work = next((says for role, says in _LEAVES.items() if role in roles), "")
        found.append(Notebook(path, lines, defined, work, places.is_exploratory(path)))
    return found


def _saves_a_model(world: World, effect: Effect) -> bool:
    """Whether what is saved is a model: of what any object can be written by, only where the file is one, or a model was made."""
    if effect.entry.library not in _OF_ANY:
        return True
    touches = [t for t in world.lineage.touches.get(effect.site, ()) if t.way == "write" and t.effect is effect]
    if touches:
        return any(touch.kind is NodeKind.MODEL for touch in touches)
    own = world.resolved.effects.own
    path = effect.site[0]
    return any(e.role is Role.FIT for n in world.resolved.code.scopes(path) for e in own.get((path, n), ()))
