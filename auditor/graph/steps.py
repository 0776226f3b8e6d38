"""Declared steps, resolved: what each one runs, reads and writes, and what starts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import dirname, join
from typing import NamedTuple

from msgspec.structs import replace

from auditor.graph.followed import (
    Following,
    extended,
    in_module,
    is_action,
    is_excluded,
    root_of,
    shared_values,
    templates,
    used_files,
    with_values,
)
from auditor.language.template import expand
from auditor.model.facts import Facts, Ref, Step, Trigger
from auditor.program import Resolved
from auditor.program.commands import Run
from auditor.program.values import is_absolute, is_uri, normal

PIPELINES = frozenset({"dvc", "make", "mlproject", "snakemake", "kedro"})
AUTOMATION = frozenset(
    {
        "github-actions",
        "gitlab-ci",
        "circleci",
        "jenkins",
        "azure-pipelines",
        "cloud-build",
        "bitbucket",
        "travis",
        "codebuild",
    }
)
PACKING = frozenset({"upload-artifact", "persist_to_workspace", "store_artifacts", "artifacts"})
"""How automation keeps files that a job leaves behind."""
SERVING = frozenset({"docker", "compose", "procfile"})


CERTAINTY = {"jenkins": 0.6}
"""How sure the formats are that are read by their brackets and strings alone; of all others what they declare is."""


class Declared(NamedTuple):
    """A declared input or output of a step: a node id, its path if it is one of the repository, and where it stands."""

    id: str
    path: str | None
    ref: Ref


class DeclaredStep(NamedTuple):
    """One declared step with everything about it resolved."""

    id: str
    path: str
    step: Step
    folder: str
    runs: tuple[Run, ...]
    reads: tuple[Declared, ...]
    writes: tuple[Declared, ...]
    params: tuple[Declared, ...]

    @property
    def tool(self) -> str:
        """The format that declares it."""
        return self.step.tool

    @property
    def certainty(self) -> float:
        """How sure it is that the step is as it was read, in (0, 1]."""
        return CERTAINTY.get(self.step.tool, 0.95)


class Steps:
    """All declared steps and triggers of a tree."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.all: tuple[DeclaredStep, ...] = tuple(self._read())
        self.by_id = {step.id: step for step in self.all}
        self.by_file: dict[str, list[DeclaredStep]] = {}
        for step in self.all:
            self.by_file.setdefault(step.path, []).append(step)
        self.following = Following(resolved.files)

    def triggers(self) -> Iterator[tuple[str, Trigger]]:
        """Every trigger with the file that declares it."""
        for path, facts in sorted(self.resolved.files.items()):
            for trigger in facts.triggers:
                yield path, trigger

    def started(self, path: str, trigger: Trigger) -> list[DeclaredStep]:
        """The steps that a trigger starts, and those of the workflows that start when theirs is complete."""
        steps, names = self.by_file.get(path, []), set(trigger.steps)
        if ("disabled", "true") in trigger.attrs:
            return []
        if self.resolved.files[path].kind == "terraform":
            steps = [step for step in self.all if step.tool == "terraform" and dirname(step.path) == dirname(path)]
            names = in_module(names, (step.step for step in steps))
        steps = [s for s in steps if (not names or s.step.name in names) and not is_excluded(s.step.condition, trigger)]
        followers = self.following.closure(path)[1:] if steps else []
        return [*steps, *(step for follower in followers for step in self.by_file.get(follower, ()))]

    def used(self, step: DeclaredStep) -> list[DeclaredStep]:
        """The steps of the workflows, actions and templates that a step uses by path."""
        paths = used_files(step.path, step.step, self.resolved.files)
        return [found for path in paths for found in self.by_file.get(path, ())]

    def chained(self) -> Iterator[tuple[DeclaredStep, DeclaredStep]]:
        """The last jobs of a workflow, each with the first ones of a workflow that starts when it is complete."""
        for path, follower in self.following.pairs():
            before, after = self.by_file.get(path, []), self.by_file.get(follower, [])
            awaited = {name for step in before for name in step.step.after}
            lasts = [step for step in before if step.step.name not in awaited]
            yield from ((last, first) for last in lasts for first in after if not first.step.after)

    def programs(self, start: DeclaredStep) -> dict[str, Run]:
        """Every program that runs when a step runs, through shell scripts, make targets and pipeline tools."""
        found: dict[str, Run] = {}
        todo, seen = [start], {start.id}
        while todo:
            step = todo.pop()
            for run in step.runs:
                if run.kind in ("script", "notebook"):
                    found.setdefault(run.target, run)
            for onward in (*self.used(step), *(onward for run in step.runs for onward in self._onward(run))):
                if onward.id not in seen:
                    seen.add(onward.id)
                    todo.append(onward)
        return found

    def _onward(self, run: Run) -> list[DeclaredStep]:
        """The declared steps that a command of a step starts in turn."""
        if run.kind == "shell":
            return self.by_file.get(run.target, [])
        if run.kind != "pipeline":
            return []
        tool, _, goals = run.target.partition(":")
        wanted = set(goals.split())
        if tool == "dvc":
            return self._of_tool(
                "dvc", run.folder, {w.partition(":")[2] or w for w in wanted if not w.endswith("dvc.yaml")} - {"run"}
            )
        if tool == "make":
            chosen = self._of_tool("make", run.folder, wanted)
            return chosen if wanted else chosen[:1]
        return self._of_tool(tool, run.folder, set())

    def _of_tool(self, tool: str, folder: str, names: set[str]) -> list[DeclaredStep]:
        """Steps of a pipeline tool at a folder (or anywhere, when that folder has none), with what comes before them."""
        all_steps = [step for step in self.all if step.tool == tool]
        near = [step for step in all_steps if dirname(step.path) == folder] or all_steps
        if not names:
            return near
        by_name = {step.step.name: step for step in near}
        chosen: dict[str, DeclaredStep] = {}
        todo = [by_name[name] for name in sorted(names) if name in by_name]
        while todo:
            step = todo.pop()
            if step.id in chosen:
                continue
            chosen[step.id] = step
            todo += [by_name[name] for name in step.step.after if name in by_name]
            wanted = {declared.id for declared in step.reads}
            todo += [other for other in near if any(out.id in wanted for out in other.writes)]
        return list(chosen.values())

    def _read(self) -> Iterator[DeclaredStep]:
        known = templates(self.resolved.files)
        for path, facts in sorted(self.resolved.files.items()):
            values = shared_values(path, facts, self.resolved.files) if facts.kind == "azure-pipelines" else {}
            for step in facts.steps:
                step = with_values(step, values) if values else step
                if not known or ("template", "true") not in step.attrs:
                    yield self._one(path, facts, extended(step, known) if known else step)

    def _one(self, path: str, facts: Facts, step: Step) -> DeclaredStep:
        base = root_of(path) if step.rooted or step.tool in AUTOMATION else dirname(path)
        if step.tool == "shell":
            base = ""
        lookup = self._lookup(path, facts)
        folder = normal(join(base, _expanded(step.folder, lookup))) if step.folder else base
        runs = tuple(self._run(command, folder, path, step.tool) for command in step.commands)
        return DeclaredStep(
            f"step:{path}#{step.name}",
            path,
            step,
            folder,
            runs,
            tuple(self._declared(ref, path, folder, lookup) for ref in step.reads),
            tuple(d for ref in step.writes if not self._is_packed(d := self._declared(ref, path, folder, lookup))),
            tuple(self._declared(ref, path, folder, lookup) for ref in step.params),
        )

    def _run(self, command: object, folder: str, path: str, tool: str) -> Run:
        here = (root_of(path) or ".") if tool in AUTOMATION and not is_action(path) else dirname(path)
        run = self.resolved.commands.resolve(command, folder, here)  # type: ignore[arg-type]  # a Command of the facts
        if run.kind in ("missing", "tool") and tool == "shell":
            nearby = self.resolved.commands.resolve(command, dirname(path), dirname(path))  # type: ignore[arg-type]  # as above
            return nearby if nearby.kind not in ("missing", "tool") else run
        if run.kind in ("missing", "tool") and tool in (*SERVING, "crontab") and is_absolute(run.folder):
            # A folder inside the image holds what was copied from the build context, the folder of this file or one above.
            inside = replace(command, cwd="")  # type: ignore[type-var]  # as above
            copied = self.resolved.commands.resolve(inside, dirname(path), dirname(path))  # type: ignore[arg-type]  # as above
            return copied if copied.kind not in ("missing", "tool") else run
        return run

    def _lookup(self, path: str, facts: Facts) -> Mapping[str, str]:
        """What `${…}` means in a file: the params.yaml beside it, and the variables the file itself defines."""
        if not any(step.tool == "dvc" for step in facts.steps):
            return {}
        beside = f"{dirname(path)}/params.yaml".lstrip("/")
        table = {key: str(value) for key, (value, _) in self.resolved.code.leaves(beside).items() if value is not None}
        for key, (value, _) in self.resolved.code.leaves(path).items():
            if key.startswith("vars.") and value is not None:
                name = key.split(".", 2)[-1]
                table.setdefault(name, str(value))
        return table

    def _is_packed(self, declared: Declared) -> bool:
        """Whether an artifact only packs up what the repository holds already: no step makes that."""
        path = declared.path
        return declared.ref.how in PACKING and any(p == path or p.startswith(f"{path}/") for p in self.resolved.tree)

    @staticmethod
    def _declared(ref: Ref, path: str, folder: str, lookup: Mapping[str, str]) -> Declared:
        text = _expanded(ref.path, lookup)
        if ref.kind == "artifact":
            return Declared(f"artifact:{path}#{text}", None, ref)
        if is_uri(text):
            return Declared(f"uri:{text}", None, ref)
        if is_absolute(text):
            return Declared(f"host:{text}", None, ref)
        place = normal(f"{folder}/{text}" if folder else text)
        return Declared(f"file:{place}", place, ref)


def _expanded(text: str, lookup: Mapping[str, str]) -> str:
    if "${" not in text:
        return text
    filled, _ = expand(text, lookup.get)
    return filled.replace("${", "{")
