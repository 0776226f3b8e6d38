"""When assets and jobs of Dagster run: cron lines, partitions, sensors, conditions of automation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.dialects.dagster.assets import Key, Keys
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Items, Made, Thing, options
from auditor.model.facts import Trigger

if TYPE_CHECKING:
    from auditor.dialects.dagster.definitions import Start

_CONDITIONS = ("AutomationCondition", "AutoMaterialize")
_ON_CRON = frozenset({"on_cron", "cron_tick_passed", "materialize_on_cron"})
_EAGER = frozenset({"eager", "any_deps_updated"})
_PARTITIONS = {"hour": "@hourly", "day": "@daily", "daily": "@daily", "week": "@weekly", "month": "@monthly"}


def is_condition(thing: Thing) -> bool:
    """Whether something says when an asset is made again."""
    if isinstance(thing, Items):
        return any(is_condition(item) for item in thing.items)
    return isinstance(thing, Made) and any(part.startswith(_CONDITIONS) for part in thing.dotted.split("."))


def of_condition(machine: Machine, thing: Thing, line: int, upstream: str) -> Iterator[Trigger]:
    """What makes an asset by itself: `AutomationCondition.on_cron("@daily") | AutomationCondition.eager()`."""
    for option in options(thing) if thing is not None else ():
        if isinstance(option, Items):
            for item in option.items:
                yield from of_condition(machine, item, line, upstream)
        elif isinstance(option, Made) and is_condition(option):
            last = option.dotted.rpartition(".")[2]
            if last in _ON_CRON:
                yield Trigger("schedule", _text(machine, option.args.get("cron_schedule", 0)) or "set in code", line)
            elif last in _EAGER and upstream:
                yield Trigger("dataset", upstream, line)


def of_start(keys: Keys, start: Start, partitions: Thing) -> Iterator[Trigger]:
    """What a schedule or a sensor waits for."""
    line = start.where.line
    if start.kind == "schedule":
        for cron in _texts(keys.machine, start.given.get("cron_schedule", 0)):
            yield Trigger("schedule", cron, line)
    elif start.kind == "partitions":
        yield Trigger("schedule", _of_partitions(partitions), line)
    else:
        asked = start.given.get("asset_key", 0) or start.given.get("monitored_assets", 0)
        waited = " ".join(dep.text for dep in keys.deps(asked) if isinstance(dep, Key)) if "asset" in start.kind else ""
        yield Trigger("dataset", waited, line) if waited else Trigger("event", start.name, line)


def _texts(machine: Machine, thing: Thing | None) -> Iterator[str]:
    for option in options(thing) if thing is not None else ():
        if isinstance(option, Items):
            for item in option.items:
                yield from _texts(machine, item)
        else:
            yield _text(machine, option) or "set in code"


def _text(machine: Machine, thing: Thing | None) -> str:
    values = machine.values(thing) if thing is not None else ()
    return values[0].text() if values else ""


def _of_partitions(thing: Thing) -> str:
    """`DailyPartitionsDefinition(…)`, `@daily_partitioned_config`."""
    for option in options(thing) if thing is not None else ():
        name = option.dotted.rpartition(".")[2].lower() if isinstance(option, Made) else ""
        for part, preset in _PARTITIONS.items():
            if name.startswith(part):
                return preset
    return "as its partitions"
