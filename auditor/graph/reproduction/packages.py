"""Questions about packages: what is asked for at run time, how far it is pinned, where two files exclude each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import dirname

import msgspec

from auditor.graph import places
from auditor.graph.declared.environments import ENVIRONMENTS, Asked, closure, included
from auditor.graph.reproduction.installs import TOOLS, constrained
from auditor.graph.reproduction.roots import roots_of
from auditor.graph.world import World
from auditor.language.requirement import canonical
from auditor.model.facts import Facts, Requirement
from auditor.model.regex import regex

_FOR_WORK = regex(
    r"(^|[/_.-])(dev|devel|develop|development|test|tests|testing|lint|linting|docs?|ci|build|typing|style|extras?)([/_.-]|$)",
    re.I,
)

_EXPLICIT = regex(
    r"(^|[._-])(lock|pin|pinned|frozen|explicit)\.(txt|ya?ml)$|(linux|osx|win)-(64|arm64|aarch64)[\w.-]*\.(txt|ya?ml|lock)$",
    re.I,
)
"""Files of conda that name every build for one platform."""


class Environment(msgspec.Struct, frozen=True):
    """A file that asks for packages at run time, with what it includes; `locked`: a lock, compiled file or constraint holds it."""

    path: str
    asked: tuple[Asked, ...]
    locked: bool


_TAGGED = regex(r"@[\w./-]*\d+\.\d+[\w.-]*(?:#.*)?$")
"""A revision that is a tag by its version."""
_PATCHES = regex(r"~=\s*\d+\.\d+\.\d+|===?\s*\d+\.\d+\.\*")


class Pinning(msgspec.Struct, frozen=True):
    """How far what one file asks for is pinned: `loose` are the requirements that allow several versions. `unused`: it has a
    name of its own, which nothing mentions, or is a single script that says what it needs."""

    path: str
    loose: tuple[Asked, ...]
    pinned: int
    unused: bool = False

    @property
    def share(self) -> float:
        """The share that is pinned, in [0, 1]."""
        return self.pinned / (self.pinned + len(self.loose))

    @property
    def moving(self) -> tuple[Asked, ...]:
        """What is taken from a branch of a repository: each push to it is another version of the same name."""
        return tuple(
            a for a in self.loose if a.requirement.source == "vcs" and not _TAGGED.search(a.requirement.specifier)
        )

    @property
    def patches_only(self) -> bool:
        """Whether every bound leaves patch releases alone open."""
        return bool(self.loose) and all(_PATCHES.fullmatch(asked.requirement.specifier) for asked in self.loose)


def environments(world: World, owned: Callable[[str], bool]) -> list[Environment]:
    """The files of a component that ask for packages at run time; what only constrains or is included is part of another."""
    return [environment for environment in world.once(_environments) if owned(environment.path)]


def _environments(world: World) -> tuple[Environment, ...]:
    found: list[Environment] = []
    parts: set[str] = set()
    for path, facts in sorted(world.files.items()):
        # What a package takes its needs from is the list for those who run it here; what tests install beside their tools is, too.
        within = {included(path, ref) for ref in facts.references if ref.how in ("requirement", "constraint")}
        if within and not _packs(world, path) and not is_for_work(world, path):
            parts |= within
    for path, facts in sorted(world.files.items()):
        if facts.kind not in ENVIRONMENTS or not places.is_product(path) or is_for_work(world, path):
            continue
        if path in parts or "constraints" in path.rpartition("/")[2] or _is_for_tests(world, path):
            continue
        if _is_script(world, path) and world.once(_locking):
            continue  # a tool by hand beside a project that is locked
        asked = tuple(a for a in closure(world.files, path) if _counts(a.requirement))
        if asked and not _packs(world, path):
            found.append(Environment(path, asked, _is_locked(world, path) and not _is_of_others(world, path)))
    return tuple(found)


def _is_for_tests(world: World, path: str) -> bool:
    """Whether a list stands beside a package that asks for what it needs itself, and tests alone install from the list."""
    facts, folder, name = world.files[path], dirname(path), path.rpartition("/")[2]
    if facts.kind != "requirements" or name in world.documents.text:
        return False
    beside = [other for at, other in world.files.items() if dirname(at) == folder and at != path]
    packed = any(other.kind in ("python", "setup-cfg", "pyproject") and _asks_itself(other) for other in beside)
    users = [(at, other) for at, other in world.files.items() if at != path and _uses(at, other, path)]
    return packed and bool(users) and all(other.kind == "tox" or at.endswith("noxfile.py") for at, other in users)


def _asks_itself(facts: Facts) -> bool:
    """Whether a package definition says what the package needs wherever it is installed."""
    return any(not requirement.group for requirement in facts.requirements)


def _uses(at: str, facts: Facts, path: str) -> bool:
    """Whether a file installs from a list, includes it, copies it, or names it in a command."""
    name = path.rpartition("/")[2]
    if any(included(at, ref) == path for ref in facts.references if ref.how in ("requirement", "constraint")):
        return True
    words = (word.text for step in facts.steps for command in step.commands for word in command.words)
    reads = (ref.path for step in facts.steps for ref in step.reads)
    return any(text.rpartition("/")[2] == name for text in (*words, *reads))


def is_for_work(world: World, path: str) -> bool:
    """Whether a file asks for what those need who work on the code, tests included."""
    return world.files[path].kind == "tox" or _FOR_WORK.search(path.rpartition("/")[2]) is not None


def _counts(requirement: Requirement) -> bool:
    """Whether a requirement is for run time and comes from somewhere with versions."""
    installed_from = requirement.source in ("pypi", "conda", "vcs", "url") and not requirement.editable
    return installed_from and not requirement.group and requirement.name not in TOOLS


def _packs(world: World, path: str) -> bool:
    """Whether a file defines a package, which leaves versions open for its users, beside a list for those who run it here."""
    facts, folder = world.files[path], dirname(path)
    defines = facts.kind in ("python", "setup-cfg") or (facts.kind == "pyproject" and facts.attr("package") is not None)
    return defines and any(
        other.kind in ("requirements", "conda", "pixi") and other.requirements and dirname(beside) == folder
        for beside, other in world.files.items()
        if beside != path and not _FOR_WORK.search(beside.rpartition("/")[2])
    )


def _is_locked(world: World, path: str) -> bool:
    """Whether a lock file, or the file that was compiled from it, stands in the folder of an environment or above it."""
    if path.endswith(".in") and f"{path[:-3]}.txt" in world.files:
        return True
    if path.rpartition("/")[2] in world.once(constrained):
        return True
    folders = {dirname(path)} | ({""} if world.files[path].kind == "pyproject" else set())
    if world.files[path].kind in ("conda", "pixi"):
        explicit = (p for p in world.sizes if dirname(p) in folders and _EXPLICIT.search(p.rpartition("/")[2]))
        if next(explicit, None) is not None:
            return True
    return not folders.isdisjoint(world.once(_locking))


def _is_of_others(world: World, path: str) -> bool:
    """Whether something installs from a list of names for pip, so that a lock beside it holds no more than the packages which
    it names. A lock that names none, or builds of conda, may hold more than can be seen."""
    folder = dirname(path)
    locks = [facts for at, facts in world.files.items() if facts.kind == "lock" and dirname(at) == folder]
    if world.files[path].kind != "requirements" or not locks or path.rpartition("/")[2] in world.once(constrained):
        return False
    if any(not lock.requirements or any(each.source == "conda" for each in lock.requirements) for lock in locks):
        return False
    return _is_installed(world, path)


def _is_installed(world: World, path: str) -> bool:
    """Whether an image or a command of the repository takes a list: one of its folder, or the only one of this name."""
    folder, name = dirname(path), path.rpartition("/")[2]
    alone = sum(other.rpartition("/")[2] == name for other in world.files) == 1
    return any(
        _uses(at, facts, path)
        for at, facts in world.files.items()
        if at != path and facts.steps and (alone or dirname(at) == folder)
    )


def _locking(world: World) -> frozenset[str]:
    """The folders in which a lock file stands."""
    return frozenset(dirname(path) for path, facts in world.files.items() if facts.kind == "lock")


def _runs_here(world: World, owned: Callable[[str], bool]) -> frozenset[str]:
    """What installs the libraries that product code of a component imports."""
    knowledge = world.resolved.knowledge
    roots = {
        r
        for path in world.resolved.code.paths
        if owned(path) and places.is_product(path)
        for r, _ in roots_of(world, path)
    }
    return frozenset(canonical(name) for root in roots for name in (*knowledge.distributions(root), root))


def pinnings(world: World, owned: Callable[[str], bool]) -> list[Pinning]:
    """How far the packages of each environment of a component are pinned, by itself, a lock, or a file beside it."""
    found, used = [], _runs_here(world, owned)
    for environment in environments(world, owned):
        if not any(asked.requirement.name in used for asked in environment.asked):
            continue  # made for something else than the programs here
        held = _pinned_beside(world, environment)
        # A package that a file names twice is one, held by either line.
        each: dict[str, Asked] = {}
        for a in sorted(environment.asked, key=lambda a: not a.requirement.pinned):
            each.setdefault(a.requirement.name, a)
        loose = [] if environment.locked else [
            a for a in environment.asked if each[a.requirement.name] is a and not a.requirement.pinned and a.requirement.name not in held
        ]  # fmt: skip
        unused = _is_unused(world, environment.path) or _is_script(world, environment.path)
        found.append(Pinning(environment.path, tuple(loose), len(each) - len(loose), unused))
    return found


def _is_script(world: World, path: str) -> bool:
    """Whether the file is a script that says itself what it needs, for whoever runs it alone."""
    return world.files[path].kind == "python" and path.rpartition("/")[2] != "setup.py"


_USUAL = regex(
    r"^(requirements\.(txt|in)|environment\.ya?ml|conda\.ya?ml|pyproject\.toml|Pipfile|setup\.(py|cfg)|pixi\.toml|meta\.yaml)$"
)


def _is_unused(world: World, path: str) -> bool:
    """Whether a list of a name of its own is mentioned by no command, setting, program or document: nobody installs from it."""
    name = path.rpartition("/")[2]
    return not _USUAL.match(name) and not world.uncalled.mentions(name.rpartition(".")[0])


def _pinned_beside(world: World, environment: Environment) -> frozenset[str]:
    """What constraints that the file names, or another environment or lock of the same folder, pin exactly."""
    folder = dirname(environment.path)
    named = {
        included(environment.path, ref) for ref in world.files[environment.path].references if ref.how == "constraint"
    }
    beside = world.once(_by_folder).get(folder, ())
    near = named.intersection(world.files).union(path for path in beside if path != environment.path)
    files = [world.files[path] for path in near]
    return frozenset(each.name for file in files for each in file.requirements if each.pinned or file.kind == "lock")


def _by_folder(world: World) -> dict[str, list[str]]:
    """The files of environments and their locks by the folder in which they lie."""
    found: dict[str, list[str]] = {}
    for path, facts in world.files.items():
        if facts.kind == "lock" or facts.kind in ENVIRONMENTS:
            found.setdefault(dirname(path), []).append(path)
    return found


class Conflict(msgspec.Struct, frozen=True):
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
