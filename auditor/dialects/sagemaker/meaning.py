"""What the classes of SageMaker pipelines make, as the code that builds a pipeline is run symbolically."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

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
from auditor.model.artefact import NodeKind
from auditor.program.naming.code import Library

TOOL = "sagemaker"
DEEPEST = 12
PIPELINES = frozenset({"Pipeline"})
"""Names of classes that make a pipeline."""

_COLLECTIONS = frozenset({"RegisterModel", "EstimatorTransformer"})
_JOBS = frozenset({"run", "fit", "transform", "create", "register", "get_run_args", "tune"})
BRANCHES = ("if_steps", "else_steps")


class Job(msgspec.Struct, frozen=True):
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


class Delayed(msgspec.Struct, frozen=True):
    """A function under `@step`."""

    func: Function
    args: Arguments


class Property(msgspec.Struct, frozen=True):
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


class Declaration(msgspec.Struct, frozen=True):
    """One pipeline."""

    name: str
    args: Arguments
    where: Where


def is_pipeline(dotted: str) -> bool:
    """Whether a call of that name makes a pipeline."""
    return dotted.startswith("sagemaker.") and "workflow" in dotted and last_name(dotted) in PIPELINES


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
        last = last_name(dotted)
        if last in PIPELINES:
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
        if dotted.startswith("sagemaker.") and "workflow" in dotted and last_name(dotted) == "step":
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
            if isinstance(option, Made) and last_name(option.dotted).startswith("Parameter"):
                name = self.text(option.args.get("name", 0))
                default = option.args.get("default_value")
                return self.text(default) or f"{{{name or 'parameter'}}}"
            if isinstance(option, Made) and last_name(option.dotted) == "Join":
                values = next(
                    (one for one in options(option.args.get("values", 1)) if isinstance(one, Items)), Items("list")
                )
                return self.text(option.args.get("on", 0)).join(self.text(part) or "{?}" for part in values.items)
        values_ = self.machine.values(thing) if thing is not None and self.machine is not None else ()
        return values_[0].text() if values_ else ""


def step_of(one: Property | Step) -> Step:
    """The step that a property is of."""
    return one.step if isinstance(one, Property) else one


def named(args: Arguments) -> Iterator[tuple[str, Thing]]:
    """All arguments, positional ones without a name."""
    yield from (("", thing) for thing in args.positional)
    yield from args.keywords.items()


def flat(thing: Thing | None) -> Iterator[Thing]:
    """The members of lists, or the thing itself."""
    for option in options(thing) if thing is not None else ():
        if isinstance(option, Items):
            for part in option.items:
                yield from flat(part)
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
            parts = [part for _, part in named(option.args)]
        elif isinstance(option, Job):
            parts = [option.receiver, *(part for _, part in named(option.args))]
        for part in parts:
            yield from _inside(part, depth + 1)


def touched(thing: Thing | None) -> Iterator[Property | Step]:
    """The properties of steps in a thing, and the results of functions that are steps."""
    for part in _inside(thing):
        if isinstance(part, Property) or (isinstance(part, Step) and part.func is not None):
            yield part


def all_made(thing: Thing | None) -> Iterator[Made]:
    """What libraries made, in a thing."""
    yield from (part for part in _inside(thing) if isinstance(part, Made))


def jobs(thing: Thing | None) -> Iterator[Job]:
    """The jobs in a thing."""
    yield from (part for part in _inside(thing) if isinstance(part, Job))


def last_name(dotted: str) -> str:
    """The last part of a dotted name."""
    return dotted.rpartition(".")[2]
