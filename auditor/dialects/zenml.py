"""ZenML: steps and pipelines under decorators, artefacts by the names of their outputs, schedules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from posixpath import dirname

import msgspec

from auditor.dialects.contract import Island, Pipeline, Program, Seen, Statement, islands, running
from auditor.dialects.flowing import (
    Call,
    Flow,
    Flowing,
    Named,
    Result,
    Unit,
    code_of,
    stored,
)
from auditor.dialects.stating import Statements, Triggers
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.machine import cut_short
from auditor.dialects.symbolic.things import Arguments, Bound, Function, Made, Thing, Where, options
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Trigger
from auditor.model.ir import Attr, Const, Expr, Group, Item
from auditor.model.ir import Call as IrCall
from auditor.program import Resolved
from auditor.program.kept.answers import Topic, View
from auditor.program.naming.code import Frame, Library, Local
from auditor.program.naming.names import folders_around
from auditor.program.running.invocations import argument

TOOL = "zenml"
_ASKING = frozenset(
    {"get_artifact", "get_artifact_version", "load_artifact", "get_model_artifact", "get_data_artifact"}
)
_SAVING = frozenset({"save_artifact"})
_TALKING = _ASKING | _SAVING
_PROJECT = ("pyproject.toml", "requirements.txt", "setup.py", ".zen/config.yaml")
_TUPLES = frozenset({"Tuple", "tuple"})


class _Said(msgspec.Struct, frozen=True):
    """What one island says: its pipelines, each with the file by whose run it was found, and where runs were cut short.

    What is handed on in memory is named by the file of its pipeline, as if others had one of that name.
    """

    island: Island
    projects: frozenset[str]
    pipelines: tuple[tuple[str, Pipeline], ...]
    cut: tuple[str, ...]


def read(resolved: Resolved, paths: tuple[str, ...]) -> Iterator[Statement]:
    """Every pipeline of the given files and those that import them.

    Projects of one tree that import nothing of each other are run apart, each as long as it stays the same.
    """
    starts = running(resolved, paths, ZenML.roots, ZenML.flows)
    found = {island.starts[0]: island for island in islands(resolved.code, starts)}
    projects = _projects(resolved.tree)
    around = {start: projects.intersection(folders_around(island.members)) for start, island in found.items()}

    def find(view: View) -> _Said:
        return _said(Seen(view), found[view.path], around[view.path])

    def fits(known: _Said) -> bool:
        start = known.island.starts[0]
        return known.island == found[start] and known.projects == around[start]

    answers = resolved.early(Topic(TOOL, find, _Said), fits)
    said = [answers.of(start) for start in found]
    pipelines = [each for one in said for each in one.pipelines]
    names = Counter(pipeline.name for _, pipeline in pipelines)
    for _, pipeline in sorted(pipelines, key=lambda pair: pair[0]):
        yield pipeline if names[pipeline.name] > 1 else _alone(pipeline)
    yield from cut_short({path for one in said for path in one.cut}.intersection(paths))


def _said(program: Program, island: Island, projects: frozenset[str]) -> _Said:
    meaning = ZenML()
    machine = meaning.start_all(program, island.starts)
    units = list(meaning.units.items())
    flows = [(meaning.found_in[local], meaning.run(unit)) for local, unit in units]
    flows = [(start, flow) for start, flow in flows if flow.calls]
    statements = _Statements(machine, [flow for _, flow in flows], meaning.triggers, projects)
    pipelines = (statement for statement in statements.all() if isinstance(statement, Pipeline))
    starts = [start for start, _ in flows]
    return _Said(island, projects, tuple(zip(starts, pipelines, strict=True)), tuple(sorted(machine.spent)))


def _alone(pipeline: Pipeline) -> Pipeline:
    """A pipeline whose name no other has: what it hands on in memory is named by that."""
    long, short = f"mem:{pipeline.path}#{pipeline.name}/", f"mem:{pipeline.name}/"

    def named(declared: Declared) -> Declared:
        if not declared.id.startswith(long):
            return declared
        return msgspec.structs.replace(declared, id=f"{short}{declared.id.removeprefix(long)}")

    steps = (
        msgspec.structs.replace(step, reads=tuple(map(named, step.reads)), writes=tuple(map(named, step.writes)))
        for step in pipeline.steps
    )
    return msgspec.structs.replace(pipeline, steps=tuple(steps))


def _projects(tree: Iterable[str]) -> frozenset[str]:
    """The folders that are set up as projects."""
    marks = (path for path in tree if path.endswith(_PROJECT))
    named = ((path, name) for path in marks for name in _PROJECT if path.endswith(f"/{name}"))
    return frozenset(path.removesuffix(f"/{name}") for path, name in named)


class ZenML(Flowing):
    """What the decorators and the client of ZenML mean."""

    roots = ("zenml",)
    steps = frozenset({"step"})
    flows = frozenset({"pipeline"})
    waiting = ("after",)

    def __init__(self) -> None:
        super().__init__()
        self.triggers: dict[int, list[tuple[str, Trigger]]] = defaultdict(list)

    def composed(self) -> bool:
        """The steps of a pipeline that another calls are steps of that one."""
        return True

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Artefacts by name, and the steps that integrations bring."""
        if not dotted.startswith("zenml."):
            return None
        last = dotted.rpartition(".")[2]
        if last in ("load_artifact", "ExternalArtifact"):
            return self._named(args.get("name") or args.get("name_or_id", 0))
        if last in ("with_options", "configure"):
            return Unit("step", Library(dotted.rpartition(".")[0]), args, where)
        if self.current is not None and (".steps." in dotted or last.endswith("_step")):
            return Result(self._step(Unit("step", Library(dotted), Arguments(), where), args, where))
        return None

    def construct(self, of: Function, ancestry: tuple[str, ...], args: Arguments, where: Where) -> Thing | None:
        """Steps as classes, of the time before decorators alone."""
        is_step = any(base.startswith("zenml.") and base.endswith("Step") for base in ancestry)
        return Unit("step", of, Arguments(), where) if is_step else None

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Options of pipelines and steps; artefacts that a client or a model is asked for."""
        if isinstance(receiver, Unit):
            self._scheduled(receiver, args, where)
            return receiver if name in ("with_options", "configure", "run", "copy") else None
        if name in _ASKING and _is_zenml(receiver):
            return self._named(args.get("name_id_or_prefix") or args.get("name", 0))
        if isinstance(receiver, Named) and name in ("load", "read"):
            return receiver
        return None

    def _scheduled(self, unit: Unit, args: Arguments, where: Where) -> None:
        for option in options(args.get("schedule")):
            if isinstance(option, Made) and option.dotted.endswith("Schedule"):
                cron = self.text(option.args.get("cron_expression"))
                self.triggers[id(unit)].append((where.path, Trigger("schedule", cron or "interval", where.line)))

    def _named(self, thing: Thing | None) -> Named | None:
        found = [value for value in self.values(thing) if value.exact]
        return Named(found[0].text(), min(found[0].confidence + 0.05, 0.95)) if found else None


def _is_zenml(receiver: Thing) -> bool:
    """Whether something came from the library: a client, a context, a model of it."""
    while isinstance(receiver, Bound):
        receiver = receiver.receiver
    return isinstance(receiver, (Made, Library)) and receiver.dotted.startswith("zenml.")


class _Statements(Statements):
    """What all pipelines of a tree say."""

    tool = TOOL

    def __init__(self, machine: Machine, flows: list[Flow], triggers: Triggers, projects: frozenset[str]) -> None:
        super().__init__(machine, flows, triggers)
        self.homes = {home: "#".join(home) for home in self.homes}
        self.projects = projects
        self.used = {id(result.call) for flow in flows for call in flow.calls for result in call.feeds}
        self.outputs: dict[Local, tuple[tuple[str, NodeKind], ...]] = {}
        self.talks: dict[Local, tuple[tuple[IrCall, str], ...]] = {}

    def reads(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterator[Declared]:
        """The results that a step is given, and what it asks the store for by name."""
        for result in call.feeds:
            yield from self._result(flow, result, call.where.line)
        asked = [named for given in (*call.args.positional, *call.args.keywords.values()) for named in stored(given)]
        for named in (*asked, *self._asked(code)):
            yield self._stored(named.name, call.where, named.trust)

    def writes(self, flow: Flow, call: Call, code: tuple[Local, ...]) -> Iterator[Declared]:
        """The results of a step that have a name or are given to another, and what it saves."""
        if id(call) in self.used or self._names(call):
            yield from self._result(flow, Result(call), call.where.line)
        for named in self._saved(code):
            yield self._stored(named.name, call.where, named.trust)

    # --- artefacts ---

    def _result(self, flow: Flow, result: Result, line: int) -> Iterator[Declared]:
        """What a result is: the outputs of its step by name; in memory where they have none."""
        names = self._names(result.call)
        if names:
            chosen = (
                names if not isinstance(result.index, int) or result.index >= len(names) else (names[result.index],)
            )
            for name, kind in chosen:
                declared = self._stored(name, result.call.where, 0.95)
                yield Declared(declared.id, None, Ref(name, "dataset", "result", line), name, kind, declared.confidence)
            return
        yield self.in_memory(flow, result.call, "result", line)

    def _stored(self, name: str, where: Where, trust: float) -> Declared:
        """An artefact in the store: one name is one artefact in a project."""
        root = self._project(where.path)
        identity = f"name:zenml:{root}/{name}" if root else f"name:zenml:{name}"
        ref = Ref(name, "dataset", "artifact", where.line)
        return Declared(identity, None, ref, name, NodeKind.DATASET, round(trust, 3))

    def _project(self, path: str) -> str:
        """The nearest folder above a file that is set up as a project."""
        folder = dirname(path)
        while folder and folder not in self.projects:
            folder = dirname(folder)
        return folder

    def _names(self, call: Call) -> tuple[tuple[str, NodeKind], ...]:
        """The named outputs of a step, from the annotation of what its function returns."""
        code = code_of(self.machine, call.unit)
        if not code:
            return ()
        if code[0] not in self.outputs:
            scope = self.machine.code.scope(*code[0])
            frame = Frame(code[0].path, max(scope.parent, 0))
            self.outputs[code[0]] = tuple(self._annotated(scope.returns, frame)) if scope.returns is not None else ()
        return self.outputs[code[0]]

    def _annotated(self, annotation: Expr, frame: Frame) -> Iterator[tuple[str, NodeKind]]:
        """`Tuple[Annotated[X, "a"], Annotated[Y, ArtifactConfig(name="b")]]`."""
        if type(annotation) is not Item:
            return
        last = _last(annotation.base)
        parts = annotation.key.items if type(annotation.key) is Group else (annotation.key,)
        if last in _TUPLES:
            found = [list(self._annotated(part, frame)) for part in parts]
            if all(found):  # by position: one without a name would shift the others
                yield from (pair for pairs in found for pair in pairs)
        elif last == "Annotated":
            for part in parts[1:]:
                yield from self._configured(part, frame)

    def _configured(self, part: Expr, frame: Frame) -> Iterator[tuple[str, NodeKind]]:
        """The name in an annotation: a text, or an `ArtifactConfig`."""
        config = part if type(part) is IrCall else None
        named = argument(config, "name", 0) if config is not None else part
        given = dict(config.keywords) if config is not None else {}
        values = self.machine.resolved.evaluator.values(named, frame) if named is not None else ()
        model = "MODEL" in _spelled(given.get("artifact_type")) or _spelled(given.get("is_model_artifact")) == "True"
        if len(values) == 1 and values[0].exact:
            yield values[0].text(), NodeKind.MODEL if model else NodeKind.DATASET

    # --- what code asks for and saves ---

    def _asked(self, code: tuple[Local, ...]) -> Iterator[Named]:
        for local, call, name in self._calls(code):
            if name in _ASKING:
                yield from self._text(argument(call, "name_id_or_prefix", 0) or argument(call, "name", 0), local)

    def _saved(self, code: tuple[Local, ...]) -> Iterator[Named]:
        for local, call, name in self._calls(code):
            if name in _SAVING:
                yield from self._text(argument(call, "name", 1), local)

    def _calls(self, code: tuple[Local, ...]) -> Iterator[tuple[Local, IrCall, str]]:
        for local in code:
            if local not in self.talks:
                self.talks[local] = tuple(self._talk(local)) if self._may_talk(local.path) else ()
            yield from ((local, call, name) for call, name in self.talks[local])

    def _may_talk(self, path: str) -> bool:
        """Whether a file may ask the store or save in it: one that does so by another name has it from a file that says it."""
        code, todo, seen = self.machine.code, [path], {path}
        while todo:
            one = todo.pop()
            if one not in code.programs:
                continue
            if code.words(one).mentions(_TALKING):
                return True
            new = code.imports(one) - seen
            seen |= new
            todo += sorted(new)
        return False

    def _talk(self, local: Local) -> Iterator[tuple[IrCall, str]]:
        """The calls in a function that ask the store or save in it, each with what it asks."""
        denoter = self.machine.resolved.evaluator.denoter
        for site in self.machine.code.index(*local).calls:
            func = site.call.func
            dotted = denoter.dotted(func, Frame(*local)) or ""
            if dotted.startswith("zenml."):
                yield site.call, dotted.rpartition(".")[2]
            elif type(func) is Attr and func.name in ("get_artifact", "get_artifact_version") and not dotted:
                yield site.call, func.name

    def _text(self, expr: Expr | None, local: Local) -> Iterator[Named]:
        values = self.machine.resolved.evaluator.values(expr, Frame(*local)) if expr is not None else ()
        if len(values) == 1 and values[0].exact:
            yield Named(values[0].text(), min(values[0].confidence, 0.9))


def _last(expr: Expr) -> str:
    return expr.name if type(expr) is Attr else getattr(expr, "id", "")


def _spelled(expr: Expr | None) -> str:
    if type(expr) is Const:
        return str(expr.value)
    return expr.name if type(expr) is Attr else ""
