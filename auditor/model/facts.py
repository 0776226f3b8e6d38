"""Facts of one file: what a reader states. No other file, no path, no clock enters here.

Paths are as written; `Ref.base` says what they are relative to. The later rooms resolve them. A text that still holds
a template of its format (`${x}`, `${{ x }}`, `{{ x }}`, `$(X)`, …) is kept as written and marked `templated`.
"""

from __future__ import annotations

import msgspec

from auditor.model.ir import Program


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of the fact records."""


class Trouble(Fact):
    """Something of this file that could not be read. `code` is one word for counting.

    Codes: `syntax`, `python2`, `newer-syntax`, `template`, `encoding`, `binary`, `too-large`, `too-deep`,
    `invalid` (not valid in its format), `pointer` (a stand-in for content kept elsewhere), `absent`,
    `unread` (its bytes are listed and cannot be had), `dialect` (a variant of its language that is not known), `ipython`
    (lines of a notebook in a program, which is read without them), `outcome` (what a run left of another file, which is
    not read).
    """

    line: int | None
    message: str
    code: str


NOT_READ = frozenset({
    "syntax", "python2", "newer-syntax", "template", "encoding", "binary", "too-large", "too-deep", "invalid", "internal",
    "unread",
})  # fmt: skip
"""Codes of troubles by which a file that is here, or a part of it, says nothing."""


class Leaf(Fact):
    """One scalar of a configuration document. `key` is dotted, list positions are numbers: `train.layers.0`.

    An empty mapping or list is a leaf whose value is None and whose `kind` is `map` or `list`.
    """

    key: str
    value: str | int | float | bool | None
    kind: str  # str, int, float, bool, null, map, list, tag
    line: int


class Ref(Fact):
    """A declared path, URI or name of an artefact.

    `kind` is a node kind (`dataset`, `model`, `metric`, `report`, `param`, `config`, `script`, `env`);
    `how` is the place in the format (`deps`, `outs`, `metrics`, `plots`, `COPY`, …). `attrs` are facts such as
    `cache=false`, `persist=true`, `keys=train.lr,train.seed`. A path `mem:name` is what an orchestrator hands from step to
    step under that name. `confidence` is lower where the format computes its paths (GRAPH §5).
    """

    path: str
    kind: str
    how: str
    line: int
    templated: bool = False
    attrs: tuple[tuple[str, str], ...] = ()
    confidence: float = 0.95


class Word(Fact):
    """One word of a command after quotes are removed. `exact` is false where an expansion left a hole `{…}` in it.

    Three holes stand for folders: `{here}` holds the text itself, `{start}` is where the text starts, `{root}` is the
    root of the repository.
    """

    text: str
    exact: bool = True


IN_WORKSPACE = "databricks-notebook"
"""Our word for the task of a Databricks job: what it is given is a notebook of the workspace that a repository is copied to."""


class Command(Fact):
    """One simple command of a shell text: its words, in order, and where its streams go.

    `cwd` is the folder that `cd` commands before it lead to, relative to where the text starts ("" = there, None =
    unknown); it may begin with `{here}` or `{root}`. `assignments` are the variables that stand before it, `environment`
    those that were exported to it. `body` is a here-document or the text of `-c`. `guard` is true when its failure does
    not stop the text (`cmd || true`, `;` with no `set -e` is not counted). `piped` says that it takes its input from the
    command before it. `where` are the tests of files that decide whether it runs (`-f x.py`, `! -f x.py`), seen from where the
    text starts. Where the body is a Python program that the command runs, `program` counts the lines from the
    command's to the one where it begins; else it is -1.
    """

    words: tuple[Word, ...]
    line: int
    cwd: str | None = ""
    reads: tuple[Word, ...] = ()
    writes: tuple[Word, ...] = ()
    assignments: tuple[tuple[str, str], ...] = ()
    body: str = ""
    guard: bool = False
    piped: bool = False
    environment: tuple[tuple[str, str], ...] = ()
    program: int = -1
    where: tuple[str, ...] = ()


class Embedded(Fact):
    """A Python program inside a command of the file (`python -c`, a here-document); its lines are those of the file.

    `line` is its first, `digest` that of its text: several may stand in one line.
    """

    line: int
    digest: int
    program: Program


class Text(Fact):
    """A command as written, kept where it holds a template that only other files can fill."""

    text: str
    line: int


class Step(Fact):
    """One declared unit of work: a DVC stage, a make target, a CI job, an image's start command.

    `tool` names the declaring format; `after` are names of steps in the same file that come first. `folder` is
    the working folder as written, relative to the file's folder (or to the repository root when `rooted`).
    `condition` is the text of its guard (`if:`). `variants` counts the instances of a matrix or loop (1 = plain,
    0 = not known); `loop` is the templated source of that loop. `texts` are the commands with a template, as written.
    """

    name: str
    tool: str
    line: int
    end_line: int
    commands: tuple[Command, ...] = ()
    reads: tuple[Ref, ...] = ()
    writes: tuple[Ref, ...] = ()
    params: tuple[Ref, ...] = ()
    after: tuple[str, ...] = ()
    folder: str = ""
    rooted: bool = False
    condition: str = ""
    variants: int = 1
    loop: str = ""
    uses: tuple[str, ...] = ()  # actions, images, workflows and components: a file, or what another step `provides`
    attrs: tuple[tuple[str, str], ...] = ()
    texts: tuple[Text, ...] = ()


class Trigger(Fact):
    """What starts the steps of this file: `push`, `pull_request`, `schedule`, `manual`, `event`, `dataset`.

    `steps` names the steps it starts; empty means all of the file. `starts` are instead files, or what steps `provide`.
    """

    kind: str
    schedule: str
    line: int
    steps: tuple[str, ...] = ()
    attrs: tuple[tuple[str, str], ...] = ()
    starts: tuple[str, ...] = ()


class Watch(Fact):
    """What looks after data, a model or a service: `kind` is `check`, `monitor` or `alert`.

    `watches` are what it looks at. `attrs` say how, such as `drift=data`, `test=not_null`, `column=age`.
    """

    name: str
    kind: str
    tool: str
    line: int
    watches: tuple[Ref, ...] = ()
    attrs: tuple[tuple[str, str], ...] = ()


class Requirement(Fact):
    """One declared dependency of an environment.

    `name` is normalised (PEP 503); `specifier` as written; `pinned` when exactly one version is allowed.
    `group` is the extra or dependency group ("" = main), `extras` are those asked for of it. `source` is `pypi`, `vcs`, `url`, `path`, `conda`, `system`.
    """

    name: str
    specifier: str
    line: int
    pinned: bool = False
    hashed: bool = False
    group: str = ""
    source: str = "pypi"
    marker: str = ""
    editable: bool = False
    extras: tuple[str, ...] = ()


class Pin(Fact):
    """Content that this file identifies: `path` has the given `hash` (`.dvc`, lock file, pointer file).

    `kind` is `content-hash`, `immutable-id` or `import`. `path` is "" where the file stands for itself (an LFS pointer).
    `origin` is where an import comes from, `step` the step of a lock entry.
    """

    path: str
    kind: str
    hash: str
    line: int
    size: int = -1
    files: int = -1
    origin: str = ""
    step: str = ""
    role: str = ""  # for lock entries: deps, outs


class Storage(Fact):
    """A place where data lie: a DVC remote, a bucket. Credentials are never kept."""

    name: str
    url: str
    tool: str
    line: int
    default: bool = False


class Secret(Fact):
    """A credential that stands in the file: what it is, and its line. Its text is never kept.

    `brief` where it says itself when it ends; `disowned` where a comment before it says that it opens nothing that matters;
    `local` where an address of one's own machine stands beside it.
    """

    kind: str
    line: int
    brief: bool = False
    disowned: bool = False
    local: bool = False


class EntryPoint(Fact):
    """A command that an installation creates: `name` runs `target` (`package.module:function`)."""

    name: str
    target: str
    line: int


class Pattern(Fact):
    """One line of an ignore or attributes file."""

    pattern: str
    line: int
    attrs: tuple[str, ...] = ()


class Section(Fact):
    """A heading of a document with the text under it, cut to a few thousand characters."""

    title: str
    level: int
    line: int
    text: str


class Heading(Fact):
    """A heading between the cells of a notebook; `line` is that of the program where what stands under it begins."""

    title: str
    level: int
    line: int


class Column(Fact):
    """One column of a table as its first rows show it. Values themselves are not kept.

    `seen` counts the values that are not empty, `distinct` the different ones. `kinds` counts the values by what they look
    like: `number`, `date-ymd` (year first), `date` (year last), `flag`, `email`, `phone`, `iban`, `ssn`, `card`, `text`.
    `variants` counts the different values that another one equals but for letter case and blanks.
    """

    name: str
    seen: int
    distinct: int
    kinds: tuple[tuple[str, int], ...]
    variants: int = 0
    synthetic: int = 0  # values that say themselves that they are made up: addresses at example.com


class Facts(msgspec.Struct, frozen=True):
    """All that is known of one file by its bytes alone.

    `kind` is the name of the reader that read it. `attrs` are single facts about the whole file
    (`tool=dvc`, `python=3.11`, `base-image=python:3.11`, `package=churn`).
    """

    kind: str
    program: Program | None = None
    leaves: tuple[Leaf, ...] = ()
    duplicates: tuple[Leaf, ...] = ()
    steps: tuple[Step, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    pins: tuple[Pin, ...] = ()
    storages: tuple[Storage, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    sections: tuple[Section, ...] = ()
    references: tuple[Ref, ...] = ()
    columns: tuple[str, ...] = ()
    profile: tuple[Column, ...] = ()
    attrs: tuple[tuple[str, str], ...] = ()
    troubles: tuple[Trouble, ...] = ()
    lines: int = 0
    watches: tuple[Watch, ...] = ()
    secrets: tuple[Secret, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    headings: tuple[Heading, ...] = ()

    def attr(self, name: str) -> str | None:
        """The first value of an attribute, or None."""
        return next((value for key, value in self.attrs if key == name), None)
