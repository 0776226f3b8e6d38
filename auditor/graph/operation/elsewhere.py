"""Platforms and systems that a repository points to, where a practice may live that is not seen here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.regex import regex

PLATFORMS = {
    "sagemaker": "Amazon SageMaker", "google.cloud.aiplatform": "Vertex AI", "azure.ai.ml": "Azure ML", "azureml": "Azure ML",
    "databricks": "Databricks", "dbx": "Databricks", "seldon_core": "Seldon", "kserve": "KServe", "arize": "Arize",
    "fiddler": "Fiddler", "aporia": "Aporia", "whylabs": "WhyLabs", "newrelic": "New Relic", "ddtrace": "Datadog", "datadog": "Datadog",
    "snowflake": "Snowflake",
}  # fmt: skip
"""Roots of imports, and the platforms they belong to."""
_ROOTS = frozenset(root.partition(".")[0] for root in PLATFORMS)
_FILES = {
    "Chart.yaml": "Helm",
    "databricks.yml": "Databricks",
    "databricks.yaml": "Databricks",
    "kustomization.yaml": "Kustomize",
}
_AGENTS = regex(
    r"datadog/agent|newrelic|dynatrace|grafana/agent|fluent-?bit|fluentd|filebeat|otel/opentelemetry-collector|vector:",
    re.I,
)


_INTEGRATING = regex(r"jenkins|team ?city|\bbamboo\b|azure devops|buildbot|code ?build|drone ci|concourse ci|gitlab ci|circle ?ci|travis", re.I)  # fmt: skip


_SYSTEMS = (
    "jenkins", "team city", "teamcity", "bamboo", "azure devops", "buildbot", "code build", "codebuild", "drone ci", "concourse ci",
    "gitlab ci", "gitlabci", "circle ci", "circleci", "travis",
)  # fmt: skip
"""What `_INTEGRATING` finds has one of these in it."""


def integrates(world: World) -> str:
    """The system of integration that documents or the name of the repository speak of, whose jobs may lie on its server."""
    found = next((m for text in (world.listing.target.name, world.documents.text) if (m := _integrating(text))), None)
    return found[0] if found else ""


def _integrating(text: str) -> re.Match[str] | None:
    """The system of integration that a text names; a look for its letters is cheaper than the pattern, and hardly a text has them."""
    small = text.lower()
    return _INTEGRATING.search(text) if any(part in small for part in _SYSTEMS) else None


_TOLD = regex(
    r"\bre-?train\w*\b[^.\n]{0,80}\b(?:external\w*|ekstern\w*|manual\w*|by hand|on demand|another (?:team|repository)|other team|human[ -](?:approv|trigger|review|decision)\w*|data scien\w+ team|tim data scien\w+)\b"
    r"|\b(?:external\w*|ekstern\w*|manual\w*|on-demand|human[ -](?:approved|triggered)|data scien\w+ team)\b[^.\n]{0,40}\bre-?train\w*\b"
    r"|\btrain(?:ing|ed)\b (?:\w+ ){0,2}(?:run|done|started|made|performed|launched) (?:separately|manually|by hand)\b"
    r"|\bre-?(?:build|fit|train|run|create|calibrate)\b[^\n]{0,80}(?:\w\.(?:py|sh|ipynb)\b|\bmake \w)[^\n]{0,30}\b(?:when(?:ever)?|once|after|if) (?:\w+ )?(?:new|fresh|more|further|updated)\b"
    r"|\b(?:never|not|no)\b(?: \w+){0,2} (?:automatic\w*|triggers?|starts?) (?:\w+ )?re-?train\w*\b"
    r"|\bre-?entren\w+\b[^.\n]{0,60}\b(?:manual\w*|a demanda)\b|\br[eé]-?entra[iî]n\w+\b[^.\n]{0,60}\bmanuel\w*"
    r"|재학습[^.\n]{0,60}(?:사람|수동|승인)|(?:사람|수동)[^.\n]{0,40}재학습|再学習[^。\n]{0,40}(?:手動|人)|(?:手动|人工)[^。\n]{0,20}(?:重新训练|再训练)|(?:重新训练|再训练)[^。\n]{0,30}(?:手动|人工)",
    re.I,
)
_AGAIN = (
    "etra",
    "e-tra",
    "entra",
    "entren",
    "training",
    "trained",
    "rebuild",
    "re-build",
    "refit",
    "re-fit",
    "rerun",
    "re-run",
    "recreate",
    "recalibrate",
    "재학습",
    "再学習",
    "重新训练",
    "再训练",
)
"""Letters of which each way to say it has some: looking for them costs next to nothing."""
_RETRAINS = regex(r"re-?train|\btrain(?:ing|ed)\b[^\n]*(?:separately|manually|by hand)", re.I)


def retraining_told(world: World) -> str:
    """What a document or a program says of training that is done elsewhere, by hand or by others: somebody has decided it."""
    return world.once(_retraining_told)


def _retraining_told(world: World) -> str:
    said = (_of_training(text) for text in (world.documents.text, *_program_docs(world)))
    found = next((match for text in said if text and (match := _TOLD.search(text))), None)
    return " ".join(found[0].split())[:100] if found else ""


def _of_training(text: str) -> str:
    """The lines of a text that may speak of training again; what is told stands in one line, so that no other can tell it."""
    small = text.lower()
    parts = [part for part in _AGAIN if part in small]
    if not parts:
        return ""
    return "\n".join(line for line in text.split("\n") if any(part in line.lower() for part in parts))


def _program_docs(world: World) -> Iterator[str]:
    """The docstrings of product programs that speak of training again."""
    for path in world.resolved.code.paths:
        if places.is_product(path):
            docs = [scope.doc for scope in world.resolved.code.programs[path].scopes]
            named = path.removesuffix(".py")
            if _RETRAINS.search(path):
                yield from (f"{named} {doc}" for doc in docs)
            else:
                # Most say nothing of it: a look for the end of the word is cheaper than the pattern.
                yield from (f"{named} {doc}" for doc in docs if "train" in doc.lower() and _RETRAINS.search(doc))


def elsewhere(world: World) -> list[str]:
    """Names of the platforms, in order."""
    return list(world.once(_elsewhere))


def _elsewhere(world: World) -> tuple[str, ...]:
    found: set[str] = set()
    code = world.resolved.code
    for path in code.paths:
        if not places.is_product(path) or world.imported_roots[path].isdisjoint(_ROOTS):
            continue
        for statement, _, _ in code.index(path, 0).imports:
            for imported in statement.names if not statement.level else ():
                name = f"{imported.module}.{imported.name}"
                found.update(says for root, says in PLATFORMS.items() if name == root or name.startswith(f"{root}."))
    for entry in world.listing.entries:
        name = entry.path.rpartition("/")[2]
        found.update(["Terraform"] if name.endswith(".tf") else [_FILES[name]] if name in _FILES else [])
    found.update("a log collector" for step in world.steps.all for use in step.step.uses if _AGENTS.search(use))
    return tuple(sorted(found))
