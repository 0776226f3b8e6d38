"""dbt projects in YAML: the project itself, and the properties of its sources, models, tests and exposures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.language.document import leaves
from auditor.language.node import ABSENT, Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Facts, Ref, Step, Watch
from auditor.model.regex import regex
from auditor.readers.contract import Reader, over_text, pairs

TOOL = "dbt"

_PATHS = ("model-paths", "seed-paths", "snapshot-paths", "test-paths", "macro-paths", "analysis-paths", "source-paths", "data-paths")  # fmt: skip
_RELATION = regex(r"\b(ref|source)\(\s*['\"]([^'\"]+)['\"]\s*(?:,\s*['\"]([^'\"]+)['\"])?")
_NAMED = ("models", "seeds", "snapshots")
_LISTS = regex(
    rb"^(?:models|sources|seeds|snapshots|exposures|unit_tests|semantic_models):[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*[ \t]*-[ \t]+\"?name\"?:",
    re.MULTILINE,
)
_MARKS = (
    b"columns:",
    b"tests:",
    b"tables:",
    b"depends_on:",
    b"loaded_at_field",
    b"freshness:",
    b"version: 2",
    b"relation:",
)


def read_project(text: str) -> Facts:
    """Name, folders and variables of a project."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    folders = [(key, ",".join(node.raw for node in root.get(key).texts())) for key in _PATHS]
    return Facts(
        kind="dbt-project",
        leaves=leaves(root) if root else (),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL), ("name", root.get("name").raw), ("profile", root.get("profile").raw), *folders]),
        troubles=troubles,
    )


def read_properties(text: str) -> Facts:
    """Tables of sources as references; tests and freshness as checks; exposures, and snapshots said in YAML, as steps."""
    documents, duplicates, troubles = read_yaml(text)
    root = documents[0] if documents else ABSENT
    return Facts(
        kind="dbt-properties",
        references=tuple(ref for source in root.get("sources").maps() for ref in _tables(source)),
        watches=tuple(_watches(root)),
        steps=(*_exposures(root), *_snapshots(root)),
        leaves=leaves(root) if root else (),
        duplicates=duplicates,
        attrs=(("tool", TOOL),),
        troubles=troubles,
    )


def _tables(source: Node) -> Iterator[Ref]:
    schema = source.get("schema").raw or source.get("name").raw
    for table in source.get("tables").maps():
        name = table.get("name").raw
        parts = [source.get("database").raw, schema, table.get("identifier").raw or name]
        path = "table:" + ".".join(re.sub(r"\{\{.*?\}\}", "{}", part) for part in parts if part)
        attrs = pairs([("name", f"{source.get('name').raw}.{name}"), ("loader", source.get("loader").raw)])
        yield Ref(path, "dataset", "source", table.line, "{" in path, attrs)


# --- checks ---


def _watches(root: Node) -> Iterator[Watch]:
    for key in _NAMED:
        for node in root.get(key).maps():
            yield from _tests(node, f"dbt:{node.get('name').raw}", ())
    for source in root.get("sources").maps():
        for table in source.get("tables").maps():
            path = f"dbt:{source.get('name').raw}.{table.get('name').raw}"
            yield from _tests(table, path, (("source", "true"),))
            yield from _freshness(table, source, path)
    for test in root.get("unit_tests").maps():
        watched = Ref(f"dbt:{test.get('model').raw}", "dataset", "unit_tests", test.line)
        yield Watch(test.get("name").raw, "check", TOOL, test.line, (watched,), (("test", "unit"),))


def _tests(node: Node, path: str, attrs: tuple[tuple[str, str], ...]) -> Iterator[Watch]:
    for holder, column in [(node, ""), *((c, c.get("name").raw) for c in node.get("columns").maps())]:
        for key in ("tests", "data_tests"):
            for test in holder.get(key).parts:
                name = test.raw or next((entry for entry in test.entries if entry not in ("name", "config")), "")
                name = test.get("test_name").raw or name
                watched = Ref(path, "dataset", key, test.line, attrs=attrs)
                found = pairs([("test", name), ("column", column)])
                yield Watch(f"{name} {column}".strip(), "check", TOOL, test.line, (watched,), found)


def _freshness(table: Node, source: Node, path: str) -> Iterator[Watch]:
    freshness = (
        table.get("freshness")
        or table.get("config").get("freshness")
        or source.get("freshness")
        or source.get("config").get("freshness")
    )
    if freshness.kind == "map":
        watched = Ref(path, "dataset", "freshness", freshness.line, attrs=(("source", "true"),))
        said = [
            f"{k} {v.get('count').raw} {v.get('period').raw}"
            for k, v in freshness.items()
            if v.kind == "map" and v.get("count")
        ]
        attrs = pairs([("test", "freshness"), ("limits", "; ".join(said))])
        yield Watch("freshness", "check", TOOL, freshness.line, (watched,), attrs)


# --- steps ---


def _exposures(root: Node) -> Iterator[Step]:
    for exposure in root.get("exposures").maps():
        yield Step(
            name=exposure.get("name").raw,
            tool=TOOL,
            line=exposure.line,
            end_line=exposure.end_line,
            reads=tuple(ref for node in exposure.get("depends_on").texts() for ref in relations(node)),
            attrs=pairs(
                [
                    ("exposure", exposure.get("type").raw),
                    ("owner", exposure.get("owner").get("name").raw),
                    ("maturity", exposure.get("maturity").raw),
                ]
            ),
        )


def _snapshots(root: Node) -> Iterator[Step]:
    for snapshot in root.get("snapshots").maps():
        if snapshot.get("relation"):
            reads = tuple(relations(snapshot.get("relation")))
            name = snapshot.get("name").raw
            yield Step(name, TOOL, snapshot.line, snapshot.end_line, reads=reads, attrs=(("snapshot", "true"),))


def relations(node: Node) -> Iterator[Ref]:
    """The models and sources that a text names by `ref('x')` and `source('s', 't')`."""
    for way, first, second in _RELATION.findall(node.raw):
        path = f"dbt:{first}.{second}" if second else f"dbt:{first}"
        yield Ref(path, "dataset", way, node.line, attrs=(("source", "true"),) if way == "source" else ())


def _sniff(data: bytes) -> bool:
    head = data[:65_536].replace(b"\r", b"")
    return any(mark in head for mark in _MARKS) and b"apiVersion:" not in head and bool(_LISTS.search(head))


PROJECT = Reader(name="dbt-project", names=("dbt_project.yml", "dbt_project.yaml"), read=over_text(read_project))
PROPERTIES = Reader(name="dbt-properties", names=("*.yml", "*.yaml"), read=over_text(read_properties), sniff=_sniff)
