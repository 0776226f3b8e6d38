"""The paid-off project in memory, changed by an injection, and what rules say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from hashlib import md5, sha1
from typing import NamedTuple

from auditor.engine import judge, registry
from auditor.graph import Graphs
from auditor.knowledge import load
from auditor.model.changes import History
from auditor.model.facts import Facts
from auditor.model.finding import Finding
from auditor.model.listing import Entry, Listing, Target
from auditor.model.settings import Settings
from auditor.model.verdict import REGULAR
from auditor.program import resolve
from auditor.readers import candidates, read_file
from tests.projects.builder import PROJECTS

FAMILIES = ("ENT", "GLU", "PIP", "DAT")
EVERY = ("",)
"""All families: what is asked where an injection must change nothing else."""


_RECORDED = re.compile(r"(    - path: (\S+)\n      hash: md5\n      md5: )\w+(\n      size: )\d+")


def run_again(files: dict[str, str]) -> None:
    """Writes the record that a run of the changed pipeline would leave, so that an edited program is no stale record."""

    def current(match: re.Match[str]) -> str:
        text = files.get(match[2])
        if text is None:
            return match[0]
        digest = md5(text.encode(), usedforsecurity=False).hexdigest()
        return f"{match[1]}{digest}{match[3]}{len(text.encode())}"

    if "dvc.lock" in files:
        files["dvc.lock"] = _RECORDED.sub(current, files["dvc.lock"])


class Said(NamedTuple):
    """One finding as tests compare it: the rule, the file, and the text of the line it stands on ("" for a whole file)."""

    rule: str
    path: str
    text: str


@cache
def project() -> Mapping[str, str]:
    """The files of the project."""
    root = PROJECTS / "churn_paid_off"
    paths = [path for path in sorted(root.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@cache
def _facts(path: str, text: str) -> Facts | None:
    readers = candidates(path)
    return read_file(readers, text.encode()) if readers else None


def findings(
    files: Mapping[str, str], sizes: Mapping[str, int], history: History | None, families: tuple[str, ...] = FAMILIES
) -> list[Finding]:
    """What the rules of some families say of a tree."""
    facts = {path: found for path, text in files.items() if (found := _facts(path, text)) is not None}
    entries = tuple(
        Entry(path, sha1(text.encode(), usedforsecurity=False).hexdigest(), sizes.get(path, len(text)))
        for path, text in sorted(files.items())
    )
    listing = Listing(Target("memory", "revision", "churn", history="full"), entries)
    world = Graphs(resolve(facts, frozenset(files), load()), listing, Settings(), lambda: history or History("full"))
    rules = [loaded for rule, loaded in registry().shown_to(REGULAR).rules.items() if rule.startswith(families)]
    said = judge(world.components, rules)
    assert not said.errors, said.traces
    return list(said.findings)


def told(
    files: Mapping[str, str],
    sizes: Mapping[str, int],
    history: History | None = None,
    families: tuple[str, ...] = FAMILIES,
) -> set[tuple[Said, str]]:
    """The findings with their entities, each by the text of its line."""
    return {(_said(finding, files), finding.entity) for finding in findings(files, sizes, history, families)}


def _said(finding: Finding, files: Mapping[str, str]) -> Said:
    place = finding.place
    lines = files.get(place.path, "").splitlines()
    line = lines[place.line - 1].strip() if place.line and place.cell is None and place.line <= len(lines) else ""
    return Said(finding.rule, place.path, line)
