"""Declared steps, resolved: what each one runs, reads and writes, and what starts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname, join
from typing import NamedTuple

from msgspec.structs import replace

from auditor.graph.dbt_projects import Projects
from auditor.graph.dvc_stages import Stages
from auditor.graph.ploomber_tasks import Tasks
from auditor.graph.snakemake_rules import Workflows
from auditor.model.facts import Ref, Step, Trigger
from auditor.program import Resolved
from auditor.program.commands import Run
from auditor.program.values import is_absolute, is_uri, normal

PIPELINES = frozenset(
    {
        "dvc",
        "make",
        "mlproject",
        "snakemake",
        "kedro",
        "argo",
        "kfp",
        "azureml",
        "databricks",
        "dbt",
        "ploomber",
        "sagemaker",
    }
)
AUTOMATION = frozenset({"github-actions", "gitlab-ci"})
SERVING = frozenset({"docker", "compose", "azureml-serving", "databricks-serving", "kserve", "seldon"})
_NAMES = ("table:", "model:", "dbt:")


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
    instances: tuple[str, ...] = ()  # names of the rounds of a loop; what they run, read and write is united here

    @property
    def tool(self) -> str:
        """The format that declares it."""
        return self.step.tool


class Steps:
    """All declared steps and triggers of a tree."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.projects = Projects(resolved)
        self._filling = {
            "dvc": Stages(resolved).instances,
            "snakemake": Workflows(resolved).instances,
            "dbt": self.projects.instances,
            "ploomber": Tasks(resolved).instances,
        }
        self.all: tuple[DeclaredStep, ...] = tuple(self._read())
        self.by_id = {step.id: step for step in self.all}
        self.by_file: dict[str, list[DeclaredStep]] = {}
        for step in self.all:
            self.by_file.setdefault(step.path, []).append(step)
        self._provided: dict[str, list[DeclaredStep]] = {}
        for step in self.all:
            for name in (value for key, value in step.step.attrs if key == "provides"):
                self._provided.setdefault(name, []).append(step)

    def triggers(self) -> Iterator[tuple[str, Trigger]]:
        """Every trigger with the file that declares it."""
        for path, facts in sorted(self.resolved.files.items()):
            for trigger in facts.triggers:
                yield path, trigger

    def started(self, path: str, trigger: Trigger) -> list[DeclaredStep]:
        """The steps that a trigger starts."""
        if trigger.starts:
            return self._named(trigger.starts, dirname(path))
        steps = self.by_file.get(path, [])
        return [step for step in steps if not trigger.steps or step.step.name in trigger.steps]

    def programs(self, start: DeclaredStep) -> dict[str, Run]:
        """Every program that runs when a step runs, through shell scripts, make targets and pipeline tools."""
        found: dict[str, Run] = {}
        todo, seen = [start], {start.id}
        while todo:
            step = todo.pop()
            for run in step.runs:
                if run.kind in ("script", "notebook"):
                    found.setdefault(run.target, run)
            onward = [*self.handed(step), *(other for run in step.runs for other in self._onward(run))]
            todo += [other for other in onward if other.id not in seen]
            seen.update(other.id for other in onward)
        return found

    def handed(self, step: DeclaredStep) -> list[DeclaredStep]:
        """The steps that a step hands its work to: those of a file it uses, or those that provide what it names."""
        folder = "" if step.tool in AUTOMATION else dirname(step.path)
        return [other for other in self._named(step.step.uses, folder) if other.id != step.id]

    def _named(self, names: Iterable[str], folder: str) -> list[DeclaredStep]:
        found: dict[str, DeclaredStep] = {}
        for name in names:
            if name.startswith(("./", "../")):
                named = self.by_file.get(normal(join(folder, name)), [])
            else:
                named = self._provided.get(name, [])
                files = {other.path for other in named}
                if len(files) > 1:  # the same name in several places: that of the folder is meant, or nobody knows
                    near = {path for path in files if dirname(path) == folder}
                    named = [other for other in named if other.path in near] if len(near) == 1 else []
            found.update((other.id, other) for other in named)
        return list(found.values())

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
        if tool == "mlflow":
            project = normal(join(run.folder, goals.partition(" ")[0]))
            points = [s for s in self.all if s.tool == "mlproject" and dirname(s.path) == project]
            return [s for s in points if s.step.name in wanted] or [s for s in points if s.step.name == "main"]
        return self._of_tool(tool, run.folder, set())

    def _of_tool(self, tool: str, folder: str, names: set[str]) -> list[DeclaredStep]:
        """Steps of a pipeline tool at a folder (or anywhere, when that folder has none), with what comes before them."""
        all_steps = [step for step in self.all if step.tool == tool]
        near = [step for step in all_steps if dirname(step.path) == folder] or all_steps
        if not names:
            return near
        by_name = {name: step for step in near for name in (step.step.name, *step.instances)}
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
        for path, facts in sorted(self.resolved.files.items()):
            for step in facts.steps:
                fill = self._filling.get(step.tool)
                made = fill(path, facts, step) if fill is not None else (step,)
                if made:
                    yield self._one(path, step, made)
        for path, step in self.projects.other_steps():
            yield self._one(path, step, (step,))

    def _one(self, path: str, step: Step, made: tuple[Step, ...]) -> DeclaredStep:
        """A step as it is meant; of the rounds of a loop the one that stands for all."""
        parts = [self._placed(path, instance) for instance in made]
        if len(parts) == 1 and step.name in ("", made[0].name):
            return parts[0]
        return DeclaredStep(
            f"step:{path}#{step.name}",
            path,
            step,
            parts[0].folder,
            tuple(dict.fromkeys(run for part in parts for run in part.runs)),
            tuple(dict.fromkeys(declared for part in parts for declared in part.reads)),
            tuple(dict.fromkeys(declared for part in parts for declared in part.writes)),
            tuple(dict.fromkeys(declared for part in parts for declared in part.params)),
            tuple(part.step.name for part in parts),
        )

    def _placed(self, path: str, step: Step) -> DeclaredStep:
        base = "" if step.rooted or step.tool in AUTOMATION else dirname(path)
        if step.tool == "shell":
            base = ""
        folder = normal(join(base, step.folder.replace("${", "{"))) if step.folder else base
        if not step.name:  # a file that is one step bears its name
            step = replace(step, name=path.rpartition("/")[2].partition(".")[0] or path)
        return DeclaredStep(
            f"step:{path}#{step.name}",
            path,
            step,
            folder,
            tuple(self._run(command, folder, path, step.tool) for command in step.commands),
            tuple(declared(ref, folder, path) for ref in step.reads),
            tuple(declared(ref, folder, path) for ref in step.writes),
            tuple(declared(ref, folder, path) for ref in step.params),
        )

    def _run(self, command: object, folder: str, path: str, tool: str) -> Run:
        run = self.resolved.commands.resolve(command, folder, dirname(path))  # type: ignore[arg-type]  # a Command of the facts
        if run.kind in ("missing", "tool") and tool == "shell":
            nearby = self.resolved.commands.resolve(command, dirname(path), dirname(path))  # type: ignore[arg-type]  # as above
            return nearby if nearby.kind not in ("missing", "tool") else run
        if run.kind in ("missing", "tool") and tool in SERVING and is_absolute(run.folder):
            # A folder inside the image holds what was copied from the build context, the folder of this file or one above.
            inside = replace(command, cwd="")  # type: ignore[type-var]  # as above
            copied = self.resolved.commands.resolve(inside, dirname(path), dirname(path))  # type: ignore[arg-type]  # as above
            return copied if copied.kind not in ("missing", "tool") else run
        return run


def declared(ref: Ref, folder: str, path: str) -> Declared:
    """What a reference of the file `path` means where relative paths start in `folder`."""
    text = ref.path.replace("${", "{")
    if text.startswith("mem:"):
        return Declared(f"mem:{path}/{text.removeprefix('mem:')}", None, ref)
    if text.startswith(_NAMES):
        return Declared(_table(text) if text.startswith("table:") else text, None, ref)
    if not text:
        return Declared(f"file:{path}", path, ref)
    if is_uri(text):
        return Declared(f"uri:{text}", None, ref)
    if is_absolute(text):
        return Declared(f"host:{text}", None, ref)
    whole = normal(f"{folder}/{text}" if folder else text)
    return Declared(f"file:{whole}", whole, ref)


def _table(text: str) -> str:
    """Platform, catalogue, schema and name of a table; what is not known is `*`."""
    parts = text.removeprefix("table:").lower().split(".")
    return "table:" + ".".join(["*"] * (4 - len(parts)) + parts)
