"""Where predictions leave a repository: services, model servers that files deploy, and scoring on a schedule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import predicting_sites
from auditor.graph.declared.steps import AUTOMATION, MODEL_SERVERS, DeclaredStep
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site

_DEPLOYING = regex(
    r"\b(?:kubectl (?:apply|rollout|set)|helm (?:upgrade|install)|docker push|docker compose up|docker-compose up|gcloud run deploy|"
    r"gcloud (?:app|functions|ai endpoints) deploy\w*|sam deploy|serverless deploy|terraform apply|az ml online-deployment|az webapp|"
    r"aws (?:ecs|lambda|deploy|elasticbeanstalk|apprunner) |heroku (?:container:)?\w*(?:push|release)|fly(?:ctl)? deploy|bentoml (?:deploy|push)|"
    r"bentoctl|modal deploy|railway up|eb deploy|databricks bundle deploy|git push heroku)|docker/build-push-action|deploy-cloudrun|webapps-deploy|"
    r"aws-actions/amazon-ecs-deploy|appleboy/ssh-action|heroku-deploy|k8s-deploy|elastic-beanstalk|deploy-cloud-functions",
    re.I,
)


class Serving(msgspec.Struct, frozen=True):
    """Where predictions leave. `kind`: `service`, `server` (of a file that deploys one) or `schedule` (scoring on a timetable).

    `generates`: it is a server of a language model, which is asked in words: there are no features whose distribution could drift.
    """

    kind: str
    path: str
    place: Place
    says: str
    generates: bool = False


_GENERATING = regex(
    r"vllm|text-generation-inference|\btgi\b|ollama|llama[-._]?cpp|sglang|lmdeploy|tensorrt[-_]?llm|LLMInferenceService",
    re.I,
)
"""Runtimes that serve nothing but language models, and the kind of resource for them."""


def serving(world: World, owned: Callable[[str], bool]) -> list[Serving]:
    """Services that answer with a model, model servers that files set up, and scheduled jobs that predict."""
    return [*_services(world, owned), *_servers(world, owned), *_scoring(world, owned)]


def _services(world: World, owned: Callable[[str], bool]) -> Iterator[Serving]:
    product = [path for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    for path in serving_programs(product, world.resolved, world.lineage):
        effect = next(
            e
            for n in world.resolved.code.scopes(path)
            for e in world.resolved.effects.own.get((path, n), ())
            if e.role is Role.SERVE
        )
        place = world.resolved.code.place(path, effect.line)
        yield Serving("service", path, place, f"{path} answers requests with a model ({effect.name.partition('.')[0]})")


def _servers(world: World, owned: Callable[[str], bool]) -> Iterator[Serving]:
    seen: set[str] = set()
    for step in world.steps.all:
        if step.tool in MODEL_SERVERS and owned(step.path) and places.is_product(step.path) and step.path not in seen:
            seen.add(step.path)
            place = Place(step.path, step.step.line)
            says = f"{step.path} sets up the model server {step.step.name} ({step.tool})"
            told = [value for name, value in step.step.attrs if name in ("framework", "kind")]
            generates = any(_GENERATING.search(each) for each in (*told, *step.step.uses))
            yield Serving("server", step.path, place, says, generates)


def _scoring(world: World, owned: Callable[[str], bool]) -> Iterator[Serving]:
    """Programs and steps of pipelines that a schedule starts and that predict, train nothing and judge nothing."""
    told: set[str] = set()
    for path, trigger in world.steps.triggers():
        if trigger.kind != "schedule" or not places.is_product(path):
            continue
        for step in world.steps.started(path, trigger):
            for program, sites in _run(world, step):
                if owned(program) and program not in told and places.is_product(program) and _predicts(world, sites):
                    told.add(program)
                    says = f"{path} runs {program} on schedule {trigger.schedule}"
                    yield Serving("schedule", program, Place(path, trigger.line), says)


def _run(world: World, step: DeclaredStep) -> Iterator[tuple[str, Iterable[Site]]]:
    """The programs and functions that a step runs, each with all that runs in it."""
    for program in world.steps.programs(step):
        if program in world.resolved.code.programs:
            yield program, world.lineage.reached(program)
    for local in step.implements:
        yield local.path, world.resolved.effects.reached((local.path, local.scope))


def _predicts(world: World, sites: Iterable[Site]) -> bool:
    predicting = predicting_sites(world)
    predicts = loads = False
    for site in sites:
        predicts = predicts or site in predicting
        for effect in world.resolved.effects.own.get(site, ()):
            if effect.role is Role.EVALUATE or world.trains(effect):
                return False
            loads = loads or effect.role is Role.LOAD_MODEL
    return predicts and loads


_MANAGED = regex(
    r"gcloud (run|app|functions|ai)|aws (lambda|apprunner|elasticbeanstalk|sagemaker)|sam deploy|serverless deploy|az (webapp|ml|containerapp|functionapp)|"
    r"heroku|fly(ctl)? |railway|modal deploy|deploy-cloudrun|webapps-deploy|azure/functions|render",
    re.I,
)


def managed(world: World) -> str:
    """The deployment to a platform that measures what it runs by itself, in words; "" without one."""
    return next((each.says for each in deployments(world) if _MANAGED.search(each.says)), "")


_FROM_A_PIPE = regex(r"kubectl apply\b.*-f -(\s|$)")
"""What another command makes, mostly a secret or a namespace."""


class Deployment(msgspec.Struct, frozen=True):
    """A command or action by which a step puts something into operation: the id of the step, and the words."""

    step: str
    place: Place
    says: str


def deployments(world: World) -> tuple[Deployment, ...]:
    """Steps of automation and make that deploy, each with the first command that does."""
    return world.once(_deployments)


@lru_cache(maxsize=20_000)  # commands are the same at each point of a history
def _deploys(text: str) -> bool:
    return bool(_DEPLOYING.search(text)) and not text.startswith("echo ") and not _FROM_A_PIPE.search(text)


def _deployments(world: World) -> tuple[Deployment, ...]:
    found = []
    for step in world.steps.all:
        if (step.tool not in AUTOMATION and step.tool not in ("make", "shell")) or not places.is_product(step.path):
            continue
        said = [(" ".join(word.text for word in command.words), command.line) for command in step.step.commands]
        said += [(use, step.step.line) for use in step.step.uses]
        for text, line in said:
            if _deploys(text):
                found.append(Deployment(step.id, Place(step.path, line), text[:80]))
                break
    return tuple(found)
