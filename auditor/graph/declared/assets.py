"""Files under the names they are known by: artifacts of DVC, assets of Azure ML, models that MLflow saved."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import dirname

from auditor.graph.declared.dbt_projects import Projects
from auditor.graph.declared.file_steps import declared
from auditor.graph.store import Store
from auditor.model.artefact import EdgeKind, NodeKind
from auditor.model.facts import Facts, Ref
from auditor.program.symbolic.values import is_absolute, is_uri

_KINDS = {"model": NodeKind.MODEL, "metric": NodeKind.METRIC, "report": NodeKind.REPORT}


def name_assets(store: Store, files: Mapping[str, Facts]) -> None:
    """State the named files of a tree; said first, their names become the labels of their nodes."""
    for path, facts in sorted(files.items()):
        if facts.kind == "dvc":
            for ref in facts.references:
                _file(store, path, ref)
        elif facts.kind == "azureml":
            for ref in facts.references:
                _asset(store, path, ref)
        elif facts.kind == "mlmodel" and dirname(path):
            flavors = [value for name, value in facts.attrs if name == "flavor"]
            store.node(f"file:{dirname(path)}", NodeKind.MODEL, dirname(path), path=dirname(path), flavors=flavors)


def join_seeds(store: Store, projects: Projects) -> None:
    """Tie the names of seeds that models ask for to their files; said last, since only names in use are tied."""
    for project in projects.all():
        for name, path in sorted(project.seeds.items()):
            relation = f"dbt:{project.name}.{name}".lower()
            if store.has(relation):
                store.edge(relation, store.node(f"file:{path}", NodeKind.DATASET, path, path=path), EdgeKind.PART_OF)


def _file(store: Store, path: str, ref: Ref) -> None:
    """What a dvc.yaml names outside its stages."""
    if ref.how in ("artifacts", "metrics", "plots") and not (
        ref.templated or is_uri(ref.path) or is_absolute(ref.path)
    ):
        found = declared(ref, dirname(path), path)
        label = dict(ref.attrs).get("name", found.path or "")
        store.node(found.id, _KINDS.get(ref.kind, NodeKind.DATASET), label, path=found.path)


def _asset(store: Store, path: str, ref: Ref) -> None:
    """A file and the name that it is registered by."""
    name = dict(ref.attrs).get("name", "")
    if ref.how not in ("data", "model") or not name or ref.path.startswith("azureml://"):
        return
    kind = NodeKind.MODEL if ref.how == "model" else NodeKind.DATASET
    found = declared(ref, dirname(path), path)
    home = "models" if ref.how == "model" else "data"
    registered = store.node(f"uri:azureml://{home}/{name}", kind, name)
    held = store.node(found.id, kind, found.path or found.id.partition(":")[2], path=found.path)
    store.edge(registered, held, EdgeKind.PART_OF)
