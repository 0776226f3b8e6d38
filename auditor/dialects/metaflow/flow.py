"""One flow: its steps, their order, the artefacts that reach each, its parameters and triggers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import dirname

import msgspec

from auditor.dialects.contract import CodeStep, Pipeline
from auditor.dialects.metaflow.accesses import Access, Walker
from auditor.dialects.naming import path_identity
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step, Trigger
from auditor.model.ir import Attr, Call, Expr, Item, Name
from auditor.program import Resolved
from auditor.program.naming.code import Frame, Local
from auditor.program.running.invocations import argument

TOOL = "metaflow"
_PERIODS = ("weekly", "daily", "hourly")
_DEFAULTED = {"metaflow.Parameter": NodeKind.CLI_PARAM, "metaflow.JSONType": NodeKind.CLI_PARAM,
              "metaflow.IncludeFile": NodeKind.DATASET, "metaflow.Config": NodeKind.CONFIG}  # fmt: skip


class Method(msgspec.Struct, frozen=True):
    """One step of a flow: its method, and what it does to the artefacts."""

    name: str
    local: Local
    accesses: tuple[Access, ...]
    around: tuple[Local, ...] = ()  # decorators of the repository that work on the flow before it
    joins: bool = False
    remote: tuple[tuple[Expr, str, int], ...] = ()  # what it asks of the runs of other flows

    def hands_on(self, name: str) -> bool:
        """Whether an artefact from before is still there after this step: a join keeps only what it merges."""
        if not self.joins:
            return True
        merged = {access.name for access in self.accesses if access.kind == "merge"}
        dropped = {access.name for access in self.accesses if access.kind == "drop"}
        return name in merged or ("*" in merged and name not in dropped)

    def following(self) -> dict[str, str]:
        """The steps that come next, and how (`foreach x`, `condition`, "")."""
        return {access.name: access.how for access in self.accesses if access.kind == "next"}

    def writes(self) -> dict[str, bool]:
        """The artefacts it leaves, and whether it does so in any case."""
        found: dict[str, bool] = {}
        for access in self.accesses:
            if access.kind == "write":
                found[access.name] = found.get(access.name, False) or access.sure
        return found

    def needs(self) -> dict[str, int]:
        """The artefacts it reads before it has written them itself, and where."""
        found: dict[str, int] = {}
        own: set[str] = set()
        for access in self.accesses:
            if access.kind == "read" and access.name not in own:
                found.setdefault(access.name, access.line)
            elif access.kind == "write" and access.sure:
                own.add(access.name)
        return found


class Default(msgspec.Struct, frozen=True):
    """A parameter of a flow, with where it is declared; of a file that is taken in, its path."""

    kind: NodeKind
    name: str
    path: str
    line: int
    text: str | None


class Flow:
    """One flow: its own members, and those of the classes of the repository that it derives from."""

    def __init__(self, resolved: Resolved, local: Local) -> None:
        self.resolved = resolved
        self.code = resolved.code
        self.local = local
        self.scope = self.code.scope(*local)
        self.name = self.scope.name.rpartition(".")[2]
        self.homes: Mapping[tuple[str, str], str] = {(local.path, self.name): self.name}
        self.lineage = tuple(self._classes(local))
        methods = self._methods()
        steps = {name: method for name, method in methods.items() if self._decorated(method, "metaflow.step")}
        others = {name: method for name, method in methods.items() if name not in steps}
        self.steps = {name: self._walked(name, method, others) for name, method in steps.items()}
        self.defaults = self._defaults()
        self.before: dict[str, list[str]] = {name: [] for name in self.steps}
        for name, step in self.steps.items():
            for onward in step.following():
                if onward in self.before:
                    self.before[onward].append(name)

    def pipeline(self) -> Pipeline:
        """The flow as a pipeline of its steps."""
        mapped = self._mapped()
        steps = tuple(self._step(step, mapped) for step in self.steps.values())
        return Pipeline(
            self.name, TOOL, self.local.path, self.scope.line, steps, self.scope.end_line, tuple(self._triggers())
        )

    # --- members ---

    def _classes(self, local: Local, depth: int = 0) -> Iterator[Local]:
        yield local
        for base in self.resolved.evaluator.denoter.bases(local) if depth < 8 else ():
            if type(base) is Local and self.code.scope(*base).kind == "class":
                yield from self._classes(base, depth + 1)

    def _methods(self) -> dict[str, Local]:
        found: dict[str, Local] = {}
        for cls in reversed(self.lineage):
            for number in self.code.nested(*cls):
                scope = self.code.scope(cls.path, number)
                if scope.kind == "function":
                    found[scope.name.rpartition(".")[2]] = Local(cls.path, number)
        return dict(sorted(found.items(), key=lambda pair: (pair[1].path, self.code.scope(*pair[1]).line)))

    def _walked(self, name: str, local: Local, others: Mapping[str, Local]) -> Method:
        around = tuple(self._mutators(local))
        walker = Walker(self.code, others)
        accesses = tuple(walker.walk(local, around))
        joins = len(self.code.scope(*local).params) > 1
        return Method(name, local, accesses, around, joins, tuple(walker.remote))

    def _mutators(self, local: Local) -> Iterator[Local]:
        """The step decorators of the repository (`@user_step_decorator`) on a method, outermost first."""
        scope = self.code.scope(*local)
        frame = Frame(local.path, max(scope.parent, 0))
        for decorator in scope.decorators:
            func = decorator.func if type(decorator) is Call else decorator
            found = self.resolved.evaluator.denoter.denote(func, frame)
            if type(found) is Local and self._decorated(found, "metaflow.user_step_decorator"):
                yield found

    def _decorated(self, method: Local, dotted: str) -> bool:
        return any(name == dotted for name, _ in self._decorators(method))

    def _decorators(self, local: Local) -> Iterator[tuple[str, Call | None]]:
        scope = self.code.scope(*local)
        frame = Frame(local.path, max(scope.parent, 0))
        for decorator in scope.decorators:
            call = decorator if type(decorator) is Call else None
            func = call.func if call is not None else decorator
            yield self.resolved.evaluator.denoter.dotted(func, frame) or "", call

    def _defaults(self) -> dict[str, Default]:
        """Parameters, files and configurations that are declared in the class."""
        found: dict[str, Default] = {}
        for cls in reversed(self.lineage):
            frame = Frame(*cls)
            for name in self.code.index(*cls).bindings:
                for binding in self.code.index(*cls).final(name):
                    value = binding.value
                    if type(value) is not Call:
                        continue
                    dotted = self.resolved.evaluator.denoter.dotted(value.func, frame) or ""
                    kind = _DEFAULTED.get(dotted)
                    if kind is not None:
                        given = argument(value, "name", 0)
                        shown = self._text(given, frame) if given is not None else None
                        default = argument(value, "default", 1)
                        text = self._text(default, frame) if default is not None else None
                        found[name] = Default(kind, shown or name, cls.path, value.line, text)
        return found

    def _text(self, expr: Expr, frame: Frame) -> str | None:
        values = self.resolved.evaluator.values(expr, frame)
        return values[0].text() if len(values) == 1 and values[0].exact else None

    # --- steps ---

    def _step(self, step: Method, mapped: frozenset[str]) -> CodeStep:
        scope = self.code.scope(*step.local)
        reads: list[Declared] = []
        params: list[Declared] = []
        for name, line in step.needs().items():
            if name in self.defaults:
                declared = self._default(name, line)
                (reads if declared.kind is NodeKind.DATASET else params).append(declared)
            else:
                reads += [self._artefact(name, writer, line) for writer in self._reaching(step.name, name)]
        reads += [*self._elements(step), *self._of_other_flows(step)]
        writes = [self._artefact(name, step.name, scope.line) for name in step.writes()]
        record = Step(step.name, TOOL, scope.line, scope.end_line, variants=0 if step.name in mapped else 1)
        return CodeStep(
            self._id(step.name), step.local.path, record, tuple(reads), tuple(writes), tuple(params),
            tuple(self._id(name) for name in self.before[step.name]), (step.local, *step.around),
        )  # fmt: skip

    def _elements(self, step: Method) -> Iterator[Declared]:
        """What a step is given an element of (`self.input`)."""
        line = next((access.line for access in step.accesses if access.kind == "input"), None)
        for earlier in self.before[step.name] if line is not None else ():
            over = self.steps[earlier].following()[step.name].partition("foreach ")[2]
            if over and line is not None:
                writers = [earlier] if over in self.steps[earlier].writes() else self._reaching(earlier, over)
                yield from (self._artefact(over, writer, line) for writer in writers)

    def _id(self, name: str) -> str:
        """The id of a step; one that a class of the repository hands down stands in each flow for itself."""
        local = self.steps[name].local
        own = self.code.owner(*local) == self.local.scope and local.path == self.local.path
        return f"step:{local.path}#{self.name}.{name}" if own else f"step:{local.path}#{name}@{self.name}"

    def _writers(self, name: str) -> list[str]:
        return [step.name for step in self.steps.values() if name in step.writes()]

    def _artefact(self, name: str, writer: str, line: int) -> Declared:
        """An artefact as one step leaves it; where several write it, each leaves its own."""
        version = f"@{writer}" if len(self._writers(name)) > 1 else ""
        ref = Ref(name, "dataset", "self", line)
        home = self.homes[self.local.path, self.name]
        return Declared(f"mem:{home}/{name}{version}", None, ref, name, NodeKind.DATASET, 0.95)

    def _reaching(self, step: str, name: str) -> list[str]:
        """The steps whose version of an artefact a step can see: the nearest before it on each way."""
        found: dict[str, None] = {}
        todo, seen = list(self.before[step]), {step}
        while todo:
            earlier = todo.pop(0)
            if earlier in seen:
                continue
            seen.add(earlier)
            written = self.steps[earlier].writes().get(name)
            if written is not None:
                found[earlier] = None
            if not written and self.steps[earlier].hands_on(name):
                todo += self.before[earlier]
        return list(found)

    def _mapped(self) -> frozenset[str]:
        """The steps that run once for each element: from a `foreach` to where its branches are joined."""
        todo = [
            onward
            for step in self.steps.values()
            for onward, how in step.following().items()
            if how.startswith("foreach") and onward in self.steps
        ]
        found: set[str] = set()
        while todo:
            name = todo.pop()
            if name not in found and not self.steps[name].joins:
                found.add(name)
                todo += [onward for onward in self.steps[name].following() if onward in self.steps]
        return frozenset(found)

    def _default(self, name: str, line: int) -> Declared:
        """A parameter that a step uses: an option of the flow, or a file that the flow takes in."""
        default = self.defaults[name]
        ref = Ref(name, default.kind.value, "self", line)
        if default.kind is not NodeKind.CLI_PARAM and default.text is not None:
            near = path_identity(default.text, dirname(default.path))
            root = path_identity(default.text, "")
            chosen = near if near is not None and near[1] in self.resolved.tree else root
            if chosen is not None:
                return Declared(chosen[0], chosen[1], ref, kind=default.kind, confidence=0.9)
        identity = f"cli:{default.path}#{default.name}"
        return Declared(identity, default.path, ref, default.name, NodeKind.CLI_PARAM, 0.95)

    def _of_other_flows(self, step: Method) -> Iterator[Declared]:
        """`Flow("Other").latest_run.data.x`: an artefact that another flow left."""
        for run, name, line in step.remote:
            flow = self._flow_of(run, Frame(*step.local))
            # Where several flows share the name, none can be meant for sure.
            if flow is not None and (flow in self.homes.values() or all(flow != own for _, own in self.homes)):
                ref = Ref(f"{flow}.{name}", "dataset", "client", line)
                yield Declared(f"mem:{flow}/{name}", None, ref, name, NodeKind.DATASET, 0.9)

    def _flow_of(self, expr: Expr, frame: Frame, depth: int = 0) -> str | None:
        """The name of the flow that an expression of the client leads to."""
        if depth > 6:
            return None
        if type(expr) is Call:
            dotted = self.resolved.evaluator.denoter.dotted(expr.func, frame) or ""
            if dotted in ("metaflow.Flow", "metaflow.Run") and expr.args:
                text = self._text(expr.args[0], frame)
                return text.partition("/")[0] if text else None
            return self._flow_of(expr.func, frame, depth + 1)
        if type(expr) in (Attr, Item):
            return self._flow_of(expr.base, frame, depth + 1)  # type: ignore[union-attr]  # both have a base
        if type(expr) is Name:
            for binding, where in self.resolved.evaluator.denoter.bindings(expr, frame):
                if binding.how in ("value", "context") and binding.value is not None:
                    return self._flow_of(binding.value, where, depth + 1)
        return None

    # --- triggers ---

    def _triggers(self) -> Iterator[Trigger]:
        frame = Frame(self.local.path, max(self.scope.parent, 0))
        for dotted, call in self._decorators(self.local):
            last = dotted.rpartition(".")[2] if dotted.startswith("metaflow.") else ""
            given: Mapping[str, Expr] = dict(call.keywords) if call is not None else {}
            line = call.line if call is not None else self.scope.line
            if last == "schedule":
                cron = self._text(given["cron"], frame) if "cron" in given else None
                period = next((word for word in _PERIODS if self._text_of(given.get(word), frame) == "True"), "daily")
                yield Trigger("schedule", cron or period, line)
            elif last == "trigger":
                yield Trigger("event", " ".join(self._names(given, ("event", "events"), frame)), line)
            elif last == "trigger_on_finish":
                flows = " ".join(self._names(given, ("flow", "flows"), frame))
                yield Trigger("event", f"finish of {flows}".strip(), line)

    def _text_of(self, expr: Expr | None, frame: Frame) -> str | None:
        return self._text(expr, frame) if expr is not None else None

    def _names(self, given: Mapping[str, Expr], keys: tuple[str, ...], frame: Frame) -> Iterator[str]:
        for key in keys:
            for part in _parts(given.get(key)):
                text = self._text(part, frame)
                if text:
                    yield text


def _parts(expr: Expr | None) -> Iterator[Expr]:
    if expr is None:
        return
    items = getattr(expr, "items", None)
    yield from items if isinstance(items, tuple) else (expr,)
