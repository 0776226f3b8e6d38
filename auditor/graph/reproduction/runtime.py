"""Questions about the run time: base images, actions and the interpreter, by whether a name of theirs can come to mean another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec

from auditor.graph import places
from auditor.graph.declared.environments import python_versions
from auditor.graph.reproduction.packages import environments
from auditor.graph.world import World
from auditor.model.place import Place
from auditor.model.regex import regex

_IMAGES = frozenset(
    {"docker", "compose", "kubernetes", "argo", "gitlab-ci", "circleci", "bitbucket", "cloud-build", "codebuild"}
)
_ACTIONS = frozenset({"github-actions"})
_DIALECTS = frozenset({"kfp", "airflow", "vertex"})
"""Pipelines in code whose steps name the image that they run in."""
_BRANCHES = frozenset({"main", "master", "develop", "dev", "trunk", "head", "latest"})
_HELD = regex(r"@sha256:[0-9a-f]{12,}")
_PYTHON_IN_TAG = regex(r"py(thon)?-?3[.-]?\d", re.I)
"""`apache/airflow:3.1-python3.12`, `tensorflow:2.12-gpu-py310`: images that say their Python in the tag."""
_SAID = regex(r"\bpython(?: version)?s?(?:\s*[=:><~]*=?\s*|\s+(?:is|of|at least)\s+)v?3\.\d+", re.I)
_OPEN = regex(r"[{}$<>]")
"""What is filled in elsewhere, or a template: the name is not known."""


class Floating(msgspec.Struct, frozen=True):
    """Something that runs under a name which moves. `kind`: `image`, `action`."""

    kind: str
    name: str
    why: str
    place: Place


class Runtime(msgspec.Struct, frozen=True):
    """What moves, how many names were looked at, and whether anything says which Python is meant."""

    floating: tuple[Floating, ...]
    total: int
    python: bool
    environment: str


def runtime(world: World, owned: Callable[[str], bool]) -> Runtime:
    """The images and actions of a component, and the version of Python that something in the repository names."""
    found: dict[tuple[str, str], Floating] = {}
    names: set[tuple[str, str]] = set()
    for path, name, line, action in _used(world, owned):
        names.add((path, name))
        why = _moving_action(name) if action else _moving_image(name)
        if why and (path, name) not in found:
            found[path, name] = Floating("action" if action else "image", name, why, Place(path, line))
    asked = environments(world, owned)
    return Runtime(
        tuple(found[key] for key in sorted(found)),
        len(names),
        bool(world.once(_pythons)),
        asked[0].path if asked else "",
    )


def _used(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, str, int, bool]]:
    """Every image and action that is used by name: file, name, line, and whether it is an action."""
    built = world.once(_built)
    for path, facts in sorted(world.files.items()):
        if not owned(path) or not places.is_product(path):
            continue
        for step in facts.steps:
            if step.tool in _ACTIONS:
                yield from ((path, name, step.line, True) for name in step.uses if _is_action(name))
            elif step.tool in _IMAGES and not any(key.startswith("build") for key, _ in step.attrs):
                names = (name.removeprefix("docker://") for name in step.uses)
                yield from (
                    (path, name, step.line, False) for name in names if _is_image(name) and _untagged(name) not in built
                )
    for each in world.steps.all:
        if each.tool in _DIALECTS and each.path in world.resolved.code.programs and owned(each.path):
            named = (name for name in each.step.uses if _is_image(name) and _untagged(name) not in built)
            yield from ((each.path, name, each.step.line, False) for name in named if places.is_product(each.path))


def _built(world: World) -> frozenset[str]:
    """The names of the images that the repository builds itself, without their tags: what they hold is in it."""
    found: set[str] = set()
    for facts in world.files.values():
        for step in facts.steps:
            if any(key.startswith("build") for key, _ in step.attrs):
                found.update(step.uses)
            for command in step.commands:
                found.update(_tags([word.text for word in command.words]))
    return frozenset(map(_untagged, found))


def _tags(words: list[str]) -> Iterator[str]:
    """The names that a command gives to the image it builds."""
    if words[:1] not in (["docker"], ["podman"], ["buildah"], ["nerdctl"]) or not {"build", "bud"} & set(words[1:4]):
        return
    yield from (value for option, value in pairwise(words) if option in ("-t", "--tag"))
    yield from (word.partition("=")[2] for word in words if word.startswith("--tag="))


def _untagged(name: str) -> str:
    folder, _, last = name.rpartition("/")
    return f"{folder}/{last.partition(':')[0].partition('@')[0]}".lstrip("/")


def _is_action(name: str) -> bool:
    """A third party's action or workflow; those of the repository itself move with it."""
    return not name.startswith((".", "docker:")) and "/" in name and not _OPEN.search(name)


def _is_image(name: str) -> bool:
    plain = re.fullmatch(r"(?:[\w.-]+(?::\d+)?/)*[\w.-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?", name)
    return plain is not None and name not in ("scratch", "base", "builder") and not name.startswith((".", "/"))


def _moving_action(name: str) -> str:
    ref = name.partition("@")[2]
    if not ref:
        return "no version"
    return f"the branch {ref}" if ref.lower() in _BRANCHES else ""


def _moving_image(name: str) -> str:
    if _HELD.search(name):
        return ""
    tag = name.rpartition("/")[2].partition(":")[2]
    return "no tag" if not tag else "the tag latest" if tag == "latest" or tag.startswith("latest-") else ""


def _pythons(world: World) -> list[str]:
    """Every statement of a Python version outside tests and examples, also in the prose or a command of a document."""
    named = [each.path for each in python_versions(world.files) if places.is_product(each.path)]
    asked = [
        path
        for path, facts in world.files.items()
        for requirement in facts.requirements
        if requirement.name == "python" and requirement.specifier and places.is_product(path)
    ]
    images = [
        path
        for path, facts in world.files.items()
        for key, value in facts.attrs
        if key == "base-image" and _PYTHON_IN_TAG.search(value) and places.is_product(path)
    ]
    return named + asked + images + [match[0] for match in _SAID.finditer(world.documents.text)][:1]
