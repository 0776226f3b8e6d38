"""How a new model comes before its users: to all at once, or to a part of the traffic first."""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.graph import places
from auditor.graph.operation.evidence import Evidence
from auditor.graph.operation.serving import Deployment, deployments
from auditor.graph.world import World
from auditor.model.place import Place
from auditor.model.regex import regex

_STAGED = regex(
    r"canary|traffic|shadow|mirror|weight(ed)?_?(rout|alias|target)|rollout|variant_?weight|blue_?green|a_?b_?test|split",
    re.I,
)
_SAID = regex(
    r"--traffic|--no-traffic|set traffic|canary|blue.?green|shadow|argo.?rollouts|flagger|gradual|--to-revisions", re.I
)
_PLATFORM = regex(
    r"kubectl|helm|gcloud run|ecs|eks|sagemaker|online-(endpoint|deployment)|ai endpoints|az webapp|app engine|gcloud app",
    re.I,
)


def staged(world: World) -> Evidence | None:
    """The first sign that a new model gets a part of the traffic first."""
    return world.once(_staged)


def _staged(world: World) -> Evidence | None:
    for step in world.steps.all:
        attrs = dict(step.step.attrs)
        if places.is_product(step.path) and any(attrs.get(name) for name in ("canary", "traffic", "shadow")):
            return Evidence(Place(step.path, step.step.line), f"{step.step.name} splits its traffic", True)
        for command in step.step.commands:
            if _SAID.search(" ".join(word.text for word in command.words)):
                return Evidence(Place(step.path, command.line), "a command that splits the traffic", True)
    for path, facts in sorted(world.files.items()):
        for leaf in facts.leaves if facts.program is None and places.is_product(path) else ():
            if _STAGED.search(leaf.key):
                return Evidence(Place(path, leaf.line), f"configures {leaf.key[:80]}", True)
    return None


def platform(world: World, owned: Callable[[str], bool]) -> Deployment | None:
    """A deployment to a platform that could split traffic."""
    return next((each for each in deployments(world) if _PLATFORM.search(each.says) and owned(each.place.path)), None)
