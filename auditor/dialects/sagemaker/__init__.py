"""SageMaker pipelines in Python: steps with their jobs, properties that steps take from steps, conditions, data in S3."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds, memory_homes, running
from auditor.dialects.flowing import doubted
from auditor.dialects.naming import path_identity
from auditor.dialects.sagemaker.meaning import (
    BRANCHES,
    DEEPEST,
    PIPELINES,
    TOOL,
    Declaration,
    Property,
    SageMaker,
    Step,
    all_made,
    flat,
    is_pipeline,
    jobs,
    last_name,
    named,
    step_of,
    touched,
)
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import (
    Arguments,
    Items,
    Made,
    Thing,
    options,
)
from auditor.language.credentials import mask
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Command, Ref, Word
from auditor.model.facts import Step as Facts
from auditor.program import Resolved
from auditor.program.naming.code import Frame, Local

CONDITIONAL = 0.8
_SOURCES = {"ProcessingInput": ("source", 0), "TrainingInput": ("s3_data", 0), "TransformInput": ("data", 0)}


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every pipeline that running the given files makes, and the functions in them that make one."""
    meaning = SageMaker()
    machine = meaning.machine = Machine(resolved, meaning)
    followed = running(resolved, paths, (TOOL,), PIPELINES)
    for path in followed:
        machine.start(path)
    for path in sorted(set(paths).intersection(followed)):
        for local in _making(resolved, path):
            if local not in machine.started:
                machine.run_function(local)
    yield from _Statements(machine, meaning).all()
    yield from machine.cut(paths)


def _making(resolved: Resolved, path: str) -> Iterator[Local]:
    """The functions of a file that make a pipeline."""
    denoter = resolved.evaluator.denoter
    for number in resolved.code.scopes(path):
        local = Local(path, number)
        if number and resolved.code.scope(*local).kind == "function":
            calls = resolved.code.index(*local).calls
            if any(is_pipeline(denoter.dotted(site.call.func, Frame(*local)) or "") for site in calls):
                yield local


