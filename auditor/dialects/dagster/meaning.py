"""What the decorators, definitions and selections of Dagster mean."""

from __future__ import annotations

import msgspec

from auditor.dialects.dagster.assets import Asset, Keys, Spec, joined
from auditor.dialects.dagster.definitions import Job, Loader, Location, Start
from auditor.dialects.dagster.making import SEVERAL, Maker
from auditor.dialects.dagster.selection import OVER, Selection
from auditor.dialects.dagster.starts import is_condition
from auditor.dialects.flowing import Flowing, Result, Unit
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import (
    Arguments,
    Bound,
    Function,
    Items,
    Made,
    Thing,
    Where,
)
from auditor.program import Resolved
from auditor.program.naming.code import Library

_ROOTS = frozenset({"dagster", "dagstermill"})
_SENSORS = frozenset({"sensor", "asset_sensor", "multi_asset_sensor", "run_status_sensor", "run_failure_sensor"})
_TARGETS = ("job", "jobs", "target", "job_name", "request_job", "request_jobs", "asset_selection")
_OPTIONS = frozenset({"tag", "with_hooks", "with_retry_policy", "with_top_level_resources"})


class Dagster(Flowing):
    """Collects assets, jobs and what starts them."""

    roots = ("dagster",)
    steps = frozenset({"op", "solid"})
    flows = frozenset({"job", "graph", "pipeline", "composite_solid"})

    def __init__(self, resolved: Resolved, files: frozenset[str]) -> None:
        super().__init__()
        self.machine: Machine = Machine(resolved, self)
        self.keys = Keys(self.machine)
        self.maker = Maker(self, self.keys)
        self.loader = Loader(self.maker, files)
        self.jobs: list[Job] = []
        self.starts: list[Start] = []

    def composed(self) -> bool:
        """The ops of a graph that another graph or job calls are ops of that one."""
        return True

    def waits(self, unit: Unit, key: int | str) -> bool:
        """An input that the function of an op does not take carries no data."""
        if not isinstance(key, str) or not isinstance(unit.func, Function):
            return False
        params = self.machine.code.scope(*unit.func.local).params
        return not any(param.name == key or param.kind == "kwargs" for param in params)

    # --- decorators ---

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """Assets, checks, ops, graphs, jobs, schedules, sensors, definitions."""
        dotted = decorator.dotted if isinstance(decorator, (Library, Made)) else ""
        given = decorator.args if isinstance(decorator, Made) else Arguments()
        if not _ours(dotted):
            return None
        last = dotted.rpartition(".")[2]
        if last in ("asset", "observable_source_asset", "graph_asset") or last in SEVERAL or last.endswith("_assets"):
            return self.maker.asset(last, given, thing, where)
        if last in ("asset_check", "multi_asset_check"):
            return self.maker.check(given, thing, where)
        if last.endswith("_partitioned_config"):
            return decorator
        if last in _SENSORS or last == "schedule":
            return self._start(last, given, self.name_of(thing), where)
        if last in ("definitions", "repository") and isinstance(thing, Function):
            found = self.machine.enter(thing, Arguments(open=True))
            return self.loader.of(last, Arguments((found,)), where) if last == "repository" else found
        made = super().decorate(decorator, thing, where)
        if isinstance(made, Unit) and last in ("job", "pipeline"):
            self.jobs.append(Job(self._named(made), where, made, partitions=given.get("partitions_def")))
        return made

    def _named(self, unit: Unit) -> str:
        return self.text(unit.given.get("name")) or self.name_of(unit.func)

    def _start(self, kind: str, given: Arguments, name: str, where: Where) -> Start:
        targets = tuple(given.keywords[key] for key in _TARGETS if key in given.keywords)
        start = Start(kind, name, where, targets, given)
        self.starts.append(start)
        return start

    # --- calls ---

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """Specs, jobs, schedules, definitions, loaders, selections; ops that integrations bring."""
        if not _ours(dotted):
            return None
        parts = dotted.split(".")
        last = parts[-1]
        if "AssetSelection" in parts:
            return Selection(last, args.positional) if last != "AssetSelection" else None
        if last in ("AssetSpec", "SourceAsset"):
            return self.maker.external(args, where)
        if last == "AssetDep":
            return args.get("asset", 0)
        if last == "define_dagstermill_asset":
            return self.maker.notebook(args, where)
        if last == "define_asset_job":
            return self._job(self.text(args.get("name", 0)), args.get("selection", 1), args, where)
        if last in ("ScheduleDefinition", "SensorDefinition"):
            return self._start(last.removesuffix("Definition").lower(), args, self.text(args.get("name")), where)
        if last == "build_schedule_from_partitioned_job":
            job = args.get("job", 0)
            return self._start(
                "partitions", msgspec.structs.replace(args, keywords={**args.keywords, "job": job}), "", where
            )
        if last.endswith("_op") and last.startswith("define_"):
            return Unit("step", Library(dotted), args, where)
        if last in ("configured", "alias") and parts[-2].endswith("_op"):
            unit = Unit("step", Library(".".join(parts[:-1])), Arguments(), where)
            return self._of_unit(unit, last, args, where)
        if self.current is not None and last.endswith(("_op", "_solid")):
            return Result(self._step(Unit("step", Library(dotted), Arguments(), where), args, where))
        return self.loader.of(last, args, where)

    def _job(self, name: str, selection: Thing | None, args: Arguments, where: Where, unit: Unit | None = None) -> Job:
        job = Job(name, where, unit, selection, args.get("partitions_def") or args.get("config"))
        self.jobs.append(job)
        return job

    # --- what things do ---

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """Jobs of graphs, options of ops, selections, conditions, dynamic results."""
        if isinstance(receiver, Unit):
            return self._of_unit(receiver, name, args, where)
        if isinstance(receiver, Result):
            return self._of_result(receiver, name, args, where)
        if isinstance(receiver, Selection):
            return Selection(name if name in OVER else "?", (receiver,))
        if isinstance(receiver, Spec):
            if name == "with_key_prefix":
                receiver.key = joined([self.keys.path(args.get("prefix", 0)), receiver.key]) or receiver.key
            elif name in ("replace_attributes", "merge_attributes"):
                receiver.deps += self.keys.deps(args.get("deps"))
            return receiver
        if is_condition(receiver):
            return Items("list", [receiver, *args.positional])
        return receiver if isinstance(receiver, (Location, Asset)) else None

    def _of_unit(self, unit: Unit, name: str, args: Arguments, where: Where) -> Thing | None:
        if name == "to_job" and unit.kind == "flow":
            return self._job(self.text(args.get("name", 0)) or self._named(unit), None, args, where, unit)
        if name in ("alias", "configured"):
            said = args.get("name", 0 if name == "alias" else None)
            given = Arguments((), {**unit.given.keywords, **({"name": said} if said is not None else {})})
            return Unit(unit.kind, unit.func, given, unit.where)
        return unit if name in _OPTIONS else None

    def _of_result(self, result: Result, name: str, args: Arguments, where: Where) -> Thing:
        """`results.map(op)` of a dynamic output; everything else gives it on."""
        func, given = args.get("func", 0), Arguments((result,))
        if name == "map" and isinstance(func, Unit):
            return (
                self.machine.repeated(lambda: self.invoke(func, given, msgspec.structs.replace(where, repeated=True)))
                or result
            )
        if name == "map" and isinstance(func, Function):
            return self.machine.repeated(lambda: self.machine.enter(func, given))
        return result

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """`results.name_of_an_output`; keys of assets."""
        if isinstance(receiver, Result):
            return Bound(receiver, name) if name in ("map", "collect", "alias") else Result(receiver.call, name)
        if isinstance(receiver, (Asset, Spec)) and name in ("key", "keys", "asset_key", "specs"):
            return receiver
        return None

    def operate(self, op: str, left: Thing, right: Thing, where: Where) -> Thing | None:
        """Selections and conditions, put together."""
        if op in ("|", "&", "-") and (isinstance(left, Selection) or isinstance(right, Selection)):
            return Selection(op, (left, right))
        if op in ("|", "&") and (is_condition(left) or is_condition(right)):
            return Items("list", [left, right])
        return None


def _ours(dotted: str) -> bool:
    root = dotted.partition(".")[0]
    return root in _ROOTS or root.startswith("dagster_")
