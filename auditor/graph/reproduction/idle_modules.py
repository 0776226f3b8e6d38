"""Modules that no program needs: nothing imports them, or only others of their kind do."""

from __future__ import annotations

from posixpath import dirname

from auditor.graph import places
from auditor.graph.artefacts.identity import within
from auditor.graph.world import World
from auditor.model.facts import Facts
from auditor.model.ir import Const, Define, Do, Import, Stmt
from auditor.program.naming.code import Code


def is_idle(world: World, path: str) -> bool:
    """Whether a module only defines things, and nothing in the repository imports it or names what it defines."""
    code, program = world.resolved.code, world.resolved.code.programs[path]
    if path.endswith(".ipynb") or program.main_guard or code.importers(path):
        return False
    defined = [number for number, scope in enumerate(program.scopes) if number and scope.parent == 0]
    only = all(type(each) in (Import, Define) or _is_text(each) for each in program.scopes[0].body)
    return bool(defined) and only and all(world.uncalled.of((path, number)) for number in defined)


def _is_text(statement: Stmt) -> bool:
    return type(statement) is Do and type(statement.value) is Const


def is_among_idle(world: World, path: str) -> bool:
    """Whether only modules that do nothing by themselves import a module, directly or through others, none of which any
    program, test, command or setting starts, imports or names."""
    code = world.resolved.code
    beside = [p for p in code.paths if within(p, dirname(path))] if path.endswith("/__init__.py") else [path]
    around = {path}.union(*({each, *code.importers(each)} for each in beside))
    return len(around) > 1 and not any(_is_needed(world, each) for each in around)


def _is_needed(world: World, path: str) -> bool:
    started = path in world.once(_started) or not places.is_product(path) or _is_named(world, path)
    code = world.resolved.code
    body = code.programs[path].scopes[0].body if not code.importers(path) else ()
    return started or any(type(each) is Do and not _is_text(each) for each in body)  # it may be started after all


def _started(world: World) -> frozenset[str]:
    return frozenset(world.lineage.entries)


def _is_named(world: World, path: str) -> bool:
    """Whether some text of a program, setting, command or declaration names a module by the end of its dotted name or path."""
    texts = world.once(_texts)
    name = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    return any(end in texts for end in (*own_ends(path), f"{name}.py"))


def own_ends(path: str) -> tuple[str, str]:
    """The ends of the dotted name and of the path of a module, two parts long."""
    names = path.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(names[-2:]), "/".join(path.split("/")[-2:])


def _texts(world: World) -> frozenset[str]:
    """The ends of all dotted names and paths that are written out, two parts long, and the names of files."""
    return frozenset().union(*(ends_written(world, path) for path in world.files))


def ends_written(world: World, path: str) -> frozenset[str]:
    """The ends of the dotted names and paths that one file writes out, two parts long, and the names of files."""
    code = world.resolved.code
    said = code.alone(path, _ends_in_facts, frozenset[str])
    return said | code.of_program(path, _ends_in_program, frozenset[str]) if path in code.programs else said


def _ends_in_program(code: Code, path: str) -> frozenset[str]:
    return frozenset(end for text in code.texts(path) if len(text) < _LONGEST for end in _ends(text))


def _ends_in_facts(facts: Facts) -> frozenset[str]:
    texts = {leaf.value for leaf in facts.leaves if isinstance(leaf.value, str) and len(leaf.value) < _LONGEST}
    texts.update(word.text for step in facts.steps for command in step.commands for word in command.words)
    texts.update(point.target for point in facts.entry_points)
    return frozenset(end for text in texts for end in _ends(text))


_LONGEST = 200


def _ends(text: str) -> list[str]:
    """`a.b` and `b.c` of `a.b.c:run`, `b/c.py` and `c.py` of `a/b/c.py`."""
    path = text.split("/")
    dotted = text.partition(":")[0].split(".")
    ends = [".".join(dotted[n : n + 2]) for n in range(len(dotted) - 1)] if len(path) == 1 else []
    return [*ends, path[-1], "/".join(path[-2:])]
