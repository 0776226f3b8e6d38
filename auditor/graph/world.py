"""Everything the questions are answered from, built once for a tree and shared by all components."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from posixpath import dirname
from typing import Any, TypeVar

from auditor.graph import places
from auditor.graph.artefacts.identity import Identities, above
from auditor.graph.artefacts.mounts import mounts
from auditor.graph.build import Builder
from auditor.graph.commits import Work, touches, work
from auditor.graph.declared.documents import Documents
from auditor.graph.declared.steps import Steps
from auditor.graph.observed.fitting import Fitting
from auditor.graph.observed.flows import Flows
from auditor.graph.observed.lineage import Lineage
from auditor.graph.observed.transport import Transport
from auditor.graph.sight import Failed, Look, looks_at
from auditor.language.annex import STORE, annexed
from auditor.model.artefact import Edge, EdgeKind, Node, Role
from auditor.model.changes import History
from auditor.model.facts import Facts, Pin
from auditor.model.listing import Listing
from auditor.program import Resolved
from auditor.program.calls.effects import Effect, Site
from auditor.program.calls.uncalled import Uncalled
from auditor.program.kept.answers import Answers
from auditor.program.naming.code import Instance, Local
from auditor.program.running.launches import launches
from auditor.program.running.tests import holds_tests

T = TypeVar("T")
KEDRO_NAMES = frozenset({"catalog", "context", "session", "pipelines"})
"""Names that Kedro puts into every notebook of its projects."""
AUTOMAGIC = frozenset({"ls", "ll", "pwd", "cd", "cat", "cp", "mv", "mkdir", "rmdir", "rm", "man", "clear", "who", "whos", "history", "dirs", "env", "quickref", "less", "more"})  # fmt: skip
"""What a notebook takes for a command where it stands alone on a line."""


class World:
    """The resolved program, the declared steps, the lineage and the graph of one tree."""

    def __init__(
        self,
        resolved: Resolved,
        listing: Listing,
        history: Callable[[], History],
        *,
        detailed: bool = False,
        looks: tuple[Look[Any], ...] = (),
    ) -> None:
        """`looks` are the questions about single files that `seen` answers."""
        self._looks = looks
        self.resolved = resolved
        self.listing = listing
        self._history = history
        self._answers: dict[object, Any] = {}
        self._touches: dict[int, dict[str, int] | None] = {}
        self.steps = Steps(resolved)
        self.declarations = self.steps.declarations
        self.launched = launches(resolved.effects, resolved.commands)
        same = resolved.made_of(Identities, resolved.tree, frozenset(listing.unread), mounts(resolved.files))
        self.identities = same.anew()
        self.started = self._started()
        """Programs that some command starts."""
        self.lineage = Lineage(
            resolved, self.identities, self.launched, self.started, self._flows(), self.steps.projects
        )
        self.transport = Transport(resolved, self.steps, self.lineage, self.launched)
        targets = ((entry.path, annexed(entry.target)) for entry in listing.entries if STORE in entry.target)
        self.links: Mapping[str, Pin] = {path: pin for path, pin in targets if pin is not None}
        """What the links into the store of git-annex stand for, by path."""
        builder = Builder(
            resolved, self.steps, self.lineage, self.transport, lambda: self.flows, links=self.links, detailed=detailed
        )
        store = builder.build()
        self.nodes: dict[str, Node] = {node.id: node for node in store.nodes()}
        self.edges: tuple[Edge, ...] = tuple(store.edges())

    def _started(self) -> frozenset[str]:
        found = {
            run.target
            for step in self.steps.all
            if step.tool != "readme"
            for run in step.runs
            if run.kind in ("script", "notebook")
        }
        found |= {
            launch.run.target
            for started in self.launched.values()
            for launch in started
            if launch.run.kind in ("script", "notebook")
        }
        return frozenset(path for path in found if path in self.resolved.code.programs)

    def _flows(self) -> dict[str, tuple[Site, ...]]:
        """The functions that orchestrators run, by the file that declares their steps, and console scripts, by their own."""
        found: dict[str, dict[Site, None]] = {}
        code = self.resolved.code
        for path, number in self._console_scripts():
            if not code.programs[path].main_guard:  # most guards call the same
                found.setdefault(path, {})[path, number] = None
        for step in self.steps.all:
            if step.in_code and step.path in code.programs:
                found.setdefault(step.path, {}).update(((each.path, each.scope), None) for each in step.implements)
        return {path: tuple(sites) for path, sites in found.items() if sites}

    def _console_scripts(self) -> Iterator[Site]:
        """What console scripts start: a function, wherever it was imported from, or the file of an object that makes commands."""
        modules = self.resolved.evaluator.denoter.modules
        for path, name in self.resolved.commands.console_scripts():
            meant = modules.member(path, name)
            if type(meant) is Local:
                yield meant.path, meant.scope
            elif type(meant) is Instance:
                yield path, 0

    @property
    def files(self) -> Mapping[str, Facts]:
        """Facts by path."""
        return self.resolved.files

    def is_notebook(self, path: str) -> bool:
        """Whether a program is a notebook, or the text of one that stands beside it."""
        return path.endswith(".ipynb") or f"{path.removesuffix('.py')}.ipynb" in self.resolved.tree

    def is_product(self, path: str) -> bool:
        """Neither tests nor examples; a program that only its name calls a test, and that holds none, is what it does."""
        apart = places.is_example(path) or places.is_apart(path)
        return places.is_product(path) or (path in self._misnamed and not apart)

    @cached_property
    def _misnamed(self) -> frozenset[str]:
        code = self.resolved.code
        return frozenset(
            path for path, program in code.programs.items() if places.is_test_by_name(path) and not holds_tests(program)
        )

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file, -1 where that is not known."""
        return {entry.path: entry.size for entry in self.listing.entries}

    def beside(self, path: str) -> list[str]:
        """The documents in the folder of a path and in those above it, the root left out, and cards anywhere."""
        folders = {*above(path)}
        return [p for p in self._documents if dirname(p) in folders or places.is_card(p)]

    @cached_property
    def _documents(self) -> list[str]:
        return [path for path, facts in sorted(self.files.items()) if facts.sections]

    @cached_property
    def documents(self) -> Documents:
        """What the documents of the tree say."""
        return Documents(self.files)

    @cached_property
    def history(self) -> History:
        """Change sets, read from git when first asked for."""
        return self._history()

    @cached_property
    def work(self) -> tuple[Work, ...]:
        """The commits of people, newest first."""
        return tuple(work(self.history))

    def touches(self, days: int) -> dict[str, int] | None:
        """How often people changed each file in the last days before the newest commit; None where history is not known whole."""
        if days not in self._touches:
            self._touches[days] = touches(self.history, self.work, days)
        return self._touches[days]

    def once(self, ask: Callable[[World], T]) -> T:
        """The answer of a question about the whole tree, asked once whoever needs it."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        answer: T = self._answers[ask]
        return answer

    def once_in(self, ask: Callable[[World, Callable[[str], bool]], T], owned: Callable[[str], bool]) -> T:
        """The answer of a question about one component, asked once whichever topics need it."""
        key = (ask, owned)
        if key not in self._answers:
            self._answers[key] = ask(self, owned)
        answer: T = self._answers[key]
        return answer

    def seen(self, look: Look[T], path: str) -> T:
        """What a look at one program finds. Raises what it breaks by."""
        answers, number = self._seen[look.name]
        found: T | Failed = answers.of(path)[number]
        if isinstance(found, Failed):
            raise found.error
        return found

    @cached_property
    def _seen(self) -> dict[str, tuple[Answers[tuple[Any, ...]], int]]:
        """By the name of a look the topic that answers it, and its place there."""
        kept, effects = self.resolved.kept, self.resolved.effects
        shared = tuple(look for look in self._looks if not look.rare)
        together = kept(looks_at("looks", shared, effects))
        rare = {look.name: (kept(looks_at(look.name, (look,), effects)), 0) for look in self._looks if look.rare}
        return {look.name: (together, number) for number, look in enumerate(shared)} | rare

    @cached_property
    def flows(self) -> Flows:
        """What flows into fits, saves and writes."""
        return Flows(self.resolved)

    @cached_property
    def imported_roots(self) -> dict[str, frozenset[str]]:
        """The first parts of the names of all modules that each program imports."""
        return {path: self.resolved.code.roots(path) for path in self.resolved.code.paths}

    def handed(self, path: str) -> frozenset[str]:
        """The names that whatever runs a program puts into it: those of the notebooks that run it in their own place, too."""
        found = set(self._injected) if path.endswith(".ipynb") else set[str]()
        code, todo = self.resolved.code, [path]
        for each in todo:
            for runner in self._running.get(each, ()):
                for home in (runner, *code.stars(runner)) if runner not in todo else ():
                    found.update(code.index(home, 0).bindings)
                todo += [runner] if runner not in todo else []
        return frozenset(found)

    @cached_property
    def _running(self) -> dict[str, list[str]]:
        """By program those that run it by `%run`."""
        code = self.resolved.code
        found: dict[str, list[str]] = {}
        for path in code.paths:
            for target in code.running(path):
                found.setdefault(target, []).append(path)
        return found

    @cached_property
    def _injected(self) -> frozenset[str]:
        """The names that a framework puts into all notebooks of the tree."""
        code = self.resolved.code
        roots = (
            imported.module.partition(".")[0]
            for path in code.paths
            if "kedro" in code.roots(path)
            for statement, _, _ in code.index(path, 0).imports
            for imported in (statement.names if not statement.level else ())
        )
        return KEDRO_NAMES if "kedro" in roots else frozenset()

    @cached_property
    def uncalled(self) -> Uncalled:
        """Which code runs for nobody that can be seen."""
        return Uncalled(self.resolved.effects)

    @cached_property
    def outgoing(self) -> dict[str, list[Edge]]:
        """Edges by source."""
        table: dict[str, list[Edge]] = {}
        for edge in self.edges:
            table.setdefault(edge.source, []).append(edge)
        return table

    @cached_property
    def incoming(self) -> dict[str, list[Edge]]:
        """Edges by target."""
        table: dict[str, list[Edge]] = {}
        for edge in self.edges:
            table.setdefault(edge.target, []).append(edge)
        return table

    def between(self, source: str, target: str, kind: EdgeKind) -> Edge | None:
        """The edge of a kind between two nodes."""
        return next(
            (edge for edge in self.outgoing.get(source, ()) if edge.target == target and edge.kind is kind), None
        )

    def trains(self, effect: Effect) -> bool:
        """Whether an effect fits a model (fitting a preprocessing object alone is no training, nor is a gradient that nothing applies)."""
        return self._fitting.trains(effect)

    @cached_property
    def _fitting(self) -> Fitting:
        return Fitting(self.resolved)

    def orchestrates(self, path: str) -> bool:
        """Whether a file declares a pipeline in an orchestrator's own terms."""
        return path in self._orchestrating

    @cached_property
    def _orchestrating(self) -> frozenset[str]:
        playing = (self.resolved.effects.own_playing(role) for role in (Role.PIPELINE, Role.PIPELINE_STEP))
        return frozenset(e.site[0] for effects in playing for e in effects if e.domain == "orchestration")
