"""What a dialect is, and what it may say: pipelines, artefacts and troubles of a framework whose pipelines are Python code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, NoReturn, Protocol, TypeAlias

import msgspec

from auditor.model.artefact import NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Facts, Step, Trigger, Trouble
from auditor.model.ir import Attr
from auditor.program import Resolved
from auditor.program.kept.answers import View
from auditor.program.naming.code import Code, Library, Local, Module
from auditor.program.naming.words import records
from auditor.program.symbolic.evaluate import Evaluator
from auditor.program.symbolic.values import Value


class CodeStep(msgspec.Struct, frozen=True):
    """One unit of work that code declares in the file `path`.

    `step` holds what is plain text: its label, lines, commands, guard, number of instances, images, attributes. Its own
    `reads`, `writes`, `params` and `after` stay empty, since names in code mean more than text: they stand here, resolved.
    `after` are ids of steps that come first, `implements` the functions whose code it runs, `given` what the step gives
    to parameters of the first of them, `starts` ids of pipelines that it sets off. `triggers` start this step alone, each
    with the file that declares it.
    """

    id: str
    path: str
    step: Step
    reads: tuple[Declared, ...] = ()
    writes: tuple[Declared, ...] = ()
    params: tuple[Declared, ...] = ()
    after: tuple[str, ...] = ()
    implements: tuple[Local, ...] = ()
    given: tuple[tuple[str, Value], ...] = ()
    starts: tuple[str, ...] = ()
    triggers: tuple[tuple[str, Trigger], ...] = ()
    confidence: float = 0.95


class Pipeline(msgspec.Struct, frozen=True):
    """A set of steps that runs as one: a DAG, a flow, a registered pipeline. One step may be in several.

    `line` and the lines of the triggers are those of `path`; the triggers start all of its steps. `elsewhere` are further
    triggers, each with the file that declares it.
    """

    name: str
    tool: str
    path: str
    line: int
    steps: tuple[CodeStep, ...]
    end_line: int | None = None
    triggers: tuple[Trigger, ...] = ()
    elsewhere: tuple[tuple[str, Trigger], ...] = ()
    attrs: tuple[tuple[str, str], ...] = ()
    confidence: float = 0.95

    @property
    def id(self) -> str:
        """Its node in the graph."""
        return f"pipeline:{self.path}#{self.name}"


class Artefact(msgspec.Struct, frozen=True):
    """A dataset, model or parameter that the framework knows by name, whether a step uses it or not.

    `source` is the file that declares it, at `line`. `part_of` are ids of artefacts that hold it: a second name of a
    file is part of that file, so that whoever writes the one is seen to reach whoever reads the other.
    """

    id: str
    kind: NodeKind
    label: str
    path: str | None
    source: str
    line: int
    part_of: tuple[str, ...] = ()
    attrs: tuple[tuple[str, str], ...] = ()


class Remark(NamedTuple):
    """Something of a file that the dialect could not read."""

    path: str
    trouble: Trouble


Statement: TypeAlias = Pipeline | Artefact | Remark


Reading: TypeAlias = Callable[[Resolved, tuple[str, ...]], Iterable[Statement]]


class Dialect(msgspec.Struct, frozen=True):
    """One framework: its name, the import roots that wake it up, and what reads the resolved program.

    `read` gets the program and the sorted paths of the files that import one of `roots`; it is not called where none does.
    """

    name: str
    roots: tuple[str, ...]
    read: Reading


class Program(Protocol):
    """The resolved program, as much of it as a run needs."""

    @property
    def code(self) -> Code:
        """All programs."""

    @property
    def files(self) -> Mapping[str, Facts]:
        """Facts by path."""

    @property
    def tree(self) -> frozenset[str]:
        """Every path, read or not."""

    @property
    def evaluator(self) -> Evaluator:
        """Who tells what names stand for."""


class Seen:
    """The program as a run over one island sees it: what it looks at is noted."""

    def __init__(self, view: View) -> None:
        self.code = view.code
        self.files = view.code.files
        self.evaluator = view.evaluator

    @property
    def tree(self) -> NoReturn:
        """Not to be asked: what is said of some files would hang on all files."""
        raise LookupError("what is said of some files may not look at all files")


def imports_library(resolved: Resolved, path: str, roots: Iterable[str]) -> bool:
    """Whether a file imports one of some libraries, and not what the repository itself calls so: a framework's own repository
    declares nothing in its terms."""
    named = resolved.code.roots(path)
    return any(_is_foreign(resolved, path, root) for root in roots if root in named)


def _is_foreign(resolved: Resolved, path: str, root: str) -> bool:
    """Whether something that a file imports from under a name is a library's, and nothing is the repository's own."""
    if not resolved.code.modules.holds(root):
        return True
    members = resolved.evaluator.denoter.modules
    found = [
        members.imported(imported, 0, path)
        for statement in resolved.code.statements(path)
        for imported in (statement.names if not statement.level else ())
        if imported.module.partition(".")[0] == root
    ]
    # Beside a library may lie a bare folder of its name.
    foreign = [type(each) is Library or (type(each) is Module and each.path.endswith("/")) for each in found]
    return any(foreign) and not any(each is not None and not out for each, out in zip(found, foreign, strict=True))


def reaching(resolved: Resolved, paths: Iterable[str]) -> tuple[str, ...]:
    """Some files and all that import them, over any number of files: a pipeline's file may leave its framework to others."""
    found = set(paths)
    return tuple(sorted(found | resolved.code.importing.of_any(found)))


