"""Questions about scattered settings: a value that a settings file holds, and that code writes out itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.configuration.keys import Document, Key
from auditor.graph.world import World
from auditor.model.ir import Const
from auditor.model.place import Place
from auditor.program.naming.code import Frame, Library

_COMMON = frozenset({"name", "type", "path", "file", "mode", "version", "format", "index", "id", "key", "value", "data", "model", "columns", "encoding", "level", "method", "kind", "label", "title", "description", "color", "size", "width", "height", "host", "port", "verbose", "debug", "n_jobs"})  # fmt: skip
"""Names that say too little for two of them to be one setting."""


class Shadowed(NamedTuple):
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
        value = world.resolved.code.leaves(path).get(key.name, (None, 0))[0]
        if isinstance(value, int | float | str) and all(
            type(one) is type(value) or not isinstance(one, str) for _, one, _ in listed
        ):
            found.append(Shadowed(path, key, value, tuple(sorted(listed, key=lambda one: one[0]))))
    return found


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
