"""dbt projects: which files are models, what their names mean, and the relations that `ref` and `source` lead to.

A model is `dbt:PROJECT.NAME`, a seed is its file, a source is its table. Macros are followed one level.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join

import msgspec
from msgspec.structs import replace

from auditor.model.facts import Command, Facts, Ref, Step, Watch, Word
from auditor.model.ir import Attr, Call, Const, Name
from auditor.program import Resolved
from auditor.program.symbolic.values import normal

_ROLES = {
    "model": (("model-paths", "source-paths"), "models"),
    "seed": (("seed-paths", "data-paths"), "seeds,data"),
    "snapshot": (("snapshot-paths",), "snapshots"),
    "test": (("test-paths",), "tests"),
    "macro": (("macro-paths",), "macros"),
    "analysis": (("analysis-paths",), "analyses,analysis"),
}


class Project(msgspec.Struct, frozen=True):
    """One project: its name, its folders by role, what its relations are, and what its macros name."""

    folder: str
    name: str
    folders: dict[str, tuple[str, ...]]
    models: frozenset[str]
    seeds: dict[str, str]
    sources: dict[str, Ref]
    macros: dict[str, tuple[Ref, ...]]

    def role(self, path: str) -> str:
        """What a file of the project is by the folder it lies in; "" where that says nothing."""
        held = [
            (len(folder), role)
            for role, folders in self.folders.items()
            for folder in folders
            if path.startswith(f"{folder}/")
        ]
        return max(held)[1] if held else ""


class Projects:
    """All projects of a tree; asked for the meaning of steps, checks and names."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        found = [(dirname(path), facts) for path, facts in resolved.files.items() if facts.kind == "dbt-project"]
        self._templated = {path for path, facts in resolved.files.items() if facts.kind == "sql" and facts.steps}
        self._folders = sorted((folder for folder, _ in found), key=len, reverse=True)
        self._projects = {
            folder: self._read(folder, facts) for folder, facts in sorted(found, key=lambda item: item[0])
        }

    def all(self) -> tuple[Project, ...]:
        """The projects, by folder."""
        return tuple(self._projects.values())

    def of(self, path: str) -> Project | None:
        """The project that a file belongs to."""
        for folder in self._folders:
            if not folder or path.startswith(f"{folder}/"):
                return self._projects[folder]
        return None

    def instances(self, path: str, facts: Facts, step: Step) -> tuple[Step, ...]:
        """A model or snapshot under its own name with its relations found; nothing for files outside of models."""
        project = self.of(path)
        if project is None or dict(step.attrs).get("enabled") == "false":
            return ()
        role = project.role(path)
        if facts.kind == "sql" and role not in ("model", "snapshot"):
            return ()
        name = step.name or _stem(path)
        called = [ref for key, value in step.attrs if key == "calls" for ref in project.macros.get(value, ())]
        reads = dict.fromkeys(self.named(project, ref) for ref in (*step.reads, *called))
        writes = () if dict(step.attrs).get("exposure") else (_relation(project, name, step.line),)
        return (replace(step, name=name, reads=tuple(reads), writes=writes, rooted=True, folder=""),)

    def other_steps(self) -> Iterator[tuple[str, Step]]:
        """Models that no template makes one: those written in Python, and plain SQL."""
        yield from self._in_python()
        for path in sorted(self.resolved.tree) if self._projects else ():
            if path.endswith(".sql") and path not in self._templated:
                project = self.of(path)
                if project is not None and project.role(path) == "model":
                    name = _stem(path)
                    yield path, Step(name, "dbt", 1, 1, writes=(_relation(project, name, 1),), rooted=True)

    def _in_python(self) -> Iterator[tuple[str, Step]]:
        """`def model(dbt, session)`, which asks `dbt.ref(…)`."""
        for path in self.resolved.code.paths if self._projects else ():
            project = self.of(path)
            if project is None or project.role(path) != "model" or self.resolved.code.named(path, "model") is None:
                continue
            reads = dict.fromkeys(self.named(project, ref) for ref in self._asked(path))
            runs = Command((Word("python"), Word(f"{{here}}/{path.rpartition('/')[2]}")), 1)
            lines = self.resolved.code.programs[path].lines
            yield (
                path,
                Step(
                    _stem(path),
                    "dbt",
                    1,
                    lines,
                    (runs,),
                    tuple(reads),
                    (_relation(project, _stem(path), 1),),
                    rooted=True,
                ),
            )

    def _asked(self, path: str) -> Iterator[Ref]:
        for _, call in self.resolved.code.calls(path):
            if _is_asking(call):
                names = [str(argument.value) for argument in call.args if isinstance(argument, Const)]
                way = call.func.name if isinstance(call.func, Attr) else "ref"
                attrs = (("source", "true"),) if way == "source" else ()
                if names:
                    yield Ref(f"dbt:{'.'.join(names)}", "dataset", way, call.line, attrs=attrs)

    def checks(self, path: str, facts: Facts) -> Iterator[Watch]:
        """A test that is a query of its own: rows it finds are mistakes in what it reads."""
        project = self.of(path) if facts.kind == "sql" else None
        if project is not None and project.role(path) == "test":
            for step in facts.steps:
                yield Watch(step.name or _stem(path), "check", "dbt", 1, step.reads, (("test", "query"),))

    def watched(self, path: str, ref: Ref) -> Ref:
        """What a check of a file looks at."""
        project = self.of(path)
        return self.named(project, ref) if project is not None and ref.path.startswith("dbt:") else ref

    def named(self, project: Project, ref: Ref) -> Ref:
        """The relation that a name means in a project: a model of it, a seed, the table of a source, else another package's."""
        name = ref.path.removeprefix("dbt:")
        if dict(ref.attrs).get("source"):
            table = project.sources.get(name)
            return replace(ref, path=table.path if table is not None else f"table:{name}")
        package, _, last = name.rpartition(".")
        if package in ("", project.name):
            if last in project.seeds:
                return replace(ref, path=project.seeds[last])
            if last in project.models:
                return replace(ref, path=f"dbt:{project.name}.{last}".lower())
        return replace(ref, path=f"dbt:{package or '*'}.{last}".lower())

    # --- reading ---

    def _read(self, folder: str, facts: Facts) -> Project:
        folders = {
            role: tuple(
                normal(join(folder, path)) for key in keys for path in (facts.attr(key) or "").split(",") if path
            )
            or tuple(normal(join(folder, path)) for path in usual.split(","))
            for role, (keys, usual) in _ROLES.items()
        }
        under = [path for path in self.resolved.tree if not folder or path.startswith(f"{folder}/")]
        made = Project(folder, facts.attr("name") or "*", folders, frozenset(), {}, {}, {})
        roles = {path: made.role(path) for path in under if path.endswith((".sql", ".py", ".csv", ".yml", ".yaml"))}
        files = {path: self.resolved.files[path] for path in roles if path in self.resolved.files}
        models = {_stem(path) for path, role in roles.items() if role == "model" and path.endswith((".sql", ".py"))}
        models |= {
            step.name
            for path, known in files.items()
            if roles[path] in ("model", "snapshot")
            for step in known.steps
            if step.name and step.tool == "dbt"
        }
        seeds = {_stem(path): path for path, role in roles.items() if role == "seed" and path.endswith(".csv")}
        sources = {
            dict(ref.attrs)["name"]: ref
            for known in files.values()
            if known.kind == "dbt-properties"
            for ref in known.references
        }
        return msgspec.structs.replace(
            made, models=frozenset(models), seeds=seeds, sources=sources, macros=_macros(files)
        )


def _macros(files: dict[str, Facts]) -> dict[str, tuple[Ref, ...]]:
    found: dict[str, tuple[Ref, ...]] = {}
    for facts in files.values():
        for leaf in (leaf for leaf in facts.leaves if facts.kind == "sql" and leaf.key.startswith("macro.")):
            way, _, path = str(leaf.value).partition(" ")
            attrs = (("source", "true"),) if way == "source" else ()
            name = leaf.key.split(".")[1]
            found[name] = (*found.get(name, ()), Ref(path, "dataset", way, leaf.line, "{" in path, attrs, 0.8))
    return found


def _relation(project: Project, name: str, line: int) -> Ref:
    return Ref(f"dbt:{project.name}.{name}".lower(), "dataset", "model", line)


def _is_asking(call: Call) -> bool:
    func = call.func
    return (
        isinstance(func, Attr)
        and func.name in ("ref", "source")
        and isinstance(func.base, Name)
        and func.base.id == "dbt"
    )


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
