"""Commands and declarations that name a program, target or folder which is not in the tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import dirname

import msgspec

from auditor.graph import places
from auditor.graph.data.optional import is_asked_for
from auditor.graph.data.provided import moves
from auditor.graph.declared.steps import AUTOMATION, SERVING, DeclaredStep
from auditor.graph.jungles.absences import absences
from auditor.graph.jungles.broken import BrokenReference
from auditor.graph.jungles.holdings import CODE, Holdings, inner
from auditor.graph.jungles.left_out import LeftOut
from auditor.graph.jungles.told import is_manual, is_surely_told
from auditor.graph.jungles.unknown_options import unknown_options
from auditor.graph.jungles.unmet import unmet_dags, unmet_prerequisites
from auditor.graph.jungles.unread_workflows import unread_workflows
from auditor.graph.jungles.wanted import lacks_module, own_dockerfile, wanted
from auditor.graph.world import World
from auditor.model.facts import Command
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.running.commands import Run
from auditor.program.symbolic.values import is_absolute, is_uri, normal

_HERE = frozenset({
    "dvc", "make", "shell", "github-actions", "gitlab-ci", "azure-pipelines", "jenkins", "travis", "circleci", "docker",
    "compose", "mlproject", "snakemake", "databricks", "ploomber", "sagemaker", "dbt", "tox", "nox", "procfile",
})  # fmt: skip
"""Tools whose commands start in the checkout, or say themselves what they bring; others run in images made elsewhere."""

_SECRET = regex(r"id_rsa|credential|secret|\.pem$|\.key$|(^|/)\.env|service_account", re.I)
_COPIED = regex(r"\.(py|sh|toml|cfg)$|(^|/)(requirements|environment)[\w.-]*\.(txt|in|ya?ml)$")
_MADE = regex(
    r"(^|/)(dist|build|target|out|outputs?|bin|wheels?|wheelhouse|public|node_modules|artifacts?|certs?|secrets?|keys?|vendor|\.venv|venv)/"
)
"""Folders that are made before an image is, or that whoever makes it has."""
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


class References(msgspec.Struct, frozen=True):
    """What the steps of a component name: how much of it was found, and what was not."""

    broken: tuple[BrokenReference, ...]
    found: int


def references(world: World, owned: Callable[[str], bool]) -> References:
    """The programs, modules, targets and inputs that declared steps and launching programs name."""
    known = world.once(Holdings)
    broken: list[BrokenReference] = []
    found = 0
    for step in world.steps.all:
        here = step.tool in _HERE or is_manual(world, step)
        if not here or not owned(step.path) or not places.is_product(step.path) or "{" in step.path:
            continue
        if step.tool == "readme":
            broken += _told(world, step, known)
            continue
        found += sum(1 for run in step.runs if run.kind in ("script", "notebook", "shell"))
        of_step = [*_commands(world, step, known), *_declared(step, known)]
        of_step += _absent(world, step, known, of_step)
        idle = bool(of_step) and step.tool == "shell" and not _is_mentioned(world, step.path)
        broken += [msgspec.structs.replace(each, idle=idle) for each in of_step]
    broken += [*_launched(world, owned, known), *unmet_dags(world, owned), *unread_workflows(world, owned)]
    once: dict[tuple[str, str, str], list[BrokenReference]] = {}
    for each in sorted(broken, key=lambda b: (b.place, b.name)):
        once.setdefault((*_cause(each, known), each.place.path), []).append(each)
    return References(tuple(_together(same) for same in once.values()), found)


def _told(world: World, step: DeclaredStep, known: Holdings) -> Iterator[BrokenReference]:
    """The commands of a document that cannot be run."""
    for each in _commands(world, step, known):
        if is_surely_told(each, step, known):
            yield msgspec.structs.replace(each, step=step.path, idle=True, told=True)


def _together(same: list[BrokenReference]) -> BrokenReference:
    """What one file names several times, as one: it is mended once."""
    others = (each.place for each in same[1:] if each.place != same[0].place)
    return msgspec.structs.replace(same[0], others=tuple(dict.fromkeys(others)))


def _cause(broken: BrokenReference, known: Holdings) -> tuple[str, str]:
    """What is missing: of copies into an image the folder that they are taken from, where that is not there either."""
    if broken.kind in ("copy", "folder"):
        folder = broken.name if broken.kind == "folder" else dirname(broken.name)
        if folder and known.lacks(folder)[0]:
            return "folder", folder
    return ("told", "") if broken.told else (broken.kind, broken.name)


_ANYBODYS = frozenset({"run", "main", "start", "build", "test", "setup", "script", "install", "deploy", "train"})
"""Names of scripts that say nothing of which one is meant."""


def _is_mentioned(world: World, script: str) -> bool:
    """Whether anything names a script; one that is called as many are, with its folder or as what a step runs."""
    folder, _, name = script.rpartition("/")
    stem = name.partition(".")[0]
    if stem not in _ANYBODYS or not folder:
        return world.uncalled.mentions(stem)
    runs = (run for step in world.steps.all if step.path != script for run in step.runs)
    near = f"{folder.rpartition('/')[2]}/{name}"
    return any(run.target == script or run.target.endswith(near) for run in runs) or near in world.documents.text


def _commands(world: World, step: DeclaredStep, known: Holdings) -> Iterator[BrokenReference]:
    """What the commands of one step run."""
    if step.tool != "readme" and _brings_much(step, known):
        return
    asked_for = _asked_for(step)
    for run in step.runs:
        options, meant = unknown_options(world, run)
        if options and not run.guard:
            name = f"{' and '.join(options[:3])} to {run.target}"
            yield BrokenReference("option", step.step.name, name, Place(step.path, run.line), meant)
        command = _command_of(step, run)
        unknown = command is None or command.cwd is None or "{" in run.folder
        if command is None or unknown or _is_tested(command, asked_for) or known.under_submodule(run.folder):
            continue
        if command.guard and run.kind != "test":
            continue  # it may fail; tests that are not there check nothing, whether or not somebody hears of it
        for kind, name in wanted(run, command, image=step.tool in SERVING):
            if kind == "program" and step.tool in SERVING and not known.is_plain(step):
                continue  # the image that this one is made from may hold it
            if step.tool == "shell" and known.is_foreign(name):
                continue  # the script is written for the folder of another project
            if _is_outside(run.folder, name):
                continue
            lacking, instead = _lacks(world, step, run, kind, name, known)
            file = f"{name.replace('.', '/')}.py" if kind == "module" else name
            left_out = _left_out(world, run, file, known) if lacking else None
            if lacking and (left_out is not None or not _is_supplied(step, file, known)):
                yield BrokenReference(
                    kind, step.step.name, name, Place(step.path, run.line), instead, left_out=left_out
                )


def _absent(world: World, step: DeclaredStep, known: Holdings, told: list[BrokenReference]) -> list[BrokenReference]:
    """Lists and folders that are not there, but for folders of which a program is missed already, and lists that an image is to copy."""
    if _brings_much(step, known):
        return []
    asked_for = _asked_for(step)
    copied = {read.ref.path.rpartition("/")[2] for read in step.reads} if step.tool == "docker" else set()
    lines = {each.place.line for each in told}
    there = {command.cwd for command in step.step.commands if command.line in lines}
    found = absences(world, step, known, lambda name: _is_supplied(step, name, known))
    return [each for each in found if each.name not in there and each.name.rpartition("/")[2] not in copied | asked_for]


def _lacks(world: World, step: DeclaredStep, run: Run, kind: str, name: str, known: Holdings) -> tuple[bool, str]:
    """Whether the tree lacks what a command needs, and what would be it if letter case did not count."""
    if kind == "served":
        return _is_unserved(name, known, anywhere=step.tool in SERVING), ""
    if kind == "target":
        return known.no_target(world, run, name), ""
    if kind == "module":
        return lacks_module(name, run.folder, world.identities.tree), ""
    return _lacks_dockerfile(name, known) if kind == "dockerfile" else known.lacks(name)


def _left_out(world: World, run: Run, file: str, known: Holdings) -> Place | None:
    """The line that tells git to leave out every folder of a name, and with it source that a command runs."""
    program = normal(f"{run.folder}/{file}".lstrip("/"))
    beside = f"{dirname(program)}/__init__.py"  # no line is for this alone
    return world.once(LeftOut).by(program) if file.endswith(".py") and known.is_ignored(beside) else None


def _lacks_dockerfile(path: str, known: Holdings) -> tuple[bool, str]:
    """The same of a Dockerfile, which has two more names that nobody needs to tell."""
    lacking, instead = known.lacks(path)
    other = not known.lacks(re.sub(r"(?<![^/])Dockerfile$", "Containerfile", path))[0]
    return lacking and not other and not instead.endswith("dockerfile"), instead


def _is_outside(folder: str, name: str) -> bool:
    """Whether a path leaves the tree, as far as the working folder is known: what lies there nobody looked at."""
    return name.startswith("../") and normal(f"{folder}/{name}".lstrip("/")).startswith("..")


def _is_supplied(step: DeclaredStep, name: str, known: Holdings, *, copied: bool = False) -> bool:
    """Whether what a step names and the tree lacks comes from commands, programs, who runs it or another repository.

    What is `copied` into an image is there before the commands of the image run.
    """
    last = name.rpartition("/")[2]
    made = last in known.written or (not copied and last in known.brought(step.path))
    ignored = known.is_ignored(inner(name)) or known.is_ignored(normal(f"{dirname(step.path)}/{name}".lstrip("/")))
    return made or ignored or known.under_submodule(normal(name))


def _is_unserved(path: str, known: Holdings, *, anywhere: bool) -> bool:
    """Whether a package of the tree lacks the module that a server is to load; `anywhere`: an image may call its folders otherwise."""
    package, _, last = path.rpartition("/")
    if (package and known.lacks(package.partition("/")[0])[0]) or not known.lacks(path.removesuffix(".py"))[0]:
        return False
    return known.lacks(last if anywhere else path)[0]


def _brings_much(step: DeclaredStep, known: Holdings) -> bool:
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


def _asked_for(step: DeclaredStep) -> frozenset[str]:
    """The names of what a step asks for the existence of."""
    tests = (c for c in step.step.commands if c.words and c.words[0].text in ("[", "[[", "test"))
    return frozenset(word.text.rstrip("/").rpartition("/")[2] for test in tests for word in test.words[1:])


def _command_of(step: DeclaredStep, run: Run) -> Command | None:
    """The command behind a run: of several in its line (`pytest tests/ || echo none`) the one that ends as it does."""
    beside = [command for command in step.step.commands if command.line == run.line]
    ending = (each for each in beside if run.args and each.words[-len(run.args) :] == run.args)
    return next(ending, beside[-1] if beside else None)


def _is_tested(command: Command, asked_for: frozenset[str]) -> bool:
    """Whether its step asks for the existence of what a command runs."""
    return any(word.text.rstrip("/").rpartition("/")[2] in asked_for for word in command.words)


def _declared(step: DeclaredStep, known: Holdings) -> Iterator[BrokenReference]:
    """Inputs, copies, actions and build folders that a declaration names."""
    if step.tool == "dvc":
        for read in step.reads:
            path = read.path or ""
            if path.endswith(CODE) and "{" not in path and not known.has(path) and not known.under_submodule(path):
                lacking, instead = known.lacks(path)
                if lacking:
                    yield BrokenReference("input", step.step.name, path, Place(step.path, read.ref.line), instead)
    if step.tool == "make":
        yield from unmet_prerequisites(step, known)
    if step.tool == "docker":
        yield from _folders(step, known)
        secrets = {dirname(read.ref.path) for read in step.reads if _SECRET.search(read.ref.path)}
        for read in step.reads:
            text = read.ref.path
            if dirname(text) and dirname(text) in secrets:
                continue  # a folder that each machine has for itself
            plain = (
                _COPIED.search(text) and not re.search(r"[*?$\[{]", text) and not is_uri(text) and not is_absolute(text)
            )
            lacking, instead = known.lacks(text) if plain else (False, "")
            if lacking and not _is_supplied(step, text, known, copied=True):
                yield BrokenReference("copy", step.step.name, text, Place(step.path, read.ref.line), instead)
    for name in step.step.uses if step.tool == "github-actions" else ():
        if (
            name.startswith("./")
            and "{" not in name
            and not _brings_much(step, known)
            and not known.has(normal(name))
            and not known.identities.is_unread(normal(name))
        ):
            yield BrokenReference("action", step.step.name, name, Place(step.path, step.step.line))
    if step.tool == "compose":
        yield from _context(step, known)


def _folders(step: DeclaredStep, known: Holdings) -> Iterator[BrokenReference]:
    """Folders that an image is given and the tree lacks; data, models and what is built are there only where somebody made them."""
    for read in step.reads:
        text = read.ref.path
        whole = text.endswith("/") or "." not in text.rpartition("/")[2]
        folder = inner(text if whole else dirname(text)).rstrip("/")
        plain = bool(re.fullmatch(r"[\w-][\w./-]*", folder)) and not is_uri(text) and not is_absolute(text)
        if not plain or _COPIED.search(text) or _MADE.search(f"{folder}/") or places.is_byproduct(f"{folder}/x"):
            continue
        names = set(folder.split("/"))
        if places.holds_data(folder) or names & (known.fetched - {"", "."}) or known.is_ignored(f"{folder}/x"):
            continue
        lacking, instead = known.lacks(folder)
        if lacking and not _is_supplied(step, folder, known, copied=True):
            yield BrokenReference("folder", step.step.name, folder, Place(step.path, read.ref.line), instead)


def _context(step: DeclaredStep, known: Holdings) -> Iterator[BrokenReference]:
    """The folder that a compose service is built from, and the Dockerfile there."""
    context, file = own_dockerfile(step)
    if not context:
        return
    folder = normal(f"{dirname(step.path)}/{context}".lstrip("/"))
    if folder.startswith("..") or known.under_submodule(folder):
        return
    # Whoever starts it may name another project folder than the one of the file (`--project-directory`).
    if folder and not known.has(folder) and known.lacks(context)[0]:
        yield BrokenReference("context", step.step.name, context, Place(step.path, step.step.line))
    elif file and (not folder or known.has(folder)):
        path = normal(f"{folder}/{file}".lstrip("/"))
        lacking, instead = _lacks_dockerfile(path, known)
        elsewhere = "/" in file and not _lacks_dockerfile(file, known)[0]
        if lacking and not elsewhere and not _is_supplied(step, path, known):
            yield BrokenReference("dockerfile", step.step.name, path, Place(step.path, step.step.line), instead)


def _launched(world: World, owned: Callable[[str], bool], known: Holdings) -> Iterator[BrokenReference]:
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
            if "{" in run.target or run.target.startswith("~") or _is_outside(run.folder, run.target):
                continue  # made while it runs, or of whoever runs it
            if run.folder and not known.has(run.folder):
                continue  # the checkout of another repository, beside this one or in it
            lacking, instead = known.lacks(run.target)
            if lacking and is_asked_for(world, launch.site, launch.line, run.target):
                continue
            if lacking and run.target.rpartition("/")[2] not in known.written:
                place = world.resolved.code.place(path, launch.line)
                idle = world.uncalled.is_asked_by_none(launch.site)
                yield BrokenReference("program", path, run.target, place, instead, idle)
