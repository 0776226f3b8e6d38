"""What a test puts in the place of what would run: names that it replaces, and a working folder that lasts for the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from auditor.model.ir import Attr, Call, Const, Expr, Name, Scope
from auditor.program.naming import fixtures
from auditor.program.naming.code import Code, Denotation, Frame, Library, Local, Module
from auditor.program.naming.scopes import ScopeIndex, last_name
from auditor.program.symbolic.values import Hole, Value, Values, is_absolute, is_temporary, is_uri

if TYPE_CHECKING:
    from auditor.program.calls.effects import Site
    from auditor.program.symbolic.evaluate import Evaluator

_PATCH = frozenset({"patch", "object", "setattr", "spy"})
_CHDIR = frozenset({"chdir", "as_cwd", "isolated_filesystem"})
_SUPPLIED = frozenset({"mocker", "monkeypatch", "class_mocker", "module_mocker", "session_mocker"})
"""Parameters by which plugins of pytest hand a test what replaces names."""
_BEFORE = frozenset({"setUp", "setup_method", "setup", "asyncSetUp", "setUpClass"})
_DEEPEST = 4


class Trial(msgspec.Struct, frozen=True):
    """What differs while a test runs: functions and library names that are replaced; `moved`: into a temporary folder."""

    functions: frozenset[Site] = frozenset()
    libraries: frozenset[str] = frozenset()
    moved: bool = False

    def replaces(self, name: str) -> bool:
        """Whether a library name, or what it hangs on, is replaced."""
        return any(name == gone or name.startswith(f"{gone}.") for gone in self.libraries)

    def and_(self, other: Trial) -> Trial:
        """What differs when both hold."""
        return Trial(self.functions | other.functions, self.libraries | other.libraries, self.moved or other.moved)


NONE = Trial()


class Trials:
    """Answers what the tests of a tree replace."""

    def __init__(self, code: Code, evaluator: Evaluator) -> None:
        self.code = code
        self.evaluator = evaluator
        self._known: dict[Site, Trial] = {}

    def of(self, site: Site) -> Trial:
        """What differs while a scope runs; nothing for all that is no test."""
        found = self._known.get(site)
        if found is None:
            self._known[site] = NONE
            found = self._known[site] = self._prepared(site, 0) if is_test(self.code.scope(*site)) else NONE
        return found

    def _prepared(self, site: Site, depth: int) -> Trial:
        """What a scope itself, what decorates it and its class, and what runs before it replace."""
        found = self._within(site)
        owner = self.code.owner(*site)
        if owner is not None:
            found = found.and_(self._decorations((site[0], owner)))
        for before in self._before(site) if depth < _DEEPEST else ():
            found = found.and_(self._prepared(before, depth + 1))
        return found

    def _before(self, site: Site) -> Iterator[Site]:
        """The fixtures that a test asks for, and the method that sets its class up."""
        for param in self.code.scope(*site).params:
            made = fixtures.of_name(self.evaluator, param.name, site[0])
            if made is not None and made != site:
                yield made
        owner = self.code.owner(*site)
        for number in self.code.nested(site[0], owner) if owner is not None else ():
            if self.code.scope(site[0], number).name.rpartition(".")[2] in _BEFORE and number != site[1]:
                yield site[0], number

    # --- one scope ---

    def _within(self, site: Site) -> Trial:
        found = self._decorations(site)
        for call_site in self.code.index(*site).calls:
            found = found.and_(self._by(call_site.call, Frame(*site, block=call_site.block)))
        return found

    def _decorations(self, site: Site) -> Trial:
        scope, found = self.code.scope(*site), NONE
        for decorator in scope.decorators:
            for call_site in ScopeIndex.of_expression(decorator).calls:
                found = found.and_(self._by(call_site.call, Frame(site[0], max(scope.parent, 0))))
        return found

    def _by(self, call: Call, frame: Frame) -> Trial:
        """What one call replaces."""
        func = call.func
        name = last_name(func)
        if name in _CHDIR:
            return Trial(moved=self._is_moved(call, name, frame))
        if name not in _PATCH or not call.args or not self._is_patch(func, frame):
            return NONE
        return self._replaced(self._meant(call, frame))

    def _is_moved(self, call: Call, name: str, frame: Frame) -> bool:
        if name == "isolated_filesystem":
            return True
        where = call.args[0] if call.args else call.func.base if type(call.func) is Attr else None
        return where is not None and any(map(is_temporary, self.evaluator.values(where, frame)))

    def _is_patch(self, func: Expr, frame: Frame) -> bool:
        dotted = self.evaluator.denoter.dotted(func, frame) or ""
        if dotted.startswith(("unittest.mock.patch", "mock.patch", "mock.mock.patch")):
            return True
        while type(func) is Attr:
            func = func.base
        return type(func) is Name and func.id in _SUPPLIED

    def _meant(self, call: Call, frame: Frame) -> Denotation | None:
        """What a call of a patcher names: `"package.module.name"`, or an object and the name of its attribute."""
        first = call.args[0]
        if type(first) is Const and isinstance(first.value, str):
            return self._named(first.value, frame)
        second = call.args[1] if len(call.args) > 1 else None
        if type(second) is not Const or not isinstance(second.value, str):
            return None
        base = self.evaluator.denoter.denote(first, frame)
        return self.evaluator.denoter.attribute(base, second.value, frame) if base is not None else None

    def _named(self, text: str, frame: Frame) -> Denotation | None:
        """What a dotted text means: the longest part of it that is a module of the repository, and the names below."""
        names = text.split(".")
        for length in range(len(names) - 1, 0, -1):
            home = self.code.modules.resolve(frame.path, ".".join(names[:length]), 0)
            if home is None or home.endswith("/"):
                continue
            found: Denotation | None = Module(home)
            for name in names[length:]:
                found = self.evaluator.denoter.attribute(found, name, frame) if found is not None else None
            return found
        return Library(text)

    def _replaced(self, meant: Denotation | None) -> Trial:
        if type(meant) is Library:
            return Trial(libraries=frozenset({meant.dotted}))
        if type(meant) is not Local:
            return NONE
        if self.code.scope(meant.path, meant.scope).kind != "class":
            return Trial(frozenset({(meant.path, meant.scope)}))
        methods = ((meant.path, number) for number in self.code.nested(meant.path, meant.scope))
        return Trial(frozenset({(meant.path, meant.scope), *methods}))


def is_test(scope: Scope) -> bool:
    """Whether a scope is a test by its name: nothing is replaced in any other."""
    return scope.kind == "function" and scope.name.rpartition(".")[2].startswith("test")


def moved(values: Values) -> Values:
    """Texts of paths as they are in a temporary working folder: what is relative lies there."""
    return tuple(_moved(value) for value in values)


def _moved(value: Value) -> Value:
    first = value.parts[0] if value.parts else ""
    if value.anchored or not isinstance(first, str) or is_absolute(first) or is_uri(first):
        return value
    return replace(value, parts=(Hole("temporary", "cwd"), "/", *value.parts))
