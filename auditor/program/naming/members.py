"""What imports bring: the members of the repository's modules, through re-exports, submodules and star imports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from auditor.model.ir import Const, Expr, Imported
from auditor.program.naming.code import Code, Denotation, Frame, Library, Module
from auditor.program.naming.scopes import Binding

if TYPE_CHECKING:
    from auditor.program.naming.denote import Denoter

DEEPEST_MODULES = 25
"""Modules that may lie between a name and its definition."""


class Members:
    """Answers what one file gets out of another."""

    def __init__(self, code: Code, denoter: Denoter) -> None:
        self.code = code
        self.denoter = denoter
        self._brought: dict[tuple[str, int], Denotation | None] = {}  # by file and the name of an import statement
        # What one search has asked of modules: modules that import all of each other would be asked without end.
        self._searching: dict[tuple[str, str], Denotation | None] = {}
        self._depth = 0

    def brought(self, imported: Imported, level: int, path: str) -> Denotation | None:
        """The same as `imported`, remembered: every function of a file may use what the file imports once."""
        key = (path, id(imported))
        if key in self._brought:
            return self._brought[key]
        before = self.denoter.cuts
        found = self.imported(imported, level, path)
        if self.denoter.cuts == before:
            self._brought[key] = found
        return found

    def imported(self, imported: Imported, level: int, path: str) -> Denotation | None:
        """What one name of an import statement stands for."""
        modules = self.code.modules
        module = imported.module
        if not imported.name:
            whole = module if imported.bound.id != module.partition(".")[0] else module.partition(".")[0]
            found = modules.resolve(path, whole, level)
            return Module(found) if found else Library(whole)
        home = modules.resolve(path, module, level)
        if home is None:
            return Library(f"{module}.{imported.name}") if module and not level else None
        member = self.member(home, imported.name)
        if member is None and home.endswith("/") and not level:
            return Library(f"{module}.{imported.name}")  # a bare folder holds modules, no names: a library is meant
        return member

    def member(self, home: str, name: str) -> Denotation | None:
        """A name of a module of the repository: a definition, a re-export or a submodule."""
        key = (home, name)
        if key in self._searching or self._depth > DEEPEST_MODULES:
            known = self._searching.get(key)
            self.denoter.cuts += known is None
            return known
        self._searching[key] = None
        self._depth += 1
        try:
            found = self._searching[key] = self._member(home, name)
        finally:
            self._depth -= 1
            if not self._depth:
                self._searching.clear()
        return found

    def _member(self, home: str, name: str) -> Denotation | None:
        if not home.endswith("/"):
            found = self._defined(home, name)
            if found is not None:
                return found
        folder = home if home.endswith("/") else home.rpartition("/")[0]
        if home.endswith(("/", "__init__.py")):
            submodule = self.code.modules.file(folder.rstrip("/"), name)
            if submodule is not None and submodule != home:
                return Module(submodule)
        return None if home.endswith("/") else self.starred(name, home)

    def _defined(self, home: str, name: str) -> Denotation | None:
        """What a module itself binds under a name."""
        frame = Frame(home, 0)
        bindings = self.code.index(home, 0).final(name)
        for binding in bindings:
            found = self.denoter.bound(binding, frame)
            if found is not None:
                return found
        return self.filled(name, bindings, home) if bindings else None

    def filled(self, name: str, bindings: Iterable[Binding], path: str) -> Denotation | None:
        """What functions of a module put in its place (`global model`), where the module itself says no more than None."""
        if not all(binding.how == "value" and _is_none(binding.value) for binding in bindings):
            return None
        for binding, number in self.code.of_program(path, _filling).get(name, ()):
            found = self.denoter.bound(binding, Frame(path, number, block=binding.block))
            if found is not None:
                return found
        return None

    def starred(self, name: str, path: str) -> Denotation | None:
        """A name that the `from module import *` of a file bring in."""
        home = self.code.starred(path, name)
        return self._defined(home, name) if home is not None else None


def _is_none(value: Expr | None) -> bool:
    return type(value) is Const and value.value is None


def _filling(code: Code, path: str) -> dict[str, list[tuple[Binding, int]]]:
    """What the functions of a module bind its own names to, newest first: a name of another scope has version 0."""
    found: dict[str, list[tuple[Binding, int]]] = {}
    for number in code.scopes(path)[1:]:
        around = code.index(path, code.scope(path, number).parent)
        for name, table in code.index(path, number).bindings.items():
            if 0 in table and (code.scope(path, number).parent == 0 or not around.binds(name)):  # else `nonlocal`
                found.setdefault(name, []).insert(0, (table[0], number))
    return found
