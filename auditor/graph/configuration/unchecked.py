"""Questions about settings that are taken as they come: read key by key from a plain dictionary that nothing has checked."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from auditor.graph import places
from auditor.graph.configuration.keys import Document
from auditor.graph.world import World
from auditor.model.ir import Assert, Call, Raise
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Local
from auditor.program.naming.statements import placed

MANY = 15
"""Keys of one document read from a dictionary, from which a mistyped one is a matter of time."""

_SCHEMAS = frozenset({
    "pydantic", "pydantic_settings", "jsonschema", "cerberus", "voluptuous", "schema", "marshmallow", "dacite", "attr", "attrs", "cattrs", "yamale",
    "strictyaml", "confuse", "dynaconf", "typed_settings", "msgspec", "fastjsonschema", "environ", "mashumaro", "dataclasses_json", "omegaconf", "hydra",
    "yacs", "ml_collections", "gin", "jsonargparse", "simple_parsing", "traitlets", "schematics", "pykwalify", "dataconf", "everett", "sacred",
})  # fmt: skip
"""Libraries that check settings, or give them types."""

_RECORDS = frozenset({"dataclasses.dataclass", "attr.s", "attrs.define", "attrs.frozen"})


class Raw(msgspec.Struct, frozen=True):
    """A document that is read as a plain dictionary: how many of its keys, from how many files, and where first."""

    path: str
    keys: int
    programs: tuple[str, ...]
    first: Place


def raw(world: World, documents: list[Document]) -> tuple[list[Raw], int]:
    """The documents of a component of which many keys are read and which nothing checks, and how many have so many keys."""
    read: dict[str, dict[str, tuple[Site, int]]] = defaultdict(dict)
    for reading in world.resolved.readings.all():
        if not reading.whole and reading.key and places.is_product(reading.site[0]):
            read[reading.document].setdefault(reading.key, (reading.site, reading.line))
    large = [document for document in documents if len(read[document.path]) >= MANY and not document.open]
    found = []
    for document in large:
        sites = sorted({site for site, _ in read[document.path].values()})
        if not any(_checks(world, site) for site in sites):
            programs = tuple(dict.fromkeys(site[0] for site in sites))
            site, line = min(read[document.path].values())
            first = world.resolved.code.place(site[0], line)
            found.append(Raw(document.path, len(read[document.path]), programs, first))
    return found, len(large)


def _checks(world: World, site: Site) -> bool:
    """Whether a scope that reads settings refuses any, gives them a type of its own, or its file uses a library that does."""
    code = world.resolved.code
    for path in (site[0], *sorted(code.imports(site[0]))):
        if path in code.programs and _imports_schema(world, path):
            return True
    if any(type(at.statement) in (Assert, Raise) for at in placed(code.scope(*site).body)):
        return True
    frame = Frame(*site)
    return any(_is_typed(world, call.call, frame.at(call.block)) for call in code.index(*site).calls)


def _imports_schema(world: World, path: str) -> bool:
    return any(
        imported.module.partition(".")[0] in _SCHEMAS
        for statement, _, _ in world.resolved.code.index(path, 0).imports
        for imported in (statement.names if not statement.level else ())
    )


def _is_typed(world: World, call: Call, frame: Frame) -> bool:
    """Whether a call makes an object of a class of the repository that declares its fields."""
    code, denoter = world.resolved.code, world.resolved.evaluator.denoter
    made = denoter.denote(call.func, frame)
    if type(made) is not Local or code.scope(made.path, made.scope).kind != "class":
        return False
    around = Frame(made.path, 0)
    named = {
        denoter.dotted(d.func if type(d) is Call else d, around) for d in code.scope(made.path, made.scope).decorators
    }
    return not _RECORDS.isdisjoint(named) or "typing.NamedTuple" in denoter.ancestry(made)
