"""SageMaker pipelines in Python: steps with their jobs, properties that steps take from steps, conditions, data in S3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from auditor.dialects.contract import CodeStep, Dialect, Pipeline, Statement, StepIds, memory_homes, reaching
from auditor.dialects.flowing import doubted
from auditor.dialects.naming import path_identity
from auditor.dialects.symbolic import Machine, Meaning
from auditor.dialects.symbolic.things import (
    Arguments,
    Function,
    Items,
    Made,
    Plain,
    Table,
    Thing,
    Where,
    options,
)
from auditor.language.credentials import mask
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Command, Ref, Word
from auditor.model.facts import Step as Facts
from auditor.program import Resolved
from auditor.program.code import Frame, Library, Local

TOOL = "sagemaker"
CONDITIONAL = 0.8
DEEPEST = 12
_COLLECTIONS = frozenset({"RegisterModel", "EstimatorTransformer"})
_JOBS = frozenset({"run", "fit", "transform", "create", "register", "get_run_args", "tune"})
_BRANCHES = ("if_steps", "else_steps")
_SOURCES = {"ProcessingInput": ("source", 0), "TrainingInput": ("s3_data", 0), "TransformInput": ("data", 0)}


class Job(NamedTuple):
    """What a processor, an estimator or a model is asked to do: the arguments of a step."""

    receiver: Made
    name: str
    args: Arguments


@dataclass(eq=False)
class Step:
    """One step of a pipeline."""

    kind: str
    name: str
    args: Arguments
    where: Where
    func: Function | None = None
    before: list[Thing] = field(default_factory=list)


class Delayed(NamedTuple):
    """A function under `@step`."""

    func: Function
    args: Arguments


class Property(NamedTuple):
    """Something that a step will know of itself once it has run."""

    step: Step
    path: tuple[str, ...] = ()

    @property
    def output(self) -> tuple[str, NodeKind]:
        """The output that it belongs to: one of processing by its name, the model of training, else the last part."""
        if "Outputs" in self.path and self.path.index("Outputs") + 1 < len(self.path):
            return self.path[self.path.index("Outputs") + 1], NodeKind.DATASET
        if "ModelArtifacts" in self.path or "ModelName" in self.path or "ModelPackageArn" in self.path:
            return "model", NodeKind.MODEL
        return self.path[-1] if self.path else "output", NodeKind.DATASET


class Declaration(NamedTuple):
    """One pipeline."""

    name: str
    args: Arguments
    where: Where


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every pipeline that running the given files makes, and the functions in them that make one."""
    meaning = SageMaker()
    machine = meaning.machine = Machine(resolved, meaning)
    for path in reaching(resolved, paths):
        machine.start(path)
    for path in paths:
        for local in _making(resolved, path):
            if local not in machine.started:
                machine.run_function(local)
    yield from _Statements(machine, meaning).all()


def _making(resolved: Resolved, path: str) -> Iterator[Local]:
    """The functions of a file that make a pipeline."""
    denoter = resolved.evaluator.denoter
    for number in resolved.code.scopes(path):
        local = Local(path, number)
        if number and resolved.code.scope(*local).kind == "function":
            calls = resolved.code.index(*local).calls
            if any(_is_pipeline(denoter.dotted(site.call.func, Frame(*local)) or "") for site in calls):
                yield local


def _is_pipeline(dotted: str) -> bool:
    return dotted.startswith("sagemaker.") and "workflow" in dotted and _last(dotted) == "Pipeline"


