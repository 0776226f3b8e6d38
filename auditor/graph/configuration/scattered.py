"""Questions about scattered settings: a value that a settings file holds, and that code writes out itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec

from auditor.graph import places
from auditor.graph.configuration.keys import Document, Key
from auditor.graph.data.provided import is_written
from auditor.graph.world import World
from auditor.model.ir import Assign, Attr, Call, Const, Expr, Group, Item, Name, Scope
from auditor.model.place import Place
from auditor.program.naming.code import Code, Frame, Library
from auditor.program.naming.statements import placed
from auditor.program.naming.words import records

_COMMON = frozenset({"name", "type", "path", "file", "mode", "version", "format", "index", "id", "key", "value", "data", "model", "columns", "encoding", "level", "method", "kind", "label", "title", "description", "color", "size", "width", "height", "host", "port", "verbose", "debug", "n_jobs"})  # fmt: skip
"""Names that say too little for two of them to be one setting."""


class Shadowed(msgspec.Struct, frozen=True):
    """A setting that no code reads, and the literals of its name that code passes instead."""

    document: str
    key: Key
    value: object
    literals: tuple[tuple[Place, object, str], ...]

    @property
    def differs(self) -> bool:
        """Whether any literal says something else than the file."""
        return any(value != self.value for _, value, _ in self.literals)


def shadowed(world: World, owned: Callable[[str], bool], documents: list[Document]) -> list[Shadowed]:
    """Unread settings of a component whose name a call of a library or an option sets to a literal."""
    wanted = {
        key.name.rpartition(".")[2].lower(): (document.path, key)
        for document in documents
        for key in (*document.dead, *document.unread)
    }
    wanted = {name: found for name, found in wanted.items() if name not in _COMMON and len(name) > 2}
    if not wanted:
        return []
    literals: dict[str, list[tuple[Place, object, str]]] = {}
    for name, place, value, says in _literals(world, owned):
        if name in wanted:
            literals.setdefault(name, []).append((place, value, says))
    found = []
    for name, listed in sorted(literals.items()):
        path, key = wanted[name]
        if _is_looked_up(world, key.name.rpartition(".")[2]):
            continue
        value = world.resolved.code.leaves(path).get(key.name, (None, 0))[0]
        if isinstance(value, int | float | str) and all(
            type(one) is type(value) or not isinstance(one, str) for _, one, _ in listed
        ):
            found.append(Shadowed(path, key, value, tuple(sorted(listed, key=lambda one: one[0]))))
    return found


def _is_looked_up(world: World, name: str) -> bool:
    """Whether product code takes a name from a mapping, of which it need not be known that it is the document."""
    code = world.resolved.code
    return any(
        _takes(scope, name)
        for path in code.paths
        if places.is_product(path) and name in code.words(path).said
        for scope in code.programs[path].scopes
    )


def _takes(scope: Scope, name: str) -> bool:
    """Whether a scope reads `x["name"]` or `x.get("name")`."""
    nodes = list(records(scope.body))
    stored = {id(target) for node in nodes if type(node) is Assign for target in node.targets}
    for node in nodes:
        if type(node) is Item and id(node) not in stored and _is_text(node.key, name):
            return True
        if type(node) is Call and _gets(node) and _is_text(node.args[0], name):
            return True
    return False


def _gets(call: Call) -> bool:
    return type(call.func) is Attr and call.func.name == "get" and bool(call.args)


def _is_text(expr: Expr, text: str) -> bool:
    return type(expr) is Const and expr.value == text


FEWEST_ITEMS = 3
"""Items from which two equal lists of one name are one setting."""


class Repeated(msgspec.Struct, frozen=True):
    """A list that a settings file holds, and that code writes out again under the same name."""

    document: str
    key: Key
    places: tuple[Place, ...]


def repeated(world: World, owned: Callable[[str], bool], documents: list[Document]) -> list[Repeated]:
    """The lists of a component's settings that product code writes out again, item by item."""
    known: dict[tuple[str, tuple[object, ...]], tuple[str, Key]] = {}
    for document in documents:
        if is_written(world, document.path):
            continue  # a program leaves what it went by: it is no source of that
        for key, (values, line) in _lists(world, document.path).items():
            name = key.rpartition(".")[2].lower()
            known.setdefault((name, values), (document.path, Key(key, Place(document.path, line))))
    found: dict[tuple[str, Key], list[Place]] = {}
    for path in world.resolved.code.paths if known else ():
        if owned(path) and places.is_product(path) and not path.endswith(".ipynb"):
            for name, values, line in world.resolved.code.of_program(path, _written_lists, tuple[_Written, ...]):
                if (name, values) in known:
                    found.setdefault(known[name, values], []).append(world.resolved.code.place(path, line))
    return [Repeated(*where, tuple(sorted(at))) for where, at in sorted(found.items())]


def _lists(world: World, path: str) -> dict[str, tuple[tuple[object, ...], int]]:
    """The lists of scalars of a document, by key, with the line of the first item."""
    items: dict[str, list[tuple[object, int]]] = {}
    for key, (value, line) in world.resolved.code.leaves(path).items():
        stem, _, last = key.rpartition(".")
        if last.isdigit() and stem:
            items.setdefault(stem, []).append((value, line))
    return {
        key: (tuple(value for value, _ in listed), listed[0][1])
        for key, listed in items.items()
        if len(listed) >= FEWEST_ITEMS
    }


_Scalar: TypeAlias = str | int | float | bool | None
_Written: TypeAlias = tuple[str, tuple[_Scalar, ...], int]
"""A list of constants that has a name, in lower case, and the line where it is written."""


def _written_lists(code: Code, path: str) -> tuple[_Written, ...]:
    """The lists of constants that a program gives a name."""
    return tuple(_lists_written(code, path))


def _lists_written(code: Code, path: str) -> Iterator[_Written]:
    for number in code.scopes(path):
        for at in placed(code.scope(path, number).body):
            statement = at.statement
            if type(statement) is not Assign or type(statement.value) is not Group:
                continue
            values = tuple(item.value for item in statement.value.items if type(item) is Const)
            if len(values) == len(statement.value.items) >= FEWEST_ITEMS:
                for target in statement.targets:
                    if type(target) is Name:
                        yield target.id.lower(), values, at.line


def _literals(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, Place, object, str]]:
    """Keywords with a literal in calls of data and model libraries, and defaults of options, in product code."""
    code, denoter = world.resolved.code, world.resolved.evaluator.denoter
    for path in code.paths:
        if not owned(path) or not places.is_product(path) or places.is_exploratory(path) or path.endswith(".ipynb"):
            continue
        for number in code.scopes(path):
            for site in code.index(path, number).calls:
                named = [
                    (n.lower(), v.value)
                    for n, v in site.call.keywords
                    if n and type(v) is Const and v.value is not None
                ]
                if not named or site.dead:
                    continue
                made = denoter.denote(site.call.func, Frame(path, number, block=site.block))
                library = code.knowledge.library(made.dotted) if type(made) is Library else None
                if library is not None and library.domain in ("ml", "data") and type(made) is Library:
                    for name, value in named:
                        yield (
                            name,
                            code.place(path, site.call.line),
                            value,
                            f"{made.dotted.rpartition('.')[2]}({name}={value!r})",
                        )
        for option in world.resolved.evaluator.options.of_program(path) if path in world.lineage.entries else ():
            if option.default is not None and type(option.default[0]) is Const and option.default[0].value is not None:
                value = option.default[0].value
                yield (
                    option.dest.lower(),
                    Place(option.path, option.line),
                    value,
                    f"option {option.dest} with default {value!r}",
                )
