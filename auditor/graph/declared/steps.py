"""Declared steps, resolved: what each one runs, reads and writes, and what starts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname, join

import msgspec

from auditor.dialects import DIALECTS, CodeStep, Declarations, Pipeline, declarations
from auditor.graph.declared.file_steps import FileSteps, declared
from auditor.graph.declared.followed import Following, in_module, is_excluded, root_of, used_files
from auditor.model.declared import Declared
from auditor.model.facts import Step, Trigger
from auditor.program import Resolved
from auditor.program.naming.code import Local
from auditor.program.running.commands import Run
from auditor.program.running.grounds import upwards
from auditor.program.symbolic.values import Value, is_absolute, normal

IN_CODE = frozenset(dialect.name for dialect in DIALECTS)
IN_FILES = frozenset(
    {"dvc", "make", "mlproject", "snakemake", "argo", "kfp", "azureml", "databricks", "dbt", "ploomber", "sagemaker"}
)
PIPELINES = IN_FILES | IN_CODE
DEFAULT_PIPELINE = "__default__"
"""The pipeline that Kedro runs when none is named."""
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
CERTAINTY = {"jenkins": 0.6}
"""How sure the formats are that are read by their brackets and strings alone; of all others what they declare is."""
PACKING = frozenset({"upload-artifact", "persist_to_workspace", "store_artifacts", "artifacts"})
"""How automation keeps files that a job leaves behind."""
_BY_NAME = frozenset({"dvc", "make", "mlproject", "compose"})
"""Tools that a command asks for steps by name."""
DEPLOYING = frozenset({"azureml-serving", "databricks-serving", "kserve", "seldon"})
"""Formats whose files put a model server into operation."""
MODEL_SERVERS = DEPLOYING | {"triton", "torchserve", "mlserver", "bentoml", "cog"}
"""Formats that declare nothing but servers of models."""
SERVING = frozenset({"docker", "compose", "procfile"}) | MODEL_SERVERS


class DeclaredStep(msgspec.Struct, frozen=True):
    """One declared step with everything about it resolved.

    `after` are ids of the steps that come first. `implements` are the functions that a step of a dialect runs, `given`
    what it gives to parameters of the first of them, `starts` the pipelines it sets off; `in_code` tells such a step from
    one that a file of its format declares. `instances` are the names of the rounds of a loop: what they run, read and
    write is united here.
    """

    id: str
    path: str
    step: Step
    folder: str
    runs: tuple[Run, ...]
    reads: tuple[Declared, ...]
    writes: tuple[Declared, ...]
    params: tuple[Declared, ...]
    after: tuple[str, ...] = ()
    implements: tuple[Local, ...] = ()
    given: tuple[tuple[str, Value], ...] = ()
    starts: tuple[str, ...] = ()
    in_code: bool = False
    confidence: float = 0.95
    instances: tuple[str, ...] = ()

    @property
    def tool(self) -> str:
        """The format that declares it."""
        return self.step.tool


class Steps:
    """All declared steps and triggers of a tree: those of files, then those of code."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self._of_files = FileSteps(resolved)
        self.projects = self._of_files.projects
        self.declarations = Declarations()
        self.all: tuple[DeclaredStep, ...] = ()
        self.by_id: dict[str, DeclaredStep] = {}
        self.by_file: dict[str, list[DeclaredStep]] = {}
        self._provided: dict[str, list[DeclaredStep]] = {}
        self._closures: dict[str, tuple[dict[str, Run], frozenset[str]]] = {}
        self._led: dict[str, dict[str, DeclaredStep]] = {}
        self._started: dict[tuple[str, Trigger], list[Pipeline | CodeStep]] = {}
        # What files say comes first: their commands fill the options that dialects and effects ask for.
        self._join(tuple(self._read()))
        self.following = Following(resolved.files)
        self.declarations = declarations(resolved)
        self._join(tuple(self._in_code()))
        for pipeline in self.declarations.pipelines:
            for path, trigger in (*((pipeline.path, trigger) for trigger in pipeline.triggers), *pipeline.elsewhere):
                self._started.setdefault((path, trigger), []).append(pipeline)
            for step in pipeline.steps:
                for started in step.triggers:
                    self._started.setdefault(started, []).append(step)

    def _join(self, steps: tuple[DeclaredStep, ...]) -> None:
        """Take further steps in, and tell the program how they start it: which words and which folder."""
        self.all += steps
        invocations = self.resolved.evaluator.invocations
        for step in steps:
            self.by_id[step.id] = step
            self.by_file.setdefault(step.path, []).append(step)
            for name in (value for key, value in step.step.attrs if key == "provides"):
                self._provided.setdefault(name, []).append(step)
            for run in step.runs:
                if run.kind in ("script", "notebook"):
                    # A folder inside an image, or one that is not known, is none of the tree's.
                    folder = None if is_absolute(run.folder) or run.folder.startswith(("..", "{")) else run.folder
                    invocations.add(run.target, run.args, folder, step.id, shown=step.tool == "readme")

    def certainty(self, path: str) -> float:
        """How sure the format of a file is read, in (0, 1]."""
        facts = self.resolved.files.get(path)
        return CERTAINTY.get(facts.kind, 0.95) if facts is not None else 0.95

    def triggers(self) -> Iterator[tuple[str, Trigger]]:
        """Every trigger with the file that declares it."""
        for path, facts in sorted(self.resolved.files.items()):
            for trigger in facts.triggers:
                yield path, trigger
        yield from self._started

    def started(self, path: str, trigger: Trigger) -> list[DeclaredStep]:
        """The steps that a trigger starts, and those of the workflows that start when theirs is complete."""
        if ("disabled", "true") in trigger.attrs:
            return []
        if trigger.starts:
            return self._named(trigger.starts, dirname(path))
        found = self._started.get((path, trigger))
        if found:
            steps_of = (one.steps if isinstance(one, Pipeline) else (one,) for one in found)
            return list({step.id: self.by_id[step.id] for several in steps_of for step in several}.values())
        steps, names = [step for step in self.by_file.get(path, []) if not step.in_code], set(trigger.steps)
        facts = self.resolved.files.get(path)
        if facts is not None and facts.kind == "terraform":
            steps = [step for step in self.all if step.tool == "terraform" and dirname(step.path) == dirname(path)]
            names = in_module(names, (step.step for step in steps))
        steps = [s for s in steps if (not names or s.step.name in names) and not is_excluded(s.step.condition, trigger)]
        followers = self.following.closure(path)[1:] if steps else []
        return [*steps, *(step for follower in followers for step in self.by_file.get(follower, ()))]

    def chained(self) -> Iterator[tuple[DeclaredStep, DeclaredStep]]:
        """The last jobs of a workflow, each with the first ones of a workflow that starts when it is complete."""
        for path, follower in self.following.pairs():
            before, after = self.by_file.get(path, []), self.by_file.get(follower, [])
            awaited = {name for step in before for name in step.step.after}
            lasts = [step for step in before if step.step.name not in awaited]
            yield from ((last, first) for last in lasts for first in after if not first.step.after)

    def pipelines_started(self, path: str, trigger: Trigger) -> list[Pipeline]:
        """The pipelines of code that a trigger starts."""
        return [one for one in self._started.get((path, trigger), ()) if isinstance(one, Pipeline)]

    def programs(self, start: DeclaredStep) -> dict[str, Run]:
        """Every program that runs when a step runs, through shell scripts, make targets and pipeline tools."""
        return self._closure(start)[0]

    def closure(self, start: DeclaredStep) -> frozenset[str]:
        """The ids of a step and of all declared steps that it starts in turn."""
        return self._closure(start)[1]

    def _closure(self, start: DeclaredStep) -> tuple[dict[str, Run], frozenset[str]]:
        known = self._closures.get(start.id)
        if known is None:
            known = self._closures[start.id] = self._started_by(start)
        return known

    def _started_by(self, start: DeclaredStep) -> tuple[dict[str, Run], frozenset[str]]:
        found: dict[str, Run] = {}
        todo, seen = [start], {start.id}
        while todo:
            step = todo.pop()
            for run in step.runs:
                if run.kind in ("script", "notebook"):
                    found.setdefault(run.target, run)
            todo += [other for name, other in self._leads(step).items() if name not in seen]
            seen.update(self._leads(step))
        return found, frozenset(seen)

    def _leads(self, step: DeclaredStep) -> dict[str, DeclaredStep]:
        """The steps that one leads to at once, by id."""
        known = self._led.get(step.id)
        if known is None:
            onward = (*self.handed(step), *(other for run in step.runs for other in self._onward(run)))
            known = self._led[step.id] = {other.id: other for other in onward}
        return known

    def handed(self, step: DeclaredStep) -> list[DeclaredStep]:
        """The steps that a step hands its work to: those of a file it uses, or those that provide what it names."""
        folder = root_of(step.path) if step.tool in AUTOMATION else dirname(step.path)
        named = self._named(step.step.uses, folder)
        named += [
            other
            for path in used_files(step.path, step.step, self.resolved.files)
            for other in self.by_file.get(path, ())
        ]
        return list({other.id: other for other in named if other.id != step.id}.values())

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
        if run.kind in ("image", "build"):
            wanted = "cmd" if run.kind == "image" else "build"
            return [step for step in self.by_file.get(run.target, []) if step.step.name == wanted]
        if run.kind != "pipeline":
            return []
        tool, _, goals = run.target.partition(":")
        if tool in IN_CODE:
            return self._of_pipelines(tool, run)
        named = [step for step in self.by_file.get(run.file, []) if step.tool == tool]
        near = named if run.file else self._near(tool, run.folder)
        names = set(goals.split())
        if tool == "make" and near and not names:
            names = {near[0].step.name}
        # `dvc repro --single-item stage` runs that stage and nothing before it.
        alone = tool == "dvc" and any(word.text in ("-s", "--single-item") for word in run.args)
        return self._chosen(near, names, alone=alone) if names and tool in _BY_NAME else near

    def _of_pipelines(self, tool: str, run: Run) -> list[DeclaredStep]:
        """Steps of the pipelines of code that a command names (`--pipeline x`, `x`), else of the default one."""
        named = {piece for word in run.args for piece in (word.text, word.text.rpartition("=")[2])}
        own = [pipeline for pipeline in self.declarations.pipelines if pipeline.tool == tool]
        own = [pipeline for pipeline in own if pipeline.path.startswith(f"{run.folder}/".lstrip("/"))] or own
        chosen = [p for p in own if p.name in named] or [p for p in own if p.name == DEFAULT_PIPELINE]
        return [self.by_id[step.id] for pipeline in chosen for step in pipeline.steps]

    def _near(self, tool: str, folder: str) -> list[DeclaredStep]:
        """The steps of a pipeline tool that a folder declares, else the nearest above it, else the only file that does."""
        every = [step for step in self.all if step.tool == tool]
        known = "{" not in folder and not is_absolute(folder)
        if known and folder and folder not in self.resolved.commands.files.folders:
            return []  # of what is not here
        for above in upwards(folder) if known else ():
            near = [step for step in every if dirname(step.path) == above]
            if near:
                return near
        return every if len({step.path for step in every}) == 1 or tool not in _BY_NAME else []

    def _chosen(self, near: list[DeclaredStep], names: set[str], *, alone: bool) -> list[DeclaredStep]:
        """Steps by name with what comes before them, unless they are to run alone."""
        by_name = {name: step for step in near for name in (step.step.name, *step.instances)}
        chosen: dict[str, DeclaredStep] = {}
        todo = [by_name[name] for name in sorted(names) if name in by_name]
        while todo:
            step = todo.pop()
            if step.id in chosen:
                continue
            chosen[step.id] = step
            if alone:
                continue
            todo += [self.by_id[name] for name in step.after if name in self.by_id]
            wanted = {declared.id for declared in step.reads}
            todo += [other for other in near if any(out.id in wanted for out in other.writes)]
        return list(chosen.values())

    def _read(self) -> Iterator[DeclaredStep]:
        for path, step, made in self._of_files.all():
            if made:
                yield self._one(path, step, made)

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
            parts[0].after,
            instances=tuple(part.step.name for part in parts),
        )

    def _placed(self, path: str, step: Step) -> DeclaredStep:
        base = root_of(path) if step.rooted or step.tool in AUTOMATION else dirname(path)
        if step.tool == "shell":
            base = ""
        folder = normal(join(base, step.folder.replace("${", "{"))) if step.folder else base
        runs = self.resolved.texts.runs(path, step, folder)
        image = self.resolved.commands.images.image(path) if step.tool == "docker" else None
        ground = image.context if image is not None else folder  # what an image copies lies where it is built from
        return DeclaredStep(
            f"step:{path}#{step.name}",
            path,
            step,
            folder,
            runs,
            tuple(declared(ref, ground, path) for ref in step.reads),
            tuple(d for ref in step.writes if not self._is_packed(d := declared(ref, folder, path))),
            tuple(declared(ref, folder, path) for ref in step.params),
            tuple(f"step:{path}#{name}" for name in step.after),
            confidence=CERTAINTY.get(step.tool, 0.95),
        )

    def _is_packed(self, declared: Declared) -> bool:
        """Whether an artifact only packs up what the repository holds already: no step makes that."""
        path, files = declared.path, self.resolved.commands.files
        return declared.ref.how in PACKING and (path in files.tree or path in files.folders)

    def _in_code(self) -> Iterator[DeclaredStep]:
        """The steps of the dialects, each once, whichever pipelines it is in."""
        every = {step.id: step for pipeline in self.declarations.pipelines for step in pipeline.steps}
        for number in sorted(every):
            yield self._of_code(every[number])

    def _of_code(self, step: CodeStep) -> DeclaredStep:
        folder = normal(step.step.folder)
        return DeclaredStep(
            step.id,
            step.path,
            step.step,
            folder,
            self.resolved.texts.runs_somewhere(step.path, step.step, folder),
            step.reads,
            step.writes,
            step.params,
            step.after,
            step.implements,
            step.given,
            step.starts,
            in_code=True,
            confidence=step.confidence,
        )
