"""Declared checks, monitors and alerts, tied to what they look after."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import dirname

from auditor.graph.declared.file_steps import declared
from auditor.graph.declared.steps import Steps
from auditor.graph.store import Store
from auditor.model.artefact import EdgeKind, Evidence, NodeKind
from auditor.model.declared import Declared
from auditor.model.facts import Facts, Watch

_KINDS = {"check": NodeKind.CHECK, "monitor": NodeKind.MONITOR, "alert": NodeKind.ALERT}
_WATCHED = {"model": NodeKind.MODEL, "service": NodeKind.SERVICE, "metric": NodeKind.METRIC}


class Watches:
    """States what the files of a tree declare about looking after data, models and services."""

    def __init__(self, steps: Steps, store: Store) -> None:
        self.steps = steps
        self.store = store

    def state(self, files: Mapping[str, Facts]) -> None:
        """State every watch."""
        for path, facts in sorted(files.items()):
            for number, watch in enumerate((*facts.watches, *self.steps.projects.checks(path, facts))):
                self._watch(path, number, watch)

    def _watch(self, path: str, number: int, watch: Watch) -> None:
        kind = _KINDS.get(watch.kind, NodeKind.CHECK)
        attrs = {name.replace("-", "_"): value for name, value in watch.attrs}
        node = self.store.node(
            f"{kind.value}:{path}#{watch.name}-{number}",
            kind,
            watch.name,
            path=path,
            line=watch.line,
            tool=watch.tool,
            **attrs,
        )
        edge = EdgeKind.VALIDATES if kind is NodeKind.CHECK else EdgeKind.MONITORS
        for ref in watch.watches:
            target = declared(self.steps.projects.watched(path, ref), dirname(path), path)
            evidence = Evidence(path, ref.line, ref.path[:120], watch.tool, watch.kind, ref.confidence, declared=True)
            stated = self.store.node(
                target.id, _WATCHED.get(ref.kind, NodeKind.DATASET), _label(target), path=target.path
            )
            self.store.edge(node, stated, edge, (evidence,))


def _label(target: Declared) -> str:
    return target.path or target.id.partition(":")[2]
