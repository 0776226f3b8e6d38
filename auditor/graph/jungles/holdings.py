"""What a tree holds that commands and declarations may name, and where else a file may come from."""

from __future__ import annotations

from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING

from auditor.graph.artefacts.identity import above
from auditor.graph.artefacts.links import Links
from auditor.graph.data.provided import names_written
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.world import World
from auditor.model.facts import Facts
from auditor.model.listing import Content
from auditor.model.regex import regex
from auditor.program.running.command_forms import papermill_words
from auditor.program.running.commands import Run
from auditor.program.symbolic.values import normal
from auditor.tree.ignore import spec

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_PLAIN_IMAGE = regex(
    r"^(?:docker\.io/)?(?:library/)?(?:python|ubuntu|debian|alpine|amazonlinux|fedora|centos|rockylinux|node|continuumio/|mambaorg/"
    r"|condaforge/|nvidia/cuda|tensorflow/tensorflow|pytorch/pytorch|bitnami/python|apache/airflow|ghcr\.io/astral-sh/uv|jupyter/)"
)
"""Images that hold no programs of anybody's project."""

_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
CODE = (".py", ".sh", ".bash", ".ipynb", ".R", ".r")
_BRINGING = frozenset(
    {
        "wget",
        "curl",
        "tar",
        "unzip",
        "gunzip",
        "7z",
        "cookiecutter",
        "copier",
        "aws",
        "gsutil",
        "azcopy",
        "rsync",
        "scp",
        "npm",
    }
)
_MOVING = frozenset({"cp", "mv", "ln", "install", "tee", "touch", "envsubst", "jinja2"})


class Holdings:
    """What the tree holds, asked by the end of a path."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._brought: dict[str, set[str]] = {}
        self.identities = world.identities
        self._links = Links(world.listing.entries)
        self.names: dict[str, list[str]] = {}
        for path in sorted(world.identities.tree | world.identities.folders):
            self.names.setdefault(path.rpartition("/")[2].lower(), []).append(path)
        makefiles = [facts for facts in world.files.values() if facts.kind == "make"]
        self.targets = {step.name for facts in makefiles for step in facts.steps}
        pipelines = (step for step in world.steps.all if step.tool == "azure-pipelines")
        # A template of another repository comes with a checkout of it beside this one.
        self.other_checkouts = any(name.startswith("repo:") for step in pipelines for name in step.step.uses)
        self.submodules = [e.path for e in world.listing.entries if e.content is Content.SUBMODULE]

    @cached_property
    def written(self) -> set[str]:
        """The names of the files that programs write and steps declare as what they make."""
        touched = (touch for touches in self._world.lineage.touches.values() for touch in touches)
        paths = (touch.artefact.path for touch in touched if touch.way == "write")
        told = {path.rpartition("/")[2] for path in paths if path}
        declared = {d.path.rpartition("/")[2] for step in self._world.steps.all for d in step.writes if d.path}
        return told | declared | self._world.once(names_written) | _from_cells(self._world)

    def brought(self, path: str) -> set[str]:
        """Names of files that the commands of a file fetch, move or write."""
        if path not in self._brought:
            self._brought[path] = _brought(self._world, path)
        return self._brought[path]

    def ending(self, text: str) -> str | None:
        """A file or folder whose path ends with a text; then one that does so in other letter case; None for neither."""
        path = inner(text)
        candidates = self.names.get(path.rpartition("/")[2].lower(), [])
        exact = [c for c in candidates if c == path or c.endswith(f"/{path}")]
        if exact or (linked := self._linked(path)) is not None:
            return exact[0] if exact else linked
        return next((c for c in candidates if f"/{c}".lower().endswith(f"/{path}".lower())), None)

    def has(self, path: str) -> bool:
        """Whether a file or folder of a path is there, be it behind links within the tree."""
        real = self._links.real(path)
        return self.identities.exists(path) or (real is not None and self.identities.exists(real))

    def _linked(self, path: str) -> str | None:
        """A path that ends with another and leads, by a link to a folder, to what is in the tree."""
        for way in above(path):
            for link in self._links.named(way.rpartition("/")[2]):
                whole = link + path[len(way) :]
                if f"/{link}".endswith(f"/{way}") and self.has(whole):
                    return whole
        return None

    @cached_property
    def _glued(self) -> frozenset[str]:
        """The paths of code without what stands between their folders."""
        return frozenset(path.replace("/", "") for path in self.identities.tree if "/" in path and path.endswith(CODE))

    def lacks(self, text: str) -> tuple[bool, str]:
        """Whether nothing of the tree ends with a text, and what would if letter case did not count."""
        if "/" not in text and text in self._glued:
            return False, ""  # its folders are told apart by what a shell of Windows alone takes for that
        found = self.ending(text)
        path = inner(text)
        if found is None:
            return not self.identities.may_be_unread(path), ""
        return (False, "") if found.endswith(path) else (True, found)

    def is_foreign(self, text: str) -> bool:
        """Whether a program lies in a folder of which the tree has none of that name."""
        first, _, rest = inner(text).partition("/")
        return bool(rest) and first.lower() not in self.names

    def no_target(self, world: World, run: Run, goal: str) -> bool:
        """Whether the Makefile of a folder, which includes no other and has no patterns, lacks a goal that no other has."""
        facts = next((f for name in _MAKEFILES if (f := world.files.get(f"{run.folder}/{name}".lstrip("/")))), None)
        if facts is None or goal in self.targets or "{" in goal or "/" in goal:
            return False
        return bool(facts.steps) and not _is_open_ended(facts)

    def is_open_ended(self, path: str) -> bool:
        """Whether a Makefile is no whole: it includes others, or is to be included, is a template or has patterns."""
        return path.rpartition("/")[2] not in _MAKEFILES or _is_open_ended(self._world.files[path])

    def has_named(self, path: str) -> bool:
        """Whether the tree has a file or folder of a path, whatever its suffix: make knows ways from some of these to others."""
        beside = (each for each in self.identities.tree if dirname(each) == dirname(path))
        return self.has(path) or any(each.startswith(f"{path}.") for each in beside)

    @cached_property
    def fetched(self) -> frozenset[str]:
        """Names of all files and folders that commands of any step fetch, move, make or write."""
        paths = {step.path for step in self._world.steps.all if step.tool != "readme"}
        return frozenset().union(*(self.brought(path) for path in paths))

    @staticmethod
    def is_plain(step: DeclaredStep) -> bool:
        """Whether an image is made from one that holds nobody's programs."""
        return all(_PLAIN_IMAGE.match(name) for name in step.step.uses)

    def is_ignored(self, path: str) -> bool:
        """Whether git is told to leave a path out: then whoever runs the step supplies it."""
        return any(
            matcher.match_file(path[len(folder) :].lstrip("/"))
            for folder, matcher in self._ignored
            if path.startswith(folder)
        )

    @cached_property
    def _ignored(self) -> list[tuple[str, GitIgnoreSpec]]:
        """By folder what git is told there to leave out."""
        files = sorted(self._world.files.items())
        ignores = [(dirname(path), facts) for path, facts in files if facts.kind == "gitignore"]
        matchers = ((folder, spec(line.pattern for line in facts.patterns)) for folder, facts in ignores)
        return [(folder, matcher) for folder, matcher in matchers if matcher is not None]

    def under_submodule(self, path: str) -> bool:
        """Whether a path lies in a part that another repository holds, or names such a part on its way."""
        parts = path.split("/")
        return any(path == s or path.startswith(f"{s}/") or s.rpartition("/")[2] in parts for s in self.submodules)


