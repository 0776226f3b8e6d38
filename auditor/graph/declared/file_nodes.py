"""What single files state of the graph besides steps and code: environments, pins of data, owners."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.graph import places
from auditor.graph.artefacts.pins import pinned_path
from auditor.graph.declared.environments import included
from auditor.graph.declared.ownership import owned
from auditor.graph.store import Store
from auditor.model.artefact import EdgeKind, Evidence, NodeKind
from auditor.model.facts import Facts, Pin

KEEPERS = frozenset({"dvc", "git-lfs", "git-annex", "lakefs"})
"""Tools that keep versions of data."""

MOST_LINKS = 2_000
"""Links that become nodes, in path order: a data set of tens of thousands of files says nothing more with all of them."""


def data_kind(path: str) -> NodeKind:
    """The kind of a data path by its name: configuration, model or data set."""
    if places.suffix(path) in ("yaml", "yml", "toml", "ini", "cfg"):
        return NodeKind.CONFIG
    return NodeKind.MODEL if places.is_model(path) else NodeKind.DATASET


def state_pin(store: Store, path: str, facts: Facts, pin: Pin) -> None:
    """A file whose content is identified, and the tool that keeps its versions, if one does."""
    if pin.step or (not pin.path and facts.kind not in ("pointer", "checksums")):
        return
    tool = facts.attr("tool") or "dvc"
    target = pinned_path(path, facts, pin)
    dataset = _pinned(store, target, pin, tool)
    if tool in KEEPERS:
        evidence = Evidence(path, pin.line, f"{pin.kind} {target}"[:120], facts.kind, "pin", 0.95, declared=True)
        _kept(store, dataset, tool, facts.kind, evidence, elsewhere=facts.kind == "pointer")


def state_links(store: Store, links: Mapping[str, Pin]) -> None:
    """Files that are links into the store of git-annex: what they stand for is known by them, and nothing of it is here."""
    for path, pin in list(links.items())[:MOST_LINKS]:
        dataset = _pinned(store, path, pin, "git-annex")
        evidence = Evidence(path, None, f"{pin.kind} {path}"[:120], "link", "pin", 0.95, declared=True)
        _kept(store, dataset, "git-annex", "link", evidence, elsewhere=True)


def _pinned(store: Store, target: str, pin: Pin, tool: str) -> str:
    return store.node(
        f"file:{target}",
        data_kind(target),
        target,
        path=target,
        tracked_by=tool if tool in KEEPERS else None,
        pinned=True,
        pin_kind=pin.kind,
        imported_from=pin.origin or None,
        size=pin.size if pin.size >= 0 else None,
    )


def _kept(store: Store, dataset: str, tool: str, kind: str, evidence: Evidence, *, elsewhere: bool) -> None:
    storage = store.node(f"storage:{tool}", NodeKind.STORAGE, tool)
    store.edge(dataset, storage, EdgeKind.VERSIONED_BY, (evidence,), tool=kind)
    if elsewhere:
        store.edge(dataset, storage, EdgeKind.STORED_IN, (evidence,))


def state_environment(store: Store, path: str, facts: Facts) -> None:
    """An environment file and the packages that it asks for."""
    env = store.node(f"file:{path}", NodeKind.ENV, path, path=path)
    for requirement in facts.requirements[:2000]:
        package = store.node(f"package:{requirement.name}", NodeKind.PACKAGE, requirement.name, type="dist")
        evidence = Evidence(
            path,
            requirement.line,
            f"{requirement.name}{' @ ' * ('://' in requirement.specifier)}{requirement.specifier}"[:120],
            facts.kind,
            "requirement",
            0.95,
            declared=True,
        )
        store.edge(package, env, EdgeKind.ENV_OF, (evidence,))


def state_includes(store: Store, path: str, facts: Facts, files: Mapping[str, Facts]) -> None:
    """An environment file and those that it includes."""
    for ref in facts.references:
        target = included(path, ref) if ref.how in ("requirement", "constraint") else ""
        if target in files:
            store.node(f"file:{path}", NodeKind.ENV, path, path=path)
            store.node(f"file:{target}", NodeKind.ENV, target, path=target)
            evidence = Evidence(path, ref.line, ref.path[:120], facts.kind, ref.how, 0.95, declared=True)
            store.edge(f"file:{path}", f"file:{target}", EdgeKind.IMPORTS, (evidence,), via="includes")


def state_cards(store: Store, files: Mapping[str, Facts]) -> None:
    """Cards document the models or data sets beside them: by front matter of the hub's, or only by where they lie."""
    cards = {path: facts for path, facts in sorted(files.items()) if facts.attr("card")}
    wanted = {"model": NodeKind.MODEL, "data": NodeKind.DATASET}
    nodes = list(store.places()) if cards else []
    for path, facts in cards.items():
        folder = path.rpartition("/")[0]
        for target, kind, place in nodes:
            if kind is wanted[facts.attr("card") or "model"] and place.rpartition("/")[0] == folder:
                sure = 0.6 if facts.leaves else 0.4
                evidence = Evidence(path, 1, f"{facts.attr('card')} card", facts.kind, "card", sure, declared=True)
                store.edge(f"file:{path}", target, EdgeKind.DOCUMENTS, (evidence,))


def state_owners(store: Store, files: Mapping[str, Facts], tree: frozenset[str]) -> None:
    """The owners of the files that the graph has nodes of."""
    paths = (path for node, _, path in store.places() if path in tree and node == f"file:{path}")
    for path, owner, file, line in owned(files, paths):
        node = store.node(f"owner:{owner}", NodeKind.OWNER, owner, path=file, line=line)
        evidence = Evidence(file, line, owner[:120], "codeowners", "pattern", 0.95, declared=True)
        store.edge(node, f"file:{path}", EdgeKind.OWNS, (evidence,))
