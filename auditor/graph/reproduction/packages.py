"""Questions about packages: what is asked for at run time, how far it is pinned, what is imported and never asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from posixpath import dirname
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.declared.environments import Asked, closure, included
from auditor.graph.world import World
from auditor.language.requirement import canonical, read_requirement
from auditor.model.facts import Requirement
from auditor.model.ir import Import, Stmt, Try
from auditor.model.place import Place

ENVIRONMENTS = frozenset(
    {"requirements", "conda", "pyproject", "pipfile", "setup-cfg", "python", "pixi", "conda-recipe"}
)
_FOR_WORK = re.compile(
    r"(^|[/_.-])(dev|devel|develop|development|test|tests|testing|lint|linting|docs?|ci|build|typing|style|extras?)([/_.-]|$)",
    re.I,
)
_TOOLS = frozenset({
    "pip", "setuptools", "wheel", "python", "cython", "pytest", "pytest-cov", "black", "ruff", "flake8", "isort", "mypy",
    "pre-commit", "tox", "nox", "coverage", "pylint", "twine", "build", "sphinx", "ipykernel", "jupyter", "jupyterlab",
    "notebook", "nbconvert", "poetry", "uv", "pip-tools", "virtualenv", "hatchling",
})  # fmt: skip
"""What is installed to work on a program and is not imported by it."""
_WITH_VALUE = frozenset({
    "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "--root", "--prefix", "--trusted-host",
    "--timeout", "--retries", "--proxy", "--platform", "--python-version", "--progress-bar", "--cache-dir", "--python", "-p",
    "--src", "--log", "--report", "-e", "--editable", "--build-option", "--global-option", "--config-settings", "-w", "--wheel-dir",
})  # fmt: skip
_FILES = frozenset({"-r", "--requirement", "--requirements", "-c", "--constraint"})


class Environment(NamedTuple):
    """A file that asks for packages at run time, with what it includes; `locked`: a lock or compiled file stands beside it."""

    path: str
    asked: tuple[Asked, ...]
    locked: bool


class Pinning(NamedTuple):
    """How far what one file asks for is pinned: `loose` are the requirements that allow several versions."""

    path: str
    loose: tuple[Asked, ...]
    pinned: int

    @property
    def share(self) -> float:
        """The share that is pinned, in [0, 1]."""
        return self.pinned / (self.pinned + len(self.loose))


class Installed(NamedTuple):
    """A package that a command of a notebook, an image or a job installs."""

    requirement: Requirement
    place: Place


def environments(world: World, owned: Callable[[str], bool]) -> list[Environment]:
    """The files of a component that ask for packages at run time; what only constrains or is included is part of another."""
    found, parts = [], set()
    for path, facts in sorted(world.files.items()):
        for ref in facts.references:
            if ref.how in ("requirement", "constraint"):
                parts.add(included(path, ref))
    for path, facts in sorted(world.files.items()):
        if facts.kind not in ENVIRONMENTS or not owned(path) or not places.is_product(path):
            continue
        if _FOR_WORK.search(path.rpartition("/")[2]) or path in parts or "constraints" in path.rpartition("/")[2]:
            continue
        asked = tuple(
            a for a in closure(world.files, path) if not a.requirement.group and a.requirement.name not in _TOOLS
        )
        asked = tuple(
            a for a in asked if a.requirement.source in ("pypi", "conda", "vcs", "url") and not a.requirement.editable
        )
        if asked:
            found.append(Environment(path, asked, _is_locked(world, path)))
    return found


def _is_locked(world: World, path: str) -> bool:
    """Whether a lock file, or the file that was compiled from it, stands in the folder of an environment or above it."""
    if path.endswith(".in") and f"{path[:-3]}.txt" in world.files:
        return True
    folders = {dirname(path)} | ({""} if world.files[path].kind == "pyproject" else set())
    return any(facts.kind == "lock" and dirname(lock) in folders for lock, facts in world.files.items())


def pinnings(world: World, owned: Callable[[str], bool]) -> list[Pinning]:
    """How far the packages of each environment of a component are pinned, by itself, a lock, or a file beside it."""
    found = []
    for environment in environments(world, owned):
        held = _pinned_beside(world, environment)
        loose = [] if environment.locked else [
            a for a in environment.asked if not a.requirement.pinned and a.requirement.name not in held
        ]  # fmt: skip
        found.append(Pinning(environment.path, tuple(loose), len(environment.asked) - len(loose)))
    return found


def _pinned_beside(world: World, environment: Environment) -> frozenset[str]:
    """What constraints that the file names, or another environment of the same folder, pin exactly."""
    folder = dirname(environment.path)
    named = {
        included(environment.path, ref) for ref in world.files[environment.path].references if ref.how == "constraint"
    }
    return frozenset(
        requirement.name
        for path, facts in world.files.items()
        if path in named or (facts.kind in ENVIRONMENTS and dirname(path) == folder and path != environment.path)
        for requirement in facts.requirements
        if requirement.pinned
    )


# --- commands that install ---


def installed(world: World, owned: Callable[[str], bool]) -> list[Installed]:
    """What commands of notebooks, images and jobs install by name."""
    found = []
    for path, facts in sorted(world.files.items()):
        if not owned(path) or not places.is_product(path):
            continue
        if facts.program is not None:
            found += [
                Installed(requirement, world.resolved.code.place(path, escape.line))
                for escape in facts.program.escapes
                for requirement in _of_words(_words(escape.kind, escape.name, escape.text), escape.line)
            ]
        for step in facts.steps if facts.kind != "prose" else ():
            for command in step.commands:
                words = [word.text for word in command.words]
                found += [Installed(r, Place(path, command.line)) for r in _of_words(words, command.line)]
    return found


def _words(kind: str, name: str, text: str) -> list[str]:
    if kind == "magic" and name in ("pip", "conda"):
        return [name, *text.split()]
    return text.split() if kind == "shell" and "\n" not in text else []


def _of_words(words: list[str], line: int) -> Iterator[Requirement]:
    """The packages that `pip install` of some form is asked for by name."""
    while words and words[0] in ("sudo", "python", "python3", "-m", "uv", "{sys.executable}"):
        words = words[1:]
    if len(words) < 3 or words[0] not in ("pip", "pip3") or words[1] != "install":
        return
    skip = False
    for word in words[2:]:
        if word in ("&&", ";", "|", "||", "#") or word.startswith((">", "2>")):
            return
        if skip or word.startswith("-"):
            skip = not skip and (word in _WITH_VALUE or word in _FILES)
            continue
        plain = word.strip("\"'")
        made = (
            read_requirement(plain, line)
            if re.match(r"[A-Za-z]", plain) and "/" not in plain and "{" not in plain
            else None
        )
        if made is not None and made.source == "pypi":
            yield made


# --- imports ---


class Undeclared(NamedTuple):
    """A library that product code imports and no environment of the repository asks for."""

    imported: str
    distribution: str
    place: Place


class Imports(NamedTuple):
    """What a component imports of libraries: what nothing asks for, how many there are, and whether anything asks at all."""

    undeclared: tuple[Undeclared, ...]
    total: int
    declared: bool


def imports(world: World, owned: Callable[[str], bool]) -> Imports:
    """The libraries that the product code of a component imports, by whether an environment asks for them."""
    asked = world.once(_asked)
    seen: dict[str, Undeclared] = {}
    names: set[str] = set()
    for path in world.resolved.code.paths:
        if not owned(path) or not places.is_product(path) or path.rpartition("/")[2] == "setup.py":
            continue
        for root, line in _imported(world, path):
            if not _is_library(world, root):
                continue
            names.add(root)
            known = {canonical(name) for name in (*world.resolved.knowledge.distributions(root), root)}
            if not any(_covers(asked, name) for name in known) and root not in seen:
                seen[root] = Undeclared(root, sorted(known)[0], world.resolved.code.place(path, line))
    return Imports(tuple(seen[name] for name in sorted(seen)), len(names), bool(asked))


def _covers(asked: frozenset[str], name: str) -> bool:
    """Whether a distribution is asked for, in one of the variants that it is published in."""
    return any(
        variant in asked for variant in (name, f"{name}-cpu", f"{name}-gpu", f"{name}-headless", f"{name}-binary")
    )


def _asked(world: World) -> frozenset[str]:
    """Every distribution that anything in the repository asks for, and what those are known to bring with them."""
    names = {requirement.name for facts in world.files.values() for requirement in facts.requirements}
    names |= {each.requirement.name for each in installed(world, lambda _: True)}
    knowledge = world.resolved.knowledge
    todo = list(names)
    while todo:
        for brought in knowledge.brings(todo.pop()):
            if brought not in names:
                names.add(brought)
                todo.append(brought)
    return frozenset(names)


def _imported(world: World, path: str) -> Iterator[tuple[str, int]]:
    """The roots that a file imports unguarded, from outside the repository."""
    code = world.resolved.code
    for number in code.scopes(path):
        guarded = _guarded(code.scope(path, number).body)
        for statement, block, dead in code.index(path, number).imports:
            if statement.level or dead or block or statement.line in guarded:
                continue
            for imported in statement.names:
                root = imported.module.partition(".")[0]
                if root and code.modules.resolve(path, imported.module, 0) is None and not _is_ours(world, root):
                    yield root, statement.line


def _guarded(body: Iterable[Stmt]) -> frozenset[int]:
    """The lines of imports whose failure is caught."""
    found: set[int] = set()
    for statement in body:
        if type(statement) is Try and statement.handlers:
            found |= {inner.line for inner in statement.body if type(inner) is Import}
    return frozenset(found)


def _is_ours(world: World, root: str) -> bool:
    """Whether a folder or file anywhere in the tree has that name: it may be imported by a path that is set elsewhere."""
    return root in world.once(_local_names)


def _local_names(world: World) -> frozenset[str]:
    names: set[str] = set()
    for path in world.resolved.code.paths:
        *folders, name = path.split("/")
        names.update(folders)
        names.add(name.rpartition(".")[0])
    return frozenset(names)


def _is_library(world: World, root: str) -> bool:
    """Whether it is surely known what installs an import: a table covers it, or the list of distributions."""
    knowledge = world.resolved.knowledge
    return (
        bool(knowledge.distributions(root))
        and (knowledge.covers(root) or knowledge.lists(root))
        and root not in _PROVIDED
    )


_PROVIDED = frozenset(
    {
        "google",
        "dbutils",
        "IPython",
        "pkg_resources",
        "setuptools",
        "pip",
        "pyspark",
        "py4j",
        "azureml",
        "notebookutils",
        "mssparkutils",
    }
)
"""What a platform or the installer itself provides, and name spaces that many distributions share."""


# --- environments that disagree ---


class Conflict(NamedTuple):
    """One package that two environments ask for in versions that exclude each other."""

    package: str
    one: Asked
    other: Asked


def conflicts(world: World, owned: Callable[[str], bool]) -> list[Conflict]:
    """Packages that no version of could satisfy two environments of one component."""
    table: dict[str, list[Asked]] = {}
    for environment in environments(world, owned):
        for asked in environment.asked:
            if asked.requirement.source in ("pypi", "conda") and not asked.requirement.marker:
                table.setdefault(asked.requirement.name, []).append(asked)
    found = []
    for package, listed in sorted(table.items()):
        pair = next(((a, b) for n, a in enumerate(listed) for b in listed[n + 1 :] if _exclude(a, b)), None)
        if pair is not None:
            found.append(Conflict(package, *pair))
    return found


def exclude(one: Requirement, other: Requirement) -> bool:
    """Whether no version satisfies both, as far as at least one of them names a single version."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    for exact, wider in ((one, other), (other, one)):
        version = _exact(exact)
        if version is None or not wider.specifier:
            continue
        try:
            allowed = SpecifierSet(_pep440(wider))
            return Version(version) not in allowed and not _exact_prefix(version, wider)
        except (InvalidSpecifier, InvalidVersion):
            continue  # a form that only its own tool reads
    return False


