"""Steps that report success although their work failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from auditor.graph import places
from auditor.graph.data.optional import EXITS
from auditor.graph.data.sharing import programs_of
from auditor.graph.declared.steps import PIPELINES
from auditor.graph.jungles import waved
from auditor.graph.jungles.waved import work_of_run
from auditor.graph.jungles.work import WORK, Hidden, served_work, work_in
from auditor.graph.observed.written import name_of
from auditor.graph.started import Started
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import (
    Assert,
    Assign,
    Attr,
    Call,
    Const,
    Define,
    Do,
    Expr,
    Group,
    Handler,
    If,
    Jump,
    Loop,
    Name,
    Raise,
    Return,
    Try,
    With,
)
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import within
from auditor.program.running.launches import Launch, together

TELLING = frozenset({
    "print", "info", "error", "warning", "warn", "exception", "critical", "debug", "log", "print_exc", "format_exc",
    "str", "repr", "type", "format", "echo", "secho", "join", "getLogger", "get_logger", "rule", "flush", "write",
})  # fmt: skip
"""Calls that tell something, and those that put it into words."""
_BROAD = frozenset({"Exception", "BaseException"})


def hidden_failures(world: World, owned: Callable[[str], bool]) -> list[Hidden]:
    """Handlers that end a program as if nothing had happened, commands that may fail, and results that nobody looks at."""
    found = [*_handlers(world, owned), *waved.hidden(world, owned), *_launches(world, owned)]
    return sorted({(each.kind, each.place): each for each in found}.values(), key=lambda each: (each.place, each.kind))


def _launches(world: World, owned: Callable[[str], bool]) -> Iterator[Hidden]:
    """Programs started by programs that do not look at how they end, where more is started after them."""
    code = world.resolved.code
    for path, launched in sorted(world.launched.items()):
        if not owned(path) or not places.is_product(path) or path.endswith(".ipynb"):
            continue
        started = [each for each in launched if each.run.kind in ("script", "pipeline", "notebook") and not each.dead]
        for number, each in enumerate(started):
            rounds = _is_one_of_rounds(world, each)
            later = [
                other
                for other in together(world.resolved.effects, each, started)
                if other.line > each.line or (rounds and other.line == each.line and other in started[number + 1 :])
                if other.run.target != each.run.target
            ]
            if later and _is_ignored(world, each) and (work := work_of_run(world, each.run.kind, each.run.target)):
                yield Hidden("launch", path, work, code.place(path, each.line), code.place(path, later[0].line))
                break


_UNCHECKED = frozenset({"os.system", "subprocess.run", "subprocess.call", "subprocess.Popen"})
"""Calls that start a process and raise nothing when it fails."""


def _is_ignored(world: World, launch: Launch) -> bool:
    """Whether a program is started by a call that does not fail with it, and whose result is dropped."""
    effects = world.resolved.effects.of(launch.site)
    starts = [e for e in effects if e.line == launch.line and e.name in _UNCHECKED]
    return any(
        type(statement) is Do and statement.value is each.at.call and not _checks(each.at.call)
        for each in starts
        for statement, _ in nested(world.resolved.code.scope(*(each.origin[0] if each.origin else each.site)).body)
    )


def _is_one_of_rounds(world: World, launch: Launch) -> bool:
    """Whether each round of a loop starts another program: what the loop goes through says which, and nothing else may."""
    effects = world.resolved.effects
    starts = [e for e in effects.of(launch.site) if e.line == launch.line and e.role is Role.EXEC]
    for loop, _ in nested(world.resolved.code.scope(*launch.site).body):
        if type(loop) is not Loop or loop.target is None or not loop.line < launch.line <= loop.end_line:
            continue
        turning = {part.id for part in _names(loop.target)}
        for statement, _ in nested(loop.body):
            value = statement.value if type(statement) is Assign and statement.line <= launch.line else None
            if value is not None and _among(value, turning):
                turning |= {part.id for target in statement.targets for part in _names(target)}
        for each in starts:
            frame = Frame(*launch.site, block=(each.chain[0].site if each.chain else each.at).block)
            fixed = (part for part in _names(each.call) if part.id not in turning)
            if _among(each.call, turning) and all(len(effects.evaluator.values(part, frame)) <= 1 for part in fixed):
                return True
    return False


def _among(expr: Expr, names: set[str]) -> bool:
    return any(part.id in names for part in _names(expr))


def _names(expr: Expr) -> Iterator[Name]:
    return (part for part in within(expr) if type(part) is Name)


def _checks(call: Call) -> bool:
    return any(word == "check" and type(value) is Const and value.value is True for word, value in call.keywords)


def goes_on(world: World, launch: Launch) -> bool:
    """Whether nothing in the file that starts a program, or in the function that does it for that file, ends with its failure.

    A start under a condition may hang on how another program ended.
    """
    effects = [e for e in world.resolved.effects.of(launch.site) if e.line == launch.line and e.role is Role.EXEC]
    if not effects or any(e.name not in _UNCHECKED or _checks(e.at.call) for e in effects):
        return False
    code = world.resolved.code
    starts = [(edge.caller, edge.site) for e in effects for edge in e.chain]
    starts += [(e.origin[0] if e.origin else e.site, e.at) for e in effects]
    if any(construct in code.index(*site).tests for site, at in starts for construct, _ in at.conditions):
        return False
    sites = {(launch.site[0], number) for number in code.scopes(launch.site[0])}
    sites.update(effect.origin[0] for effect in effects if effect.origin is not None)
    return not any(_may_stop(code.scope(*site).body) for site in sites)


def _may_stop(body: Iterable[Any]) -> bool:
    """Whether a body raises, exits, leaves a loop, or returns before its end."""
    last = list(body)[-1:]
    for statement, _ in nested(body):
        match statement:
            case Raise() | Assert() | Jump(word="break"):
                return True
            case Return() if statement not in last:
                return True
            case Do(value=Call(func=func)) if name_of(func).rpartition(".")[2] in (*EXITS, "check_returncode"):
                return True
    return False


# --- handlers ---


class _Caught(msgspec.Struct, frozen=True):
    """A broad handler around work: the lines of the block, what they do, and whether it is only a part of what the scope does."""

    site: Site
    block: Try
    last: int
    handler: Handler
    kind: str
    work: tuple[str, Place]


def _handlers(world: World, owned: Callable[[str], bool]) -> Iterator[Hidden]:
    """Broad handlers around the whole work of a program or of a step's function."""
    found = [caught for site in sorted(_entries(world, owned)) for caught in _caught(world, site)]
    silent = frozenset(each.site for each in found if each.kind != "part")
    for each in found:
        site, handler, (work, place) = each.site, each.handler, each.work
        if each.kind != "part" and work_in(world, site, each.block.line, each.last, silent) is None:
            continue  # what it calls has caught every error already, and is told of
        name, told = world.resolved.code.scope(*site).name, world.resolved.code.place(site[0], handler.line)
        yield Hidden(
            each.kind,
            name or site[0],
            work,
            told,
            place,
            missed=_is_missed(world, site[0]),
            idle=not world.once(Started).needs(told.path),
            last=each.kind != "part" and _is_last(world, site, handler, work),
            endless=_is_endless(each.block.body),
        )


