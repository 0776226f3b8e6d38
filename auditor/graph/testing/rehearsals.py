"""Questions about rehearsals: whether a test or a job of automation runs a declared pipeline from end to end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.data.locks import makes_something
from auditor.graph.declared.steps import AUTOMATION, IN_FILES, DeclaredStep
from auditor.graph.declared.training_words import may_train
from auditor.graph.jungles.failures import TELLING
from auditor.graph.observed.written import name_of
from auditor.graph.testing.suites import Suites, suites
from auditor.graph.world import World
from auditor.model.ir import Const
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site

FEWEST_STEPS = 3
_CHAINS = IN_FILES - {"mlproject"}
"""Tools whose files declare what follows on what; entry points of a project are starts to choose from."""
_REHEARSES = regex(r"(^|[_.-])(tests?|e2e|end[_-]to[_-]end|smoke|integration|dry[_-]?run)([_.-]|$)", re.I)
WHOLE = 0.8
"""Share of the steps of a pipeline that a rehearsal runs."""


class Pipeline(msgspec.Struct, frozen=True):
    """A declared pipeline with the number of its steps, and what rehearses it, if anything does; or in words what runs a part."""

    name: str
    place: Place
    steps: int
    by: str
    part: str = ""


class Rehearsals(msgspec.Struct, frozen=True):
    """The pipelines of a component; `automation` are the files of automation that were read."""

    pipelines: tuple[Pipeline, ...]
    automation: tuple[str, ...]


def rehearsals(world: World, owned: Callable[[str], bool]) -> Rehearsals:
    """The declared pipelines of a component with three steps and more that do something, and who runs them beside production.

    Where some of them train, those that only move data and records are left out.
    """
    jobs = [step for step in world.steps.all if step.tool in AUTOMATION]
    working = ((name, place, [s for s in steps if _works(world, s)]) for name, place, steps in _pipelines(world, owned))
    listed = [each for each in working if len(each[2]) >= FEWEST_STEPS]
    learning = [each for each in listed if any(_learns(world, step) for step in each[2])]
    found = []
    for name, place, steps in learning or listed:
        by = _by_test(world, steps) or _by_automation(world, steps, jobs)
        script, run = _by_script(world, steps) if not by else ("", 0)
        if run >= WHOLE * len(steps):
            by = f"{script} runs it"
        part = f"{script} runs {run} of them" if run >= FEWEST_STEPS and not by else ""
        if not (by or part) and (job := _trains_alike(world, steps, jobs)):
            part = f"{job} trains by the same code"
        found.append(Pipeline(name, place, len(steps), by, part))
    return Rehearsals(tuple(found), tuple(sorted({job.path for job in jobs})))


_IDLE = regex(r"(^(Dummy|Empty)Operator|Sensor(Operator)?(Async)?)$")
"""Operators that stand for a place in the order and do nothing, or wait for something."""


def _works(world: World, step: DeclaredStep) -> bool:
    """Whether a step does more than mark a place in the order, say something or wait."""
    if _IDLE.search(dict(step.step.attrs).get("operator", "")) or not makes_something(step):
        return False
    return not step.implements or not all(_only_says(world, (each.path, each.scope)) for each in step.implements)


def _only_says(world: World, site: Site) -> bool:
    """Whether all that a function does is to tell something, or to wait."""
    index, scope = world.resolved.code.index(*site), world.resolved.code.scope(*site)
    if scope.kind != "function" or world.resolved.effects.calls.get(site) or index.attributes or index.items:
        return False
    named = (name_of(each.call.func).rpartition(".")[2] for each in index.calls)
    plain = all(type(value) is Const for value in index.returns)
    return plain and all(name in TELLING or name == "sleep" for name in named)


def _reached(world: World, step: DeclaredStep) -> set[Site]:
    """All scopes that run when a step runs."""
    sites = {site for local in step.implements for site in world.resolved.effects.reached((local.path, local.scope))}
    return sites | {s for path in world.steps.programs(step) for s in world.lineage.reached(path)}


def _fits(world: World, step: DeclaredStep) -> set[Site]:
    """The functions among them that train a model."""
    own = world.resolved.effects.own
    return {site for site in _reached(world, step) if site[1] and any(map(world.trains, own.get(site, ())))}


def _trains_alike(world: World, steps: list[DeclaredStep], jobs: list[DeclaredStep]) -> str:
    """The file of automation of which a job trains by a function that a step of the pipeline trains by; "" without one."""
    fits = set[Site]().union(*(_fits(world, step) for step in steps))
    return next((job.path for job in jobs if fits and not fits.isdisjoint(_fits(world, job))), "")


def _learns(world: World, step: DeclaredStep) -> bool:
    """Whether a step trains a model, or may by its name or its command."""
    sites = _reached(world, step)
    if any(world.trains(effect) for site in sites for effect in world.resolved.effects.own.get(site, ())):
        return True
    words = (" ".join(word.text for word in command.words) for command in step.step.commands)
    return not sites and any(map(may_train, (step.step.name, *words)))


def _pipelines(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, Place, list[DeclaredStep]]]:
    """Pipelines of files, a file each, and those of code; a Makefile is one if its targets run programs over files."""
    for path, steps in sorted(world.steps.by_file.items()):
        own = [s for s in steps if s.tool in _CHAINS and (s.tool != "make" or (s.reads and s.writes))]
        if own and owned(path) and places.is_product(path) and "{" not in path:
            yield path, Place(path, own[0].step.line), own
    for pipeline in world.declarations.pipelines:
        if owned(pipeline.path) and places.is_product(pipeline.path):
            place = world.resolved.code.place(pipeline.path, pipeline.line)
            yield pipeline.name, place, [world.steps.by_id[step.id] for step in pipeline.steps]


def _by_test(world: World, steps: list[DeclaredStep]) -> str:
    tests = suites(world)
    run = [step for step in steps if _is_run(world, step, tests)]
    return "tests run its steps" if len(run) >= WHOLE * len(steps) else ""


def _is_run(world: World, step: DeclaredStep, tests: Suites) -> bool:
    """Whether tests run the code of a step: its functions, or the programs that it starts."""
    if step.implements:
        sites = [(local.path, local.scope) for local in step.implements]
        return any(site in tests.touched or _is_run_within(world, site, tests) for site in sites)
    programs = [path for path in world.steps.programs(step) if path in world.resolved.code.programs]
    return bool(programs) and all((path, 0) in tests.touched for path in programs)


def _is_run_within(world: World, site: Site, tests: Suites) -> bool:
    """Whether a function only wraps others for an orchestrator, and tests run half of them and more."""
    called = {
        (edge.callee.path, edge.callee.scope) for edge in world.resolved.effects.calls.get(site, ()) if edge.direct
    }
    if not called or world.resolved.effects.own.get(site):
        return False
    return 2 * len(called & tests.touched) >= len(called)


def _by_script(world: World, steps: list[DeclaredStep]) -> tuple[str, int]:
    """The script that says of itself that it tries things out and runs most of the steps of a pipeline, and how many it runs."""
    own = [programs for step in steps if (programs := set(world.steps.programs(step)))]
    counted = [("", 0)]
    for step in world.steps.all:
        if step.tool == "shell" and _REHEARSES.search(step.path.rpartition("/")[2]):
            started = set(world.steps.programs(step))
            counted.append((step.path, sum(programs <= started for programs in own)))
    functions = [{(local.path, local.scope) for local in step.implements} for step in steps]
    parts = frozenset().union(*own) | {path for sites in functions for path, _ in sites}
    for path in world.lineage.entries if any(functions) else ():
        if places.is_test(path) and path not in parts:
            reached = world.lineage.reached(path).keys()
            counted.append((path, sum(not sites.isdisjoint(reached) for sites in functions)))
    return max(counted, key=lambda each: each[1])


def _by_automation(world: World, steps: list[DeclaredStep], jobs: list[DeclaredStep]) -> str:
    """The file of automation whose jobs together run the pipeline."""
    ids = {step.id for step in steps}
    tools = {step.tool for step in steps}
    programs = {step.id: set(world.steps.programs(step)) for step in steps}
    declaring = {p.path for p in world.declarations.pipelines if not ids.isdisjoint(step.id for step in p.steps)}
    by_file: dict[str, set[str]] = {}
    for job in jobs:
        started = set(world.steps.programs(job))
        told = set(world.steps.closure(job) & ids)
        told |= {step for step, own in programs.items() if own and own <= started}
        if started & declaring or any(tool in use for tool in tools for use in job.step.uses):
            told |= ids  # the file that declares the pipeline is started, or an action that runs such pipelines
        by_file.setdefault(job.path, set()).update(told)
    for path, told in sorted(by_file.items()):
        if len(told) >= WHOLE * len(steps):
            return f"{path} runs it"
    return ""