def _is_open_ended(facts: Facts) -> bool:
    patterns = any("%" in step.name or dict(step.attrs).get("pattern") for step in facts.steps)
    return bool(patterns or facts.references or facts.troubles or facts.attr("template"))


def _from_cells(world: World) -> set[str]:
    """Names of the files that cells of notebooks write out or fetch."""
    found: set[str] = set()
    for path, program in world.resolved.code.programs.items():
        for escape in program.escapes:
            if escape.kind == "cell-magic" and escape.name in ("writefile", "file"):
                words = escape.text.partition("\n")[0].split()
                found |= {word.rpartition("/")[2] for word in words}
        if program.cells:
            commands = (launch.command for launch in world.launched.get(path, ()))
            found |= {
                word.text.rpartition("/")[2] for command in commands for word in (*command.words, *command.writes)
            }
    return found


def inner(text: str) -> str:
    """A relative path without the steps upwards that it begins with."""
    path = normal(text)
    while path.startswith("../"):
        path = path[3:]
    return path


def _brought(world: World, path: str) -> set[str]:
    """Names of files that the commands of a file fetch, move or write."""
    found: set[str] = set()
    for other in world.steps.by_file.get(path, ()):
        for command in other.step.commands:
            words = [word.text for word in command.words]
            if words and words[0].rpartition("/")[2] in _BRINGING | _MOVING:
                found |= {word.rpartition("/")[2].rpartition("=")[2] for word in words}
            if words and words[0] == "papermill":
                made = papermill_words(command.words[1:])[0][1:]
                found |= {words[at + 1].rpartition("/")[2] for at in made}
            found |= {word.text.rpartition("/")[2] for word in command.writes}
        found |= {(out.path or "").rpartition("/")[2] for out in other.writes}
        # What an image gets is judged where it is copied, under whatever name.
        found |= {dict(read.ref.attrs).get("to", "").rpartition("/")[2] for read in other.reads}
    return found
