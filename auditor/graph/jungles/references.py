"""Commands and declarations that name a program, target or folder which is not in the tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from posixpath import dirname
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.data.provided import moves
from auditor.graph.declared.steps import AUTOMATION, SERVING, DeclaredStep
from auditor.graph.world import World
from auditor.model.facts import Command
from auditor.model.listing import Content
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.running.commands import Run
from auditor.program.symbolic.values import is_absolute, is_uri, normal
from auditor.tree.ignore import spec

_HERE = frozenset({
    "dvc", "make", "shell", "github-actions", "gitlab-ci", "azure-pipelines", "jenkins", "travis", "circleci", "docker",
    "compose", "mlproject", "snakemake", "databricks", "ploomber", "sagemaker", "dbt", "tox", "nox",
})  # fmt: skip
"""Tools whose commands start in the checkout, or say themselves what they bring; others run in images made elsewhere."""

_PLAIN_IMAGE = regex(
    r"^(?:docker\.io/)?(?:library/)?(?:python|ubuntu|debian|alpine|amazonlinux|fedora|centos|rockylinux|node|continuumio/|mambaorg/"
    r"|condaforge/|nvidia/cuda|tensorflow/tensorflow|pytorch/pytorch|bitnami/python|apache/airflow|ghcr\.io/astral-sh/uv|jupyter/)"
)
"""Images that hold no programs of anybody's project."""

_SECRET = regex(r"id_rsa|credential|secret|\.pem$|\.key$|(^|/)\.env|service_account", re.I)
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
_CODE = (".py", ".sh", ".bash", ".ipynb", ".R", ".r")
_COPIED = regex(r"\.(py|sh|toml|cfg)$|(^|/)(requirements|environment)[\w.-]*\.(txt|in|ya?ml)$")
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
_CLONING = frozenset(
    {
        ("git", "clone"),
        ("git", "submodule"),
        ("gh", "repo"),
        ("dvc", "get"),
        ("dvc", "import"),
        ("hg", "clone"),
        ("svn", "checkout"),
    }
)
_MOVING = frozenset({"cp", "mv", "ln", "install", "tee", "touch", "envsubst", "jinja2"})


class BrokenReference(NamedTuple):
    """A step names what is not there. `kind`: `program`, `module`, `tests`, `target`, `action`, `input`, `copy`, `context`.

    `instead` is a file that differs from the named one in letter case alone; `idle`: it stands in a shell script that
    nothing in the repository names.
    """

    kind: str
    step: str
    name: str
    place: Place
    instead: str = ""
    idle: bool = False


class References(NamedTuple):
    """What the steps of a component name: how much of it was found, and what was not."""

    broken: tuple[BrokenReference, ...]
    found: int


def references(world: World, owned: Callable[[str], bool]) -> References:
    """The programs, modules, targets and inputs that declared steps and launching programs name."""
    known = _Tree(world)
    broken: list[BrokenReference] = []
    found = 0
    for step in world.steps.all:
        if step.tool not in _HERE or not owned(step.path) or not places.is_product(step.path) or "{" in step.path:
            continue
        found += sum(1 for run in step.runs if run.kind in ("script", "notebook", "shell"))
        idle = step.tool == "shell" and not world.uncalled.mentions(step.path.rpartition("/")[2].partition(".")[0])
        broken += [each._replace(idle=idle) for each in (*_commands(world, step, known), *_declared(step, known))]
    broken += _launched(world, owned, known)
    once = {(each.kind, each.name, each.place.path, each.place.line): each for each in broken}
    return References(tuple(sorted(once.values(), key=lambda b: (b.place, b.name))), found)


