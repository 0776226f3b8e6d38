"""Workflows that GitHub never runs: files that it cannot read, and files that it does not take for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from auditor.graph.jungles.broken import BrokenReference
from auditor.graph.world import World
from auditor.model.facts import Facts
from auditor.model.place import Place
from auditor.model.regex import regex

_FOLDER = ".github/workflows"
_ENDINGS = (".yml", ".yaml")
_BEGINS = regex(r"(?:name|on|run-name|permissions|env) *:")
_JOBS = regex(r"^jobs *:[\s\S]*^ +runs-on *:", re.MULTILINE)
_TEMPLATE = regex(r"cookiecutter|copier|\{%")


def unread_workflows(world: World, owned: Callable[[str], bool]) -> Iterator[BrokenReference]:
    """The workflows of a component that are no YAML, or whose names do not end as workflows do.

    A template of a project holds marks that are filled before GitHub sees the file.
    """
    for path, facts in sorted(world.files.items()):
        if path.rpartition("/")[0] != _FOLDER or not owned(path):
            continue
        if not path.endswith(_ENDINGS):
            if _is_workflow(facts):
                yield BrokenReference("ending", path, "", Place(path, 1), instead=f"{path.rpartition('.')[0]}.yml")
            continue
        trouble = next((each for each in facts.troubles if each.message.startswith("YAML:")), None)
        if trouble is not None and not any(map(_TEMPLATE.search, world.resolved.tree)):
            yield BrokenReference("unread", path, trouble.message.removeprefix("YAML: "), Place(path, trouble.line))


def _is_workflow(facts: Facts) -> bool:
    """Whether a document is nothing but a workflow: it begins like one, and has jobs that run on something."""
    text = "\n".join(section.text for section in facts.sections)
    untitled = all(not section.title for section in facts.sections)
    return untitled and _BEGINS.match(text) is not None and _JOBS.search(text) is not None
