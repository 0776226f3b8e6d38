"""The whole program: its modules, scopes, and what a name in one of them stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias

from auditor.knowledge import Knowledge
from auditor.model.facts import Facts
from auditor.model.ir import Call, Const, Expr, Program, Record, Scope
from auditor.model.place import Place
from auditor.program.names import Modules
from auditor.program.scopes import Binding, Block, ScopeIndex, index_scope


class Library(NamedTuple):
    """A module, function, class or bound method outside the repository, by qualified name."""

    dotted: str


class Module(NamedTuple):
    """A module of the repository; a package folder without `__init__.py` ends with a slash."""

    path: str


class Local(NamedTuple):
    """A function or class of the repository, by its scope in a file."""

    path: str
    scope: int


class Instance(NamedTuple):
    """An object of a library class (`of` is its qualified name) or of a class of the repository."""

    of: str | Local


class Config(NamedTuple):
    """A place in a configuration document that the repository holds: `key` is dotted, "" for the whole."""

    path: str
    key: str


class Options(NamedTuple):
    """The parsed command line of a program."""

    path: str
    scope: int


Denotation: TypeAlias = Library | Module | Local | Instance | Config | Options


class Frame(NamedTuple):
    """Where an expression stands: a scope, and what its parameters are bound to when the caller is known."""

    path: str
    scope: int
    args: Mapping[str, tuple[Expr, Frame]] | None = None
    depth: int = 0
    block: Block = ()

    def within(self, scope: int) -> Frame:
        """The same file, another scope."""
        return Frame(self.path, scope, None, self.depth)

    def at(self, block: Block) -> Frame:
        """The same scope, at a statement in that block."""
        return self._replace(block=block)


class Code:
    """Read access to all programs of the tree. Scopes are indexed when first asked for."""

    def __init__(self, files: Mapping[str, Facts], knowledge: Knowledge) -> None:
        self.files = files
        self.knowledge = knowledge
        self.programs: dict[str, Program] = {
            path: facts.program for path, facts in files.items() if facts.program is not None
        }
        self.modules = Modules(self.programs)
        self._indexes: dict[tuple[str, int], ScopeIndex] = {}
        self._children: dict[str, dict[str, int]] = {}
        self._texts: dict[str, frozenset[str]] = {}
        self._leaves: dict[str, dict[str, tuple[object, int]]] = {}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Paths of all programs (modules, scripts and notebooks), sorted."""
        return tuple(sorted(self.programs))

    def scope(self, path: str, number: int) -> Scope:
        """One scope of a file."""
        return self.programs[path].scopes[number]

    def index(self, path: str, number: int) -> ScopeIndex:
        """What a scope binds, calls and returns."""
        key = (path, number)
        found = self._indexes.get(key)
        if found is None:
            found = self._indexes[key] = index_scope(self.programs[path].scopes[number].body)
            for position, param in enumerate(self.programs[path].scopes[number].params):
                binding = Binding("param", param.default, (), self.programs[path].scopes[number].line, at=position)
                found.bindings.setdefault(param.name, {}).setdefault(1, binding)
        return found

    def scopes(self, path: str) -> range:
        """Numbers of all scopes of a file; 0 is the module."""
        return range(len(self.programs[path].scopes))

    def named(self, path: str, name: str) -> int | None:
        """The scope with a qualified name within a file; the last definition wins."""
        table = self._children.get(path)
        if table is None:
            table = self._children[path] = {
                scope.name: number for number, scope in enumerate(self.programs[path].scopes)
            }
        return table.get(name)

    def owner(self, path: str, number: int) -> int | None:
        """The class that a scope is a method of."""
        parent = self.scope(path, number).parent
        return parent if parent >= 0 and self.scope(path, parent).kind == "class" else None

    def place(self, path: str, line: int, end_line: int | None = None) -> Place:
        """A place in a file; lines of a notebook program become cell and line."""
        program = self.programs.get(path)
        if program is None or not program.cells:
            return Place(path, line, end_line)
        for cell in program.cells:
            if cell.start <= line < cell.start + max(cell.lines, 1):
                last = None if end_line is None else min(end_line, cell.start + cell.lines - 1) - cell.start + 1
                return Place(path, line - cell.start + 1, last, cell.index)
        return Place(path, None)

    def leaves(self, path: str) -> Mapping[str, tuple[object, int]]:
        """The scalars of a configuration document by dotted key, with their lines."""
        table = self._leaves.get(path)
        if table is None:
            facts = self.files.get(path)
            leaves = facts.leaves if facts is not None else ()
            table = self._leaves[path] = {leaf.key: (leaf.value, leaf.line) for leaf in leaves}
        return table

    def texts(self, path: str) -> frozenset[str]:
        """Every text that is written out anywhere in a program."""
        found = self._texts.get(path)
        if found is None:
            found = self._texts[path] = frozenset(_texts(self.programs[path]))
        return found

    def calls(self, path: str) -> Iterable[tuple[int, Call]]:
        """All calls of a file with the scope each stands in."""
        for number in self.scopes(path):
            for site in self.index(path, number).calls:
                yield number, site.call


def _texts(node: object) -> Iterable[str]:
    """The texts in a record of the IR, however deep."""
    stack = [node]
    while stack:
        item = stack.pop()
        if type(item) is Const:
            if isinstance(item.value, str):
                yield item.value
        elif type(item) is tuple:
            stack.extend(item)
        elif isinstance(item, Record):
            stack.extend(getattr(item, field) for field in item.__struct_fields__)
