"""Azure ML, version 1 of the SDK: pipelines of steps that hand data on, runs of a script, schedules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from posixpath import dirname, join

import msgspec

from auditor.dialects import commanding
from auditor.dialects.contract import CodeStep, Pipeline, Statement, StepIds, memory_homes, reaching
from auditor.dialects.naming import path_identity
from auditor.dialects.symbolic import Machine, Meaning
from auditor.dialects.symbolic.things import Arguments, Items, Made, Plain, Table, Thing, Where, options, parts
from auditor.language.credentials import mask
from auditor.language.shell import read_shell
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Command, Ref, Step, Trigger, Word
from auditor.program import Resolved
from auditor.program.symbolic.values import is_uri, normal

TOOL = "azureml"
CONDITIONAL = 0.8
MOST_WORDS = 100
MOST_NESTED = 3

_OUTPUTS = frozenset(
    {"PipelineData", "OutputFileDatasetConfig", "OutputTabularDatasetConfig", "HDFSOutputDatasetConfig"}
)
_TAKEN = ("as_input", "as_dataset", "read_", "parse_")
"""How methods of an output begin that make an input of it."""
_READERS = ("from_delimited_files", "from_parquet_files", "from_json_lines_files", "from_files")
_SCRIPTS = (("script_name", "source_directory"), ("script", "source_directory"), ("entry_script", "source_directory"),
            ("python_script_path", ""), ("python_script_name", "source_directory"), ("file", "source_directory"),
            ("notebook", "source_directory"), ("notebook_path", ""))  # fmt: skip
_INPUT_NAMES = ("inputs", "side_inputs", "inputs_map", "source_data_reference")
_OUTPUT_NAMES = ("outputs", "output", "outputs_map", "metrics_output", "destination_data_reference")
_CONFIGURED = (
    "parallel_run_config",
    "hyperdrive_config",
    "estimator",
    "run_config",
    "runconfig",
    "notebook_run_config",
)
"""Arguments that hold what a step runs in a configuration of their own."""


@dataclass(eq=False)
class Data:
    """What steps hand on, or a data set. `taken` says that whoever is given it reads it; `known` are the files of a data set.

    `given` says that a step makes it whose arguments name it, `PipelineData` aside, which stands among outputs too.
    """

    name: str
    taken: bool = False
    known: tuple[Declared, ...] | None = None
    origin: Data | None = None
    given: bool = True

    @property
    def made(self) -> Data:
        """The output itself, of which this may be a reading."""
        return self.origin or self


@dataclass(eq=False)
class Unit:
    """One step, or a run of a script by itself."""

    name: str
    args: Arguments
    where: Where
    before: list[Unit] = field(default_factory=list)
    reads: list[Data] = field(default_factory=list)
    writes: list[Data] = field(default_factory=list)


@dataclass(eq=False)
class Whole:
    """One pipeline; the steps that make what its steps read belong to it unasked."""

    name: str
    where: Where
    steps: list[Unit]
    triggers: list[tuple[str, Trigger]] = field(default_factory=list)


class _Script(msgspec.Struct, frozen=True):
    """A file that a step runs, as a path of the repository where it is there, and the folder it starts in."""

    path: str
    folder: str
    tool: str


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every pipeline and every run of the given files and those that import them."""
    meaning = AzureML()
    machine = meaning.machine = Machine(resolved, meaning)
    for path in reaching(resolved, paths):
        machine.start(path)
    yield from _Statements(machine, meaning).all()
    yield from machine.cut(paths)


