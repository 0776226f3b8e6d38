"""Notebooks that run as steps of a pipeline or service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

import msgspec

from auditor.graph import places
from auditor.graph.declared.steps import AUTOMATION, PIPELINES, SERVING, DeclaredStep
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.running.commands import Run

_TESTING = regex(r"\b(nbmake|nbval|testbook|treon|pytest)\b|--nbmake|--nbval")
_TEST_NAMES = regex(r"test|check|lint|valid|smoke|example|tutorial|docs?\b", re.I)
_PAGES = frozenset({"html", "markdown", "pdf", "webpdf", "slides", "rst", "latex", "asciidoc"})
_GIVEN = frozenset(
    {
        "-p",
        "-y",
        "-f",
        "-b",
        "--parameters",
        "--parameters_file",
        "--parameters_yaml",
        "--parameters_raw",
        "--parameters_base64",
    }
)


class NotebookStep(msgspec.Struct, frozen=True):
    """A notebook that something runs by itself; `parametrised` and `tested` say what would excuse it."""

    notebook: str
    place: Place
    by: str
    parametrised: bool
    tested: bool


def notebook_steps(world: World, owned: Callable[[str], bool]) -> list[NotebookStep]:
    """Notebooks that pipelines, schedules, images and programs run; jobs that only test notebooks are left out."""
    tested = _tested(world)
    found: dict[str, NotebookStep] = {}
    for notebook, place, by, given in (*_of_steps(world), *_of_programs(world)):
        if not owned(notebook) or not places.is_product(notebook) or notebook not in world.resolved.code.programs:
            continue
        code = world.resolved.code
        tags = {tag for cell in code.programs[notebook].cells for tag in cell.tags}
        parts = (notebook, *code.stars(notebook))  # what it runs in its own place asks for it, too
        asks = any(".widgets." in name_of(call.func) for part in parts for _, call in code.calls(part))
        each = NotebookStep(notebook, place, by, given or asks or "parameters" in tags, notebook in tested)
        known = found.setdefault(notebook, each)
        found[notebook] = msgspec.structs.replace(known, parametrised=known.parametrised or each.parametrised)
    return [found[name] for name in sorted(found)]


def _of_steps(world: World) -> Iterator[tuple[str, Place, str, bool]]:
    for step in world.steps.all:
        if (
            step.tool not in (PIPELINES | AUTOMATION | SERVING)
            or not places.is_product(step.path)
            or _only_tests(world, step)
        ):
            continue
        for run in step.runs:
            if run.kind == "notebook" and not _renders(step, run):
                given = _gives(run) or any(name.startswith("set:") for name, _ in step.step.attrs)
                yield run.target, Place(step.path, run.line), f"{step.step.name} of {step.path}", given


def _only_tests(world: World, step: DeclaredStep) -> bool:
    """Whether a job looks after notebooks rather than needing what they make: pushes and requests start it, or its name says so."""
    if step.tool not in AUTOMATION:
        return False
    events = {trigger.kind for path, trigger in world.steps.triggers() if path == step.path}
    return bool(_TEST_NAMES.search(f"{step.step.name} {step.path}")) or not (events & {"schedule"})


def _renders(step: DeclaredStep, run: Run) -> bool:
    """Whether a command turns a notebook into a page for people, which is what notebooks are for."""
    command = next((c for c in step.step.commands if c.line == run.line), None)
    words = [word.text for word in command.words] if command is not None else []
    formats = [after for word, after in pairwise(words) if word == "--to"]
    formats += [word.partition("=")[2] for word in words if word.startswith("--to=")]
    return any(name in _PAGES for name in formats)


def _gives(run: Run) -> bool:
    return any(word.text in _GIVEN or word.text.partition("=")[0] in _GIVEN for word in run.args)


def _of_programs(world: World) -> Iterator[tuple[str, Place, str, bool]]:
    """Notebooks that programs start, by a command or by the library for it."""
    code = world.resolved.code
    for path, launched in sorted(world.launched.items()):
        if places.is_product(path):
            for launch in launched:
                if launch.run.kind == "notebook" and not launch.dead:
                    yield launch.run.target, code.place(path, launch.line), path, _gives(launch.run)
    for effect in world.resolved.effects.all():
        if effect.role is Role.EXEC and effect.name.startswith("papermill.") and places.is_product(effect.site[0]):
            given = any(name == "parameters" for name, _ in effect.call.keywords) or len(effect.call.args) > 2
            for value in effect.targets:
                named = world.identities.of(value, effect.site[0])
                if named is not None and named.path is not None:
                    yield named.path, code.place(effect.site[0], effect.line), effect.site[0], given


@lru_cache(maxsize=20_000)  # commands are the same at each point of a history
def _tests(words: str) -> bool:
    return _TESTING.search(words) is not None


def _tested(world: World) -> set[str]:
    """Notebooks that commands run as tests."""
    found: set[str] = set()
    for step in world.steps.all:
        for command in step.step.commands:
            if _tests(" ".join(word.text for word in command.words)):
                found |= {
                    path for path in world.resolved.code.paths
                    if path.endswith(".ipynb") and any(path.startswith(word.text.rstrip("/*")) for word in command.words[1:] if "/" in word.text or word.text.endswith(".ipynb"))
                }  # fmt: skip
    return found
