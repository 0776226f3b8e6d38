"""Ploomber pipelines. What comes before a task stands mostly in the source of the task: the graph looks it up there."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from auditor.language.credentials import mask
from auditor.language.node import ABSENT, Node
from auditor.language.paths import kind_of_path
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "ploomber"

_HOLE = regex(r"\{\{\s*([\w.]+)\s*\}\}")
_ITEM = regex(r"\[\[\s*([\w.]+)\s*\]\]")
_PROGRAMS = {".py": "python", ".ipynb": "papermill", ".R": "Rscript", ".Rmd": "Rscript", ".sh": "bash"}
_DOTTED = regex(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def read(text: str) -> Facts:
    """A step per task; a grid makes several of one. Names of env.yaml stay as `${…}`, those of a grid as `{…}`."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    tasks = [task for task in root.get("tasks").maps() if task.get("source")]
    return Facts(
        kind=TOOL,
        steps=tuple(_task(task) for task in tasks),
        references=tuple(
            Ref(node.raw, "config", "import_tasks_from", node.line)
            for node in root.get("meta").get("import_tasks_from").texts()
        ),
        duplicates=duplicates,
        attrs=(("tool", TOOL),),
        troubles=troubles,
    )


def _task(task: Node) -> Step:
    source = task.get("source")
    path = _filled(source.raw)
    suffix = path[path.rfind(".") :] if "." in path else ""
    dotted = _DOTTED.fullmatch(path) is not None and suffix not in (*_PROGRAMS, ".sql", ".csv")
    grid = task.get("grid")
    stem = path.rpartition("/")[2].rpartition(".")[0] if suffix in (*_PROGRAMS, ".sql") else path
    return Step(
        name=_ITEM.sub(r"{\1}", task.get("name").raw) or (path.rpartition(".")[2] if dotted else stem),
        tool=TOOL,
        line=task.line,
        end_line=task.end_line,
        commands=tuple(_commands(path, suffix, source.line)),
        reads=tuple(_sources(path, suffix, dotted=dotted, line=source.line)),
        writes=tuple(_products(task.get("product"))),
        after=tuple(node.raw for node in task.get("upstream").texts()),
        variants=sum(_rounds(part) for part in (grid.parts or [grid])) if grid else 1,
        loop=", ".join(dict.fromkeys(name for part in grid.maps() for name in part.entries))[:500],
        attrs=pairs(
            [
                ("function", path if dotted else ""),
                ("source", "" if dotted else path),
                ("class", task.get("class").raw),
                *_settings(task),
            ]
        ),
    )


def _commands(path: str, suffix: str, line: int) -> Iterator[Command]:
    if suffix in _PROGRAMS:
        yield Command((Word(_PROGRAMS[suffix]), Word(path.replace("${", "{"), "${" not in path)), line)


def _sources(path: str, suffix: str, *, dotted: bool, line: int) -> Iterator[Ref]:
    """A task whose source is a query or a data file reads it."""
    if suffix not in _PROGRAMS and not dotted:
        yield Ref(mask(path), kind_of_path(path), "source", line, "{" in path)


def _products(product: Node) -> Iterator[Ref]:
    """A path, paths by name, or a relation of a database as `[name, table]` and `[schema, name, table]`."""
    if product.kind == "list":
        *names, kind = [node.raw for node in product.texts()] or [""]
        if kind in ("table", "view") and names:
            path = "table:" + ".".join(name for name in names if name)
            yield Ref(_filled(path), "dataset", "product", product.line, "{" in path)
        return
    for name, node in product.items() if product.kind == "map" else [("", product)]:
        if node.is_scalar:
            path = _filled(node.raw)
            kind = "report" if name == "nb" or path.endswith(".ipynb") else kind_of_path(path)
            yield Ref(mask(path), kind, "product", node.line, "{" in path, pairs([("name", name)]))


def _rounds(grid: Node) -> int:
    return prod(len(axis.parts) or 1 for axis in grid.values())


def _settings(task: Node) -> Iterator[tuple[str, str]]:
    for name, value in task.get("params").items():
        yield f"set:{name}", mask(value.raw)[:200]


def _filled(text: str) -> str:
    return _ITEM.sub(r"{\1}", _HOLE.sub(r"${\1}", text))


READER = Reader(
    name=TOOL,
    names=("*.yaml", "*.yml"),
    read=over_text(read),
    sniff=having(
        rb"^tasks:\s*(?:#.*)?$", rb"^[ \t]*(?:-[ \t]+)?source:", rb"^[ \t]*(?:-[ \t]+)?product:|\bextract_product:"
    ),
)
