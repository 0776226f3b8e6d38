"""Holds the library tables to their rules; the tests run it over every file that is shipped."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec
from packaging.version import InvalidVersion, Version

from auditor.knowledge import tables
from auditor.knowledge.entry import SELF, Entry, PathSpec
from auditor.knowledge.patterns import NameTable, is_pattern
from auditor.knowledge.tables import WrittenTable
from auditor.model.artefact import Role
from auditor.model.regex import regex

_STANDARD = "_stdlib.toml"
_HOLE = regex(r"\{(\w+)\}")
_SHELL_ROLES = frozenset({Role.EXEC, Role.PIPELINE_STEP})

Tables = dict[str, WrittenTable]


def problems(texts: Mapping[str, str], methods: Mapping[str, str] | None = None) -> list[str]:
    """One sentence per breach, file by file; empty when all is well."""
    parsed: Tables = {}
    found: list[str] = []
    for file, text in texts.items():
        try:
            parsed[file] = tables.parse(text)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            found.append(f"{file}: {error}")
            continue
        found += [f"{file}: {problem}" for problem in _shape(file, text, parsed[file])]
    for rule in (_names, _import_names, _ranges, _paths, _types, _aliases, _versions, _shell):
        found += rule(parsed)
    found += _unique(parsed, methods or {})
    return found


def _entries(parsed: Tables) -> Iterator[tuple[str, Entry]]:
    for file, table in parsed.items():
        for entry in table.entries():
            yield file, entry


def _shape(file: str, text: str, table: WrittenTable) -> Iterator[str]:
    """The head can be read without TOML, and each entry is named in one of the two ways."""
    try:
        seen = tables.head(file, text)
        same = (seen.name, seen.distributions, seen.import_names, seen.domain) == (
            table.library,
            table.distributions,
            table.import_names,
            table.domain,
        )
    except (KeyError, TypeError):
        same = False
    if not same:
        yield "library, distributions, import_names and domain must stand at the top, one line each"
    if file != _STANDARD and file.removesuffix(".toml") not in table.import_names:
        yield "the file is not named after one of its import_names"
    for entry in table.entry:
        if bool(entry.name) == bool(entry.names) or bool(entry.names) != bool(entry.within):
            yield f"{entry.name or entry.within or entry.names}: an entry has either name, or within and names"


def _under(name: str, roots: tuple[str, ...]) -> bool:
    return any(name.startswith((root + ".", root + "(")) or name == root for root in roots)


def _names(parsed: Tables) -> list[str]:
    found = [
        f"{file}: {entry.name} begins with none of its import_names"
        for file, entry in _entries(parsed)
        if not _under(entry.name, parsed[file].import_names)
    ]
    for file, table in parsed.items():
        found += [
            f"{file}: alias {name} is not its own" for name in table.aliases if not _under(name, table.import_names)
        ]
    return found


def _import_names(parsed: Tables) -> list[str]:
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for file, table in parsed.items():
        for name in table.import_names:
            owners[name].append(file)
    return [f"{', '.join(files)}: all cover {name}" for name, files in owners.items() if len(files) > 1]


def _ranges(parsed: Tables) -> list[str]:
    by_name: defaultdict[str, list[tuple[str, Entry]]] = defaultdict(list)
    for file, entry in _entries(parsed):
        by_name[entry.name].append((file, entry))
    found = []
    for name, same in by_name.items():
        for at, (file, one) in enumerate(same):
            found += [
                f"{file}: {name} stands twice for the same versions" for _, two in same[:at] if _overlap(one, two)
            ]
    return found


def _overlap(one: Entry, two: Entry) -> bool:
    try:
        return not (_ends_before(one, two) or _ends_before(two, one))
    except InvalidVersion:
        return False  # reported by the rule on versions


def _ends_before(one: Entry, two: Entry) -> bool:
    return one.removed is not None and two.since is not None and Version(one.removed) <= Version(two.since)


def _paths(parsed: Tables) -> list[str]:
    found = []
    for file, entry in _entries(parsed):
        if entry.path is not None and (complaint := _path_complaint(entry.path)):
            found.append(f"{file}: {entry.name}: {complaint}")
        places = (entry.path, entry.object, entry.dest, entry.source, entry.seed, entry.pin, entry.role_by)
        if any(place is not None and place.pos is not None and place.pos < 0 for place in places):
            found.append(f"{file}: {entry.name}: a position is negative")
    return found


def _path_complaint(path: PathSpec) -> str | None:
    ways = [path.arg is not None or path.pos is not None, path.template is not None or bool(path.args), path.receiver]
    if sum(ways) != 1:
        return "path takes either arg and pos, or template and args, or receiver"
    if path.default is not None and (path.required or not ways[0]):
        return "a default goes with arg or pos, and not with required"
    if path.template is not None or path.args:
        missing = set(_HOLE.findall(path.template or "")) ^ set(path.args)
        if missing:
            return f"template and args disagree on {', '.join(sorted(missing))}"
    return None


def _types(parsed: Tables) -> list[str]:
    known = NameTable[bool]()
    for table in parsed.values():
        for name in table.types:
            known.add(name, True)
    for _, entry in _entries(parsed):
        if entry.kind in ("class", "subclass"):
            known.add(entry.name, True)
    used = [(file, e.returns) for file, e in _entries(parsed) if e.returns not in (None, SELF)]
    for file, table in parsed.items():
        used += [(file, base) for facts in table.types.values() for base in facts.inherits]
        makers = [maker for facts in table.types.values() for maker in facts.made_by]
        used += [(file, f"maker {maker}") for maker in makers if not _under(maker, table.import_names)]
    return sorted(
        {
            f"{file}: no table defines the type {name}"
            for file, name in used
            if name is not None and not name.endswith(".*") and not known.get(name)
        }
    )


def _aliases(parsed: Tables) -> list[str]:
    aliases = {name for table in parsed.values() for name in table.aliases}
    known: set[str] = set()
    for table in parsed.values():
        for name in (*table.import_names, *table.types, *(e.name for e in table.entries())):
            parts = name.split(".")
            known.update(".".join(parts[:end]) for end in range(1, len(parts) + 1) if not is_pattern(parts[end - 1]))
    found = []
    for file, table in parsed.items():
        for name, target in table.aliases.items():
            if any(target == alias or target.startswith(alias + ".") for alias in aliases):
                found.append(f"{file}: alias {name} leads to another alias, {target}")
            elif target not in known:
                found.append(f"{file}: alias {name} leads to {target}, which no table knows")
    return found


def _versions(parsed: Tables) -> list[str]:
    found = []
    for file, table in parsed.items():
        for written in table.entry:
            name = written.spelled()[0] if written.spelled() else "an entry"
            try:
                since, removed = (Version(v) if v else None for v in (written.since, written.removed))
            except InvalidVersion as error:
                found.append(f"{file}: {name}: {error}")
                continue
            if since is not None and removed is not None and since >= removed:
                found.append(f"{file}: {name}: since is not before removed")
            if written.status == "legacy" and not (written.removed or written.note):
                found.append(f"{file}: {name}: a legacy entry states removed, or in note what replaced it")
    return found


def _shell(parsed: Tables) -> list[str]:
    return [
        f"{file}: {entry.name}: parse_as shell goes with exec and pipeline_step alone"
        for file, entry in _entries(parsed)
        if entry.parse_as == "shell" and entry.role not in _SHELL_ROLES
    ]


def _unique(parsed: Tables, methods: Mapping[str, str]) -> list[str]:
    """A method name is unique when no table gives it another role on a type of its own."""
    roles: defaultdict[str, set[Role]] = defaultdict(set)
    for _, entry in _entries(parsed):
        owner, _, method = entry.name.rpartition(".")
        if owner.rpartition(".")[2][:1].isupper():  # a method of a class, not a function of a module
            roles[method].add(entry.role)
    return [
        f"{method} is no unique method: {', '.join(sorted(role.value for role in roles[method]))}"
        for method in methods
        if len(roles[method]) > 1
    ]
