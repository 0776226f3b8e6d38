"""Notebooks that nobody can maintain: long, in one piece, and others depend on what they leave."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.data.saved import holds_model
from auditor.graph.smells.reading import programs
from auditor.graph.world import World
from auditor.model.artefact import Role

LONGEST = 300
"""Lines of code without a function from which a notebook is a program in one piece (RULES, COD007)."""
_LEAVES = {Role.SAVE_MODEL: "saves a model", Role.REGISTER: "registers a model", Role.FIT: "trains a model"}


class Notebook(msgspec.Struct, frozen=True):
    """A notebook: lines of code, functions and classes it defines, and the gravest thing it does in words ("" for none); `keeps`: a
    model is what it leaves."""

    path: str
    lines: int
    functions: int
    work: str
    exploratory: bool
    keeps: bool = False


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
        roles = {e.role for e in done if e.role is not Role.SAVE_MODEL or holds_model(world, e)}
        work = next((says for role, says in _LEAVES.items() if role in roles), "")
        keeps = not roles.isdisjoint({Role.SAVE_MODEL, Role.REGISTER})
        found.append(Notebook(path, lines, defined, work, places.is_exploratory(path), keeps))
    return found
