"""Runs on a schedule that take data in, and what in them could refuse data that are stale, small or changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.data.versions import FINISHED, trainings
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.jungles.failures import nested
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Assert, Call, If, Raise
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import children, last_name

_CHECKING = regex(
    r"valid|check(?!out|point)|verif|quality|expect|schema|freshness|sensor|sanity|assert|test_data|ensure|audit|compare_count|row_?count|anomal",
    re.I,
)
_SENSORS = regex(r"sensor|wait_for|poke|freshness", re.I)
_TRANSPORT = frozenset(
    {
        "status_code",
        "ok",
        "returncode",
        "exists",
        "is_file",
        "is_dir",
        "isfile",
        "isdir",
        "environ",
        "getenv",
        "argv",
        "args",
    }
)


class Scheduled(msgspec.Struct, frozen=True):
    """A training or scoring run that a trigger starts on a schedule. `checked` says what could stop it; "" if nothing does."""

    program: str
    schedule: str
    place: Place
    reads: str
    read_at: Place
    checked: str


def scheduled(world: World, owned: Callable[[str], bool]) -> list[Scheduled]:
    """The scheduled runs of a component that train or predict and read data from outside, each once."""
    trained = {training.program for training in trainings(world, owned)}
    found: dict[str, Scheduled] = {}
    for path, trigger in world.steps.triggers():
        if trigger.kind != "schedule" or not owned(path) or not places.is_product(path):
            continue
        started = world.steps.started(path, trigger)
        programs = [p for step in started for p in world.steps.programs(step) if p in world.resolved.code.programs]
        if (
            not started
            or path in found
            or (not set(programs) & trained and not any(_trains(world, step) for step in started))
        ):
            continue
        sites = {site for program in programs for site in world.lineage.reached(program)}
        sites |= {
            s
            for step in started
            for local in step.implements
            for s in world.resolved.effects.reached((local.path, local.scope))
        }
        taken = _taken(world, sites)
        if taken is not None:
            checked = _checked(world, started, sites)
            found[path] = Scheduled(
                path, trigger.schedule, world.resolved.code.place(path, trigger.line), taken[0], taken[1], checked
            )
    return list(found.values())


def _trains(world: World, step: DeclaredStep) -> bool:
    return any(
        world.trains(effect)
        for local in step.implements
        for site in world.resolved.effects.reached((local.path, local.scope))
        for effect in world.resolved.effects.own.get(site, ())
    )


def _taken(world: World, sites: Iterable[Site]) -> tuple[str, Place] | None:
    """The first data from outside that a run reads: of a URL, a bucket, a table or a service."""
    for site in sorted(sites):
        for touch in world.lineage.touches.get(site, ()):
            outside = touch.kind is NodeKind.EXTERNAL_DATASET or touch.artefact.id.startswith(
                ("url:", "uri:", "table:", "s3:", "gs:")
            )
            outside = outside and not FINISHED.search(touch.artefact.id)  # such data do not age
            if touch.way == "read" and outside and touch.kind in (NodeKind.EXTERNAL_DATASET, NodeKind.DATASET):
                return touch.artefact.id.partition(":")[2][:80], world.lineage.place(touch)
    return None


def _checked(world: World, started: Iterable[DeclaredStep], sites: set[Site]) -> str:
    """What could refuse the data of a run: a check that is called, a sensor, a test that fails."""
    for step in started:
        words = " ".join([step.step.name, *step.step.uses, *(w.text for c in step.step.commands for w in c.words)])
        if _CHECKING.search(words):
            return f"step {step.step.name}"
    for facts in world.files.values():
        if any(watch.kind == "check" for watch in facts.watches):
            return "declared checks"
    code = world.resolved.code
    for site in sorted(sites):
        for effect in world.resolved.effects.own.get(site, ()):
            validates = effect.role is Role.VALIDATE and not effect.entry.attrs.get("schema")
            if validates or _SENSORS.search(effect.name.rpartition(".")[2]):
                return f"{code.place(site[0], effect.line)} calls {effect.name}"
        scope = code.scope(*site)
        if scope.kind == "function" and _CHECKING.search(scope.name.rpartition(".")[2]):
            return f"{scope.name}()"
        if places.is_product(site[0]):
            for line in _refusals(scope.body):
                return str(code.place(site[0], line))
    return ""


def _refusals(body: Iterable[object]) -> Iterator[int]:
    """Lines where a statement may stop the run for what the data are."""
    for statement, _ in nested(body):
        if type(statement) is Assert:
            yield statement.line
        if type(statement) is If and any(type(inner) is Raise or _leaves(inner) for inner, _ in nested(statement.body)):
            stack, named = [statement.test], set()
            while stack:
                node = stack.pop()
                named.add(last_name(node))
                stack.extend(children(node))
            if not named & _TRANSPORT:
                yield statement.line


def _leaves(statement: object) -> bool:
    value = getattr(statement, "value", None)
    func = value.func if type(value) is Call else None
    return last_name(func) in (
        "exit",
        "_exit",
        "quit",
        "abort",
        "fail",
    )