def _exclude(one: Asked, other: Asked) -> bool:
    return one.path != other.path and exclude(one.requirement, other.requirement)


def _exact(requirement: Requirement) -> str | None:
    """The one version that a requirement names, if it does."""
    match = re.fullmatch(r"={0,3}\s*v?(\d[\w.!+]*)(?:=[\w.]+)?", requirement.specifier.strip())
    return match.group(1).partition("+")[0] if match and (requirement.pinned or requirement.source == "conda") else None


def _exact_prefix(version: str, requirement: Requirement) -> bool:
    """Whether two single versions are one: conda's `=1.2` is all of 1.2."""
    other = _exact(requirement)
    return other is not None and (f"{version}.".startswith(f"{other}.") or f"{other}.".startswith(f"{version}."))


def _pep440(requirement: Requirement) -> str:
    text = requirement.specifier.strip()
    if (exact := _exact(requirement)) is not None:
        return f"=={exact}"
    if text.startswith("^"):  # Poetry: the same leading number
        head = text[1:].split(".")
        lead = next((n for n, part in enumerate(head) if part.strip("0")), 0)
        upper = [*head[:lead], str(int(re.sub(r"\D.*", "", head[lead]) or 0) + 1)]
        return f">={text[1:]},<{'.'.join(upper)}"
    return text.replace(" ", "")