class _Tree:
    """What the tree holds, asked by the end of a path."""

    def __init__(self, world: World) -> None:
        self.identities = world.identities
        self.names: dict[str, list[str]] = {}
        for path in sorted(world.identities.tree | world.identities.folders):
            self.names.setdefault(path.rpartition("/")[2].lower(), []).append(path)
        makefiles = [facts for facts in world.files.values() if facts.kind == "make"]
        self.targets = {step.name for facts in makefiles for step in facts.steps}
        ignores = [(dirname(path), facts) for path, facts in sorted(world.files.items()) if facts.kind == "gitignore"]
        matchers = ((folder, spec(line.pattern for line in facts.patterns)) for folder, facts in ignores)
        self.ignored = [(folder, matcher) for folder, matcher in matchers if matcher is not None]
        pipelines = (step for step in world.steps.all if step.tool == "azure-pipelines")
        # A template of another repository comes with a checkout of it beside this one.
        self.other_checkouts = any(name.startswith("repo:") for step in pipelines for name in step.step.uses)
        self.submodules = [e.path for e in world.listing.entries if e.content is Content.SUBMODULE]
        self.written = {
            touch.artefact.path.rpartition("/")[2]
            for touches in world.lineage.touches.values()
            for touch in touches
            if touch.way == "write" and touch.artefact.path
        } | _from_cells(world)

    def ending(self, text: str) -> str | None:
        """A file or folder whose path ends with a text; then one that does so in other letter case; None for neither."""
        path = _inner(text)
        candidates = self.names.get(path.rpartition("/")[2].lower(), [])
        exact = [c for c in candidates if c == path or c.endswith(f"/{path}")]
        if exact:
            return exact[0]
        return next((c for c in candidates if f"/{c}".lower().endswith(f"/{path}".lower())), None)

    @cached_property
    def _glued(self) -> frozenset[str]:
        """The paths of code without what stands between their folders."""
        return frozenset(path.replace("/", "") for path in self.identities.tree if "/" in path and path.endswith(_CODE))

    def lacks(self, text: str) -> tuple[bool, str]:
        """Whether nothing of the tree ends with a text, and what would if letter case did not count."""
        if "/" not in text and text in self._glued:
            return False, ""  # its folders are told apart by what a shell of Windows alone takes for that
        found = self.ending(text)
        path = _inner(text)
        if found is None:
            return True, ""
        return (False, "") if found.endswith(path) else (True, found)

    def is_foreign(self, text: str) -> bool:
        """Whether a program lies in a folder of which the tree has none of that name."""
        first, _, rest = _inner(text).partition("/")
        return bool(rest) and first.lower() not in self.names

    def no_target(self, world: World, run: Run, goal: str) -> bool:
        """Whether the Makefile of a folder, which includes no other and has no patterns, lacks a goal that no other has."""
        facts = next((f for name in _MAKEFILES if (f := world.files.get(f"{run.folder}/{name}".lstrip("/")))), None)
        if facts is None or goal in self.targets or "{" in goal or "/" in goal:
            return False
        patterns = any("%" in step.name or dict(step.attrs).get("pattern") for step in facts.steps)
        open_ended = patterns or facts.references or facts.troubles or facts.attr("template")
        return bool(facts.steps) and not open_ended

    @staticmethod
    def is_plain(step: DeclaredStep) -> bool:
        """Whether an image is made from one that holds nobody's programs."""
        return all(_PLAIN_IMAGE.match(name) for name in step.step.uses)

    def is_ignored(self, path: str) -> bool:
        """Whether git is told to leave a path out: then whoever runs the step supplies it."""
        return any(
            matcher.match_file(path[len(folder) :].lstrip("/"))
            for folder, matcher in self.ignored
            if path.startswith(folder)
        )

    def under_submodule(self, path: str) -> bool:
        """Whether a path lies in a part that another repository holds, or names such a part on its way."""
        parts = path.split("/")
        return any(path == s or path.startswith(f"{s}/") or s.rpartition("/")[2] in parts for s in self.submodules)


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


def _inner(text: str) -> str:
    """A relative path without the steps upwards that it begins with."""
    path = normal(text)
    while path.startswith("../"):
        path = path[3:]
    return path


def _commands(world: World, step: DeclaredStep, known: _Tree) -> Iterator[BrokenReference]:
    """What the commands of one step run."""
    if _brings_much(step, known):
        return
    brought = _brought(world, step)
    by_line = {command.line: command for command in step.step.commands}
    for run in step.runs:
        command = by_line.get(run.line)
        unknown = command is None or command.cwd is None or "{" in run.folder
        if command is None or unknown or _is_tested(step, command) or known.under_submodule(run.folder):
            continue
        for kind, name in _wanted(run, step.tool in SERVING):
            if kind == "program" and step.tool in SERVING and not known.is_plain(step):
                continue  # the image that this one is made from may hold it
            lacking, instead = known.lacks(name) if kind != "target" else (known.no_target(world, run, name), "")
            last = name.rpartition("/")[2]
            if step.tool == "shell" and known.is_foreign(name):
                continue  # the script is written for the folder of another project
            supplied = last in brought or last in known.written or known.is_ignored(_inner(name))
            if lacking and not supplied and not known.under_submodule(normal(name)):
                yield BrokenReference(kind, step.step.name, name, Place(step.path, run.line), instead)


def _wanted(run: Run, image: bool) -> Iterator[tuple[str, str]]:
    """The files, modules and targets that a command needs from the tree."""
    if run.kind == "missing" or (
        run.kind == "tool"
        and image
        and run.target.endswith((".py", ".sh"))
        and not is_absolute(run.target)
        and "{" not in run.target
    ):
        yield "program", run.target
    elif run.kind == "test" and run.target == "unittest":
        for word in run.args:
            if re.fullmatch(r"\w+(\.\w+)+", word.text) and word.exact:
                yield "tests", f"{word.text.replace('.', '/')}.py"
    elif run.kind == "test" and run.target in ("pytest", "py.test"):
        for word in run.args:
            if word.exact and re.fullmatch(r"[\w./-]+(\.py|/)", word.text) and not word.text.startswith("-"):
                yield "tests", word.text.rstrip("/")
    elif (
        run.kind == "pipeline"
        and run.target.startswith("make:")
        and not any(word.text.startswith(("-C", "-f", "--directory", "--file")) for word in run.args)
    ):
        for goal in run.target.removeprefix("make:").split():
            yield "target", goal