class SageMaker(Meaning):
    """Collects the pipelines of a program."""

    def __init__(self) -> None:
        self.machine: Machine | None = None
        self.pipelines: list[Declaration] = []
        self.steps: list[Step] = []

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Steps and pipelines."""
        if not dotted.startswith("sagemaker.") or "workflow" not in dotted:
            return None
        last = _last(dotted)
        if last == "Pipeline":
            made = Declaration(self.text(args.get("name", 0)), args, where)
            self.pipelines.append(made)
            return made
        if last in _COLLECTIONS or (last.endswith("Step") and last != "Step"):
            return self._step(Step(last, self.text(args.get("name", 0)) or last, args, where))
        return None

    def _step(self, step: Step) -> Step:
        before = step.args.get("depends_on")
        step.before += [before] if before is not None else []
        self.steps.append(step)
        return step

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """`@step`."""
        dotted = decorator.dotted if isinstance(decorator, (Made, Library)) else ""
        if dotted.startswith("sagemaker.") and "workflow" in dotted and _last(dotted) == "step":
            given = decorator.args if isinstance(decorator, Made) else Arguments()
            return Delayed(thing, given) if isinstance(thing, Function) else None
        return None

    def invoke(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        """A call of a function under `@step` is a step."""
        if not isinstance(thing, Delayed) or self.machine is None:
            return None
        own = self.machine.code.scope(*thing.func.local).name.rpartition(".")[2]
        step = Step("FunctionStep", self.text(thing.args.get("name")) or own, args, where, thing.func)
        before = thing.args.get("depends_on")
        step.before += [before] if before is not None else []
        return self._step(step)

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Jobs, order, and what properties are turned into."""
        if isinstance(receiver, Step):
            if name in ("add_depends_on", "after"):
                receiver.before += args.positional
            return receiver
        if isinstance(receiver, Property):
            return receiver
        if isinstance(receiver, Made) and receiver.dotted.startswith("sagemaker.") and name in _JOBS:
            return Job(receiver, name, args)
        return None

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """Properties of steps."""
        if isinstance(receiver, Step):
            return Property(receiver) if name == "properties" else Plain(receiver.name) if name == "name" else None
        return Property(receiver.step, (*receiver.path, name)) if isinstance(receiver, Property) else None

    def item(self, receiver: Thing, key: Thing) -> Thing | None:
        """One of several properties."""
        if isinstance(receiver, Step):
            return receiver
        if not isinstance(receiver, Property):
            return None
        return Property(receiver.step, (*receiver.path, str(key.value) if isinstance(key, Plain) else "{}"))

    def text(self, thing: Thing | None) -> str:
        """A text as far as it is known; of a parameter of the pipeline its default, else a hole of its name."""
        for option in options(thing) if thing is not None else ():
            if isinstance(option, Made) and _last(option.dotted).startswith("Parameter"):
                name = self.text(option.args.get("name", 0))
                default = option.args.get("default_value")
                return self.text(default) or f"{{{name or 'parameter'}}}"
            if isinstance(option, Made) and _last(option.dotted) == "Join":
                values = next(
                    (one for one in options(option.args.get("values", 1)) if isinstance(one, Items)), Items("list")
                )
                return self.text(option.args.get("on", 0)).join(self.text(part) or "{?}" for part in values.items)
        values_ = self.machine.values(thing) if thing is not None and self.machine is not None else ()
        return values_[0].text() if values_ else ""


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
        for part in _flat(thing) if depth < DEEPEST else ():
            if isinstance(part, Step):
                yield part, guard
                for name in _BRANCHES:
                    yield from self._listed(part.args.get(name), part, depth + 1)
                if part.func is not None:
                    for other in _touched(_arguments(part.args)):
                        yield from self._listed(other.step if isinstance(other, Property) else other, guard, depth + 1)

    def _step(self, made: Declaration, step: Step, guards: dict[Step, Step | None], ids: dict[Step, str]) -> CodeStep:
        where = step.where
        given = [thing for name, thing in _named(step.args) if name not in (*_BRANCHES, "depends_on")]
        found = [one for thing in given for one in _touched(thing)]
        before = {ids[one.step if isinstance(one, Property) else one]: None for one in found if _of(one) in ids}
        before.update({ids[guard]: None for guard in [guards[step]] if guard is not None and guard in ids})
        before.update(
            {ids[other]: None for thing in step.before for other in self._waited(thing, guards) if other in ids}
        )
        before.update(
            {ids[other]: None for other in guards if other.name in set(self._asked(given)) and other is not step}
        )
        reads = [self._output(made, one, where.line) for one in found if _of(one) in ids]
        reads += [declared for thing in given for declared in self._inputs(thing, where.line)]
        wanted = {
            one for other in guards for name, thing in _named(other.args) if name not in _BRANCHES
            for one in _touched(thing) if _of(one) is step
        }  # fmt: skip
        writes = [self._output(made, one, where.line) for one in wanted]
        writes += [declared for thing in given for declared in self._outputs(thing, where.line)]
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
        for part in _flat(thing):
            if isinstance(part, Step):
                yield part
            else:
                name = self.meaning.text(part)
                yield from (step for step in guards if name and step.name == name)

    def _asked(self, given: list[Thing]) -> Iterator[str]:
        """The names of steps whose results a condition looks up in a file."""
        for thing in given:
            for made in _all_made(thing):
                if _last(made.dotted) == "JsonGet":
                    said = made.args.get("step_name", 0) or made.args.get("step")
                    yield from (
                        part.name if isinstance(part, Step) else self.meaning.text(part) for part in options(said)
                    )

    # --- data ---

    def _output(self, made: Declaration, one: Property | Step, line: int) -> Declared:
        step = _of(one)
        output, kind = one.output if isinstance(one, Property) else ("output", NodeKind.DATASET)
        name = f"{step.name}.{output}"
        home = self.homes[made.where.path, _name(made)]
        return Declared(f"mem:{home}/{name}", None, Ref(name, "dataset", "properties", line), name, kind, 0.95)

    def _inputs(self, thing: Thing, line: int) -> Iterator[Declared]:
        for made in _all_made(thing):
            place = _SOURCES.get(_last(made.dotted))
            if place is not None:
                yield from self._uri(made.args.get(*place), _last(made.dotted), line)
        for job in _jobs(thing):
            if job.name == "transform":
                yield from self._uri(job.args.get("data", 0), "transform", line)

    def _outputs(self, thing: Thing, line: int) -> Iterator[Declared]:
        for made in _all_made(thing):
            if _last(made.dotted) == "ProcessingOutput":
                yield from self._uri(made.args.get("destination"), "ProcessingOutput", line)
        for job in _jobs(thing):
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
        """The script of a job: `code` of processing, the entry point of an estimator with its folder."""
        places = [(step.args, "code")]
        for job in _jobs(step.args.get("step_args")):
            places += [(job.args, "code"), (job.receiver.args, "entry_point")]
        for name in ("estimator", "processor", "model"):
            places += [(made.args, "entry_point") for made in options(step.args.get(name)) if isinstance(made, Made)]
        for args, name in places:
            script = self.meaning.text(args.get(name))
            folder = self.meaning.text(args.get("source_dir")).rstrip("/")
            if script.endswith(".py") and "://" not in script:
                whole = f"{folder}/{script}" if folder and "://" not in folder else script
                yield Command((Word("python"), Word(whole, "{" not in whole)), step.where.line)