def _caught(world: World, site: Site) -> Iterator[_Caught]:
    """The broad handlers of a scope that hide what fails in the blocks around which they stand."""
    for statement, looped in nested(world.resolved.code.scope(*site).body):
        if type(statement) is not Try or looped:
            continue
        end = statement.handlers[0].line - 1 if statement.handlers else statement.end_line
        inside = work_in(world, site, statement.line, end)
        outside = work_in(world, site, 0, statement.line - 1) or work_in(world, site, statement.end_line + 1)
        part = inside is None or outside is not None
        if part:
            inside = served_work(world, site, statement.line, end)
        for handler in statement.handlers if inside is not None else ():
            kind = _hides(handler)
            if inside and (kind == "handler" if part else kind) and _is_broad(handler.types):
                yield _Caught(site, statement, end, handler, "part" if part else kind, inside)


def _is_endless(body: Sequence[Any]) -> bool:
    """Whether a block ends in a loop that only an error or whoever started it ends, as a server's does."""
    last = body[-1] if body else None
    if type(last) is not Loop or last.target is not None or type(last.source) is not Const or not last.source.value:
        return False
    leaves = (
        type(each) is Return or (type(each) is Jump and each.word == "break" and not looped)
        for each, looped in nested(last.body)
    )
    return not any(leaves)


_LOOKING = frozenset({"dvc", "snakemake"})
"""Tools that delete the outputs of a step before it runs, or look for them after it."""


def _is_missed(world: World, program: str) -> bool:
    """Whether all that runs a program looks for its outputs afterwards."""
    starting = (s for s in world.steps.all if s.tool not in ("readme", "dvc-lock"))
    running = [step for step in starting if any(run.target == program for run in step.runs)]
    return bool(running) and all(step.tool in _LOOKING and step.writes for step in running)


