"""Ways from training to operation, and whether anything on them looks at the figures of the new model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import product_trainings
from auditor.graph.data.versions import Training
from auditor.graph.declared.steps import AUTOMATION, DeclaredStep
from auditor.graph.jungles.failures import nested
from auditor.graph.operation import newest
from auditor.graph.operation.promoting import (
    compares,
    is_first,
    is_gated,
    is_live,
    judges,
    names_a_figure,
    promotions,
    way_to,
)
from auditor.graph.operation.serving import deployments
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Assert
from auditor.model.ordered import Ordered
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.running.runs import Run
from auditor.program.symbolic.values import Hole

_REFUSING = regex(r"sys\.exit|raise |assert |exit 1|\bbc\b")


class Release(msgspec.Struct, frozen=True):
    """One way from training to operation. `gate` says what looks at the figures; "" where nothing does.

    `approved`: a person, or a manual start, stands before it. `tested`: tests run on the way, but none of them looks at a figure.
    """

    path: str
    place: Place
    says: str
    trained: Place
    training: str
    gate: str
    approved: bool = False
    tested: bool = False


def releases(world: World, owned: Callable[[str], bool]) -> list[Release]:
    """The ways from the trainings of a component into operation, each once."""
    ways = (
        *_in_code(world, owned),
        *_in_tasks(world, owned),
        *_in_automation(world, owned),
        *_by_being_newest(world, owned),
    )
    found = {(each.path, each.place): each for each in ways}
    return [found[key] for key in sorted(found)]


# --- in one program ---


def _in_code(world: World, owned: Callable[[str], bool]) -> Iterator[Release]:
    """Programs, and functions of steps, that train and promote in one run."""
    live = [promotion for promotion in promotions(world) if is_live(promotion)]
    for training in product_trainings(world) if live else ():
        if not owned(training.program) or _is_rehearsal(world, training.program):
            continue
        for promotion in live:
            way = way_to(world, (training.program, 0), promotion)
            if way is None or is_first(world, way):
                continue
            if not _is_registered_apart(world, training.program, promotion.site):
                gate = "a condition stands before it" if is_gated(world, way) else ""
                by_hand = training.program.endswith(".ipynb")  # whoever runs it sees the figures before the next cell
                yield Release(
                    training.program, promotion.place, promotion.says, training.place, training.program, gate, by_hand
                )


def _is_rehearsal(world: World, program: str) -> bool:
    """Whether a program works with a registry of its own in a folder for temporary files: nobody is served from there."""
    connected = (e for e in world.lineage.effects_of_program(program, Role.CONNECT) if e.name in _REGISTRIES)
    return any(
        type(part) is Hole and part.kind == "temporary" for e in connected for v in e.targets for part in v.parts
    )


_REGISTRIES = frozenset({"mlflow.set_tracking_uri", "mlflow.set_registry_uri"})


def _in_tasks(world: World, owned: Callable[[str], bool]) -> Iterator[Release]:
    """Steps of pipelines in code that train and promote in one task: no other step can come between."""
    live = [promotion for promotion in promotions(world) if is_live(promotion)]
    for step in world.steps.all if live else ():
        for start in ((local.path, local.scope) for local in step.implements if owned(local.path)):
            reached = sorted(world.resolved.effects.reached(start))
            fits = [e for site in reached for e in world.resolved.effects.own.get(site, ()) if world.trains(e)]
            for promotion in live if fits and places.is_product(start[0]) else ():
                way = way_to(world, start, promotion)
                if way is not None and not is_first(world, way):
                    gate = "a condition stands before it" if is_gated(world, way) else ""
                    trained = world.resolved.code.place(fits[0].site[0], fits[0].line)
                    yield Release(
                        start[0], promotion.place, promotion.says, trained, f"the step {step.step.name}", gate
                    )


def _is_registered_apart(world: World, program: str, site: tuple[str, int]) -> bool:
    """Whether the promotion is another step of a pipeline that the program only declares: steps before it may decide."""
    if not world.orchestrates(program):
        return False
    return any((local.path, local.scope) == site for step in world.steps.all for local in step.implements)


def _by_being_newest(world: World, owned: Callable[[str], bool]) -> Iterator[Release]:
    """Trainings whose models a service takes up because none is newer."""
    for training, pick, gate in newest.ways(world, owned):
        says = f"{pick.service}, which loads whatever model is newest,"
        by_hand = training.program.endswith(".ipynb")
        yield Release(training.program, pick.place, says, training.place, training.program, gate, by_hand)


# --- in automation ---


class _Event(Ordered, frozen=True):
    """Something that happens in a job, in the order of lines."""

    line: int
    kind: str  # trains, tests, gates, releases
    says: str
    place: Place


def _in_automation(world: World, owned: Callable[[str], bool]) -> Iterator[Release]:
    trained = {training.program: training for training in product_trainings(world) if owned(training.program)}
    for path, steps in sorted(world.steps.by_file.items()) if trained else ():
        jobs = [step for step in steps if step.tool in AUTOMATION and places.is_product(path)]
        for order in _orders(jobs):
            yield from _along(world, path, order, trained)


def _orders(jobs: list[DeclaredStep]) -> Iterator[list[DeclaredStep]]:
    """For each job, those that come before it and itself, the first first."""
    known = {job.id: job for job in jobs}
    for job in jobs:
        before: list[DeclaredStep] = []
        todo = [job]
        while todo:
            here = todo.pop()
            if here not in before:
                before.append(here)
                todo += [known[name] for name in here.after if name in known]
        yield sorted(before, key=lambda each: (len(_all_before(each, known)), each.step.line))


def _all_before(job: DeclaredStep, known: dict[str, DeclaredStep]) -> set[str]:
    found: set[str] = set()
    todo = list(job.after)
    while todo:
        name = todo.pop()
        if name in known and name not in found:
            found.add(name)
            todo += known[name].after
    return found


def _along(world: World, path: str, order: list[DeclaredStep], trained: Mapping[str, Training]) -> Iterator[Release]:
    """A release in the last job of an order, after a training in it or before it."""
    training: _Event | None = None
    gate, tested = "", False
    last = order[-1]
    for job in order:
        condition = job.step.condition
        for event in sorted(_events(world, job, trained)):
            if event.kind == "trains":
                training, gate, tested = event, _judged_by_training(world, job), False
            elif training is not None and event.kind == "gates":
                gate = gate or event.says
            elif training is not None and event.kind == "tests":
                tested = True
            elif training is not None and event.kind == "releases" and job is last:
                decided = gate or (
                    "its condition" if re.search(r"needs\.|outputs\.|steps\.\w+\.outputs", condition) else ""
                )
                approved = bool(dict(job.step.attrs).get("environment")) or _is_manual(world, path)
                yield Release(path, event.place, event.says, training.place, training.says, decided, approved, tested)
                return


def _judged_by_training(world: World, job: DeclaredStep) -> str:
    """The program of a job's runs that refuses a bad model by itself, and whose failure the job does not wave through."""
    waved = {run.target for run in job.runs if run.guard} - {run.target for run in job.runs if not run.guard}
    for program in world.steps.programs(job):
        if (
            program not in waved
            and program in world.resolved.code.programs
            and judges(world, world.lineage.reached(program))
        ):
            return f"{program} refuses a bad model"
    return ""


