"""Lines that run whenever a program runs that the repository itself tells to start: what fails there, stops it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from auditor.graph import places
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.ir import Const, Expr, If, Import, Loop, Name, Op, With
from auditor.model.regex import regex
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import is_main_guard
from auditor.program.naming.statements import Placed, placed

_STARTED = regex(r"\bpython3?(?:[ \t]+-[a-zA-Z])*[ \t]+([\w./-]+\.py)\b")
"""How a document tells to start a program."""


class SurelyRun:
    """Answers it for a tree. Made once, by `World.once(SurelyRun)`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._code = world.resolved.code

    @cached_property
    def started(self) -> frozenset[str]:
        """The programs that a step, a command or a document starts; a line of prose means the only program of that name."""
        world = self._world
        named: dict[str, list[str]] = {}
        for path in self._code.paths:
            named.setdefault(path.rpartition("/")[2], []).append(path)
        prose = {found.rpartition("/")[2] for found in _STARTED.findall(world.documents.text)}
        alone = {named[name][0] for name in prose if len(named.get(name, ())) == 1}
        return frozenset(
            path
            for path in self._code.paths
            if path.endswith(".py")
            and places.is_product(path)
            and (path in world.once(Started).programs or path in alone)
        )

    @cached_property
    def _imported(self) -> frozenset[str]:
        """These programs, and the modules that run as soon as they do."""
        found: set[str] = set()
        todo = list(self.started)
        while todo:
            path = todo.pop()
            if path not in found:
                found.add(path)
                own = (each for each in self._code.scope(path, 0).body if type(each) is Import)
                todo += [home for each in own for home in self._code.modules_of(path, each)]
        return frozenset(found)

    def at(self, path: str, line: int) -> bool:
        """Whether the line that begins a statement runs with such a program whatever happens: at the top of a module, under no test
        but one that is surely passed."""
        if path not in self._imported:
            return False
        at = next((each for each in placed(self._code.scope(path, 0).body) if each.line == line), None)
        return at is not None and all(self._passes(path, at, each) for each in at.around)

    def _passes(self, path: str, at: Placed, around: Any) -> bool:
        """Whether what stands around a statement lets it run: loops, `with`, and a test that holds."""
        if type(around) is not If:
            return type(around) in (Loop, With)
        inside = not around.orelse or at.line < around.orelse[0].line
        started = path in self.started and is_main_guard(around.test)
        return inside and (started or self._is_true(path, around.test))

    def _is_true(self, path: str, test: Expr) -> bool:
        """`if save:` and `if save == True:` of a name that one binding alone makes True."""
        if type(test) is Op and test.op == "==" and test.operands[1:] == (Const(True),):
            test = test.operands[0]
        if type(test) is not Name:
            return False
        bindings = self._world.resolved.evaluator.denoter.bindings(test, Frame(path, 0))
        value = bindings[0][0].value if len(bindings) == 1 and bindings[0][0].how == "value" else None
        return type(value) is Const and value.value is True
