"""Components of Kubeflow pipelines: what they are called, and which outputs they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname

import msgspec

from auditor.dialects.flowing import Unit, code_of
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Thing
from auditor.model.artefact import NodeKind
from auditor.model.facts import Facts
from auditor.model.ir import Assign, Attr, Call, Const, Expr, Group, Item, Name, Table
from auditor.model.regex import regex
from auditor.program.naming.code import Library
from auditor.program.symbolic.values import normal

SINGLE = "Output"
"""The name of an output that has none."""
_KINDS = {
    "model": NodeKind.MODEL, "metrics": NodeKind.METRIC, "classificationmetrics": NodeKind.METRIC,
    "slicedclassificationmetrics": NodeKind.METRIC, "html": NodeKind.REPORT, "markdown": NodeKind.REPORT,
}  # fmt: skip
_NAMED = regex(r"^[ \t]*name:\s*['\"]?([^'\"#\n]+)", re.M)
_PATH_ENDS = ("_path", "_file")
_OLD_OUTPUTS = ("OutputPath", "OutputTextFile", "OutputBinaryFile")


class Component(msgspec.Struct, frozen=True):
    """A component that lies in a file, here or elsewhere; `path` is the file if it is one of the repository."""

    name: str
    path: str = ""
    outputs: tuple[tuple[str, NodeKind], ...] = ()


def task_name(text: str) -> str:
    """The name of the task that a component called so becomes, by the rules of the compiler."""
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9]+", "-", text.lower())).strip("-")


def library_name(dotted: str) -> str:
    """What a component of a library is called: `CustomTrainingJobOp` is `Custom-Training-Job`."""
    last = dotted.rpartition(".")[2]
    if dotted.startswith("kfp."):
        return last
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", last.removesuffix("Op") or last)


def in_file(machine: Machine, thing: Thing | None, source: str) -> Component:
    """The component of a file that is named relative to the code or to the root of the repository."""
    values = machine.values(thing) if thing is not None else ()
    text = values[0].text() if values else ""
    exact = len(values) == 1 and values[0].exact
    places = (text,) if exact and values[0].anchored else (f"{dirname(source)}/{text}", text)
    for place in places if exact else ():
        path = normal(place.lstrip("/"))
        facts = machine.resolved.files.get(path)
        if facts is not None and facts.kind in ("kfp-component", "kfp"):
            return Component(facts.attr("name") or _folder(path), path, tuple(_ports(facts)))
    return Component(_folder(text))


def at_address(machine: Machine, thing: Thing | None) -> Component:
    """The component of an address, called by its folder."""
    values = machine.values(thing) if thing is not None else ()
    return Component(_folder(values[0].text()) if values else "")


def in_text(machine: Machine, thing: Thing | None) -> Component:
    """A component that is written out in the code."""
    values = machine.values(thing) if thing is not None else ()
    found = _NAMED.search(values[0].text()) if values else None
    return Component(found[1].strip() if found else "")


def _folder(path: str) -> str:
    folder, _, file = path.partition("?")[0].rpartition("/")
    name = file.rpartition(".")[0]
    name = folder.rpartition("/")[2] if name in ("component", "") else name
    return name if "{" not in name else ""


def _ports(facts: Facts) -> Iterator[tuple[str, NodeKind]]:
    for step in facts.steps if facts.kind == "kfp-component" else ():
        for key, value in step.attrs:
            if key == "output":
                name, _, kind = value.rpartition(":")
                yield name, _KINDS.get(kind.lower(), NodeKind.DATASET)


def outputs(machine: Machine, unit: Unit) -> tuple[tuple[str, NodeKind], ...]:
    """The outputs of a component by name, each with what it is; nothing where they are not known."""
    if isinstance(unit.func, Component):
        return unit.func.outputs
    if isinstance(unit.func, Library) and unit.func.dotted.endswith(".importer"):
        return (("artifact", NodeKind.DATASET),)
    code = code_of(machine, unit)
    if not code:
        return ()
    scope = machine.code.scope(*code[0])
    found = []
    for param in scope.params:
        kind = _artefact(param.annotation)
        if kind is not None:
            found.append((_port(param.name, param.annotation), kind))
    return (*found, *_returned(machine, scope.returns, code[0].path))


def _artefact(annotation: Expr | None) -> NodeKind | None:
    """What `Output[Model]`, `OutputPath(str)` or `OutputPath` makes a parameter; None for an input."""
    if type(annotation) is Item and _last(annotation.base) == "Output":
        return _KINDS.get(_last(annotation.key).lower(), NodeKind.DATASET)
    if type(annotation) is Call and _last(annotation.func) in _OLD_OUTPUTS:
        inner = annotation.args[0] if annotation.args else None
        named = str(inner.value) if type(inner) is Const else _last(inner)
        return _KINDS.get(named.lower(), NodeKind.DATASET)
    return NodeKind.DATASET if _last(annotation) in _OLD_OUTPUTS else None


def _port(name: str, annotation: Expr | None) -> str:
    """A parameter that takes the path of an output is called without that ending."""
    if type(annotation) is not Item:
        for end in _PATH_ENDS:
            name = name.removesuffix(end) or name
    return name


def port_of(name: str, known: Mapping[str, NodeKind]) -> str:
    """An output by the name that a pipeline calls it: the second version of the language keeps the ending of a path."""
    if name in known:
        return name
    return next((short for end in _PATH_ENDS if (short := name.removesuffix(end)) in known), name)


def _returned(machine: Machine, annotation: Expr | None, path: str) -> Iterator[tuple[str, NodeKind]]:
    """The outputs that a function returns: the fields of a named tuple, else one."""
    if annotation is None or (type(annotation) is Const and annotation.value is None):
        return
    if type(annotation) is Name:
        annotation = _bound(machine, annotation.id, path) or annotation
    fields = list(_fields(annotation))
    if fields:
        yield from ((name, NodeKind.DATASET) for name in fields)
    elif _last(annotation) != "ContainerSpec":
        yield SINGLE, _KINDS.get(_last(annotation).lower(), NodeKind.DATASET)


def _bound(machine: Machine, name: str, path: str) -> Expr | None:
    """What a module binds a name to, where that is one call."""
    for statement in machine.code.scope(path, 0).body:
        if type(statement) is Assign and any(type(t) is Name and t.id == name for t in statement.targets):
            return statement.value
    return None


def _fields(annotation: Expr) -> Iterator[str]:
    if type(annotation) is not Call or _last(annotation.func) not in ("NamedTuple", "namedtuple"):
        return
    for _, value in (("", arg) for arg in annotation.args[1:]):
        for part in value.items if type(value) is Group else value.keys if type(value) is Table else ():
            first = part.items[0] if type(part) is Group and part.items else part
            if type(first) is Const and isinstance(first.value, str):
                yield first.value
    yield from (name for name, _ in annotation.keywords if name)


def _last(expr: Expr | None) -> str:
    if type(expr) is Const:
        return str(expr.value)
    return expr.name if type(expr) is Attr else getattr(expr, "id", "")
