"""What starts the training of a model again: schedules, events and pushes from which it is reached."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.data.trail import made_nothing
from auditor.graph.data.versions import Training, copied, trainings
from auditor.graph.declared.steps import PIPELINES, DeclaredStep
from auditor.graph.declared.training_words import may_train
from auditor.graph.observed.endpoints import endpoints
from auditor.graph.operation.serving import serving
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.facts import Trigger
from auditor.model.ir import Const
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.scopes import last_name
from auditor.program.naming.words import records


class Start(msgspec.Struct, frozen=True):
    """A trigger, and the training program it leads to over the named steps."""

    kind: str
    schedule: str
    place: Place
    training: str
    via: tuple[str, ...]


def starts(world: World, owned: Callable[[str], bool]) -> tuple[list[Start], list[Training]]:
    """Triggers from which a training program of the component is reached, and those programs."""
    found_trainings = _in_order(world, trainings(world, owned))
    trained = {training.program: training for training in found_trainings}
    found = []
    for path, trigger in world.steps.triggers():
        for step in world.steps.started(path, trigger):
            found += [
                Start(_event(trigger), trigger.schedule, Place(path, trigger.line), program, (step.step.name,))
                for program in _reaches(world, step)
                if program in trained
            ]
    for effect in world.resolved.effects.all():
        if (
            effect.role in (Role.SCHEDULE, Role.PIPELINE)
            and effect.domain == "orchestration"
            and places.is_product(effect.site[0])
        ):
            schedule = _schedule(world, effect.site[0], effect.line)
            sites = set(world.lineage.reached(effect.site[0])) | {
                (effect.site[0], n) for n in world.resolved.code.scopes(effect.site[0])
            }
            for site in list(sites):
                sites |= set(world.resolved.effects.reached(site)) if site[0] == effect.site[0] else set()
            place = world.resolved.code.place(effect.site[0], effect.line)
            launched = {launch.run.target for launch in world.launched.get(effect.site[0], ())}
            led_to = [program for program in trained if program in launched or (program, 0) in sites]
            if not led_to and any(world.trains(e) for s in sites for e in world.resolved.effects.of(s)):
                led_to = [effect.site[0]]  # the flow trains in its own code
            kind = "schedule" if schedule else "manual"
            found += [Start(kind, schedule, place, program, (effect.name,)) for program in led_to]
    return found, list(trained.values())


def _in_order(world: World, found: list[Training]) -> list[Training]:
    """Trainings, first those that anybody would start again: programs before notebooks, what is started before what is not, copies last."""
    aside, copies = made_nothing(world, found), copied(world, found)
    return sorted(
        found,
        key=lambda each: (each.program.endswith(".ipynb"), each.program in aside, each.program in copies, each.program),
    )


def training_of_served(world: World, owned: Callable[[str], bool]) -> Training | None:
    """The training that leaves what a service of the component loads, or the only one there is; None where it is not known."""
    found = trainings(world, owned)
    if len(found) == 1:
        # Where a declared step trains in a way that is not followed, a notebook of drafts is not what trains.
        return None if places.is_exploratory(found[0].program) and declared_trainings(world, owned) else found[0]
    loaded = {
        t.artefact.id for each in serving(world, owned) for t in world.lineage.of_program(each.path) if t.way == "read"
    }
    leaving = [
        each
        for each in found
        if any(t.way == "write" and t.artefact.id in loaded for t in world.lineage.of_program(each.program))
    ]
    return leaving[0] if len(leaving) == 1 else None


_BY_ITSELF = frozenset({"schedule", "push", "pull_request", "dataset", "event", "repository_dispatch", "workflow_run"})
"""Triggers that come with time, data or code; a comment or a release brings nothing to learn from."""


_OUTSIDE = regex(
    r"\bcurl\b.*(POST|webhook|dispatch|trigger)|gcloud builds (triggers run|submit)|gh (workflow run|api)|aws (codepipeline|codebuild|stepfunctions|lambda invoke|events)|"
    r"az pipelines run|http(ie)? post",
    re.I | re.S,
)
"""Commands that start something outside of the repository."""


def declared_trainings(world: World, owned: Callable[[str], bool]) -> list[Place]:
    """The steps of declared pipelines that train by their name."""
    named = [s for s in world.steps.all if s.tool in PIPELINES and owned(s.path) and places.is_product(s.path)]
    return [Place(s.path, s.step.line) for s in named if may_train(s.step.name.replace("_", " "))]


def hint(world: World, owned: Callable[[str], bool]) -> tuple[Place, str] | None:
    """What starts by itself and may train though it cannot be followed: a job or a command of that name, or a route."""
    for path, trigger in world.steps.triggers():
        for step in (
            world.steps.started(path, trigger) if _event(trigger) in _BY_ITSELF and places.is_product(path) else ()
        ):
            if may_train(step.step.name):
                return Place(step.path, step.step.line), f"the job {step.step.name} may train"
            for command in step.step.commands:
                words = " ".join(word.text for word in command.words)
                if _OUTSIDE.search(words):
                    return Place(step.path, command.line), f"`{words[:60]}` starts something outside that may train"
                if may_train(words) and command.words[0].text not in ("echo", "pip", "cd", "cat", "ls"):
                    return Place(step.path, command.line), f"`{words[:60]}` may train"
    if started := _from_code(world, owned):
        return started
    for path in world.resolved.code.paths:
        for endpoint in (
            endpoints(world.resolved, path) if owned(path) and places.is_product(path) and _serves(world, path) else ()
        ):
            reached = world.resolved.effects.reached(endpoint.site)
            fits = any(world.trains(e) for site in reached for e in world.resolved.effects.own.get(site, ()))
            if fits or may_train(endpoint.route):
                place = world.resolved.code.place(path, endpoint.line)
                return place, f"the route {endpoint.route} trains; who calls it is not seen"
    return None


_STARTING = frozenset({
    "run_deployment", "arun_deployment", "TriggerDagRunOperator", "trigger_dag", "start_pipeline_execution", "create_training_job",
    "start_execution", "run_now", "submit_run", "create_or_update", "create_run_from_pipeline_func", "create_workflow_dispatch",
})  # fmt: skip
"""Calls by which a program has a platform start something."""


def _from_code(world: World, owned: Callable[[str], bool]) -> tuple[Place, str] | None:
    """A call of product code that starts something on a platform, and whose words say that it trains."""
    code = world.resolved.code
    for path in code.paths:
        if path.endswith(".ipynb") or not owned(path) or not places.is_product(path):
            continue
        if not code.words(path).mentions(_STARTING):
            continue
        for number, call in code.calls(path):
            name = last_name(call.func)
            texts = " ".join(
                text for node in records(call) if type(node) is Const and isinstance(text := node.value, str)
            )
            if name in _STARTING and may_train(f"{texts} {code.scope(path, number).name.replace('_', ' ')}"):
                return code.place(path, call.line), f"{name}(…) starts something that may train"
    return None


def _serves(world: World, path: str) -> bool:
    return any(
        effect.role is Role.SERVE
        for number in world.resolved.code.scopes(path)
        for effect in world.resolved.effects.own.get((path, number), ())
    )


def _event(trigger: Trigger) -> str:
    """The kind of a trigger; of an event its own name, since a release or a comment brings no new data."""
    return dict(trigger.attrs).get("event", trigger.kind) if trigger.kind == "event" else trigger.kind


def _reaches(world: World, step: DeclaredStep) -> list[str]:
    """Programs a step runs, and programs those start in turn."""
    found = list(world.steps.programs(step))
    for program in found:
        for launch in world.launched.get(program, ()):
            if launch.run.kind in ("script", "notebook") and launch.run.target not in found:
                found.append(launch.run.target)
    return found


def _schedule(world: World, path: str, line: int) -> str:
    """The schedule that an orchestrator's call names, if it is written out; "set in code" where it is not."""
    for number, call in world.resolved.code.calls(path):
        if call.line == line:
            for name, value in call.keywords:
                if name in ("schedule", "schedule_interval", "timetable", "cron", "cron_schedule", "interval"):
                    from auditor.program.naming.code import Frame

                    text = world.resolved.evaluator.values(value, Frame(path, number))
                    return (
                        text[0].text()
                        if text and text[0].known
                        else "set in code"
                        if type(value).__name__ != "Const"
                        else ""
                    )
    return ""


_BRINGING = frozenset({Role.READ, Role.DOWNLOAD, Role.CONNECT, Role.CALL_SERVICE})


def draws_its_rows(world: World, program: str) -> bool:
    """Whether a training learns from rows that it draws by chance, and takes in none: trained again, it learns nothing new."""
    touches = world.lineage.of_program(program)
    own = {touch.artefact.id for touch in touches if touch.way == "write"}
    taken = {id(touch.effect) for touch in touches if touch.way == "read" and touch.artefact.id in own}
    effects = [effect for effect in world.lineage.effects_of_program(program) if not effect.dead]
    made = [
        effect for effect in effects if effect.entry.attrs.get("synthetic") or effect.name.startswith("numpy.random.")
    ]
    brought = (
        effect for effect in effects if effect.role in _BRINGING and id(effect) not in taken and effect not in made
    )
    return any(e.role in (Role.SAMPLE, Role.READ) for e in made) and next(brought, None) is None
