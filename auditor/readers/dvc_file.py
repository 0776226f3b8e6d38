"""*.dvc: one file or folder that DVC keeps, and where it was imported from."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

import msgspec

from auditor.language.credentials import mask
from auditor.language.dvc_entry import read_pin
from auditor.language.node import ABSENT, Node
from auditor.language.shell import read_shell
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Pin, Step
from auditor.readers.contract import Reader, having, over_text, pairs


def read(text: str) -> Facts:
    """A pin per output; that of an import names its origin. Stage files of old DVC versions give a step too."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    sources = tuple(_origin(entry) for entry in root.get("deps").maps())
    return Facts(
        kind="dvc-file",
        pins=tuple(_pins(root, sources)),
        steps=tuple(_stage(root)),
        duplicates=duplicates,
        attrs=pairs(
            [
                ("tool", "dvc"),
                ("frozen", root.get("frozen").value),
                ("folder", root.get("wdir").raw),
                ("desc", root.get("desc").raw[:500]),
            ]
        ),
        troubles=troubles,
    )


def _pins(root: Node, sources: tuple[str, ...]) -> Iterator[Pin]:
    imported = bool(sources) and not root.get("cmd")
    folder = root.get("wdir").raw
    for entry in root.get("outs").maps():
        made = read_pin(entry, role="outs")
        if folder and made.path:
            made = msgspec.structs.replace(made, path=normpath(join(folder, made.path)))
        yield msgspec.structs.replace(made, kind="import", origin=sources[0]) if imported else made


def _origin(entry: Node) -> str:
    """`url@revision:path` of another repository, else the path, the URL or the query of a database."""
    repo = entry.get("repo")
    path = entry.get("path").raw or entry.get("db").get("query").raw or entry.get("db").get("table").raw
    if not repo:
        return mask(path)
    revision = repo.get("rev_lock").raw or repo.get("rev").raw
    return mask(f"{repo.get('url').raw}@{revision}:{path}" if revision else f"{repo.get('url').raw}:{path}")


def _stage(root: Node) -> Iterator[Step]:
    command = root.get("cmd")
    if command.is_scalar:
        commands = read_shell(command.raw, line=command.text_line)
        yield Step("cmd", "dvc", root.line_of("cmd"), command.end_line, commands, folder=root.get("wdir").raw)


READER = Reader(name="dvc-file", names=("*.dvc",), read=over_text(read), sniff=having(rb"^\W*(?:outs|deps|cmd|md5)\b"))