class AzureML(Meaning):
    """What the classes of the SDK make."""

    def __init__(self) -> None:
        self.machine: Machine | None = None
        self.pipelines: list[Whole] = []
        self.runs: list[Unit] = []
        self.makers: dict[int, Unit] = {}  # by the id of what they make

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Steps, what they hand on, data sets, pipelines, schedules."""
        if not dotted.startswith("azureml."):
            return None
        last = dotted.rpartition(".")[2]
        if last.endswith("Step") and last[:1].isupper():
            return self._step(last, args, where)
        if last in _OUTPUTS:
            return Data(self._text(args.get("name", 0)) or "output", given=last != "PipelineData")
        if last == "get_by_name" and ".Dataset" in dotted:
            return self._registered(args, where)
        if last in _READERS and ".Dataset" in dotted:
            return Data("dataset", True, tuple(self._files(args.get("path", 0), where)))
        if last == "StepSequence":
            return self._sequence(args.get("steps", 0))
        if last == "Pipeline":
            return self._pipeline(args, where)
        if last == "ScriptRunConfig":
            run = self._step(last, args, where)
            self.runs.append(run)
            return run
        return self._scheduled(args, where) if dotted.endswith(".Schedule.create") else None

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """How data are taken, what comes first, what is published."""
        if isinstance(receiver, Data):
            return Data(receiver.name, True, receiver.known, receiver.made) if name.startswith(_TAKEN) else receiver
        if isinstance(receiver, Unit) and name == "run_after":
            receiver.before += [one for one in parts(args.get("step", 0)) if isinstance(one, Unit)]
            return Plain(None)
        if isinstance(receiver, Whole):
            if name == "publish":
                receiver.name = self._text(args.get("name", 0)) or receiver.name
            return receiver
        return None

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """`published.id` stands for the pipeline."""
        return receiver if isinstance(receiver, Whole) and name == "id" else None

    # --- parts ---

    def _step(self, kind: str, args: Arguments, where: Where) -> Unit:
        script = next((text for name in ("script_name", "script") if (text := self._text(args.get(name)))), "")
        unit = Unit(self._text(args.get("name")) or _stem(script) or kind, args, where)
        for name in _INPUT_NAMES:
            unit.reads += _data(args.get(name))
        for name in _OUTPUT_NAMES:
            unit.writes += [data.made for data in _data(args.get(name))]
        self.makers.update((id(data), unit) for data in unit.writes)
        for name in ("arguments", "python_script_params", "command"):
            for data in _data(args.get(name)):
                if data.taken:
                    unit.reads.append(data)
                elif data.given and data.made not in [read.made for read in unit.reads]:
                    unit.writes.append(data.made)
                    self.makers[id(data.made)] = unit
        return unit

    def _registered(self, args: Arguments, where: Where) -> Data:
        name = self._text(args.get("name", 1))
        if not name or name.startswith("{"):
            return Data("dataset", True, ())
        ref = Ref(name, "dataset", "Dataset", where.line, "{" in name)
        found = Declared(f"uri:azureml://data/{name}", None, ref, name, NodeKind.DATASET, 0.85)
        return Data(name, True, (found,))

    def _files(self, thing: Thing | None, where: Where) -> Iterator[Declared]:
        """The addresses that a data set is made of; a path in a datastore lies nowhere that the repository knows."""
        for option in parts(thing):
            for text in self._texts(option):
                identity = path_identity(mask(text), "") if is_uri(text) else None
                if identity is not None:
                    ref = Ref(mask(text), "dataset", "Dataset", where.line, "{" in text)
                    yield Declared(*identity, ref, mask(text), NodeKind.DATASET, 0.85)

    def _sequence(self, thing: Thing | None) -> Thing:
        ordered = [list(_units(item)) for item in thing.items] if isinstance(thing, Items) else []
        for first, second in pairwise(ordered):
            for unit in second:
                unit.before += first
        return thing if thing is not None else Items("list")

    def _pipeline(self, args: Arguments, where: Where) -> Whole:
        found = list(dict.fromkeys(_units(args.get("steps", 1))))
        whole = Whole(_stem(where.path), where, found)
        self.pipelines.append(whole)
        return whole

    def _scheduled(self, args: Arguments, where: Where) -> Thing | None:
        for option in options(args.get("pipeline_id", 2)):
            if isinstance(option, Whole):
                option.triggers.append(
                    (where.path, Trigger("schedule", self._times(args.get("recurrence")), where.line))
                )
        return None

    def _times(self, thing: Thing | None) -> str:
        for option in options(thing):
            if isinstance(option, Made):
                often, every = self._text(option.args.get("frequency", 0)), self._text(option.args.get("interval", 1))
                return f"every {every or 1} {often}" if often else "interval"
        return "interval"

    def _text(self, thing: Thing | None) -> str:
        return next(self._texts(thing), "")

    def _texts(self, thing: Thing | None) -> Iterator[str]:
        values = self.machine.values(thing) if thing is not None and self.machine is not None else ()
        yield from (value.text() for value in values[:1])


def _units(thing: Thing | None) -> Iterator[Unit]:
    return (part for part in parts(thing) if isinstance(part, Unit))


def _data(thing: Thing | None) -> Iterator[Data]:
    """The data in a list or table."""
    for part in parts(thing):
        if isinstance(part, Data):
            yield part
        elif isinstance(part, Table):
            for value in part.values():
                yield from _data(value)


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


class _Statements:
    """What all pipelines of a tree say."""

    def __init__(self, machine: Machine, meaning: AzureML) -> None:
        self.machine = machine
        self.makers = meaning.makers
        pipelines = [whole for whole in meaning.pipelines if whole.steps]
        within = {id(step) for whole in pipelines for step in self._all(whole.steps)}
        configured = {
            id(one) for step in (*meaning.makers.values(), *meaning.runs) for one in _configurations(step.args)
        }
        configured |= {id(one) for whole in pipelines for step in whole.steps for one in _configurations(step.args)}
        alone = [Whole(run.name, run.where, [run]) for run in meaning.runs if id(run) not in within | configured]
        self.wholes = _numbered([*pipelines, *alone])
        self.homes = memory_homes((whole.where.path, whole.name) for whole in self.wholes)
        self.ids = StepIds()

    def all(self) -> Iterator[Statement]:
        """One pipeline each."""
        for whole in self.wholes:
            steps = self._all(whole.steps)
            ids = {id(step): self.ids.new(step.where.path, step.name) for step in steps}
            made = tuple(self._step(whole, step, ids) for step in steps)
            where = whole.where
            yield Pipeline(
                whole.name, TOOL, where.path, where.line, made, where.end_line, elsewhere=tuple(whole.triggers)
            )

    def _all(self, steps: list[Unit]) -> list[Unit]:
        """Steps with those that must come first, in the order of their lines: a pipeline need not list them."""
        found = dict.fromkeys(steps)
        todo = list(steps)
        while todo:
            for other in self._before(todo.pop()):
                if other not in found:
                    found[other] = None
                    todo.append(other)
        return sorted(found, key=lambda step: (step.where.path, step.where.line))

    def _before(self, unit: Unit) -> list[Unit]:
        """The steps that come first: as told, and those that make what this one reads."""
        made = [self.makers[id(data.made)] for data in unit.reads if id(data.made) in self.makers]
        return [other for other in (*unit.before, *made) if other is not unit]

    def _step(self, whole: Whole, unit: Unit, ids: dict[int, str]) -> CodeStep:
        where, home = unit.where, self.homes[whole.where.path, whole.name]
        script = self._script(unit.args, where.path)
        read = [data.made for data in unit.reads if data.known is None]
        known = [declared for data in unit.reads for declared in data.known or ()]
        step = Step(
            unit.name, TOOL, where.line, where.end_line, tuple(self._commands(unit, script)),
            folder=script.folder if script is not None else "", variants=0 if where.repeated else 1,
        )  # fmt: skip
        doubt = CONDITIONAL if where.conditional else 1.0
        return CodeStep(
            ids[id(unit)], where.path, step,
            tuple(dict.fromkeys([*known, *(_handed(data, home, where.line) for data in read)])),
            tuple(dict.fromkeys(_handed(data, home, where.line) for data in unit.writes)),
            after=tuple(dict.fromkeys(ids[id(one)] for one in self._before(unit))), confidence=round(0.95 * doubt, 3),
        )  # fmt: skip

    def _commands(self, unit: Unit, script: _Script | None) -> Iterator[Command]:
        line = unit.where.line
        if script is not None:
            given = unit.args.get("arguments") or unit.args.get("python_script_params")
            words = list(commanding.words(self.machine, given))[:MOST_WORDS]
            yield Command((*(Word(word) for word in script.tool.split()), Word(script.path), *words), line)
        for args in (unit.args, *(inner.args for inner in _configurations(unit.args))):
            command = list(commanding.words(self.machine, args.get("command")))[:MOST_WORDS]
            for found in read_shell(" ".join(word.text for word in command), line=line, braces=True) if command else ():
                yield Command(found.words, line, found.cwd, found.reads, found.writes)

    def _script(self, args: Arguments, home: str) -> _Script | None:
        """The file that a step runs, said by itself or in a configuration."""
        for given in (args, *(inner.args for inner in _configurations(args))):
            for name, place in _SCRIPTS:
                for value in self.machine.values(given.get(name) or Plain(None))[:1]:
                    folders = self.machine.values(given.get(place) or Plain("."))[:1] if place else ()
                    tool = "papermill" if name.startswith("notebook") else "python"
                    if value.exact and all(folder.exact for folder in folders):
                        return self._found(value.text(), folders[0].text() if folders else "", home, tool)
        return None

    def _found(self, script: str, folder: str, home: str, tool: str) -> _Script:
        """Source folders are seen from where the pipeline is started: beside its file, or at the root."""
        for base in (dirname(home), ""):
            whole = normal(join(base, folder))
            if normal(join(whole, script)) in self.machine.resolved.files:
                return _Script(script, whole, tool)
        return _Script(script, normal(folder), tool)


def _configurations(args: Arguments, depth: int = 0) -> Iterator[Unit | Made]:
    """What a step was told to run in configurations of their own, and in those within them."""
    for name in _CONFIGURED if depth < MOST_NESTED else ():
        for option in options(args.get(name)):
            if isinstance(option, (Made, Unit)):
                yield option
                yield from _configurations(option.args, depth + 1)


def _numbered(wholes: list[Whole]) -> list[Whole]:
    """Several pipelines of one name in a file, told apart."""
    counts: Counter[tuple[str, str]] = Counter()
    for whole in wholes:
        counts[whole.where.path, whole.name] += 1
        number = counts[whole.where.path, whole.name]
        whole.name += f"@{number}" if number > 1 else ""
    return wholes


def _handed(data: Data, home: str, line: int) -> Declared:
    ref = Ref(data.name, "dataset", "outputs", line, "{" in data.name)
    return Declared(f"mem:{home}/{data.name}", None, ref, data.name, NodeKind.DATASET, 0.95)
