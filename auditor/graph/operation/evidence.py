"""What in a repository watches a model, whatever its form: library calls, own statistics, managed monitors, rules that alert."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.data.grouping import GROUPING, UNLABELLED, only
from auditor.graph.observed.endpoints import endpoints
from auditor.graph.observed.practices import OWN_STATISTIC
from auditor.graph.world import World
from auditor.knowledge import Library
from auditor.model.artefact import Role
from auditor.model.facts import Facts
from auditor.model.ir import Call, Const, Expr, Group, Return, Table
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.scopes import last_name
from auditor.program.naming.statements import within
from auditor.program.running.invocations import argument

MANAGED = regex(
    r"model_?monitor|data_?quality_?job|data_?capture|skew_?threshold|drift_?threshold|monitor_?schedule|monitoring_?schedule|create_monitor",
    re.I,
)
MENTIONED = regex(r"drift|evidently|whylogs|nannyml", re.I)
_OWN_QUALITY = regex(
    r"(^|_)((concept|performance|label|target|model)_(drift|decay|degradation)|ground_truth|actuals|backtest\w*|delayed_labels?|feedback|"
    r"(monitor|track|check|log|evaluate|watch)_(model_|live_|prod(uction)?_)?(performance|accuracy|quality|predictions))(_|$|s$)",
    re.I,
)
_ANSWER = regex(
    r"^(predict\w*|(predicted_)?(class|label|outcome)(_name)?|decision|verdict|risk_(band|level|class|category)|sentiment|score_band)$",
    re.I,
)
"""Labels of a meter that are answers of a model."""
_PLACED = regex(r"(^|[/_.-])(drift|monitor(ing|s)?|evidently|whylogs|nannyml)([/_.-]|$)", re.I)
SEARCHED_MANAGED = (
    "managed monitors of SageMaker, Vertex AI, Azure ML and Databricks in code, YAML, JSON, Terraform and CloudFormation",
    "Prometheus rules and Grafana panels on features or drift",
    "own PSI, KS, KL, JS or Wasserstein code",
    "pipeline steps and files that name drift or monitoring",
    "claims under [tool.auditor.external]",
)


class Evidence(msgspec.Struct, frozen=True):
    """Something that counts as the practice asked for. `wired` is false when it is only present.

    `invented`: it compares nothing but numbers that its own program makes up.
    """

    place: Place
    says: str
    wired: bool
    invented: bool = False


def drift_evidence(world: World) -> list[Evidence]:
    """Anything that watches the inputs of a model, the wired first."""
    return list(world.once(_drift))


def quality_evidence(world: World) -> list[Evidence]:
    """Anything that compares predictions with what came true, or stands in for it, the wired first."""
    return list(world.once(_quality))


def operational_evidence(world: World) -> list[Evidence]:
    """Anything that tells how a service fares: metrics, traces, probes, dashboards."""
    return list(world.once(_operational))


def _drift(world: World) -> tuple[Evidence, ...]:
    found = [
        *_calls(world, ("data", "target", "")),
        *_functions(world, OWN_STATISTIC, "own drift statistic"),
        *_managed(world),
        *_watches(world, ("data", "target")),
        *_steps(world),
        *_listed(world, ("data", "target")),
    ]
    if any(each.invented for each in found):
        # Where the monitor itself is made up, what speaks of drift beside it is its output.
        return _in_order([each for each in found if each.wired or each.invented])
    return _in_order([*found, *_files(world)])


def _quality(world: World) -> tuple[Evidence, ...]:
    found = [
        *_calls(world, ("performance", "target")),
        *_functions(world, _OWN_QUALITY, "own check of the model's quality"),
        *_counted(world),
        *_quality_steps(world),
        *_watches(world, ("performance", "target")),
        *_listed(world, ("performance", "target")),
    ]
    return _in_order(found)


def _operational(world: World) -> tuple[Evidence, ...]:
    return _in_order([*_calls(world, ("operational",)), *_watches(world, ("operational",))])


def _in_order(found: list[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(found, key=lambda each: (not each.wired, each.place)))


def monitor_calls(world: World, kinds: tuple[str, ...]) -> Iterator[Effect]:
    """The calls of product code that monitor something of these kinds; "" where the tables of a monitor name none."""
    for site, effects in sorted(world.resolved.effects.own.items()):
        for effect in effects if places.is_product(site[0]) else ():
            drift = str(effect.entry.attrs.get("drift", ""))
            monitors = bool(drift) or (effect.role is Role.MONITOR and effect.domain == "monitoring")
            if monitors and drift in kinds and not effect.dead:
                yield effect


def _calls(world: World, kinds: tuple[str, ...]) -> Iterator[Evidence]:
    for effect in monitor_calls(world, kinds):
        path = effect.site[0]
        yield Evidence(world.resolved.code.place(path, effect.line), f"calls {effect.name}", runs(world, path))


def _functions(world: World, named: re.Pattern[str], says: str) -> Iterator[Evidence]:
    """Functions of a telling name that compute something, with whether product code calls them."""
    code, effects = world.resolved.code, world.resolved.effects
    for path in code.paths:
        for number in code.scopes(path) if places.is_product(path) else ():
            scope = code.scope(path, number)
            if scope.kind == "function" and named.search(scope.name.rpartition(".")[2]) and scope.logical > 1:
                used = any(places.is_product(call.caller[0]) for call in effects.callers.get((path, number), ()))
                invented = used and _is_invented(world, (path, number))
                wired = (used or _is_task(world, path, number)) and not invented
                yield Evidence(code.place(path, scope.line), f"{says} {scope.name}()", wired, invented)


_BRINGING = frozenset({Role.READ, Role.DOWNLOAD, Role.CONNECT, Role.LOAD_MODEL, Role.CALL_SERVICE, Role.SERVE, Role.EXEC, Role.CLI_PARAM, Role.DATASET})  # fmt: skip


def _is_invented(world: World, site: Site) -> bool:
    """Whether every program that computes a statistic draws its numbers and brings none in."""
    programs = [p for p in world.lineage.entries if places.is_product(p) and site in world.lineage.reached(p)]
    return bool(programs) and all(_draws_alone(world, program) for program in programs)


def _draws_alone(world: World, program: str) -> bool:
    effects = [
        effect
        for reached in world.lineage.reached(program)
        for effect in world.resolved.effects.own.get(reached, ())
        if reached[0] == program or not effect.guarded
    ]
    roles = {effect.role for effect in effects}
    return Role.SAMPLE in roles and not roles & _BRINGING and not world.resolved.evaluator.options.of_program(program)


def _is_task(world: World, path: str, number: int) -> bool:
    """Whether a declared step runs the function."""
    return any((local.path, local.scope) == (path, number) for step in world.steps.all for local in step.implements)


def runs(world: World, path: str) -> bool:
    """Whether a file is a program, or part of one that is no notebook to look around in."""
    return path in world.once(_running)


def _running(world: World) -> frozenset[str]:
    entries = (e for e in world.lineage.entries if places.is_product(e) and not places.is_exploratory(e))
    tasks = ((local.path, local.scope) for step in world.steps.all for local in step.implements)
    found = world.lineage.reached_by_any(entries) | world.resolved.effects.reached_by_any(tasks)
    return frozenset(path for path, _ in found)


def _counted(world: World) -> Iterator[Evidence]:
    """Meters of the service that tell its answers apart: how they are distributed stands in for whether they come true."""
    for effect in monitor_calls(world, ("operational",)):
        labels = argument(effect.call, "labelnames", 2) if effect.entry.library == "prometheus_client" else None
        named = {part.value for part in within(labels) if type(part) is Const} if labels is not None else set()
        told = sorted(name for name in named if isinstance(name, str) and _ANSWER.search(name))
        if told:
            path = effect.site[0]
            yield Evidence(
                world.resolved.code.place(path, effect.line), f"counts answers by {told[0]}", runs(world, path)
            )


def _managed(world: World) -> Iterator[Evidence]:
    """Settings of a platform that name a monitor, and settings that only speak of drift."""
    for path, facts in sorted(world.files.items()):
        if facts.program is not None or not facts.leaves or not places.is_product(path):
            continue
        for line, key, managed in world.resolved.code.alone(path, _on_drift, tuple[tuple[int, str, bool], ...]):
            yield Evidence(Place(path, line), f"configures {key}", managed)


def _on_drift(facts: Facts) -> tuple[tuple[int, str, bool], ...]:
    """The first setting of a file that names a monitor, or else that speaks of drift: its line, its key, and which of the two."""
    said = [leaf for leaf in facts.leaves if leaf.value is not False and MENTIONED.search(leaf.key)]
    managed = [leaf for leaf in facts.leaves if leaf.value is not False and MANAGED.search(leaf.key)]
    return tuple((leaf.line, leaf.key, bool(managed)) for leaf in (managed or said)[:1])


def _watches(world: World, kinds: tuple[str, ...]) -> Iterator[Evidence]:
    """Monitors and alerts that a file declares."""
    for path, facts in sorted(world.files.items()):
        for watch in facts.watches if places.is_product(path) else ():
            if watch.kind in ("monitor", "alert") and dict(watch.attrs).get("drift") in kinds:
                yield Evidence(Place(path, watch.line), f"declares the {watch.kind} {watch.name} ({watch.tool})", True)


def _steps(world: World) -> Iterator[Evidence]:
    for step in world.steps.all:
        if step.tool == "readme" or not places.is_product(step.path):
            continue
        words = " ".join(word.text for command in step.step.commands for word in command.words)
        if re.search(r"drift|evidently", words, re.I) or re.search(r"drift", step.step.name, re.I):
            place = world.resolved.code.place(step.path, step.step.line)
            yield Evidence(place, f"step {step.step.name} checks drift", True)


def _quality_steps(world: World) -> Iterator[Evidence]:
    """Declared steps that are called after the quality of the model."""
    for step in world.steps.all:
        if step.tool != "readme" and not step.path.endswith(".lock") and _OWN_QUALITY.search(step.step.name):
            place = world.resolved.code.place(step.path, step.step.line)
            yield Evidence(place, f"step {step.step.name} checks the model's quality", True)


def _listed(world: World, kinds: tuple[str, ...]) -> Iterator[Evidence]:
    """Libraries of the kind that are installed: presence alone proves nothing. Copies inside run records do not count."""
    names = {name.lower().replace("_", "-") for library in libraries(world, kinds) for name in library.distributions}
    for path, facts in sorted(world.files.items()):
        if not facts.requirements or not places.is_product(path) or "lock" in path:
            continue
        for requirement in facts.requirements:
            if requirement.name in names:
                yield Evidence(Place(path, requirement.line), f"installs {requirement.name}", False)


_HEALTH = regex(r"/?(_?health\w*|live(ness|z)?|ready|readiness|readyz|ping|status|metrics|heartbeat|stats|up)/?$", re.I)
_PROBED = regex(r"(liveness|readiness|startup)_?probe|health_?check|healthcheck", re.I)


def health(world: World, owned: Callable[[str], bool]) -> Evidence | None:
    """A route, probe or check that tells whether a service is well, if there is one."""
    code = world.resolved.code
    for path in code.paths:
        for site in ((path, number) for number in code.scopes(path)) if owned(path) and places.is_product(path) else ():
            for effect in world.resolved.effects.own.get(site, ()):
                route = effect.targets[0].text() if effect.role is Role.SERVE and effect.targets else ""
                if route and (_HEALTH.search(route.rpartition("/")[2] or route) or _is_liveness(world, path, effect)):
                    return Evidence(code.place(path, effect.line), f"the route {route}", True)
    for path, facts in sorted(world.files.items()):
        if not places.is_product(path) or facts.program is not None:
            continue
        if facts.attr("healthcheck") or any(("healthcheck", "true") in step.attrs for step in facts.steps):
            return Evidence(Place(path, 1), "a health check of the container", True)
        for leaf in facts.leaves:
            if _PROBED.search(leaf.key):
                return Evidence(Place(path, leaf.line), f"configures {leaf.key}", True)
    return None


def _is_liveness(world: World, path: str, effect: Effect) -> bool:
    """Whether a route is the root of the service and does nothing but answer that it runs."""
    if effect.targets[0].text() != "/":
        return False
    for endpoint in endpoints(world.resolved, path):
        if endpoint.route == "/":
            scope = world.resolved.code.scope(*endpoint.site)
            answers = [s.value for s in scope.body if type(s) is Return and s.value is not None]
            calls = world.resolved.code.index(*endpoint.site).calls
            answering = [value for value in answers if type(value) is Call and _is_answer(value)]
            told = [each for value in answers for each in (value.args if value in answering else (value,))]
            named = _HEALTH.search(scope.name.rpartition(".")[2]) is not None
            if told and len(calls) == len(answering) and (named or all(map(_is_constant, told))):
                return True
    return False


def _is_answer(call: Call) -> bool:
    """Whether a call only wraps what is answered: `JSONResponse({"status": "ok"})`, `jsonify(...)`."""
    name = last_name(call.func)
    keywords = (value for _, value in call.keywords)
    return (name.endswith("Response") or name == "jsonify") and all(map(_is_constant, keywords))


def _is_constant(value: Expr) -> bool:
    return all(type(node) in (Const, Table, Group) for node in within(value))


_MEASURED = regex(r"\b(prometheus|grafana|cloud ?watch|datadog|new ?relic|kibana|application insights|stackdriver|cluster[- ]monitoring|dynatrace)\b", re.I)  # fmt: skip


def told_of_monitoring(world: World) -> str:
    """The system by which the documents say that what runs is measured; "" where they name none."""
    found = _MEASURED.search(world.documents.text)
    return found[0] if found else ""


def unlabelled(world: World, owned: Callable[[str], bool]) -> bool:
    """Whether every fit of a component is of a model that learns without labels."""
    return _all_of(world, owned, UNLABELLED)


def only_groups(world: World, owned: Callable[[str], bool]) -> bool:
    """Whether every fit of a component is of a model that groups, describes or looks up rows."""
    return _all_of(world, owned, GROUPING)


def _all_of(world: World, owned: Callable[[str], bool], names: tuple[str, ...]) -> bool:
    fits = (
        effect
        for site, effects in world.resolved.effects.own.items()
        for effect in (effects if owned(site[0]) and places.is_product(site[0]) else ())
        if world.trains(effect)
    )
    return only(fits, names)


_CAPTURE = regex(r"data_?capture|data_?collector|request_?response_?logging|inference_?table|auto_?capture", re.I)


def captures(world: World) -> Evidence | None:
    """The setting of a platform that keeps requests and answers, if there is one."""
    for path, facts in sorted(world.files.items()):
        for leaf in facts.leaves if places.is_product(path) and facts.program is None else ():
            if leaf.value is not False and _CAPTURE.search(leaf.key):
                return Evidence(Place(path, leaf.line), f"configures {leaf.key}", True)
    for step in world.steps.all:
        if ("collects", "true") in step.step.attrs and places.is_product(step.path):
            return Evidence(Place(step.path, step.step.line), f"{step.step.name} logs requests and answers", True)
    for effect in world.resolved.effects.all():
        if effect.name.rpartition(".")[2] in ("DataCaptureConfig", "DataCollector") and places.is_product(
            effect.site[0]
        ):
            return Evidence(world.resolved.code.place(effect.site[0], effect.line), f"calls {effect.name}", True)
    return None


def libraries(world: World, kinds: tuple[str, ...]) -> list[Library]:
    """The libraries that watch something of these kinds, by name; those that only compare samples left out."""
    knowledge = world.resolved.knowledge
    names = {name for kind in kinds for name in knowledge.searched(Role.MONITOR, drift=kind)}
    found = [lib for lib in knowledge.libraries() if lib.name in names and lib.domain in ("monitoring", "validation")]
    return sorted(found, key=lambda each: each.name)


def _files(world: World) -> Iterator[Evidence]:
    """Files and folders that are called after monitoring, whatever is in them."""
    for path in sorted(world.files):
        named = places.is_product(path) and _PLACED.search(path)
        if named and not path.endswith((".md", ".rst", ".txt", ".png")):
            yield Evidence(Place(path, 1), f"{path} is there", False)
