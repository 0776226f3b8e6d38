"""Questions about operation: what serves, what watches, what starts training again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.data.versions import Training, trainings
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.facts import Trigger
from auditor.model.place import Place

MANAGED = re.compile(
    r"model_?monitor|data_?quality_?job|data_?capture|skew_?threshold|drift_?threshold|monitor_?schedule|monitoring_?schedule|create_monitor",
    re.I,
)
MENTIONED = re.compile(r"drift|evidently|whylogs|nannyml", re.I)
OWN_STATISTIC = re.compile(
    r"(^|_)(psi|population_stability|drift|kl_divergence|js_divergence|wasserstein|ks_test|covariate_shift)(_|$|s$)",
    re.I,
)
ELSEWHERE = {
    "sagemaker": "Amazon SageMaker", "google.cloud.aiplatform": "Vertex AI", "azure": "Azure ML", "azureml": "Azure ML", "databricks": "Databricks",
    "dbx": "Databricks", "seldon_core": "Seldon", "kserve": "KServe", "arize": "Arize", "fiddler": "Fiddler", "aporia": "Aporia",
}  # fmt: skip
SEARCHED_MANAGED = (
    "managed monitors of SageMaker, Vertex AI and Azure ML in YAML and JSON",
    "own PSI, KS, KL or JS code",
    "claims under [tool.auditor.external]",
)


class Serving(NamedTuple):
    """Where predictions leave the repository. `kind`: `service` or `schedule` (batch scoring on a timetable)."""

    kind: str
    path: str
    place: Place
    says: str


class Evidence(NamedTuple):
    """Something that counts as the practice asked for. `wired` is false when it is only present."""

    place: Place
    says: str
    wired: bool


class Start(NamedTuple):
    """A trigger, and the training program it leads to over the named steps."""

    kind: str
    schedule: str
    place: Place
    training: str
    via: tuple[str, ...]


def serving(world: World, owned: Callable[[str], bool]) -> list[Serving]:
    """Services that answer with a model, and scheduled jobs that predict."""
    found = []
    product = [path for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    for path in serving_programs(product, world.resolved, world.lineage):
        effect = next(
            e
            for n in world.resolved.code.scopes(path)
            for e in world.resolved.effects.own.get((path, n), ())
            if e.role is Role.SERVE
        )
        found.append(
            Serving(
                "service",
                path,
                world.resolved.code.place(path, effect.line),
                f"{path} answers requests with a model ({effect.name.partition('.')[0]})",
            )
        )
    trained = {training.program for training in trainings(world, owned)}
    for path, trigger in world.steps.triggers():
        if trigger.kind != "schedule":
            continue
        for step in world.steps.started(path, trigger):
            found += [
                Serving(
                    "schedule",
                    program,
                    Place(path, trigger.line),
                    f"{path} runs {program} on schedule {trigger.schedule}",
                )
                for program in world.steps.programs(step)
                if owned(program) and program not in trained and _predicts(world, program)
            ]
    return found


def _predicts(world: World, program: str) -> bool:
    if program not in world.resolved.code.programs:
        return False
    effects = list(world.lineage.effects_of_program(program))
    return (
        any(e.role is Role.PREDICT for e in effects)
        and any(e.role is Role.LOAD_MODEL for e in effects)
        and not any(e.role is Role.EVALUATE for e in effects)
    )


def drift_evidence(world: World) -> list[Evidence]:
    """Anything in the repository that watches the inputs of a model: libraries, managed monitors, own statistics."""
    found = [*_monitor_calls(world), *_own_statistics(world), *_managed(world), *_listed(world)]
    return sorted(found, key=lambda e: (not e.wired, e.place))


def _monitor_calls(world: World) -> Iterator[Evidence]:
    for effect in world.resolved.effects.all():
        drift = effect.entry.attrs.get("drift")
        if (
            effect.role is Role.MONITOR
            and drift in ("data", "target", None)
            and drift != "operational"
            and places.is_product(effect.site[0])
        ):
            domain = effect.domain
            if domain == "monitoring" or drift is not None:
                yield Evidence(
                    world.resolved.code.place(effect.site[0], effect.line),
                    f"calls {effect.name}",
                    _runs(world, effect.site[0]),
                )


def _own_statistics(world: World) -> Iterator[Evidence]:
    code = world.resolved.code
    for path in code.paths:
        if not places.is_product(path):
            continue
        for number in code.scopes(path):
            scope = code.scope(path, number)
            if scope.kind == "function" and OWN_STATISTIC.search(scope.name.rpartition(".")[2]):
                callers = world.resolved.effects.callers.get((path, number), ())
                called = any(places.is_product(call.caller[0]) for call in callers)
                yield Evidence(code.place(path, scope.line), f"own drift statistic {scope.name}()", called)


def _runs(world: World, path: str) -> bool:
    """Whether a file is a program or part of one."""
    programs = (entry for entry in world.lineage.entries if places.is_product(entry))
    return any(path == site[0] for entry in programs for site in world.lineage.reached(entry))


def _managed(world: World) -> Iterator[Evidence]:
    for path, facts in sorted(world.files.items()):
        if facts.program is not None or not facts.leaves or not places.is_product(path):
            continue
        said = [leaf for leaf in facts.leaves if leaf.value is not False and MENTIONED.search(leaf.key)]
        managed = [leaf for leaf in facts.leaves if leaf.value is not False and MANAGED.search(leaf.key)]
        for leaf in (managed or said)[:1]:
            yield Evidence(Place(path, leaf.line), f"configures {leaf.key}", bool(managed))
    yield from _declared_monitors(world)
    for step in world.steps.all:
        words = " ".join(word.text for command in step.step.commands for word in command.words)
        if step.tool != "readme" and (
            re.search(r"drift|evidently", words, re.I) or re.search(r"drift", step.step.name, re.I)
        ):
            yield Evidence(Place(step.path, step.step.line), f"step {step.step.name} checks drift", True)


def _declared_monitors(world: World) -> Iterator[Evidence]:
    """Monitors of a platform that a file declares."""
    for path, facts in sorted(world.files.items()):
        for watch in facts.watches if places.is_product(path) else ():
            if watch.kind == "monitor" and dict(watch.attrs).get("drift") in ("data", "target"):
                yield Evidence(Place(path, watch.line), f"declares the monitor {watch.name}", True)


def _listed(world: World) -> Iterator[Evidence]:
    """Monitoring libraries that are installed: presence alone proves nothing."""
    names = {
        d.lower().replace("_", "-")
        for lib in world.resolved.knowledge.libraries()
        if lib.domain == "monitoring"
        for d in lib.distributions
    }
    for path, facts in sorted(world.files.items()):
        for requirement in facts.requirements:
            if requirement.name in names and places.is_product(path) and "lock" not in path:
                yield Evidence(Place(path, requirement.line), f"installs {requirement.name}", False)


def elsewhere(world: World) -> list[str]:
    """Platforms that the repository points to, where evidence may live that is not here."""
    found: set[str] = set()
    for path in world.resolved.code.paths:
        for statement, _, _ in world.resolved.code.index(path, 0).imports:
            for imported in statement.names:
                for root, name in ELSEWHERE.items():
                    if not statement.level and (imported.module == root or imported.module.startswith(root + ".")):
                        found.add(name)
    for entry in world.listing.entries:
        name = entry.path.rpartition("/")[2]
        if name.endswith(".tf"):
            found.add("Terraform")
        elif name == "Chart.yaml":
            found.add("Helm")
        elif name in ("databricks.yml", "databricks.yaml"):
            found.add("Databricks")
    return sorted(found)


def starts(world: World, owned: Callable[[str], bool]) -> tuple[list[Start], list[Training]]:
    """Triggers from which a training program of the component is reached, and those programs."""
    trained = {training.program: training for training in trainings(world, owned)}
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
