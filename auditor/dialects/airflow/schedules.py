"""When a DAG starts: cron lines, presets, intervals, timetables, and the assets that it waits for."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.dialects.airflow.order import Dag
from auditor.dialects.naming import path_identity
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Items, Made, Plain, Thing, options
from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Ref, Trigger
from auditor.program.symbolic.values import is_uri

_NAMES = ("schedule", "schedule_interval", "timetable")
_ASSETS = frozenset({"Dataset", "Asset", "AssetAlias", "DatasetAlias"})
_SETS = frozenset({"AssetAny", "AssetAll", "DatasetAny", "DatasetAll"})
_BOTH = frozenset({"AssetOrTimeSchedule", "DatasetOrTimeSchedule"})
NEVER = frozenset({"@once", "None", ""})


def triggers(machine: Machine, dag: Dag) -> Iterator[Trigger]:
    """What starts a DAG, as far as its own code says; nothing where it leaves that to the version of Airflow."""
    given = next((dag.args.get(name) for name in _NAMES if dag.args.get(name) is not None), None)
    for option in options(given) if given is not None else ():
        yield from _of(machine, option, dag.where.line)


def _of(machine: Machine, thing: Thing, line: int) -> Iterator[Trigger]:
    if isinstance(thing, Plain):
        text = str(thing.value)
        yield Trigger("manual", "", line) if text in NEVER else Trigger("schedule", text, line)
        return
    waited = list(assets(machine, thing))
    if waited:
        yield Trigger("dataset", " ".join(declared.label for declared in waited), line)
    if isinstance(thing, Made) and thing.dotted.rpartition(".")[2] in _BOTH:
        for name in ("timetable", "schedule"):
            inner = thing.args.get(name)
            if inner is not None:
                yield from _of(machine, inner, line)
    elif not waited:
        yield Trigger("schedule", _in_words(machine, thing), line)


def _in_words(machine: Machine, thing: Thing) -> str:
    """`timedelta(days=1)` as it is written, the cron line of a timetable, `set in code` where it cannot be told."""
    if isinstance(thing, Made):
        name = thing.dotted.rpartition(".")[2]
        plain = [str(given.value) for given in thing.args.positional if isinstance(given, Plain)]
        named = [f"{key}={value.value}" for key, value in thing.args.keywords.items() if isinstance(value, Plain)]
        if name.startswith("Cron") and plain:
            return plain[0]
        if plain or named:
            return f"{name}({', '.join((*plain, *named))})"
    values = machine.values(thing)
    return values[0].text() if values else "set in code"


def assets(machine: Machine, thing: Thing, how: str = "schedule", line: int = 0) -> Iterator[Declared]:
    """The datasets (assets, since Airflow 3) that a thing names, through lists and conditions."""
    for option in options(thing):
        if isinstance(option, Items):
            for item in option.items:
                yield from assets(machine, item, how, line)
        elif isinstance(option, Made):
            last = option.dotted.rpartition(".")[2]
            if last in _SETS or last in _BOTH:
                for inner in (*option.args.positional, *option.args.keywords.values()):
                    yield from assets(machine, inner, how, line)
            elif last in _ASSETS:
                yield from _asset(machine, option, how, line)


def _asset(machine: Machine, made: Made, how: str, line: int) -> Iterator[Declared]:
    named, place = made.args.get("name"), made.args.get("uri")
    first = made.args.get("", 0)
    texts = [machine.values(thing) for thing in (place, named, first) if thing is not None]
    known = next((values[0] for values in texts if values and values[0].exact), None)
    if known is None:
        return
    text = known.text()
    shown = machine.values(named) if named is not None else ()
    label = shown[0].text() if shown else text
    identity = path_identity(text, "") if is_uri(text) else None
    found, path = identity if identity is not None else (f"name:airflow:{text}", None)
    confidence = round(min(known.confidence + 0.05, 0.95), 3)
    yield Declared(found, path, Ref(text, "dataset", how, line), label, NodeKind.DATASET, confidence)
