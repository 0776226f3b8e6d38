"""Dagster components: definitions in YAML (`defs.yaml`, `component.yaml`), each a component with its attributes."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.language.credentials import mask
from auditor.language.node import Node
from auditor.language.yaml import read_yaml
from auditor.model.facts import Command, Facts, Ref, Step, Trigger, Word
from auditor.model.regex import regex
from auditor.readers.contract import Reader, having, over_text, pairs

TOOL = "dagster"

_TEMPLATE = regex(r"\{\{(.*?)\}\}")
_ON_CRON = regex(r"on_cron\(\s*['\"]([^'\"]+)['\"]")
_TIMES = ("cron", "cron_schedule")
_NAMES = ("name", "job_name")
_MOST_DEPTH = 6


def read(text: str) -> Facts:
    """A step per component: the assets that it makes and needs, the program or project that it runs, when it starts."""
    documents, duplicates, troubles = read_yaml(text)
    components = [document for document in documents if document.get("type").is_scalar]
    named = list(_named(components))
    return Facts(
        kind="dagster-components",
        steps=tuple(_step(name, component) for name, component in named),
        triggers=tuple(trigger for name, component in named for trigger in _triggers(name, component)),
        duplicates=duplicates,
        attrs=pairs([("tool", TOOL)]),
        troubles=troubles,
    )


def _named(components: list[Node]) -> Iterator[tuple[str, Node]]:
    """Components by what they say they are called: by name, by their first asset, by their class; a second one counted."""
    counts: dict[str, int] = {}
    for component in components:
        given = component.get("attributes")
        assets = [asset.get("key").raw for asset in _assets(given) if asset.get("key")]
        told = [given.get(name).raw for name in _NAMES if given.get(name).is_scalar]
        name = _shown((told or assets or [component.get("type").raw.rpartition(".")[2]])[0])
        counts[name] = counts.get(name, 0) + 1
        yield name if counts[name] == 1 else f"{name}@{counts[name]}", component


def _step(name: str, component: Node) -> Step:
    given = component.get("attributes")
    assets = list(_assets(given))
    return Step(
        name=name,
        tool=TOOL,
        line=component.line,
        end_line=component.end_line,
        commands=tuple(_commands(given)),
        reads=(*(ref for asset in assets for ref in _keys(asset.get("deps"), "deps")), *_replications(given)),
        writes=tuple(ref for asset in assets for ref in _keys(asset.get("key"), "key")),
        attrs=pairs([("component", component.get("type").raw), ("function", _function(given))]),
    )


def _assets(given: Node) -> Iterator[Node]:
    """The assets of a component, as a list or as the one."""
    for key in ("assets", "asset", "asset_specs", "asset_attributes"):
        yield from given.get(key).maps()


def _keys(node: Node, how: str) -> Iterator[Ref]:
    """Assets by their keys. What a template looks up has no key that is written here."""
    for key in node.texts():
        if not _TEMPLATE.search(key.raw):
            yield Ref(f"name:dagster:{key.raw}", "dataset", how, key.line)


def _replications(given: Node) -> Iterator[Ref]:
    """The configurations of what is copied, and the assets that it is copied from."""
    for replication in given.get("replications").maps():
        for holder in (replication, replication.get("translation")):
            yield from _keys(holder.get("deps"), "deps")
        path = replication.get("path")
        if path.is_scalar and not _TEMPLATE.search(path.raw):
            yield Ref(path.raw, "config", "replications", path.line)


def _commands(given: Node) -> Iterator[Command]:
    """The script of a component, or the dbt project that it builds."""
    for script in (given.get("execution").get("path"), given.get("script_path")):
        if script.is_scalar:
            yield Command((Word("python"), _word(script.raw)), script.line)
    project = given.get("project") if given.get("project").is_scalar else given.get("project").get("project_dir")
    project = project or given.get("dbt").get("project_dir")
    if project.is_scalar:
        select = given.get("select").raw
        chosen = (Word("--select"), _word(select)) if select else ()
        yield Command((Word("dbt"), Word("build"), Word("--project-dir"), _word(project.raw), *chosen), project.line)


def _function(given: Node) -> str:
    """The function that a component runs, by its dotted name."""
    for node in (given.get("execution").get("fn"), given.get("execute_fn")):
        if node.is_scalar:
            return mask(node.raw)
    return ""


def _word(text: str) -> Word:
    return Word(mask(_shown(text)), not _TEMPLATE.search(text))


def _shown(text: str) -> str:
    return _TEMPLATE.sub(lambda found: "{" + (found[1].split(".")[-1].strip(" ()'\"") or "value") + "}", text)


def _triggers(name: str, component: Node) -> Iterator[Trigger]:
    """Cron lines anywhere in a component: its own, those of its parts, and conditions of automation."""
    seen: set[str] = set()
    for key, node in _settings(component.get("attributes"), 0):
        cron = node.raw if key in _TIMES or key.endswith("_schedules") else ""
        condition = _ON_CRON.search(node.raw) if "on_cron" in node.raw else None
        times = condition[1] if condition is not None else cron
        if times and times not in seen and not _TEMPLATE.search(times):
            seen.add(times)
            yield Trigger("schedule", times, node.line, steps=(name,))


def _settings(node: Node, depth: int, key: str = "") -> Iterator[tuple[str, Node]]:
    """All scalars under a node with the key that holds them; those of a table of schedules have the table's key."""
    if node.is_scalar:
        yield key, node
    for part in node.parts if depth < _MOST_DEPTH else ():
        yield from _settings(part, depth + 1, key)
    for name, value in node.items() if depth < _MOST_DEPTH else ():
        yield from _settings(value, depth + 1, key if key.endswith("_schedules") else name)


READER = Reader(
    name="dagster-components",
    names=("defs.yaml", "defs.yml", "component.yaml", "component.yml"),
    read=over_text(read),
    sniff=having(
        rb"^type:[ \t]*[\"']?[A-Za-z_]\w*(?:\.\w+)*\.[A-Z]\w*[\"']?[ \t\r]*(?:#.*)?$", rb"^(?:attributes|params):"
    ),
)