def _is_last(world: World, site: Site, handler: Handler, work: str) -> bool:
    """Whether nothing follows a failure: of a program that nobody starts and that tells it as critical, or of a figure that
    nobody takes before its caller ends."""
    calls = [call for call in world.resolved.effects.callers.get(site, ()) if call.direct]
    if work == WORK[Role.EVALUATE] and calls:
        return all(_ends_with(world.resolved.code.scope(*call.caller).body, call.call) for call in calls)
    told = any(type(s) is Do and type(s.value) is Call and _alarms(s.value) for s, _ in nested(handler.body))
    started = any(
        run.target == site[0] for s in world.steps.all if s.tool not in ("readme", "dvc-lock") for run in s.runs
    )
    launched = any(each.run.target == site[0] for found in world.launched.values() for each in found)
    return told and not started and not launched


def _alarms(call: Call) -> bool:
    return name_of(call.func).rpartition(".")[2] in ("critical", "fatal")


def _ends_with(body: Sequence[Any], call: Call) -> bool:
    """Whether a call whose result is dropped is the last that a body does, or stands before a bare return."""
    for number, statement in enumerate(body):
        if type(statement) is Do and statement.value is call:
            after = body[number + 1 :]
            return not after or (type(after[0]) is Return and _is_nothing(after[0].value))
        if any(_ends_with(getattr(statement, field, ()), call) for field in ("body", "orelse")):
            return True
    return False


def _entries(world: World, owned: Callable[[str], bool]) -> set[Site]:
    """The scopes where a program's work begins: its top level, what that calls in the same file, and the code of steps."""
    found: set[Site] = set()
    effects = world.resolved.effects
    for path in programs_of(world, owned):
        serves = any(
            e.role is Role.SERVE for n in world.resolved.code.scopes(path) for e in effects.own.get((path, n), ())
        )
        if path.endswith(".ipynb") or serves:
            continue
        found.add((path, 0))
        found |= {
            (c.callee.path, c.callee.scope)
            for c in effects.calls.get((path, 0), ())
            if c.direct and c.callee.path == path and not c.constructs
        }
    for step in world.steps.all:
        if step.tool in PIPELINES and owned(step.path) and places.is_product(step.path):
            found |= {
                (local.path, local.scope)
                for local in step.implements
                if world.resolved.code.scope(local.path, local.scope).kind == "function"
            }
    return found


def _is_broad(types: Expr | None) -> bool:
    if types is None:
        return True
    listed = types.items if type(types) is Group else (types,)
    return any(
        (type(each) is Name and each.id in _BROAD) or (type(each) is Attr and each.name in _BROAD) for each in listed
    )


def _hides(handler: Handler) -> str:
    """`handler` where a handler only tells and ends, `exit` where it ends the program with success; else ""."""
    kind = "handler"
    for statement, _ in nested(handler.body):
        match statement:
            case Raise() | Assign() | Loop() | Try() | With() | Define():
                return ""
            case Return(value=value) if not _is_nothing(value):
                return ""
            case Jump(word=word) if word != "pass":
                return ""
            case Do(value=Call() as call):
                verdict = _call(call)
                if verdict == "fails":
                    return ""
                kind = "exit" if verdict == "succeeds" else kind
            case Do(value=value) if type(value) is not Const:
                return ""
            case If() | Return() | Jump() | Do():
                pass
            case _:
                return ""
    return kind


def _call(call: Call) -> str:
    """`tells` for a message, `succeeds` for an exit with code 0, `fails` for any other call: it may do something about it."""
    last = name_of(call.func).rpartition(".")[2]
    if last in EXITS:
        code = call.args[0] if call.args else None
        return "succeeds" if code is None or (type(code) is Const and code.value in (0, None)) else "fails"
    return "tells" if last in TELLING else "fails"


def _is_nothing(value: Expr | None) -> bool:
    return value is None or (type(value) is Const and (value.value is None or value.value is False))


def nested(body: Iterable[Any], looped: bool = False) -> Iterator[tuple[Any, bool]]:
    """All statements of a body however deep, functions and classes left out, each with whether a loop is around it."""
    for statement in body:
        yield statement, looped
        inner = looped or type(statement) is Loop
        for field in ("body", "orelse", "final"):
            yield from nested(getattr(statement, field, ()), inner)
        for handler in getattr(statement, "handlers", ()):
            yield from nested(handler.body, inner)