def _brings_much(step: DeclaredStep, known: _Tree) -> bool:
    """Whether a step fetches other repositories or archives: what it then runs may come from there."""
    if step.tool == "azure-pipelines" and known.other_checkouts:
        return True
    checkouts = [name for name in step.step.uses if name.startswith("actions/checkout")]
    if len(checkouts) > 1:
        return True
    if step.tool in AUTOMATION and not checkouts and step.tool == "github-actions":
        return True
    for command in step.step.commands:
        words = [word.text for word in command.words]
        if tuple(words[:2]) in _CLONING or (words and words[0] in ("tar", "unzip", "cookiecutter", "copier")):
            return True
    return False


def _brought(world: World, step: DeclaredStep) -> set[str]:
    """Names of files that commands of the same file fetch, move or write."""
    found: set[str] = set()
    for other in world.steps.by_file.get(step.path, ()):
        for command in other.step.commands:
            words = [word.text for word in command.words]
            if words and words[0].rpartition("/")[2] in _BRINGING | _MOVING:
                found |= {word.rpartition("/")[2].rpartition("=")[2] for word in words}
            found |= {word.text.rpartition("/")[2] for word in command.writes}
        found |= {(out.path or "").rpartition("/")[2] for out in other.writes}
        # What an image gets is judged where it is copied, under whatever name.
        found |= {dict(read.ref.attrs).get("to", "").rpartition("/")[2] for read in other.reads}
    return found


def _is_tested(step: DeclaredStep, command: Command) -> bool:
    """Whether a step asks for the existence of what the command runs, or the command may fail."""
    names = {word.text.rpartition("/")[2] for word in command.words}
    tests = [c for c in step.step.commands if c.words and c.words[0].text in ("[", "[[", "test")]
    return command.guard or any(word.text.rpartition("/")[2] in names for test in tests for word in test.words[1:])


def _declared(step: DeclaredStep, known: _Tree) -> Iterator[BrokenReference]:
    """Inputs, copies, actions and build folders that a declaration names."""
    if step.tool == "dvc":
        for read in step.reads:
            path = read.path or ""
            if (
                path.endswith(_CODE)
                and "{" not in path
                and not known.identities.exists(path)
                and not known.under_submodule(path)
            ):
                lacking, instead = known.lacks(path)
                if lacking:
                    yield BrokenReference("input", step.step.name, path, Place(step.path, read.ref.line), instead)
    if step.tool == "docker":
        secrets = {dirname(read.ref.path) for read in step.reads if _SECRET.search(read.ref.path)}
        for read in step.reads:
            text = read.ref.path
            if dirname(text) and dirname(text) in secrets:
                continue  # a folder that each machine has for itself
            plain = (
                _COPIED.search(text) and not re.search(r"[*?$\[{]", text) and not is_uri(text) and not is_absolute(text)
            )
            lacking, instead = known.lacks(text) if plain else (False, "")
            if lacking and text.rpartition("/")[2] not in known.written and not known.is_ignored(_inner(text)):
                yield BrokenReference("copy", step.step.name, text, Place(step.path, read.ref.line), instead)
    for name in step.step.uses if step.tool == "github-actions" else ():
        if (
            name.startswith("./")
            and "{" not in name
            and not _brings_much(step, known)
            and not known.identities.exists(normal(name))
        ):
            yield BrokenReference("action", step.step.name, name, Place(step.path, step.step.line))
    if step.tool == "compose":
        yield from _context(step, known)


def _context(step: DeclaredStep, known: _Tree) -> Iterator[BrokenReference]:
    """The folder that a compose service is built from."""
    attrs = dict(step.step.attrs)
    context = attrs.get("build", "")
    if not context or re.search(r"[$:{]|^[/~]", context):
        return
    folder = normal(f"{dirname(step.path)}/{context}".lstrip("/"))
    if folder.startswith("..") or known.under_submodule(folder):
        return
    # Whoever starts it may name another project folder than the one of the file (`--project-directory`).
    if folder and not known.identities.exists(folder) and known.lacks(context)[0]:
        yield BrokenReference("context", step.step.name, context, Place(step.path, step.step.line))


def _launched(world: World, owned: Callable[[str], bool], known: _Tree) -> Iterator[BrokenReference]:
    """Programs that other programs start."""
    for path, launched in sorted(world.launched.items()):
        if not owned(path) or not places.is_product(path) or path.endswith(".ipynb"):
            continue
        moved = any(moves(world, (path, number)) for number in world.resolved.code.scopes(path))
        cloning = any(tuple(w.text for w in each.command.words[:2]) in _CLONING for each in launched)
        for launch in launched:
            run = launch.run
            if run.kind != "missing" or launch.dead or launch.command.cwd is None or cloning or moved:
                continue
            if "{" in run.target or run.target.startswith("~"):
                continue  # made while it runs, or of whoever runs it
            lacking, instead = known.lacks(run.target)
            if lacking and run.target.rpartition("/")[2] not in known.written:
                place = world.resolved.code.place(path, launch.line)
                yield BrokenReference("program", path, run.target, place, instead)
