"""Where code answers requests: the routes of web frameworks, and the methods that model servers call."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.model.artefact import Role
from auditor.model.ir import Call, Expr, Name, Param
from auditor.program import Resolved
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Instance, Library, Local
from auditor.program.running.invocations import argument

_ADDING = frozenset({"add_url_rule", "add_api_route", "add_route", "add_resource"})
_VERBS = frozenset({"get", "post", "put", "patch", "delete"})
_CALLED = frozenset(
    {"predict", "inference", "handle", "forward", "decode_request", "preprocess", "postprocess", "execute"}
)
"""Methods of classes that a model server is given and calls itself."""


class Endpoint(msgspec.Struct, frozen=True):
    """One function that answers requests. `route` is "" where a server calls a method; `framework` is the library."""

    site: Site
    route: str
    framework: str
    line: int
    params: tuple[Param, ...]


def endpoints(resolved: Resolved, path: str) -> list[Endpoint]:
    """The functions of a program that answer requests, in order; what serves only a demonstration is left out."""
    found = {
        each.site: each for each in (*_of_classes(resolved, path), *_added(resolved, path), *_decorated(resolved, path))
    }
    return sorted(found.values(), key=lambda each: each.line)


def _decorated(resolved: Resolved, path: str) -> Iterator[Endpoint]:
    """Functions under a decorator that registers a route."""
    code = resolved.code
    for number in code.scopes(path):
        scope = code.scope(path, number)
        for decorator in scope.decorators if scope.kind == "function" else ():
            func = decorator.func if type(decorator) is Call else decorator
            frame = Frame(path, max(scope.parent, 0))
            dotted = resolved.evaluator.denoter.dotted(func, frame)
            entry = resolved.knowledge.lookup(dotted) if dotted else None
            if entry is None or entry.role is not Role.SERVE or not entry.attrs.get("endpoint"):
                continue
            given = decorator.args[0] if type(decorator) is Call and decorator.args else None
            yield Endpoint((path, number), _text(resolved, given, frame), entry.library, scope.line, scope.params)


def _added(resolved: Resolved, path: str) -> Iterator[Endpoint]:
    """Functions, and the verbs of classes, that a call registers under a route."""
    for number in resolved.code.scopes(path):
        for effect in resolved.effects.own.get((path, number), ()):
            if effect.role is not Role.SERVE or effect.name.rpartition(".")[2] not in _ADDING:
                continue
            route = _text(resolved, argument(effect.call, "rule", 0) or argument(effect.call, "path", 0), effect.frame)
            for given in (*effect.call.args, *(value for _, value in effect.call.keywords)):
                named = resolved.evaluator.denoter.denote(given, effect.frame) if type(given) is Name else None
                if type(named) is Local:
                    yield from _functions(resolved, named, route, effect.entry.library)


def _functions(resolved: Resolved, named: Local, route: str, framework: str) -> Iterator[Endpoint]:
    scope = resolved.code.scope(named.path, named.scope)
    if scope.kind == "function":
        yield Endpoint((named.path, named.scope), route, framework, scope.line, scope.params)
        return
    for number in resolved.code.nested(named.path, named.scope):
        method = resolved.code.scope(named.path, number)
        if method.name.rpartition(".")[2] in _VERBS:
            yield Endpoint((named.path, number), route, framework, method.line, method.params[1:])


def _of_classes(resolved: Resolved, path: str) -> Iterator[Endpoint]:
    """Methods of a class that inherits from a server's own, or is decorated as a service."""
    code = resolved.code
    for number in code.scopes(path):
        scope = code.scope(path, number)
        framework = _framework(resolved, path, number) if scope.kind == "class" else ""
        for inner in code.nested(path, number) if framework else ():
            method = code.scope(path, inner)
            if method.kind == "function" and method.name.rpartition(".")[2] in _CALLED:
                yield Endpoint((path, inner), "", framework, method.line, method.params[1:])


def _framework(resolved: Resolved, path: str, number: int) -> str:
    """The library of the server's class that a class derives from; "" for any other class."""
    for dotted in resolved.evaluator.denoter.ancestry(Local(path, number)):
        entry = resolved.knowledge.lookup(dotted)
        if entry is not None and entry.role is Role.SERVE and entry.kind == "subclass":
            return entry.library
    return ""


def _text(resolved: Resolved, given: Expr | None, frame: Frame) -> str:
    values = resolved.evaluator.values(given, frame) if given is not None else ()
    return values[0].text() if values and values[0].exact else ""


def schema_of(resolved: Resolved, annotation: Expr | None, frame: Frame) -> str:
    """`schema` where an annotation is a class that declares its fields, `plain` for a bare type, `open` for anything else."""
    if annotation is None:
        return "open"
    found = resolved.evaluator.denoter.denote(annotation, frame)
    if type(found) is Instance:
        found = found.of if isinstance(found.of, Local) else Library(found.of)
    if type(found) is Local:
        return "schema"
    name = found.dotted if type(found) is Library else annotation.id if type(annotation) is Name else ""
    return "plain" if name.rpartition(".")[2] in _PLAIN else "open"


_PLAIN = frozenset({"int", "float", "bool", "str", "date", "datetime", "UUID", "Decimal", "Literal", "Enum"})
