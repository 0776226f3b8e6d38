"""Handlers that swallow errors of work on data: no word, no count, and the program goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from auditor.graph import places
from auditor.graph.observed.written import name_of
from auditor.graph.smells.reading import in_order, is_idle, programs
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import (
    Assign,
    Attr,
    Call,
    Const,
    Do,
    Expr,
    Group,
    Handler,
    If,
    Import,
    Jump,
    Name,
    Op,
    Raise,
    Return,
    Stmt,
    Table,
    Try,
)
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Code, Frame
from auditor.program.naming.statements import placed, within

_Span: TypeAlias = tuple[int, int]
"""The first line of a `try`, and the last before its handlers."""

WORK = {
    Role.FIT: "training",
    Role.PREDICT: "predicting",
    Role.EVALUATE: "evaluating",
    Role.VALIDATE: "validating data",
    Role.TRANSFORM: "transforming data",
    Role.FIT_TRANSFORM: "transforming data",
    Role.FEATURE: "computing features",
    Role.SAVE_MODEL: "saving a model",
    Role.LOAD_MODEL: "loading a model",
    Role.READ: "reading data",
    Role.WRITE: "writing data",
    Role.CONFIG_READ: "reading settings",
}
"""Work whose errors matter, the gravest first."""

_BROAD = frozenset({"Exception", "BaseException"})
_TABLES = frozenset(
    {"csv", "tsv", "parquet", "feather", "jsonl", "ndjson", "xlsx", "npy", "npz", "pkl", "pickle", "h5", "hdf5"}
)


class Swallowed(msgspec.Struct, frozen=True):
    """A silent handler: what work may fail unseen, what the handler does, and where both stand.

    `idle`: nothing runs it. `shows`: what is lost is a line of a picture, or a field that then says that it is not there.
    """

    work: str
    does: str
    place: Place
    worked: Place
    idle: bool = False
    shows: bool = False


def swallowed_errors(world: World, owned: Callable[[str], bool]) -> tuple[list[Swallowed], int]:
    """Broad handlers that say nothing around work on data and models, and how many handlers around such work there are."""
    found: list[Swallowed] = []
    looked = 0
    for path in programs(world, owned):
        if places.is_exploratory(path):
            continue
        for site, statement in _tries(world, path):
            work = _work(world, site, _span(statement)) or _figure(world, site, statement)
            if work is not None and work[0] == WORK[Role.TRANSFORM] and _takes_numbers(world, site):
                continue  # arithmetic
            looked += work is not None
            if work is None or any(type(each) is Import for each in statement.body):
                continue
            said = _told_by_name(world, site, statement) if work[0] == WORK[Role.CONFIG_READ] else ""
            for handler in statement.handlers:
                does = _silently(handler) if _is_broad(handler.types) else ""
                if does and not _tries_another(statement, does) and not _is_heard(world, site, statement, handler):
                    place = world.resolved.code.place(path, handler.line)
                    idle, shows = is_idle(world, path, handler.line), _shows(world, site, statement, handler, work[0])
                    found.append(Swallowed(said or work[0], does, place, work[1], idle, shows))
    return sorted(set(found), key=lambda each: in_order(each.place)), looked


_PICTURES = frozenset({"matplotlib", "seaborn", "plotly"})
_FIGURES = frozenset({WORK[Role.PREDICT], WORK[Role.EVALUATE]})


def _shows(world: World, site: Site, statement: Try, handler: Handler, work: str) -> bool:
    """Whether the attempt ends in a picture, or the handler leaves a field of an object for a figure empty."""
    last = statement.body[-1]
    if type(last) is Do and type(last.value) is Call:
        dotted = world.resolved.evaluator.denoter.dotted(last.value.func, Frame(*site)) or ""
        if dotted.partition(".")[0] in _PICTURES:
            return True
    filled = [each for each in handler.body if type(each) is Assign and work in _FIGURES]
    return bool(filled) and all(
        type(each.value) is Const and each.value.value is None and all(type(t) is Attr for t in each.targets)
        for each in filled
    )


def _tries(world: World, path: str) -> Iterator[tuple[Site, Try]]:
    """What a program tries, with the scope that it stands in."""
    code = world.resolved.code
    for number, spans in code.of_program(path, _trying, tuple[tuple[int, tuple[_Span, ...]], ...]):
        # Most hold no such work: what they do else need not be known.
        if any(_work(world, (path, number), span) or _asked(world, (path, number), span) for span in spans):
            for at in placed(code.scope(path, number).body):
                if type(at.statement) is Try and at.statement.handlers:
                    yield (path, number), at.statement


def _takes_numbers(world: World, site: Site) -> bool:
    """Whether a function says of all that it is given that it is a number: no data come in."""
    params = [param for param in world.resolved.code.scope(*site).params if param.name not in ("self", "cls")]
    return bool(params) and all(type(p.annotation) is Name and p.annotation.id in ("int", "float") for p in params)


def _trying(code: Code, path: str) -> tuple[tuple[int, tuple[_Span, ...]], ...]:
    """The scopes that try something, with the lines of what they try."""
    found = []
    for number in code.scopes(path):
        if "try" in code.index(path, number).kinds.values():
            tried = (at.statement for at in placed(code.scope(path, number).body))
            found.append((number, tuple(_span(each) for each in tried if type(each) is Try and each.handlers)))
    return tuple(found)


def _span(statement: Try) -> _Span:
    return statement.line, statement.handlers[0].line - 1


def _work(world: World, site: Site, span: _Span) -> tuple[str, Place] | None:
    """The gravest work in the body of a `try`, here or in what is called; None where there is none."""
    effects = world.resolved.effects
    first, last = span
    order = {role: rank for rank, role in enumerate(WORK)}
    done = [(order[e.role], e.line) for e in effects.own.get(site, ()) if _counts(world, e, first, last)]
    for edge in effects.calls.get(site, ()):
        if edge.direct and first <= edge.line <= last:
            own = effects.own.get((edge.callee.path, edge.callee.scope), ())
            done += [(order[e.role], edge.line) for e in own if _counts(world, e, 0, 10**9)]
    if not done:
        return None
    rank, line = min(done)
    return list(WORK.values())[rank], world.resolved.code.place(site[0], line)


def _figure(world: World, site: Site, statement: Try) -> tuple[str, Place] | None:
    """Where a registry or the record of a run is asked, and a handler gives a number in the place of the figure; None elsewhere."""
    given = (each for handler in statement.handlers for each in handler.body if type(each) in (Return, Assign))
    numbers = any(_is_number(each.value) for each in given)  # type: ignore[union-attr]  # narrowed above
    asked = _asked(world, site, _span(statement)) if numbers else None
    return (_FIGURE, world.resolved.code.place(site[0], asked.line)) if asked is not None else None


def _asked(world: World, site: Site, span: _Span) -> Effect | None:
    """The call that asks a registry or the record of a run between some lines."""
    return next(
        (
            effect
            for effect in world.resolved.effects.own.get(site, ())
            if effect.domain == "tracking" and effect.role in (Role.LOAD_MODEL, Role.READ) and not effect.dead
            if effect.certainty >= 0.9 and span[0] <= effect.line <= span[1]
        ),
        None,
    )


def _is_number(value: Expr | None) -> bool:
    if type(value) is Op and value.op == "neg":
        value = value.operands[0]
    return type(value) is Const and isinstance(value.value, int | float) and not isinstance(value.value, bool)


_FIGURE = "reading the figure of a model"
_NAMED = (
    (regex(r"(^|_)(save|export|dump|store|persist)\w*_models?($|_)", re.I), WORK[Role.SAVE_MODEL]),
    (regex(r"(^|_)(train|fit)\w*_models?($|_)", re.I), WORK[Role.FIT]),
)
"""Graver work than its own settings that the name of a called function tells of, where what it does is not known."""


def _told_by_name(world: World, site: Site, statement: Try) -> str:
    """The work that a function of the repository, called in a `try`, is named after; "" where none says."""
    last = statement.handlers[0].line - 1
    for edge in world.resolved.effects.calls.get(site, ()):
        if edge.direct and statement.line <= edge.line <= last:
            name = world.resolved.code.scope(edge.callee.path, edge.callee.scope).name.rpartition(".")[2]
            for pattern, work in _NAMED:
                if pattern.search(name):
                    return work
    return ""


def _counts(world: World, effect: Effect, first: int, last: int) -> bool:
    """Whether an effect is work on data or a model, by a library of the field."""
    if effect.role not in WORK or effect.dead or effect.certainty < 0.9 or not first <= effect.line <= last:
        return False
    if effect.domain in ("data", "ml", "validation") and effect.entry.attrs.get("format") != "pickle":
        return True
    if effect.role is Role.CONFIG_READ:
        # Settings that the repository holds are there: what is swallowed is that they cannot be read.
        named = (touch.artefact.path for touch in world.lineage.touches.get(effect.site, ()) if touch.effect == effect)
        return any(path in world.resolved.tree for path in named if path is not None)
    # `open`, `pickle` and the like touch anything: what they name must be a table or a model.
    names = [value.text() for value in effect.targets if value.exact and not _OWN_LOG.search(value.text())]
    return any(places.is_model(name) or places.suffix(name) in _TABLES for name in names)


_OWN_LOG = regex(r"(^|/)logs?/([^/]*[_-])?(events?|logs?|audit|messages?|errors?|access|debug|runs?)\.[^/]+$", re.I)
"""Where a program tells what it does: who has nowhere else to tell a failure of that may go on. Logged answers are data."""


def _is_broad(types: Expr | None) -> bool:
    listed = types.items if type(types) is Group else (types,)
    return any(each is None or (type(each) is Name and each.id in _BROAD) for each in listed)


def _silently(handler: Handler) -> str:
    """What a handler does that nobody hears of; "" where it does anything else."""
    does = ""
    for statement in handler.body:
        said = _said(statement)
        if not said:
            return ""
        does = said if said != "pass" or not does else does
    return does


_TELLS = frozenset({"warning", "warn", "error", "exception", "critical", "info", "log", "print", "exit", "fail"})
"""Calls by which somebody hears of something."""


def _is_heard(world: World, site: Site, statement: Try, handler: Handler) -> bool:
    """Whether somebody hears of it after the handler, or heard before: the attempt stands in a handler that told of the failure."""
    return _told_before(world.resolved.code.scope(*site).body, statement) or _told_later(world, site, handler)


def _told_before(body: Sequence[Stmt], statement: Try) -> bool:
    """Whether a statement stands in a handler behind a word to somebody."""
    for at in placed(body):
        for outer in at.statement.handlers if type(at.statement) is Try else ():
            inside = placed(outer.body)
            before = [each.statement for each in inside if each.line < statement.line]
            if any(each.statement is statement for each in inside) and any(map(_tells, before)):
                return True
    return False


def _told_later(world: World, site: Site, handler: Handler) -> bool:
    """Whether somebody hears of it afterwards, where a branch asks for the default (`if frame is None: logger.warning(…)`), or
    what was got is taken there, and else the next attempt follows."""
    filled = {t.id for s in handler.body if type(s) is Assign for t in s.targets if type(t) is Name}
    if not filled:
        return False
    return any(
        type(at.statement) is If
        and at.line > handler.line
        and any(type(node) is Name and node.id in filled for node in within(at.statement.test))
        and any(_tells(s) or _takes(s, filled) for s in (*at.statement.body, *at.statement.orelse))
        for at in placed(world.resolved.code.scope(*site).body)
    )


def _takes(statement: Stmt, names: set[str]) -> bool:
    """Whether what was got is returned where it is there: else the next attempt follows."""
    if type(statement) is not Return or statement.value is None:
        return False
    return any(type(node) is Name and node.id in names for node in within(statement.value))


def _tells(statement: Stmt) -> bool:
    if type(statement) is Raise:
        return True
    if type(statement) is not Do or type(statement.value) is not Call:
        return False
    return name_of(statement.value.func).rpartition(".")[2] in _TELLS


def _said(statement: Stmt) -> str:
    match statement:
        case Jump(word=word):
            return word
        case Return(value=value) if value is None or _is_filler(value):
            return "returns a default"
        case Assign(value=value, op="") if value is not None and _is_filler(value):
            return "fills in a default"
        case Do(value=Const()):
            return "pass"
    return ""


def _is_filler(value: Expr) -> bool:
    """A constant or an empty display: nothing in it tells what went wrong. NaN, texts and flags are left out, which say so."""
    if type(value) is Const:
        return not isinstance(value.value, (str, bool))
    if type(value) is Op and value.op == "neg":
        return type(value.operands[0]) is Const
    if type(value) is Group:
        return all(_is_filler(each) for each in value.items)
    return type(value) is Table and not value.keys


def _tries_another(statement: Try, does: str) -> bool:
    """An attempt that ends the search where it succeeds: what follows is the next attempt, not a program that goes on."""
    ends = (*statement.body, *statement.orelse)
    # `continue` goes on to the next item with this one done; where it is what the handler does, too, nothing else is tried.
    words = {"break", "continue"} if does == "pass" else {"break"}
    # What was got may be asked for first: `if found is not None: return found`.
    ends = (*ends, *(each.body[-1] for each in ends[-1:] if type(each) is If and not each.orelse))
    leaves = any(type(each) is Return or (type(each) is Jump and each.word in words) for each in ends)
    return does in ("pass", "continue") and leaves
