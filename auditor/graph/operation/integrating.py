"""What continuous integration runs of a repository, and whether its machine-learning code is among it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from auditor.graph import places
from auditor.graph.declared.steps import AUTOMATION, DeclaredStep
from auditor.graph.declared.training_words import may_train
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.listing import Content
from auditor.model.place import Place
from auditor.model.regex import regex

_OTHER_SYSTEMS = regex(
    r"(^|/)(\.drone\.ya?ml|appveyor\.yml|\.appveyor\.yml|wercker\.yml|\.zuul\.ya?ml|\.woodpecker(\.ya?ml|/)|\.semaphore/|\.buildkite/|"
    r"\.tekton/|Earthfile|\.prow\.ya?ml|\.cirrus\.ya?ml|codeship-\w+\.yml|shippable\.yml|\.taskcluster\.ya?ml|\.teamcity/|concourse|\.forgejo/|\.gitea/|(\.?ci|continuous[-_]integration)/([^/]+/)*[^/]+\.(ya?ml|sh|groovy)$|ci[-_][^/]*\.ya?ml$)"
)
_SYSTEMS = regex(
    r"(^|/)(\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.yml|Jenkinsfile|azure-pipelines[^/]*\.ya?ml|"
    r"cloudbuild\.ya?ml|buildspec[^/]*\.ya?ml|bitbucket-pipelines\.ya?ml|\.travis\.yml)$"
)
_NESTED = regex(r".+/\.(github|circleci)/")
"""What belongs to a project of its own: these systems look at the top of a repository alone."""
_TESTING = regex(
    r"\bpy\.?test|\bunittest|\btox\b|\bnox\b|\bnosetests?|\bcoverage run|\btest|_tests?\b|[-_/.]tests?\b|\bdvc repro|\bsmoke|\bmake (check|ci)\b|\bverify\b",
    re.I,
)
_DOING_NOTHING = frozenset(
    {"echo", "cd", "export", "set", "ls", "pwd", "printenv", "env", "cat", "sleep", "mkdir", "date", "whoami", "true"}
)
_HIDDEN = regex(
    r"\bdocker(-| )compose\b|\bdocker run\b|\b(dagger|earthly|bazel|pants|ansible\S*|fly|act)\b|\bmake\b", re.I
)
_ML = frozenset({Role.FIT, Role.FIT_TRANSFORM, Role.PREDICT, Role.EVALUATE, Role.ESTIMATOR, Role.TRANSFORMER, Role.SPLIT, Role.SAVE_MODEL, Role.LOAD_MODEL})  # fmt: skip


class Integration(msgspec.Struct, frozen=True):
    """The integration of a repository. `jobs` do something, `idle` are there and do nothing; `other`: a system that is not read.

    `hidden`: an action, an image or an embedded program that may test. `absent`: a file of it that this clone lacks. `nested`: a
    file of it in a folder where its system does not look.
    """

    jobs: tuple[DeclaredStep, ...]
    idle: tuple[DeclaredStep, ...]
    other: str
    tests: Place | None
    hidden: str = ""
    absent: str = ""
    nested: str = ""


def integration(world: World) -> Integration:
    """What runs by itself when the code changes."""
    return world.once(_integration)


def _integration(world: World) -> Integration:
    jobs: list[DeclaredStep] = []
    idle: list[DeclaredStep] = []
    tests: Place | None = None
    nested = ""
    for step in world.steps.all:
        if step.tool not in AUTOMATION:
            continue
        if _NESTED.match(step.path):
            nested = nested or step.path
            continue
        (jobs if _does_something(step) else idle).append(step)
        tests = tests or (_tests(world, step) if _does_something(step) else None)
    other = next((entry.path for entry in world.listing.entries if _is_of_other_system(entry.path)), "")
    hidden = next((said for job in jobs if (said := _foreign(job) or _hides(job))), "")
    lacking = (entry.path for entry in world.listing.entries if entry.content is Content.ABSENT)
    absent = next((path for path in lacking if _SYSTEMS.search(path)), "")
    return Integration(tuple(jobs), tuple(idle), other, tests, hidden, absent, nested)


@lru_cache(maxsize=100_000)
def _is_of_other_system(path: str) -> bool:
    return _OTHER_SYSTEMS.search(path) is not None


def _does_something(step: DeclaredStep) -> bool:
    if step.step.condition.strip("${} ").lower() == "false":
        return False
    words = [command.words[0].text for command in step.step.commands if command.words]
    used = [use for use in step.step.uses if not re.search(r"actions/(checkout|cache|setup-\w+)|^docker://|image", use)]
    return bool(used) or bool(step.step.texts) or any(word not in _DOING_NOTHING for word in words)


_PLAIN = regex(
    r"^(actions|docker|aws-actions|google-github-actions|azure|hashicorp|pre-commit|astral-sh|conda-incubator|codecov|gitleaks|psf|peter-evans|"
    r"softprops|stefanzweifel|ad-m|appleboy|textbook|dependabot|release-drafter|amannn|github)/|^docker://|lint|checkout|setup|deploy|release|login|cache",
    re.I,
)


def _foreign(step: DeclaredStep) -> str:
    """An action that may do anything, tests included."""
    return next(
        (use for use in step.step.uses if "/" in use and not use.startswith(".") and not _PLAIN.search(use)), ""
    )


def _tests(world: World, step: DeclaredStep) -> Place | None:
    facts = world.files.get(step.path)
    if facts is not None and _TESTING.search(facts.attr("name") or ""):
        return Place(step.path, step.step.line)
    if any(run.kind == "test" for run in step.runs) or _TESTING.search(step.step.name):
        return Place(step.path, step.step.line)
    for command in step.step.commands:
        words = " ".join(word.text for word in command.words)
        if _TESTING.search(words) and not words.startswith(("pip ", "echo ", "uv pip", "apt", "conda ")):
            return Place(step.path, command.line)
    return Place(step.path, step.step.line) if any(_TESTING.search(use) for use in step.step.uses) else None


_MIRRORED = regex(
    r"mirror\w* (commit|from|of)|copybara|piperorigin|gitorigin|(sync|export|import)\w* (from|with|of) (internal|upstream|monorepo|perforce|gitlab)|"
    r"project import generated|auto(matic|mated)? (sync|export|mirror)",
    re.I,
)


def mirrored(world: World) -> bool:
    """Whether most commits only carry over what is worked on elsewhere."""
    commits = world.history.commits
    return len(commits) >= _FEW and sum(_is_carried_over(commit.subject) for commit in commits) * 2 > len(commits)


@lru_cache(maxsize=100_000)
def _is_carried_over(subject: str) -> bool:
    return _MIRRORED.search(subject) is not None


_FEW = 5


class Exercised(msgspec.Struct, frozen=True):
    """The modules of a component that do machine learning, and those of them that integration runs; `hidden` may run more."""

    modules: tuple[str, ...]
    run: tuple[str, ...]
    hidden: str


def exercised(world: World, owned: Callable[[str], bool]) -> Exercised:
    """Whether integration exercises the machine-learning code of a component."""
    modules = tuple(path for path in world.resolved.code.paths if owned(path) and _is_ml(world, path))
    reached: set[str] = set()
    hidden = ""
    for step in integration(world).jobs:
        reached |= set(_reached(world, step))
        hidden = hidden or _hides(step) or _hands_on(world, step)
    return Exercised(modules, tuple(path for path in modules if path in reached), hidden)


def _is_ml(world: World, path: str) -> bool:
    """Whether a product module, no notebook, trains, predicts, evaluates or makes a model."""
    if not places.is_product(path) or path.endswith(".ipynb"):
        return False
    return any(
        effect.role in _ML and effect.certainty >= 0.6
        for number in world.resolved.code.scopes(path)
        for effect in world.resolved.effects.own.get((path, number), ())
    )


def _reached(world: World, step: DeclaredStep) -> Iterator[str]:
    """The files that a job runs: its programs with what they import, and all tests where it runs tests."""
    programs = set(world.steps.programs(step))
    told = any(run.kind == "test" for run in step.runs) or _tests(world, step) is not None
    if told:
        programs |= {path for path in world.resolved.code.paths if places.is_test(path)}
    todo = [program for program in programs if program in world.resolved.code.programs]
    seen = set(todo)
    while todo:
        path = todo.pop()
        yield path
        launched = {launch.run.target for launch in world.launched.get(path, ())}
        for other in (*world.resolved.effects.imports.get(path, ()), *launched):
            if other not in seen and other in world.resolved.code.programs:
                seen.add(other)
                todo.append(other)


def _hands_on(world: World, step: DeclaredStep) -> str:
    """A program of a job that sets a pipeline or a training of a platform up, or describes one: what runs there is not followed."""
    for program in world.steps.programs(step):
        if program in world.resolved.code.programs and (
            any(declared.in_code for declared in world.steps.by_file.get(program, ()))
            or any(
                effect.role in (Role.PIPELINE, Role.TRAIN_SERVICE, Role.SERVE)
                for effect in world.lineage.effects_of_program(program)
            )
        ):
            return program
    return ""


def _hides(step: DeclaredStep) -> str:
    """A command or a workflow that may run what cannot be followed."""
    if "/.github/workflows/" in " ".join(step.step.uses):
        return next(use for use in step.step.uses if "/.github/workflows/" in use)
    if step.step.texts:
        return step.step.texts[0].text[:60]
    for command in step.step.commands:
        words = " ".join(word.text for word in command.words)
        if command.body:
            return words[:60] or "a program in the job"
        if may_train(words) or (_HIDDEN.search(words) and not words.startswith("make lint")):
            return words[:60]
    return step.step.name if may_train(step.step.name) else ""
