"""What code does to look after data and models: monitors, checks, alerts, services and their endpoints, registrations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from auditor.graph import places
from auditor.graph.observed.code_edges import function_node
from auditor.graph.observed.endpoints import endpoints
from auditor.graph.observed.flows import Flows
from auditor.graph.observed.lineage import Lineage, Touch
from auditor.graph.observed.uses import DATA
from auditor.graph.store import Store
from auditor.model.artefact import EdgeKind, Evidence, NodeKind, Role
from auditor.model.ir import Attr, Const, Expr, Name, Scope
from auditor.model.regex import regex
from auditor.program import Resolved
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Code
from auditor.program.naming.scopes import children
from auditor.program.running.invocations import argument

_KINDS = {Role.MONITOR: NodeKind.MONITOR, Role.VALIDATE: NodeKind.CHECK}
OWN_STATISTIC = regex(
    r"(^|_)(psi|population_stability|drift|kl_divergence|js_divergence|jensen_shannon|wasserstein|ks_test|ks_2samp|covariate_shift)(_|$|s$)",
    re.I,
)
"""Names of functions that compute by themselves how far data has moved."""
_COMPARED = regex(
    r"drift|(^|[^a-z])psi([^a-z]|$)|shift|stability|monitor|reference|baseline|(^|[^a-z])(ref|cur|current|new|live|prod\w*|expected|actual)([^a-z]|$)",
    re.I,
)
"""Words of comparing data with data of another time: a distance between two samples may be the score of a model as well."""


class Practices:
    """States them into the store: as nodes, tied to what they look after as far as values tell."""

    def __init__(self, store: Store, resolved: Resolved, lineage: Lineage, flows: Callable[[], Flows]) -> None:
        self.store = store
        self.resolved = resolved
        self.lineage = lineage
        self._flows = flows
        self._taken: dict[str, int] = {}

    def state(self, services: Iterable[str]) -> None:
        """State all that product code does; `services` are the programs that answer with a model."""
        for site, effects in sorted(self.resolved.effects.own.items()):
            for effect in effects if places.is_product(site[0]) else ():
                if effect.role in _KINDS and not effect.dead and not effect.entry.attrs.get("schema"):
                    if not effect.entry.attrs.get("weak") or self._compares(site, effect):
                        self._watch(site, effect)
                elif effect.role in (Role.REGISTER, Role.SAVE_MODEL) and not effect.dead:
                    self._register(site, effect)
        for site, effects in sorted(self.resolved.effects.lifted.items()):
            for effect in effects if places.is_product(site[0]) else ():
                if effect.role is Role.REGISTER and not effect.dead:
                    self._register(site, effect)
        self._own_statistics()
        served = list(services)
        for path in served:
            self._service(path, frozenset(served))

    def _watch(self, site: Site, effect: Effect) -> None:
        alerts = bool(effect.entry.attrs.get("alert"))
        kind = NodeKind.ALERT if alerts else _KINDS[effect.role]
        where = self.resolved.code.place(site[0], effect.line)
        scope = self.resolved.code.scope(*site).name
        short = effect.name.rpartition(".")[2]
        node = self.store.node(
            self._id(f"{kind.value}:{site[0]}#{scope}.{short}".replace("#.", "#")), kind, short, path=site[0], line=where.line,
            cell=where.cell, tool=effect.entry.library, drift=effect.entry.attrs.get("drift"),
        )  # fmt: skip
        said = self._evidence(site[0], effect.line, effect.name, "call", effect.certainty)
        self.store.edge(function_node(self.store, self.resolved, site), node, EdgeKind.RUNS, (said,), via="monitors")
        tie = EdgeKind.VALIDATES if kind is NodeKind.CHECK else EdgeKind.MONITORS
        for touch in self._looked_at(effect):
            artefact = self.store.node(
                touch.artefact.id,
                touch.kind,
                touch.artefact.path or touch.artefact.id.partition(":")[2],
                path=touch.artefact.path,
            )
            sure = min(effect.certainty, touch.confidence, 0.8)
            self.store.edge(
                node, artefact, tie, (self._evidence(site[0], effect.line, effect.name, "origins", round(sure, 3)),)
            )

    def _id(self, name: str) -> str:
        """An id of its own for each of several calls of one name in a scope: each watches something else."""
        number = self._taken[name] = self._taken.get(name, 0) + 1
        return name if number == 1 else f"{name}@{number}"

    def _compares(self, site: Site, effect: Effect) -> bool:
        """Whether the words around a statistical distance say that it compares data of two times."""
        given = [*effect.call.args, *(value for _, value in effect.call.keywords)]
        words = [site[0], self.resolved.code.scope(*site).name, *(text for value in given for text in _words(value))]
        return any(_COMPARED.search(word) for word in words)

    def _looked_at(self, effect: Effect) -> Iterator[Touch]:
        """What the values that a call is given were read from."""
        given: list[Expr] = [*effect.call.args, *(value for _, value in effect.call.keywords)]
        if type(effect.call.func) is Attr:
            given.append(effect.call.func.base)
        calls = {id(origin.call) for value in given for origin in self._flows().behind(value, effect).calls}
        for number in calls & self._reads.keys():
            yield from self._reads[number]

    @cached_property
    def _reads(self) -> dict[int, list[Touch]]:
        """What each call that reads data or a model touches."""
        table: dict[int, list[Touch]] = {}
        for touches in self.lineage.touches.values():
            for touch in touches:
                if touch.way == "read" and touch.kind in DATA:
                    table.setdefault(id(touch.effect.call), []).append(touch)
        return table

    def _own_statistics(self) -> None:
        """Functions of the repository that compute a distance of two samples under its name."""
        code = self.resolved.code
        for path in code.paths:
            for number in code.of_program(path, _own_statistics, tuple[int, ...]) if places.is_product(path) else ():
                scope = code.scope(path, number)
                name, where = scope.name.rpartition(".")[2], code.place(path, scope.line)
                node = self.store.node(
                    f"monitor:{path}#{scope.name}", NodeKind.MONITOR, name, path=path, line=where.line,
                    cell=where.cell, tool="own", drift="data",
                )  # fmt: skip
                said = self._evidence(path, scope.line, name, "name", 0.5)
                function = function_node(self.store, self.resolved, (path, number))
                self.store.edge(function, node, EdgeKind.RUNS, (said,), via="monitors")

    def _register(self, site: Site, effect: Effect) -> None:
        """A function and the name in a registry under which it puts a model, by a call of its own or as it saves the model."""
        values = effect.targets
        if effect.role is Role.SAVE_MODEL:
            given = argument(effect.call, "registered_model_name", None)
            values = self.resolved.evaluator.values(given, effect.frame) if given is not None else ()
        for value in values:
            if value.known and not effect.name.startswith("datasets."):
                node = self.store.node(
                    f"name:{effect.entry.library}:{value.text()}", NodeKind.MODEL, value.text(), registry=True
                )
                said = self._evidence(
                    site[0], effect.line, effect.name, "call", min(effect.certainty, value.confidence)
                )
                self.store.edge(function_node(self.store, self.resolved, site), node, EdgeKind.REGISTERS, (said,))

    def _parts(self, path: str, services: frozenset[str]) -> list[str]:
        """A program that serves and the modules that it is made of: routers may have files of their own."""
        found, todo = {path: None}, [path]
        while todo:
            for target in sorted(self.resolved.code.imports(todo.pop()) - found.keys() - services):
                if places.is_product(target):
                    found[target] = None
                    todo.append(target)
        return list(found)

    def _service(self, path: str, services: frozenset[str]) -> None:
        """A program that serves, its endpoints, and the models that it loads."""
        label = path.rpartition("/")[2]
        service = self.store.node(f"service:{path}", NodeKind.SERVICE, label, path=path, line=1)
        said = self._evidence(path, 1, path, "serve", 0.9)
        self.store.edge(service, f"file:{path}", EdgeKind.RUNS, (said,))
        for each in (each for part in self._parts(path, services) for each in endpoints(self.resolved, part)):
            home = each.site[0]
            where = self.resolved.code.place(home, each.line)
            name = each.route or self.resolved.code.scope(*each.site).name
            node = self.store.node(
                f"endpoint:{home}#{name}", NodeKind.ENDPOINT, name, path=home, line=where.line, tool=each.framework
            )
            piece = self._evidence(home, each.line, name, "route", 0.9)
            self.store.edge(service, node, EdgeKind.CONTAINS, (piece,))
            self.store.edge(node, function_node(self.store, self.resolved, each.site), EdgeKind.CALLS, (piece,))
        for touch in self.lineage.of_program(path):
            if touch.way == "read" and touch.kind is NodeKind.MODEL:
                model = self.store.node(
                    touch.artefact.id,
                    NodeKind.MODEL,
                    touch.artefact.path or touch.artefact.id.partition(":")[2],
                    path=touch.artefact.path,
                )
                piece = self._evidence(path, touch.effect.line, touch.effect.name, "load", touch.confidence)
                self.store.edge(service, model, EdgeKind.SERVES, (piece,))

    def _evidence(self, path: str, line: int, snippet: str, how: str, confidence: float) -> Evidence:
        where = self.resolved.code.place(path, line)
        return Evidence(path, where.line, snippet[:120], "python", how, round(confidence, 3), cell=where.cell)


def _words(expr: Expr) -> Iterator[str]:
    """The names, attributes and keys in an expression."""
    if type(expr) is Name:
        yield expr.id
    elif type(expr) is Attr:
        yield expr.name
    elif type(expr) is Const and isinstance(expr.value, str):
        yield expr.value
    for part in children(expr):
        yield from _words(part)


def _own_statistics(code: Code, path: str) -> tuple[int, ...]:
    """The functions of a file that compare samples, and are called after a distance of two."""
    return tuple(number for number in code.scopes(path) if _is_statistic(code.scope(path, number)))


def _is_statistic(scope: Scope) -> bool:
    given = [param.name for param in scope.params if param.name not in ("self", "cls")]
    compares = len(given) > 1 and any(_COMPARED.search(word) for word in given)
    name = scope.name.rpartition(".")[2]
    return scope.kind == "function" and scope.logical > 1 and compares and OWN_STATISTIC.search(name) is not None
