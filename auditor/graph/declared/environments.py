"""Questions about environments: what a file asks for with all that it includes, what locks it, which Python it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join

import msgspec

from auditor.model.facts import Facts, Ref, Requirement
from auditor.model.place import Place
from auditor.program.symbolic.values import normal

ENVIRONMENTS = frozenset(
    {"requirements", "conda", "pyproject", "pipfile", "setup-cfg", "python", "pixi", "conda-recipe"}
)
"""The kinds of files that ask for packages."""
MANIFESTS = {"poetry": "pyproject.toml", "pdm": "pyproject.toml", "uv": "pyproject.toml", "pipenv": "Pipfile"}


class Asked(msgspec.Struct, frozen=True):
    """A requirement of an environment, and the file that it stands in."""

    requirement: Requirement
    path: str

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.path, self.requirement.line)


class Stale(msgspec.Struct, frozen=True):
    """A lock file that was made from another state of its manifest."""

    lock: str
    manifest: str
    why: str


class PythonVersion(msgspec.Struct, frozen=True):
    """A Python version that a file names: as written, mostly a version or a range."""

    path: str
    version: str


def included(path: str, ref: Ref) -> str:
    """The file that an environment file includes: paths are seen from its own folder."""
    return normal(join(dirname(path), ref.path))


def closure(files: Mapping[str, Facts], path: str) -> tuple[Asked, ...]:
    """What an environment file asks for, the files that it includes with it; constraints ask for nothing."""
    todo, seen, found = [path], {path}, []
    while todo:
        current = todo.pop(0)
        facts = files.get(current)
        if facts is None:
            continue
        found += [Asked(requirement, current) for requirement in facts.requirements]
        for ref in facts.references:
            place = included(current, ref)
            if ref.how == "requirement" and place not in seen:
                seen.add(place)
                todo.append(place)
    return tuple(found)


def stale_locks(files: Mapping[str, Facts]) -> Iterator[Stale]:
    """Locks whose note of the manifest is not that of the manifest as it is. What a tool hashes otherwise is passed over."""
    for path, facts in sorted(files.items()):
        tool = facts.attr("tool") or ""
        manifest = join(dirname(path), MANIFESTS.get(tool, "")) if facts.kind == "lock" and tool in MANIFESTS else ""
        held = files.get(manifest)
        if held is None or held.troubles:
            continue
        why = _required(facts, held) if tool == "uv" else _hashed(facts, held, tool)
        if why:
            yield Stale(path, manifest, why)


def _hashed(lock: Facts, manifest: Facts, tool: str) -> str:
    noted = (lock.attr("content-hash") or "").removeprefix("sha256:")
    known = {
        value.removeprefix(f"{tool}:")
        for name, value in manifest.attrs
        if name == "lock-hash" and value.startswith(tool)
    }
    return "its content hash is that of another manifest" if noted and known and noted not in known else ""


def _required(lock: Facts, manifest: Facts) -> str:
    """How the requirements that uv noted of the package differ from those that the manifest has now."""
    asked, name = manifest.attr("requires"), manifest.attr("package")
    noted = next(
        (v.partition(":")[2] for n, v in lock.attrs if n == "requires" and v.partition(":")[0] == _canonical(name)),
        None,
    )
    if asked is None or noted is None:
        return ""
    now, then = (set(filter(None, text.split(";"))) for text in (asked, noted))
    placed = {each[:-1] for each in now | then if each.endswith("@")}
    new, gone = (sorted(e for e in one - other if _named(e) not in placed) for one, other in ((now, then), (then, now)))
    parts = [f"lacks {', '.join(new[:3])}"] if new else []
    parts += [f"still has {', '.join(gone[:3])}"] if gone else []
    return "; ".join(parts)


def _named(requirement: str) -> str:
    return re.split(r"[<>=!~@]", requirement)[0]


def _canonical(name: str | None) -> str:
    from auditor.language.requirement import canonical

    return canonical(name or "")


def python_versions(files: Mapping[str, Facts]) -> tuple[PythonVersion, ...]:
    """Every Python version that a file names, whichever way it says it."""
    return tuple(
        PythonVersion(path, value)
        for path, facts in sorted(files.items())
        for name, value in facts.attrs
        if name == "python" and value
    )
