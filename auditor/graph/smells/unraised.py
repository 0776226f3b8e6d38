"""Errors that are made and never raised: dropped where they are made, or returned in the place of a result."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.sight import Look, Sight
from auditor.graph.smells.reading import frame_at, in_order, programs
from auditor.graph.world import World
from auditor.model.ir import Call, Const, Do, Expr, Raise, Return
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Code, Frame, Library, Local
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import Placed, parts, placed, within

_ERRORS = frozenset(
    f"builtins.{name}"
    for name, each in vars(builtins).items()
    if isinstance(each, type) and issubclass(each, Exception)
) - {"builtins.Warning"}


class Unraised(msgspec.Struct, frozen=True):
    """An error that is made and not raised: its class, and where. `by` is the scope that returns it, -1 where it is dropped."""

    name: str
    place: Place
    by: int = -1


def unraised_errors(world: World, owned: Callable[[str], bool]) -> list[Unraised]:
    """Errors of product code that are made and dropped, or returned where a result is expected that nobody looks at for errors."""
    found = {
        (path, each)
        for path in programs(world, owned)
        for each in world.seen(UNRAISED, path)
        if each.by < 0 or not _is_looked_at(world, (path, each.by))
    }
    return sorted((each for _, each in found), key=lambda each: in_order(each.place))


def _is_looked_at(world: World, site: Site) -> bool:
    """Whether what calls a function asks what it was given, or raises that."""
    code = world.resolved.code
    name = code.scope(*site).name.rpartition(".")[2]
    for caller in {edge.caller for edge in world.resolved.effects.callers.get(site, ())}:
        if any(last_name(each.call.func) == "isinstance" for each in code.index(*caller).calls):
            return True
        raised = (at.statement for at in placed(code.scope(*caller).body) if type(at.statement) is Raise)
        if any(type(part) is Call and last_name(part.func) == name for each in raised for part in parts((each,))):
            return True
    return False


def _unraised(sight: Sight, path: str) -> tuple[Unraised, ...]:
    code, found = sight.resolved.code, []
    for site, at, call in _made(code, path) if places.is_product(path) else ():
        name = _error_made(sight, call.func, frame_at(site, at))
        if name and (type(at.statement) is Do or _returns_results(sight, site)):
            by = -1 if type(at.statement) is Do else site[1]
            found.append(Unraised(name, code.place(path, at.line, call.end_line), by))
    return tuple(found)


UNRAISED = Look("unraised", _unraised, tuple[Unraised, ...])
"""The errors that a program makes and drops or returns."""


def _made(code: Code, path: str) -> Iterator[tuple[Site, Placed, Call]]:
    """The calls of a program that may make an error, and that are dropped or returned. A cell shows what it makes last."""
    for number in code.scopes(path):
        cells = path.endswith(".ipynb") and not number
        if cells or not any(_may_make(site.call) for site in code.index(path, number).calls):  # as in most scopes
            continue
        for at in placed(code.scope(path, number).body):
            made = at.statement.value if type(at.statement) in (Do, Return) else None  # type: ignore[union-attr]  # narrowed by type()
            if type(made) is Call and _may_make(made):
                yield (path, number), at, made


def _returns_results(sight: Sight, site: Site) -> bool:
    """Whether a function is no maker of errors: a constructor, or one that also returns what is none and does not announce any."""
    scope = sight.resolved.code.scope(*site)
    if scope.name.endswith(".__init__"):
        return True
    if scope.returns is not None and any("rror" in name or "xception" in name for name in _names(scope.returns)):
        return False
    returned = [at for at in placed(scope.body) if type(at.statement) is Return]
    return any(not _is_error(sight, at.statement.value, frame_at(site, at)) for at in returned)  # type: ignore[union-attr]  # narrowed above


def _names(annotation: Expr) -> Iterator[str]:
    """The names in an annotation; one in quotes as it is."""
    for part in (annotation, *within(annotation)):
        yield str(part.value) if type(part) is Const else last_name(part)


def _is_error(sight: Sight, value: Expr | None, frame: Frame) -> bool:
    """Whether what is returned is an error, or nothing."""
    if value is None or type(value) is Const:
        return value is None or value.value is None
    return type(value) is Call and _error_made(sight, value.func, frame) != ""


def _may_make(call: Call) -> bool:
    """Whether a call may make an error: classes of errors have a capital letter (PEP 8), under whatever name they are called."""
    name = last_name(call.func)
    return name.lstrip("_")[:1].isupper()


def _error_made(sight: Sight, func: Expr, frame: Frame) -> str:
    """The name of the class of errors that a call makes; "" for anything else."""
    denoter = sight.resolved.evaluator.denoter
    known = denoter.denote(func, frame)
    if type(known) is Library:
        return known.dotted.removeprefix("builtins.") if known.dotted in _ERRORS else ""
    if type(known) is not Local:
        return ""
    scope = sight.resolved.code.scope(known.path, known.scope)
    return scope.name if scope.kind == "class" and _ERRORS & set(denoter.ancestry(known)) else ""
