"""What a command turns out to run."""

from __future__ import annotations

import msgspec

from auditor.model.facts import Word

UNRESOLVED = frozenset({"missing", "tool"})
"""Kinds of runs that name nothing of the repository."""


class Run(msgspec.Struct, frozen=True):
    """One resolved command.

    `kind`: `script` (a Python program of the tree: `target` is its path), `notebook`, `shell`, `foreign` (a file in another
    language), `missing` (a program file that is not there), `pipeline` (dvc repro, make, …: `target` is tool:names),
    `image` (what a container image starts: `target` is its Dockerfile), `build` (of an image), `declares` (a stage that
    the command declares), `test`, `install`, `data` (moves data: `target` is the tool), `embedded` (code in the command),
    `tool` (anything else).

    `args` are the words behind the target. `folder` is the working folder: absolute, or `{cwd}`, where it is not one
    of the tree. `launcher` is what starts several processes of it, or serves it. `environment` are the variables that
    it finds, `entry` is the function or object of the target that is started, `file` is the file that a command names
    for the pipeline: a path of the tree, or as written where there is none. `guard`: its failure is waved through.
    """

    kind: str
    target: str
    args: tuple[Word, ...]
    line: int
    folder: str = ""
    launcher: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    entry: str = ""
    file: str = ""
    guard: bool = False
