"""Lists of packages that ask for the name of an import: an index has nothing of that name which could be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import dirname

import msgspec

from auditor.graph import places
from auditor.graph.declared.environments import ENVIRONMENTS
from auditor.graph.reproduction.packages import is_for_work
from auditor.graph.world import World
from auditor.language.requirement import canonical
from auditor.model.facts import Requirement
from auditor.model.place import Place
from auditor.model.regex import regex

_NO_PACKAGES = frozenset({
    "cv2", "skimage", "sklearn", "PIL", "yaml", "dateutil", "pkg_resources", "mpl_toolkits", "MySQLdb", "win32api",
})  # fmt: skip
"""Names of imports under which the usual index has nothing, no files, or a stub that refuses to be installed."""
_STANDARD = frozenset({
    "abc", "array", "base64", "bisect", "builtins", "bz2", "calendar", "cmath", "codecs", "collections", "colorsys",
    "concurrent", "contextlib", "copy", "csv", "ctypes", "curses", "decimal", "difflib", "distutils", "doctest",
    "errno", "fileinput", "fnmatch", "fractions", "gc", "getopt", "getpass", "gettext", "glob", "gzip", "hashlib",
    "heapq", "inspect", "io", "itertools", "json", "keyword", "locale", "lzma", "math", "mimetypes", "mmap",
    "numbers", "operator", "optparse", "os", "pdb", "pickle", "pkgutil", "platform", "pprint", "profile", "pstats",
    "queue", "random", "re", "sched", "select", "shelve", "shlex", "shutil", "signal", "smtplib", "socket",
    "socketserver", "sqlite3", "stat", "string", "struct", "subprocess", "sys", "sysconfig", "syslog", "tarfile",
    "tempfile", "textwrap", "threading", "time", "timeit", "tkinter", "tokenize", "traceback", "types", "unicodedata",
    "unittest", "urllib", "venv", "warnings", "weakref", "webbrowser", "winreg", "xml", "zipfile", "zlib", "zoneinfo",
})  # fmt: skip
"""Modules of the standard library of whose name the usual index has no package (read in its list, November 2026)."""
_BACKENDS = {
    "setuptools": frozenset({"setuptools.build_meta", "setuptools.build_meta:__legacy__"}),
    "hatchling": frozenset({"hatchling.build", "hatchling.ouroboros"}),
    "flit_core": frozenset({"flit_core.buildapi", "flit_core.build_thyself"}),
    "poetry": frozenset({"poetry.core.masonry.api", "poetry.masonry.api", "poetry.core.masonry.builder"}),
}
"""By library what it offers to build packages with."""
_OF_PYTHON = "which Python brings"
_FROZEN = "0.0.0"
"""The version under which pip of some systems lists what it has no package for."""
_EMPTY = {"sklearn": frozenset({"0", "0.0"})}
"""Versions of such a stub that do install, with nothing in them: pinned to one, the line fails nobody."""


class Misnamed(msgspec.Struct, frozen=True):
    """One line that asks for an import, and the distribution to ask for; "" where the line is to go. `why` tells that."""

    name: str
    distribution: str
    place: Place
    why: str = ""

    @property
    def standard(self) -> bool:
        """Whether it is a module of the standard library."""
        return self.why == _OF_PYTHON


def no_backends(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, Place]]:
    """The build backends that package definitions name and their library does not have, with the definition."""
    for path, facts in sorted(world.files.items()):
        named = facts.attr("build-backend") or ""
        known = _BACKENDS.get(named.partition(".")[0].partition(":")[0])
        own = (leaf for leaf in facts.leaves if leaf.key == "build-system.backend-path" or "backend-path" in leaf.key)
        if known and named not in known and owned(path) and places.is_product(path) and next(own, None) is None:
            yield named, Place(path, 1)


class Refused(msgspec.Struct, frozen=True):
    """The lines of a list that pip refuses, each with its place. `for_work`: those need it who work on the code."""

    path: str
    lines: tuple[tuple[str, Place], ...]
    for_work: bool


def refused(world: World, owned: Callable[[str], bool]) -> Iterator[Refused]:
    """The lists that pip cannot read to their end, where nothing hands them to conda."""
    for path, facts in sorted(world.files.items()):
        if facts.kind != "requirements" or not owned(path) or not places.is_product(path):
            continue
        lines = [value.partition(" ") for name, value in facts.attrs if name == "refused"]
        told = tuple((text, Place(path, int(number))) for number, _, text in lines)
        if told and not _is_for_conda(world, path):
            yield Refused(path, told, is_for_work(world, path))


_BY_CONDA = regex(r"(?:conda|mamba)\s+(?:create|install|update)\b[^\n]*\s--file[ =]")


def _is_for_conda(world: World, path: str) -> bool:
    """Whether a document or a command gives a list of its name to conda."""
    commands = (command for step in world.steps.all for command in step.step.commands)
    texts = (" ".join(word.text for word in command.words) for command in commands)
    name = path.rpartition("/")[2]
    return any(_BY_CONDA.search(text) and name in text for text in (world.documents.text, *texts))


def misnamed(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, list[Misnamed]]]:
    """By list the lines that no index can meet. A list that names an index of its own may find anything there."""
    known = {canonical(name): name for name in _NO_PACKAGES | _STANDARD}
    for path, facts in sorted(world.files.items()):
        if facts.kind not in ENVIRONMENTS or not owned(path) or not places.is_product(path):
            continue
        asked = {each.name for each in facts.requirements}
        lines = [
            Misnamed(name, *_instead(world, name, each, asked, path))
            for each in facts.requirements
            if each.source == "pypi" and (name := known.get(each.name)) and not each.marker and not _empty(each)
            if not any(_empty(other) for other in _locked(world, path) if other.name == each.name)
        ]
        if lines and not {"index", "extra-index", "find-links"} & {key for key, _ in facts.attrs}:
            yield path, lines


def _instead(world: World, name: str, line: Requirement, asked: set[str], path: str) -> tuple[str, Place, str]:
    """The distribution to ask for instead of an import, the place of the line, and why it goes if nothing is to be asked for."""
    place, brought = Place(path, line.line), next(iter(world.resolved.knowledge.distributions(name)), "")
    if line.specifier.lstrip("= ") == _FROZEN:
        return "", place, "which is no package: a list that was frozen on a system whose pip writes it so"
    if brought and canonical(brought) in asked:
        return "", place, f"since {brought} is asked for as well"
    return brought, place, "" if brought else _OF_PYTHON


def _locked(world: World, path: str) -> Iterator[Requirement]:
    """What the locks beside a list pin: whoever installs from them never asks the list."""
    for beside, facts in world.files.items():
        if facts.kind == "lock" and dirname(beside) == dirname(path):
            yield from facts.requirements


def _empty(asked: Requirement) -> bool:
    """Whether a line is pinned to a version that has nothing in it and refuses nothing."""
    return asked.pinned and asked.specifier.lstrip("= ") in _EMPTY.get(asked.name, ())