def _of(one: Property | Step) -> Step:
    return one.step if isinstance(one, Property) else one


def _name(made: Declaration) -> str:
    return made.name or made.where.path.rpartition("/")[2].rpartition(".")[0]


def _named(args: Arguments) -> Iterator[tuple[str, Thing]]:
    yield from (("", thing) for thing in args.positional)
    yield from args.keywords.items()


def _arguments(args: Arguments) -> Thing:
    return Items("list", [thing for _, thing in _named(args)])


def _flat(thing: Thing | None) -> Iterator[Thing]:
    for option in options(thing) if thing is not None else ():
        if isinstance(option, Items):
            for part in option.items:
                yield from _flat(part)
        else:
            yield option


def _inside(thing: Thing | None, depth: int = 0) -> Iterator[Thing]:
    """A thing and all that it is made of, through containers, calls and jobs, but not through steps."""
    for option in options(thing) if thing is not None and depth < DEEPEST else ():
        yield option
        parts: list[Thing] = []
        if isinstance(option, Items):
            parts = option.items
        elif isinstance(option, Table):
            parts = option.values()
        elif isinstance(option, Made):
            parts = [part for _, part in _named(option.args)]
        elif isinstance(option, Job):
            parts = [option.receiver, *(part for _, part in _named(option.args))]
        for part in parts:
            yield from _inside(part, depth + 1)


def _touched(thing: Thing | None) -> Iterator[Property | Step]:
    """The properties of steps in a thing, and the results of functions that are steps."""
    for part in _inside(thing):
        if isinstance(part, Property) or (isinstance(part, Step) and part.func is not None):
            yield part


def _all_made(thing: Thing | None) -> Iterator[Made]:
    yield from (part for part in _inside(thing) if isinstance(part, Made))


def _jobs(thing: Thing | None) -> Iterator[Job]:
    yield from (part for part in _inside(thing) if isinstance(part, Job))


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


DIALECT = Dialect("sagemaker-sdk", ("sagemaker",), read)