def running(
    resolved: Resolved, paths: Iterable[str], roots: tuple[str, ...], wanted: frozenset[str]
) -> tuple[str, ...]:
    """Those of some files and all that import them that are worth a run: they name what makes a pipeline, lead to a file
    that does, or are brought in by one of these, into whose lists they may put their steps."""
    whole = reaching(resolved, paths)
    found = dict.fromkeys(
        reaching(resolved, (path for path in whole if _names_any(resolved.code, path, roots, wanted)))
    )
    todo = list(found)
    while todo:
        for path in resolved.code.imports(todo.pop()):
            if path not in found and path in resolved.code.programs:
                found[path] = None
                todo.append(path)
    return tuple(path for path in whole if path in found)


def _names_any(code: Code, path: str, roots: tuple[str, ...], wanted: frozenset[str]) -> bool:
    """Whether a file imports something so called from a library, or says it of any module: `library.pipelines.pipeline`."""
    words = code.words(path)
    if not wanted.isdisjoint(words.members):
        return True
    if wanted.isdisjoint(words.told) and wanted.isdisjoint(words.brought):  # no decorator and no import names any
        return False
    decorators = (record for scope in code.programs[path].scopes for record in records(scope.decorators))
    return any(type(record) is Attr and record.name in wanted for record in decorators) or any(
        imported.name in wanted and imported.module.partition(".")[0] in roots
        for number in code.scopes(path)
        for statement, _, _ in code.index(path, number).imports
        for imported in statement.names
    )


class Island(msgspec.Struct, frozen=True):
    """Files that lead to each other by imports, and to no other file; `starts` are those that are worth a run."""

    starts: tuple[str, ...]
    members: frozenset[str]


def islands(code: Code, starts: Iterable[str]) -> tuple[Island, ...]:
    """Some files with all that they import, over any number of files, as islands that know nothing of each other."""
    above: dict[str, str] = {}

    def top(path: str) -> str:
        while above[path] != path:
            above[path] = path = above[above[path]]
        return path

    todo = sorted(starts)
    above.update({path: path for path in todo})
    for path in todo:
        for target in sorted(code.imports(path)) if path in code.programs else ():
            if target not in above:
                above[target] = target
                todo.append(target)
            above[top(target)] = top(path)
    members: dict[str, set[str]] = defaultdict(set)
    for path in above:
        members[top(path)].add(path)
    started: dict[str, list[str]] = defaultdict(list)
    for path in sorted(starts):
        started[top(path)].append(path)
    return tuple(Island(tuple(paths), frozenset(members[number])) for number, paths in started.items())


def memory_homes(pipelines: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Where in-memory artefacts of pipelines, given as (path, name), live: under the name, or the file as well where
    several pipelines of the tree share it."""
    listed = list(pipelines)
    shared = Counter(name for _, name in set(listed))
    return {(path, name): name if shared[name] < 2 else f"{path}#{name}" for path, name in listed}


class StepIds:
    """Hands out ids of steps: `step:PATH#NAME`, and `…@2`, `…@3` for further steps of that name in the file."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def new(self, path: str, name: str) -> str:
        """An id that no other step has."""
        plain = f"step:{path}#{name}"
        number = self._taken[plain] = self._taken.get(plain, 0) + 1
        return plain if number == 1 else f"{plain}@{number}"