class _Statements:
    """What all pipelines of a tree say."""

    def __init__(self, machine: Machine, meaning: SageMaker) -> None:
        self.machine = machine
        self.meaning = meaning
        self.pipelines = {(p.where.path, p.where.line, _name(p)): p for p in reversed(meaning.pipelines)}
        self.homes = memory_homes((p.where.path, _name(p)) for p in self.pipelines.values())
        self.ids = StepIds()

    def all(self) -> Iterator[Statement]:
        """One pipeline for each that is made at a place."""
        for made in reversed(self.pipelines.values()):
            guards = dict(self._listed(made.args.get("steps"), None))
            ids = {step: self.ids.new(step.where.path, step.name) for step in guards}
            steps = tuple(self._step(made, step, guards, ids) for step in guards)
            where = made.where
            if steps:
                yield Pipeline(_name(made), TOOL, where.path, where.line, steps, where.end_line)

    def _listed(self, thing: Thing | None, guard: Step | None, depth: int = 0) -> Iterator[tuple[Step, Step | None]]:
        """The steps of a pipeline, those within conditions too, each with the step that decides on it."""
        for part in flat(thing) if depth < DEEPEST else ():
            if isinstance(part, Step):
                yield part, guard
                for name in BRANCHES:
                    yield from self._listed(part.args.get(name), part, depth + 1)
                if part.func is not None:
                    for other in touched(_arguments(part.args)):
                        yield from self._listed(other.step if isinstance(other, Property) else other, guard, depth + 1)

    def _step(self, made: Declaration, step: Step, guards: dict[Step, Step | None], ids: dict[Step, str]) -> CodeStep:
        where = step.where
        given = [thing for name, thing in named(step.args) if name not in (*BRANCHES, "depends_on")]
        found = [one for thing in given for one in touched(thing)]
        before = {ids[one.step if isinstance(one, Property) else one]: None for one in found if step_of(one) in ids}
        before.update({ids[guard]: None for guard in [guards[step]] if guard is not None and guard in ids})
        before.update(
            {ids[other]: None for thing in step.before for other in self._waited(thing, guards) if other in ids}
        )
        before.update(
            {ids[other]: None for other in guards if other.name in set(self._asked(given)) and other is not step}
        )
        reads = [self._output(made, one, where.line) for one in found if step_of(one) in ids]
        reads += [declared for thing in given for declared in self._inputs(thing, where.line)]
        wanted = {
            one for other in guards for name, thing in named(other.args) if name not in BRANCHES
            for one in touched(thing) if step_of(one) is step
        }  # fmt: skip
        writes = [self._output(made, one, where.line) for one in wanted]
        writes += [declared for thing in given for declared in self._outputs(thing, where.line)]
        writes += (
            self._group(step.args.get("model_package_group_name"), where.line) if step.kind == "RegisterModel" else ()
        )
        doubt = CONDITIONAL if where.conditional else 1.0
        facts = Facts(
            step.name, TOOL, where.line, where.end_line, commands=tuple(self._commands(step)),
            condition=guards[step].name if guards[step] is not None else "",  # type: ignore[union-attr]  # asked just before
            variants=0 if where.repeated else 1, attrs=(("type", step.kind),),
        )  # fmt: skip
        return CodeStep(
            ids[step], where.path, facts, doubted(reads, doubt), doubted(sorted(writes, key=lambda one: one.id), doubt),
            after=tuple(one for one in before if one != ids[step]), implements=(step.func.local,) if step.func else (),
            confidence=round(0.95 * doubt, 3),
        )  # fmt: skip

    def _waited(self, thing: Thing, guards: dict[Step, Step | None]) -> Iterator[Step]:
        """Steps in a list, themselves or by their names."""
        for part in flat(thing):
            if isinstance(part, Step):
                yield part
            else:
                name = self.meaning.text(part)
                yield from (step for step in guards if name and step.name == name)

    def _asked(self, given: list[Thing]) -> Iterator[str]:
        """The names of steps whose results a condition looks up in a file."""
        for thing in given:
            for made in all_made(thing):
                if last_name(made.dotted) == "JsonGet":
                    said = made.args.get("step_name", 0) or made.args.get("step")
                    yield from (
                        part.name if isinstance(part, Step) else self.meaning.text(part) for part in options(said)
                    )

    # --- data ---

    def _output(self, made: Declaration, one: Property | Step, line: int) -> Declared:
        step = step_of(one)
        output, kind = one.output if isinstance(one, Property) else ("output", NodeKind.DATASET)
        name = f"{step.name}.{output}"
        home = self.homes[made.where.path, _name(made)]
        return Declared(f"mem:{home}/{name}", None, Ref(name, "dataset", "properties", line), name, kind, 0.95)

    def _inputs(self, thing: Thing, line: int) -> Iterator[Declared]:
        for made in all_made(thing):
            place = _SOURCES.get(last_name(made.dotted))
            if place is not None:
                yield from self._uri(made.args.get(*place), last_name(made.dotted), line)
        for job in jobs(thing):
            if job.name == "transform":
                yield from self._uri(job.args.get("data", 0), "transform", line)

    def _outputs(self, thing: Thing, line: int) -> Iterator[Declared]:
        for made in all_made(thing):
            if last_name(made.dotted) == "ProcessingOutput":
                yield from self._uri(made.args.get("destination"), "ProcessingOutput", line)
        for job in jobs(thing):
            if job.name in ("fit", "transform"):
                yield from self._uri(job.receiver.args.get("output_path"), "output_path", line)
            if job.name == "register":
                yield from self._group(job.args.get("model_package_group_name"), line)

    def _group(self, thing: Thing | None, line: int) -> Iterator[Declared]:
        """The group of the registry that a model is put in."""
        text = self.meaning.text(thing)
        if text and not text.startswith("{"):
            ref = Ref(text, "model", "model_package_group_name", line)
            yield Declared(f"model:sagemaker:{text}", None, ref, text, NodeKind.MODEL, 0.9)

    def _uri(self, thing: Thing | None, how: str, line: int) -> Iterator[Declared]:
        """An address in the object store; what lies elsewhere is sent by the client, not by a step."""
        text = mask(self.meaning.text(thing))
        identity = path_identity(text, "") if "://" in text else None
        if identity is not None:
            yield Declared(*identity, Ref(text, "dataset", how, line, "{" in text), text, NodeKind.DATASET, 0.9)

    # --- what runs ---

    def _commands(self, step: Step) -> Iterator[Command]:
        """The script of a job: `code` of processing, the entry point of an estimator with its folder.

        Who registers what an estimator has fitted does not fit it again: its entry point is the code that serves.
        """
        places = [(step.args, "code"), (step.args, "entry_point")]
        for job in jobs(step.args.get("step_args")):
            places += [(job.args, "code"), (job.args, "entry_point")]
            if job.name != "register" or job.receiver.dotted.endswith("Model"):
                places.append((job.receiver.args, "entry_point"))
        for name in ("estimator", "processor", "model") if step.kind != "RegisterModel" else ("model",):
            places += [(made.args, "entry_point") for made in options(step.args.get(name)) if isinstance(made, Made)]
        for args, name in places:
            script = self.meaning.text(args.get(name))
            folder = self.meaning.text(args.get("source_dir")).rstrip("/")
            if script.endswith(".py") and "://" not in script:
                whole = f"{folder}/{script}" if folder and "://" not in folder else script
                yield Command((Word("python"), Word(whole, "{" not in whole)), step.where.line)


def _name(made: Declaration) -> str:
    return made.name or made.where.path.rpartition("/")[2].rpartition(".")[0]


def _arguments(args: Arguments) -> Thing:
    return Items("list", [thing for _, thing in named(args)])