def _is_manual(world: World, path: str) -> bool:
    kinds = {trigger.kind for where, trigger in world.steps.triggers() if where == path}
    return bool(kinds) and kinds <= {"manual"}


def _events(world: World, job: DeclaredStep, trained: Mapping[str, Training]) -> Iterator[_Event]:
    running = world.steps.programs(job)
    for run in job.runs:
        place = Place(job.path, run.line)
        if run.kind in ("script", "notebook"):
            yield from _of_script(world, run, place, trained)
        elif run.kind in ("pipeline", "shell", "image"):
            led = [program for program in running if program in trained]
            if led and not any(other.target in led for other in job.runs):
                yield _Event(run.line, "trains", led[0], place)
        elif run.kind == "test":
            measured = _measured(world, run)
            yield _Event(run.line, "gates" if measured else "tests", measured or "tests", place)
    for command in job.step.commands:
        words = " ".join(word.text for word in command.words)
        if _REFUSING.search(f"{words} {command.body}") or words.startswith(("[ ", "[[ ", "test ", "(( ")):
            yield _Event(command.line, "gates", "a test in the shell", Place(job.path, command.line))
    for deployment in deployments(world):
        if deployment.step == job.id and not (_IMAGES.search(deployment.says) and not _packs(world, trained)):
            yield _Event(deployment.place.line or 0, "releases", deployment.says, deployment.place)


_IMAGES = regex(r"docker push|build-push-action|docker compose|docker-compose", re.I)


def _packs(world: World, trained: Mapping[str, Training]) -> bool:
    """Whether an image of the repository takes in a model that training writes: only then does pushing it release the model."""
    models = {
        touch.artefact.path
        for program in trained
        for touch in world.lineage.of_program(program)
        if touch.way == "write" and touch.kind is NodeKind.MODEL and touch.artefact.path
    }
    copied = {
        declared.path
        for step in world.steps.all
        if step.tool == "docker"
        for declared in step.reads
        if declared.path is not None
    }
    return any(
        path == "" or model == path or model.startswith(f"{path}/") for model in models for path in copied if model
    )


def _of_script(world: World, run: Run, place: Place, trained: Mapping[str, Training]) -> Iterator[_Event]:
    if run.target not in world.resolved.code.programs:
        return
    if run.target in trained:
        yield _Event(run.line, "trains", run.target, place)
        return
    sites = world.lineage.reached(run.target)
    for promotion in promotions(world):
        if is_live(promotion) and promotion.site in sites and promotion.happens_in(run.target):
            way = way_to(world, (run.target, 0), promotion)
            if way is not None and is_first(world, way):
                continue
            gated = way is not None and is_gated(world, way)
            yield _Event(run.line, "gates" if gated else "releases", f"{run.target} calls {promotion.says}", place)
            return
    if judges(world, sites) and not run.guard:
        yield _Event(run.line, "gates", f"{run.target} refuses a bad model", place)


def _measured(world: World, run: Run) -> str:
    """The test file among those a command runs that looks at a figure of the model; "" if none does."""
    named = [word.text.partition("::")[0].rstrip("/") for word in run.args if not word.text.startswith("-")]
    for path in world.resolved.code.paths:
        chosen = any(
            path == name or path.startswith(f"{name}/") or path.endswith(f"/{name}")
            for name in named
            if name not in (".", "")
        )
        if (chosen if any(name not in (".", "") for name in named) else places.is_test(path)) and _measures(
            world, path
        ):
            return f"{path} looks at the model's figures"
    return ""


def _measures(world: World, path: str) -> bool:
    code = world.resolved.code
    for number in code.scopes(path):
        body = code.scope(path, number).body
        asserts = [statement.test for statement, _ in nested(body) if type(statement) is Assert]
        evaluates = any(e.role is Role.EVALUATE for e in world.resolved.effects.own.get((path, number), ()))
        if any(names_a_figure(test) or (evaluates and compares(test)) for test in asserts):
            return True
    return False
