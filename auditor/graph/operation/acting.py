"""What follows when a monitor finds something: an alert, a failure, a decision, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.data.optional import EXITS
from auditor.graph.jungles.failures import nested
from auditor.graph.observed.practices import OWN_STATISTIC
from auditor.graph.observed.written import name_of
from auditor.graph.operation.evidence import monitor_calls, runs
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Assert, Assign, Call, Const, Do, Expr, If, Loop, Name, Raise, Return
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import within

_KINDS = ("data", "target", "performance")
_PLATFORMS = frozenset({"arize", "fiddler", "aporia", "superwise", "tracely", "phoenix", "wandb", "bentoml"})
"""Libraries that send what they see to a platform with alerts of its own."""
_SURELY = regex(r"psi(_|$)|population_stability|drift|covariate_shift|monitor", re.I)
"""What a divergence is for: that of two distributions is also a loss to train by."""
_TAKING = regex(r"_*(get|load|read|fetch|latest|last|list|find|query|parse|save|store|write|render|plot|format)_", re.I)
"""How names begin of what takes, keeps or shows what a monitor has found before."""
_MAKING = regex(r"(^|[_/])(inject|simulat|induce|introduc|synthe|perturb|fake|mock)\w*drift[^/]*$", re.I)
"""Names of functions and files that make drift themselves, to see what comes of it."""
_LEARNED_FROM = regex(r"(^|_)(train|training|fit)(_|$)", re.I)
_CHECKED_BY = regex(r"(^|_)(val|valid|validation|dev|oot|hold_?out)(_|$)", re.I)
"""Names of the parts that one set of rows is divided into."""
_STARTING = frozenset({"run", "Popen", "call", "check_call", "check_output", "system", "submit", "trigger", "create_run", "start_pipeline_execution", "post", "send_message", "publish", "retrain", "train"})  # fmt: skip
"""Calls that start something or tell somebody, also where their result is kept."""
_TELLING = frozenset({"print", "info", "warning", "warn", "debug", "log", "error", "append", "add", "round", "float", "int", "str", "format", "update", "get", "items", "keys", "save_html", "save", "save_json", "show", "join", "dump", "dumps", "write", "markdown", "metric", "plot", "savefig", "title", "head"})  # fmt: skip
_LEAVING = EXITS | {"SystemExit", "fail", "skip"}
_ELSEWHERE = frozenset({Role.CALL_SERVICE, Role.LOG_METRIC, Role.LOG_ARTIFACT, Role.LOG, Role.EXEC, Role.REGISTER, Role.FIT, Role.TRAIN_SERVICE})  # fmt: skip
_ASKING_SERVICES = frozenset({Role.CALL_SERVICE, Role.DOWNLOAD})
_LEVELS = 3


class Watched(msgspec.Struct, frozen=True):
    """One monitor in code. `fate`: `acts`, `elsewhere` (its figures go where alerts may be), `unread` (nothing follows)."""

    path: str
    place: Place
    says: str
    fate: str


def monitors(world: World, owned: Callable[[str], bool]) -> list[Watched]:
    """The monitors of a component, one a file, each with what follows from what it finds."""
    found: dict[str, Watched] = {}
    for site, line, name in _all(world):
        path = site[0]
        if not owned(path) or not runs(world, path) or _MAKING.search(path):
            continue
        watched = Watched(path, world.resolved.code.place(path, line), name, _fate(world, site, line))
        known = found.get(path)
        if known is None or _ORDER[watched.fate] <= _ORDER[known.fate]:
            found[path] = watched
    return [found[path] for path in sorted(found)]


_ORDER = {"acts": 0, "elsewhere": 1, "unread": 2}


def _all(world: World) -> Iterator[tuple[Site, int, str]]:
    for effect in monitor_calls(world, _KINDS):
        if (
            not effect.entry.attrs.get("weak")
            and effect.entry.library not in _PLATFORMS
            and effect.domain != "cloud"
            and not _compares_parts(world, effect.call, effect.frame)
        ):
            yield effect.site, effect.line, effect.name
    code = world.resolved.code
    for site, calls in sorted(world.resolved.effects.calls.items()):
        for call in calls if places.is_product(site[0]) else ():
            name = code.scope(call.callee.path, call.callee.scope).name.rpartition(".")[2]
            if (
                call.direct
                and OWN_STATISTIC.search(name)
                and not (_TAKING.match(name) or _MAKING.search(name))
                and not _compares_parts(world, call.call, Frame(*site, block=call.site.block))
                and (_SURELY.search(name) or _SURELY.search(call.callee.path))
            ):
                callee = (call.callee.path, call.callee.scope)
                if _only_asks(world, callee):
                    continue
                # Where it starts something itself, what it finds is followed within it.
                acts = any(map(_starts, nested(code.scope(*callee).body)))
                yield (callee, 0, f"{name}()") if acts else (site, call.line, f"{name}()")


def _only_asks(world: World, site: Site) -> bool:
    """Whether a function does no more than ask a service, which is the monitor then."""
    roles = {effect.role for effect in world.resolved.effects.of(site)}
    return bool(roles & _ASKING_SERVICES) and roles <= _ASKING_SERVICES | {Role.LOG, Role.CONFIG_READ}


def _compares_parts(world: World, call: Call, frame: Frame) -> bool:
    """Whether a call is given a part that is learned from and one that the model is chosen by: no rows of a later day."""
    given = [set(_named(world, value, frame)) for value in (*call.args, *(value for _, value in call.keywords))]
    learned = [any(map(_LEARNED_FROM.search, names)) for names in given]
    checked = [any(map(_CHECKED_BY.search, names)) for names in given]
    return any(learned) and any(here and not there for here, there in zip(checked, learned, strict=True))


def _named(world: World, expr: Expr, frame: Frame, depth: int = 1) -> Iterator[str]:
    """The names that an expression is made of, and those that they are bound to."""
    for part in within(expr):
        if type(part) is Name:
            yield part.id
            bound = world.resolved.evaluator.denoter.bindings(part, frame) if depth else []
            for binding, at in bound:
                if binding.value is not None:
                    yield from _named(world, binding.value, at, depth - 1)


def _starts(nested_at: tuple[object, object]) -> bool:
    """Whether a branch starts something or tells somebody."""
    statement = nested_at[0]
    return type(statement) is If and any(
        type(call := getattr(inner, "value", None)) is Call and name_of(call.func).rpartition(".")[2] in _STARTING
        for inner, _ in nested((*statement.body, *statement.orelse))
    )


def _fate(world: World, site: Site, line: int) -> str:
    """What follows in the scope of a monitor after it has run, and in those that call it."""
    effects = world.resolved.effects
    edge, seen = [(site, line)], {site}
    fate = "unread"
    for _ in range(_LEVELS):
        onward: list[tuple[Site, int]] = []
        for here, after in edge:
            if _decides(world.resolved.code.scope(*here).body, after):
                return "acts"
            sends = any(_sends(effect) and effect.line >= after for effect in effects.of(here))
            callers = [call for call in effects.callers.get(here, ()) if places.is_product(call.caller[0])]
            offered = not callers and _returns(world, here)  # to callers that are not here
            if sends or offered or _is_handed_on(world, here) or _is_read_elsewhere(world, here):
                fate = "elsewhere"
            for call in callers:
                if call.caller not in seen:
                    seen.add(call.caller)
                    onward.append((call.caller, call.line))
        edge = onward
    return fate


def _is_read_elsewhere(world: World, site: Site) -> bool:
    """Whether another program reads a report that the scope writes: what that does with it is its own affair."""
    written = {t.artefact.id for t in world.lineage.touches.get(site, ()) if t.way == "write"}
    return bool(written) and any(
        touch.way == "read" and touch.artefact.id in written
        for other, touches in world.lineage.touches.items()
        if other[0] != site[0] and places.is_product(other[0]) and not other[0].endswith(".ipynb")
        for touch in touches
    )


def _is_handed_on(world: World, site: Site) -> bool:
    """Whether a pipeline or a service calls the scope: who gets what it returns is not followed."""
    scope = world.resolved.code.scope(*site)
    if scope.kind != "function":
        return False
    tasks = any((local.path, local.scope) == site for step in world.steps.all for local in step.implements)
    served = any(call.served or call.registered for call in world.resolved.effects.callers.get(site, ()))
    return (tasks and _returns(world, site)) or served


def _returns(world: World, site: Site) -> bool:
    """Whether a scope returns anything."""
    return any(type(s) is Return and s.value is not None for s, _ in nested(world.resolved.code.scope(*site).body))


def _decides(body: Iterable[object], after: int) -> bool:
    """Whether statements from a line on fail, or branch into more than telling."""
    for statement, _ in nested(body):
        end = getattr(statement, "end_line", getattr(statement, "line", 0))
        if end < after:
            continue
        if type(statement) in (Assert, Raise) and statement.line >= after:
            return True
        if (
            type(statement) is Do
            and type(statement.value) is Call
            and _leaves(statement.value)
            and statement.line >= after
        ):
            return True
        if (
            type(statement) is If
            and statement.line >= after
            and any(_does(inner) for inner, _ in nested((*statement.body, *statement.orelse)))
        ):
            return True
    return False


def _does(statement: object) -> bool:
    """Whether a statement within a branch is more than a message, a note or a loop over them."""
    match statement:
        case Raise() | Assert():
            return True
        case Return(value=value):
            return value is not None and not (type(value) is Const and value.value is None)
        case Do(value=Call() as call):
            return name_of(call.func).rpartition(".")[2] not in _TELLING
        case Assign(value=Call() as call):
            return name_of(call.func).rpartition(".")[2] in _STARTING
        case If() | Loop():
            return False
    return False


def _leaves(call: Call) -> bool:
    """Whether a call ends the program with a failure, or with a code that is computed."""
    if name_of(call.func).rpartition(".")[2] not in _LEAVING:
        return False
    code = call.args[0] if call.args else None
    return code is not None and not (type(code) is Const and code.value in (0, None))


def _sends(effect: Effect) -> bool:
    drift = effect.entry.attrs.get("drift")
    database = effect.role is Role.WRITE and bool(
        effect.entry.attrs.get("table") or effect.entry.attrs.get("table_or_sql")
    )
    return effect.role in _ELSEWHERE or drift == "operational" or bool(effect.entry.attrs.get("alert")) or database


def alerts(world: World) -> str:
    """The first alert that the repository declares or sends, in words; "" without one."""
    for path, facts in sorted(world.files.items()):
        for watch in facts.watches if places.is_product(path) else ():
            if watch.kind == "alert" or dict(watch.attrs).get("alert") == "true":
                return f"{path}:{watch.line} declares the alert {watch.name}"
    for effect in world.resolved.effects.all():
        if places.is_product(effect.site[0]) and (effect.entry.attrs.get("alert") or effect.entry.library in _SENDERS):
            return f"{world.resolved.code.place(effect.site[0], effect.line)} calls {effect.name}"
    return ""


_SENDERS = frozenset({"slack_sdk", "smtplib", "twilio", "sendgrid", "pdpyras", "apprise", "telegram"})
