"""Questions about glue: scopes that mix modelling with plumbing, and programs that chain programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.declared.steps import PIPELINES, DeclaredStep
from auditor.graph.jungles.failures import goes_on, nested
from auditor.graph.jungles.waved import waited_for
from auditor.graph.observed.identified import ENVIRONMENT
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Attr, Call, Loop, With
from auditor.model.place import Place
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame
from auditor.program.running.launches import LIKE_COMMANDS, Launch, together

MODELLING = frozenset({Role.FIT, Role.PREDICT})
PLUMBING = {
    Role.READ: "reads data",
    Role.WRITE: "writes data",
    Role.LOAD_MODEL: "loads a model file",
    Role.SAVE_MODEL: "saves a model file",
    Role.CONFIG_READ: "reads configuration",
    Role.DOWNLOAD: "downloads",
    Role.CONNECT: "opens a connection",
    Role.EXEC: "starts a process",
    Role.COPY: "moves files",
    Role.CLI_PARAM: "parses the command line",
}

_ALONE = frozenset({"kfp"})
"""Tools whose steps are functions that nothing is handed but paths."""


class Step(msgspec.Struct, frozen=True):
    """One call inside a scope: where it stands, and what it does in words."""

    place: Place
    says: str


COPIED = 4
"""Calls from which scopes of one name that make the same ones are copies."""
HANDED = 2
"""Functions of the repository from which a program hands its work on."""
_MOVING = frozenset({Role.READ, Role.WRITE, Role.LOAD_MODEL, Role.SAVE_MODEL, Role.COPY})
_WORKING = frozenset({"ml", "data", "llm", "cloud"})


class ModelScope(msgspec.Struct, frozen=True):
    """A function body, or the top level of a module, that fits or predicts."""

    name: str
    place: Place
    modelling: tuple[Step, ...]
    plumbing: tuple[Step, ...]

    @property
    def family(self) -> tuple[object, ...]:
        """What it has in common with copies of it alone: its name and its calls in order, where they are more than a few."""
        calls = [step.says for step in (*self.modelling, *self.plumbing)]
        return (self.name, *calls) if len(calls) >= COPIED else (self.place,)


class Driver(msgspec.Struct, frozen=True):
    """A program that starts other programs of the repository one after the other."""

    path: str
    place: Place
    started: tuple[Step, ...]
    scripts: tuple[str, ...]
    owned: bool


def _plumbs(effect: Effect) -> bool:
    """Whether a call moves data or settings in or out; trackers, environment variables, hub models and what a framework calls
    back while it trains do not count."""
    if effect.role not in PLUMBING or effect.domain == "tracking" or effect.name in ENVIRONMENT:
        return False
    if effect.entry.attrs.get("watches"):
        return False
    if effect.role in (Role.LOAD_MODEL, Role.SAVE_MODEL):
        return effect.entry.pin is None and not effect.entry.attrs.get("pretrained")
    return effect.domain != "ml" and not effect.entry.attrs.get("listing")


def model_scopes(world: World, owned: Callable[[str], bool]) -> list[ModelScope]:
    """Scopes with a model call of known origin; notebooks, the bodies of scripts, tests and examples left out.

    A body counts where functions beside it fit or predict: then the modelling has a place of its own. The edge of a program
    counts as one that only models. Left out are also the components of a platform that runs each function by itself: it has to open what it is given and to write
    what it leaves.
    """
    found = []
    alone = {(local.path, local.scope) for step in world.steps.all if step.tool in _ALONE for local in step.implements}
    code = world.resolved.code
    for path in code.paths:
        if not owned(path) or not places.is_product(path) or path.endswith(".ipynb"):
            continue
        modelled = {number: calls for number in code.scopes(path) if (calls := _modelling(world, (path, number)))}
        if set(modelled) == {0}:
            continue
        for number, modelling in modelled.items():
            if (path, number) in alone or _stands_alone(world, path, number):
                continue
            edge = _is_edge(world, (path, number), modelling)
            plumbing = [e for e in _sure(world, (path, number)) if _plumbs(e)] if not edge else []
            scope = code.scope(path, number)
            found.append(
                ModelScope(
                    scope.name or "(module level)",
                    code.place(path, modelling[0].line)
                    if number == 0
                    else code.place(path, scope.line, scope.end_line),
                    tuple(
                        _says(world, e, f"{e.name.rpartition('.')[2]}() of {e.name.partition('.')[0]}")
                        for e in modelling
                    ),
                    tuple(_says(world, e, f"{PLUMBING[e.role]}: {e.name}") for e in plumbing),
                )
            )
    return found


def _sure(world: World, site: Site) -> list[Effect]:
    return [e for e in world.resolved.effects.own.get(site, ()) if not e.dead and e.certainty >= 0.6]


def _modelling(world: World, site: Site) -> list[Effect]:
    """The calls of a scope that fit or predict."""
    calls = (e for e in _sure(world, site) if e.role in MODELLING and e.domain == "ml")
    return [e for e in calls if e.role is not Role.FIT or world.trains(e)]


def _is_edge(world: World, site: Site, modelling: list[Effect]) -> bool:
    """Whether a function is the edge of its program: what the file starts, that takes the options and hands on what it loads, and
    asks a model at most once, in a line."""
    if len(modelling) > 1 or any(e.role is not Role.PREDICT or e.at.loop for e in modelling):
        return False
    effects = world.resolved.effects
    started = any(call.direct and call.caller == (site[0], 0) for call in effects.callers.get(site, ()))
    takes = any(e.role is Role.CLI_PARAM for e in _sure(world, site))
    handed = {call.callee for call in effects.calls.get(site, ()) if call.direct and not call.constructs}
    return started and takes and len(handed) >= HANDED


def _stands_alone(world: World, path: str, number: int) -> bool:
    """Whether a decorator of such a tool makes a function a component, whether or not a pipeline here uses it."""
    scope = world.resolved.code.scope(path, number)
    frame = Frame(path, max(scope.parent, 0))
    for decorator in scope.decorators:
        func = decorator.func if type(decorator) is Call else decorator
        dotted = world.resolved.evaluator.denoter.dotted(func, frame)
        entry = world.resolved.knowledge.lookup(dotted) if dotted else None
        if entry is not None and entry.library in _ALONE and entry.role is Role.PIPELINE_STEP:
            return True
    return False


def _says(world: World, effect: Effect, says: str) -> Step:
    return Step(world.resolved.code.place(effect.site[0], effect.line), says)


def drivers(world: World, owned: Callable[[str], bool]) -> list[Driver]:
    """Programs and shell scripts that start programs of the repository, distributed launchers left out."""
    piped = {target for step in world.steps.all if step.tool in PIPELINES for target in world.steps.programs(step)}
    found = []
    for path, launched in sorted(world.launched.items()):
        chained = [
            launch
            for launch in launched
            if launch.run.kind in ("script", "notebook")
            and not launch.run.launcher
            and not launch.dead
            and not _is_called(world, launch)
            and not _only_asks(world, launch.run.target)
            and not world.orchestrates(launch.run.target)
        ]
        chained = _longest(world, chained)
        started = [Step(world.resolved.code.place(path, item.line), f"starts {item.run.target}") for item in chained]
        scripts = _files(world, [item.run.target for item in chained])
        works = owned(path) and places.is_product(path) and not world.orchestrates(path) and _work(world, scripts)
        apart = _is_series(world, chained, scripts) or _are_side_by_side(world, chained)
        if started and works and not apart:
            found.append(Driver(path, started[0].place, tuple(started), tuple(scripts), set(scripts) <= piped))
    for step in world.steps.all:
        if (
            step.tool == "shell"
            and owned(step.path)
            and places.is_product(step.path)
            and not step.path.startswith(".github/")
        ):
            runs = [
                run
                for run in step.runs
                if run.kind in ("script", "notebook")
                and not run.launcher
                and not _only_asks(world, run.target)
                and not world.orchestrates(run.target)
                and not _is_beside(step, run.line)
            ]
            looped = len({run.line for run in runs}) == 1 and not _exchange(world, [run.target for run in runs])
            if runs and not looped and _work(world, [run.target for run in runs]):
                started = [Step(Place(step.path, run.line), f"starts {run.target}") for run in runs]
                targets = tuple(_files(world, [run.target for run in runs]))
                found.append(Driver(step.path, started[0].place, tuple(started), targets, set(targets) <= piped))
    return found


def _is_series(world: World, launched: list[Launch], programs: list[str]) -> bool:
    """Whether programs only run one after the other: none of them takes or replaces what another leaves, all of what they
    read and write being known, and none waits for another to succeed."""
    if any(e.role in _MOVING and not e.dead for each in programs for e in world.lineage.unresolved_of_program(each)):
        return False
    return not _exchange(world, programs) and all(goes_on(world, launch) for launch in launched)


_WAITING = frozenset({"wait", "communicate", "poll"})


def _are_side_by_side(world: World, launched: list[Launch]) -> bool:
    """Whether programs run at the same time: each is started by a call that does not wait for it, and none is waited for before
    the last is started."""
    effects, code = world.resolved.effects, world.resolved.code
    lines: dict[Site, list[int]] = defaultdict(list)
    for launch in launched:
        starts = [e for e in effects.of(launch.site) if e.line == launch.line and e.role is Role.EXEC]
        helpers = {e.origin[0] for e in starts if e.origin is not None}
        if not starts or any(e.name != "subprocess.Popen" for e in starts) or any(_waits(world, h) for h in helpers):
            return False
        lines[launch.site].append(launch.line)
    for site, at in lines.items():
        first, last = min(at), max(at)
        for statement, _ in nested(code.scope(*site).body):
            around = type(statement) in (Loop, With) and any(statement.line <= n <= statement.end_line for n in at)
            if around:
                first, last = min(first, statement.line), max(last, statement.end_line)
            if type(statement) is With and any(n == statement.line for n in at):
                return False  # leaving the block waits
        if _waits(world, site, first, last) or (len(lines) > 1 and _waits(world, site)):
            return False
    return True


def _waits(world: World, site: Site, first: int = 0, last: int = 10**9) -> bool:
    """Whether lines of a scope wait for a process."""
    calls = (each.call for each in world.resolved.code.index(*site).calls)
    return any(first <= c.line <= last and type(c.func) is Attr and c.func.name in _WAITING for c in calls)


def _is_beside(step: DeclaredStep, line: int) -> bool:
    """Whether a script starts a program in the background and waits for it, if at all, after all others."""
    if str(line) not in dict(step.step.attrs).get("background", "").split():
        return False
    waits = waited_for(step, line)
    return waits is None or waits >= max(run.line for run in step.runs)


def _exchange(world: World, programs: list[str]) -> bool:
    """Whether some program takes or replaces what another of them is seen to leave."""
    writers: dict[str, set[str]] = defaultdict(set)
    takers: dict[str, set[str]] = defaultdict(set)
    for program in programs:
        for touch in world.lineage.of_program(program):
            takers[touch.artefact.id].add(program)
            if touch.way == "write":
                writers[touch.artefact.id].add(program)
    return any(len(takers[artefact] | found) > 1 for artefact, found in writers.items())


def _files(world: World, targets: list[str]) -> list[str]:
    """The programs among what is started: lines within a command are part of what starts them."""
    return [target for target in targets if target not in world.resolved.code.embedded.homes]


def _is_called(world: World, launch: Launch) -> bool:
    """Whether a library runs the program as a call: order and failure are those of any calls."""
    effects = world.resolved.effects.own.get(launch.site, ())
    return any(effect.line == launch.line and effect.name in LIKE_COMMANDS for effect in effects)


_CARRIED = frozenset({NodeKind.DATASET, NodeKind.EXTERNAL_DATASET, NodeKind.MODEL, NodeKind.METRIC, NodeKind.REPORT})


def _only_asks(world: World, program: str) -> bool:
    """Whether a program is no more than some lines in a command that touch nothing: a check, or a question to Python."""
    if program not in world.resolved.code.embedded.homes:
        return False
    moved = (
        touch.kind in _CARRIED
        for touch in world.lineage.of_program(program)
        if touch.site[0] == program or touch.site[1]  # what the body of an imported module reads are its settings
    )
    return not any(moved) and all(effect.role not in MODELLING for effect in world.lineage.effects_of_program(program))


def _longest(world: World, launched: list[Launch]) -> list[Launch]:
    """Of the launches of a file those that one run of it starts; of several the run with the most programs."""
    runs = (together(world.resolved.effects, launch, launched) for launch in launched)
    return max(runs, key=lambda run: len({launch.run.target for launch in run}), default=[])


def _work(world: World, programs: list[str]) -> bool:
    """Whether any of some programs works on data or models; what generates code or documents is a chore of developers."""
    return any(effect.domain in _WORKING for program in programs for effect in _deeds(world, program))


def _deeds(world: World, program: str) -> list[Effect]:
    """What the file of a program does; what it leads to, where the file itself reads, writes and computes nothing."""
    led = list(world.lineage.effects_of_program(program))
    own = [effect for effect in led if effect.site[0] == program]
    return own if any(effect.role in PLUMBING and effect.role is not Role.CLI_PARAM for effect in own) else led


_GLUE = frozenset(
    {
        Role.READ, Role.WRITE, Role.LOAD_MODEL, Role.SAVE_MODEL, Role.CONFIG_READ, Role.DOWNLOAD, Role.CONNECT, Role.EXEC,
        Role.COPY, Role.CACHE, Role.PATH, Role.CLI_PARAM, Role.LOG, Role.LOG_ARTIFACT, Role.LOG_METRIC, Role.LOG_PARAM,
        Role.REGISTER, Role.CALL_SERVICE, Role.PIPELINE, Role.PIPELINE_STEP, Role.SCHEDULE, Role.SERVE, Role.DATASET,
    }
)  # fmt: skip
_KERNEL = frozenset(
    {
        Role.ESTIMATOR, Role.FIT, Role.PREDICT, Role.TUNE, Role.COMPOSE, Role.TRAIN_SERVICE, Role.TRANSFORMER, Role.TRANSFORM,
        Role.FIT_TRANSFORM, Role.FEATURE, Role.RESAMPLE, Role.FEATURE_SELECT, Role.SAMPLE, Role.SPLIT, Role.EVALUATE,
        Role.EXPLAIN, Role.ANALYSE, Role.VALIDATE, Role.MODE,
    }
)  # fmt: skip


class Mix(msgspec.Struct, frozen=True):
    """Library calls of known role: those that carry data in and out, and those that model, make features or judge."""

    glue: int
    kernel: int

    @property
    def ratio(self) -> float:
        """Share of the calls that is glue (RULES §5.1)."""
        return self.glue / (self.glue + self.kernel) if self.glue + self.kernel else 0.0


def mix(world: World, owned: Callable[[str], bool]) -> Mix:
    """What the library calls of a component's product code are for."""
    glue = kernel = 0
    code = world.resolved.code
    for path in code.paths:
        if owned(path) and places.is_product(path):
            for number in code.scopes(path):
                roles = [e.role for e in world.resolved.effects.own.get((path, number), ()) if e.certainty >= 0.6]
                glue += sum(role in _GLUE for role in roles)
                kernel += sum(role in _KERNEL for role in roles)
    return Mix(glue, kernel)
