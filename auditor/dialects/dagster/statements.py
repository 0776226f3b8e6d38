"""The assets and jobs of a tree as steps, pipelines and artefacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from auditor.dialects.contract import Artefact, CodeStep, Pipeline, Statement, StepIds, memory_homes
from auditor.dialects.dagster import starts
from auditor.dialects.dagster.assets import Asset, Dep, Key, Known, Spec, Upstream
from auditor.dialects.dagster.definitions import Job, Start
from auditor.dialects.dagster.locations import Locations
from auditor.dialects.dagster.meaning import Dagster
from auditor.dialects.dagster.selection import Selector
from auditor.dialects.flowing import Call, Result, Unit, code_of, doubted, given_to, numbered, results
from auditor.dialects.symbolic.things import Arguments, Items, Made, Table, Thing, Where, options, parts
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Step, Trigger
from auditor.program.naming.code import Frame, Local
from auditor.program.running.invocations import argument

TOOL = "dagster"
CONDITIONAL = 0.8
Triggers = tuple[tuple[str, Trigger], ...]


class Statements:
    """What all assets and jobs of a tree say."""

    def __init__(self, meaning: Dagster) -> None:
        self.meaning = meaning
        self.machine = meaning.machine
        self.known = Known(meaning.maker.specs)
        self.ids = StepIds()
        self.assets = meaning.maker.assets
        units = {
            id(unit): unit
            for unit in (*meaning.units.values(), *(job.unit for job in meaning.jobs))
            if unit is not None
        }
        self.flows = {number: meaning.run(unit) for number, unit in units.items()}
        alone = [unit for number, unit in units.items() if number not in meaning.within]
        jobbed = {id(job.unit) for job in meaning.jobs}
        self.jobs = [*meaning.jobs, *(self._job(unit) for unit in alone if id(unit) not in jobbed)]
        homes = [(job.where.path, job.name) for job in self.jobs]
        self.homes = memory_homes([*homes, *((asset.where.path, asset.name) for asset in self.assets if asset.unit)])
        self.locations = Locations(meaning.loader.locations, self.assets)
        self.of_asset: dict[int, tuple[CodeStep, ...]] = {}
        self.of_unit: dict[int, tuple[CodeStep, ...]] = {}

    def _job(self, unit: Unit) -> Job:
        return Job(self.meaning.text(unit.given.get("name")) or self.meaning.name_of(unit.func), unit.where, unit)

    def all(self) -> Iterator[Statement]:
        """Assets by the code locations that hold them, jobs, and assets that nothing here makes."""
        of_jobs, alone = self._started()
        for asset in self.assets:
            self.of_asset[id(asset)] = tuple(self._asset(asset, tuple(dict.fromkeys(alone[id(asset)]))))
        for job in self.jobs:
            if job.unit is not None and id(job.unit) not in self.of_unit:
                flow, home = self.flows[id(job.unit)], self.homes[job.where.path, job.name]
                self.of_unit[id(job.unit)] = tuple(self._ops(flow.calls, home))
        yield from self._of_locations()
        for job in self.jobs:
            found = self._of_job(job)
            if found and job.name:
                yield msgspec.structs.replace(
                    self._pipeline(job.name, job.where, found), elsewhere=tuple(dict.fromkeys(of_jobs[id(job)]))
                )
        for spec in self.meaning.maker.specs:
            if spec.owner is None:
                yield Artefact(
                    self.known.id_of(spec), NodeKind.DATASET, spec.key.text, None, spec.where.path, spec.where.line
                )

    # --- pipelines ---

    @staticmethod
    def _pipeline(name: str, where: Where, steps: Iterable[CodeStep]) -> Pipeline:
        unique = tuple({step.id: step for step in steps}.values())
        return Pipeline(name, TOOL, where.path, where.line, unique, where.end_line)

    def _of_locations(self) -> Iterator[Pipeline]:
        """The assets of each code location; those of no location by their files."""
        left = {id(asset): asset for asset in self.assets}
        for location in self.locations.roots:
            found = self.locations.held(location)
            for asset in found:
                left.pop(id(asset), None)
            if steps := [step for asset in found for step in self.of_asset[id(asset)]]:
                yield self._pipeline("assets", location.where, steps)
        by_file: dict[str, list[Asset]] = defaultdict(list)
        for asset in left.values():
            by_file[asset.where.path].append(asset)
        for several in by_file.values():
            steps = [step for asset in several for step in self.of_asset[id(asset)]]
            yield self._pipeline("assets", several[0].where, steps)

    def _of_job(self, job: Job) -> tuple[CodeStep, ...]:
        if job.unit is not None:
            return self.of_unit[id(job.unit)]
        chosen = self._selected(job.selection, job)
        return tuple(step for asset in chosen for step in self.of_asset[id(asset)])

    def _selected(self, thing: Thing | None, by: Job | Start) -> list[Asset]:
        """The assets that a selection means in the location that holds who asks."""
        specs = [spec for asset in self.locations.around(by) if asset.kind != "check" for spec in asset.selectable]
        found = Selector(self.meaning.keys, self.known, specs).of(thing)
        return [asset for asset in self.assets if found and not found.isdisjoint(asset.selectable)]

    # --- triggers ---

    def _started(self) -> tuple[dict[int, list[tuple[str, Trigger]]], dict[int, list[tuple[str, Trigger]]]]:
        """What starts jobs, and what starts assets alone, by their identity."""
        jobs: dict[int, list[tuple[str, Trigger]]] = defaultdict(list)
        assets: dict[int, list[tuple[str, Trigger]]] = defaultdict(list)
        for start in self.meaning.starts:
            for target in start.targets:
                for job in self._jobs(target):
                    said = starts.of_start(self.meaning.keys, start, job.partitions)
                    jobs[id(job)] += [(start.where.path, trigger) for trigger in said]
                for asset in self._targets(target, start):
                    said = starts.of_start(self.meaning.keys, start, None)
                    assets[id(asset)] += [(start.where.path, trigger) for trigger in said]
        for asset in self.assets:
            upstream = " ".join(dict.fromkeys(label for dep in asset.upstream for label in self._labels(dep, asset)))
            for spec in asset.specs:
                said = starts.of_condition(self.machine, spec.condition, spec.where.line, upstream)
                assets[id(asset)] += [(spec.where.path, trigger) for trigger in said]
        return jobs, assets

    def _jobs(self, target: Thing) -> Iterator[Job]:
        for one in parts(target):
            text = self.meaning.text(one) if not isinstance(one, (Job, Unit, Asset, Spec, Made)) else ""
            for job in self.jobs:
                if job is one or (isinstance(one, Unit) and job.unit is one) or (text and job.name == text):
                    yield job

    def _targets(self, target: Thing, start: Start) -> list[Asset]:
        if any(True for _ in self._jobs(target)):
            return []
        return self._selected(target, start)

    def _labels(self, dep: Dep, user: Asset) -> Iterator[str]:
        specs, key = self.known.of(dep, user)
        yield from (spec.key.text for spec in specs)
        if key is not None:
            yield key.text

    # --- steps ---

    def _asset(self, asset: Asset, triggers: Triggers) -> Iterator[CodeStep]:
        """The step that makes assets; those of a graph are its ops."""
        if asset.unit is not None:
            handed = Arguments((), {name: Upstream(dep) for name, dep in asset.ins.items()}, open=True)
            flow = self.meaning.run(asset.unit, handed)
            home = self.homes[asset.where.path, asset.name]
            for op in self._ops(flow.calls, home, asset, flow.returned):
                yield msgspec.structs.replace(op, triggers=triggers)
            return
        where = asset.where
        doubt = CONDITIONAL if where.conditional else 1.0
        reads = [one for dep in asset.upstream for one in self._read(dep, asset, where.line)]
        writes = [self._made(spec, where.line) for spec in asset.specs]
        name = asset.specs[0].key.text if [spec.bare for spec in asset.specs] == [asset.name] else asset.name
        step = Step(name, TOOL, where.line, where.end_line, variants=0 if where.repeated else 1)
        code = code_of(self.machine, Unit("step", asset.func, Arguments(), where))
        yield CodeStep(
            self.ids.new(where.path, name), where.path, step, doubted(reads, doubt), doubted(writes, doubt),
            implements=code, triggers=triggers, confidence=round(0.95 * doubt, 3),
        )  # fmt: skip

    def _ops(
        self, calls: list[Call], home: str, asset: Asset | None = None, returned: Thing = None
    ) -> Iterator[CodeStep]:
        """The ops of a graph, with what they hand on."""
        ids = {id(call): self.ids.new(call.where.path, call.name) for call in calls}
        names = numbered(calls)
        used: dict[int, list[Result]] = defaultdict(list)
        for result in (result for call in calls for result in call.feeds):
            used[id(result.call)].append(result)
        made = self._of_graph(asset, returned) if asset is not None else {}
        for call in calls:
            where = call.where
            doubt = CONDITIONAL if where.conditional else 1.0
            code = code_of(self.machine, call.unit)
            reads = [one for result in call.feeds for one in self._results(result, home, names, where.line)]
            for upstream in (one for thing in _arguments(call) for one in _upstream(thing)):
                reads += self._read(upstream.dep, asset, where.line) if asset is not None else []
            writes = [one for result in used[id(call)] for one in self._results(result, home, names, where.line)]
            writes += [self._made(spec, where.line) for spec in made.get(id(call), ())]
            writes += self._told(code, where)
            step = Step(call.name, TOOL, where.line, where.end_line, variants=0 if where.repeated else 1)
            before = dict.fromkeys(ids[id(other)] for other in call.before if id(other) in ids)
            yield CodeStep(
                ids[id(call)], where.path, step, doubted(reads, doubt), doubted(writes, doubt), after=tuple(before),
                implements=code, given=given_to(self.machine, call, code), confidence=round(0.95 * doubt, 3),
            )  # fmt: skip

    @staticmethod
    def _of_graph(asset: Asset, returned: Thing) -> dict[int, list[Spec]]:
        """Which op gives which asset of a graph."""
        found: dict[int, list[Spec]] = defaultdict(list)
        for option in options(returned):
            if len(asset.specs) == 1:
                pairs = [(asset.specs[0], option)]
            elif isinstance(option, Table):
                pairs = [(spec, option.entries.get(spec.bare.rpartition("/")[2])) for spec in asset.specs]
            else:
                pairs = list(zip(asset.specs, option.items if isinstance(option, Items) else (), strict=False))
            for spec, thing in pairs:
                for result in results(thing):
                    found[id(result.call)].append(spec)
        return found

    # --- artefacts ---

    def _results(self, result: Result, home: str, names: dict[int, str], line: int) -> Iterator[Declared]:
        """What an op gives: its outputs by name where it has several, else the one of its own name."""
        name, label = names[id(result.call)], result.call.name
        outs = self._outs(result.call.unit)
        chosen: list[str] = []
        if len(outs) > 1:
            chosen = [outs[result.index]] if isinstance(result.index, int) and result.index < len(outs) else outs
            chosen = [result.index] if result.index in outs and isinstance(result.index, str) else chosen
        for out in chosen or [""]:
            ref = Ref(out or label, "dataset", "result", line)
            identity = f"mem:{home}/{name}.{out}" if out else f"mem:{home}/{name}"
            yield Declared(identity, None, ref, out or label, NodeKind.DATASET, 0.95)

    @staticmethod
    def _outs(unit: Unit) -> list[str]:
        for option in options(unit.given.get("out")):
            if isinstance(option, Table) and not option.open:
                return [str(name) for name in option.entries]
        return []

    def _read(self, dep: Dep, user: Asset, line: int) -> list[Declared]:
        specs, key = self.known.of(dep, user)
        trust = dep.trust if isinstance(dep, Key) else 0.95
        found = [self._made(spec, line, min(trust, spec.key.trust), "dep") for spec in specs]
        if key is not None:
            ref = Ref(key.text, "dataset", "dep", line)
            found.append(Declared(f"name:dagster:{key.text}", None, ref, key.text, NodeKind.DATASET, min(trust, 0.9)))
        return found

    def _made(self, spec: Spec, line: int, trust: float | None = None, how: str = "asset") -> Declared:
        text = spec.key.text
        confidence = round(spec.key.trust if trust is None else trust, 3)
        return Declared(
            self.known.id_of(spec), None, Ref(text, "dataset", how, line), text, NodeKind.DATASET, confidence
        )

    def _told(self, code: tuple[Local, ...], where: Where) -> list[Declared]:
        """The assets that an op reports: `AssetMaterialization(asset_key="x")`."""
        evaluator, found = self.machine.resolved.evaluator, []
        for local in code:
            for site in self.machine.code.index(*local).calls:
                frame = Frame(*local)
                dotted = evaluator.denoter.dotted(site.call.func, frame) or ""
                named = argument(site.call, "asset_key", 0)
                if not dotted.startswith("dagster.") or not dotted.endswith(".AssetMaterialization") or named is None:
                    continue
                values = evaluator.values(named, frame)
                if len(values) == 1 and values[0].exact:
                    key = Key(values[0].text(), min(values[0].confidence, 0.9))
                    user = Asset("asset", "", None, where)
                    specs, other = self.known.of(key, user)
                    found += [self._made(spec, where.line, key.trust) for spec in specs]
                    if other is not None:
                        found += self._read(other, user, where.line)
        return found


def _arguments(call: Call) -> tuple[Thing, ...]:
    return (*call.args.positional, *call.args.keywords.values())


def _upstream(thing: Thing) -> Iterator[Upstream]:
    """The assets handed to an op, through lists."""
    for option in options(thing):
        if isinstance(option, Upstream):
            yield option
        elif isinstance(option, (Items, Table)):
            for item in option.items if isinstance(option, Items) else option.values():
                yield from _upstream(item)
