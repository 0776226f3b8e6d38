"""What the system is made of: its models, its data and the packages that its environments ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, join

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.artefact import EdgeKind, Node, NodeKind
from auditor.model.audit import Held
from auditor.model.facts import Facts, Requirement
from auditor.program.symbolic.values import normal

MOST = 2_000
"""Things of one kind that are named."""

SURE = 0.5
"""Confidence of a tie from which on it says that something is part of the system."""

_PLACES = 20
_KINDS = {NodeKind.MODEL: "model", NodeKind.DATASET: "data", NodeKind.EXTERNAL_DATASET: "data"}


def inventory(world: World) -> tuple[Held, ...]:
    """Models, data and packages of product code, in that order and by id. What only a template names is left out."""
    kept = {node.id: node for node in world.nodes.values() if node.kind in _KINDS and _counts(world, node)}
    made = _made_from(world, kept)
    hashes = dict(_hashes(world.files)) | {path: pin.hash for path, pin in world.links.items()}
    artefacts = [_artefact(world, node, made[node.id], hashes) for node in kept.values()]
    found: dict[str, list[Held]] = {"model": [], "data": [], "package": list(_packages(world.files))}
    for held in artefacts:
        found[held.kind].append(held)
    return tuple(held for of_kind in found.values() for held in sorted(of_kind, key=lambda h: h.id)[:MOST])


def _counts(world: World, node: Node) -> bool:
    """Whether something that is named for sure, in product code or by a declaration, reads, writes or keeps the artefact."""
    if node.attrs.get("templated") or "{" in node.id or (node.path is not None and not places.is_product(node.path)):
        return False
    ties = (*world.incoming.get(node.id, ()), *world.outgoing.get(node.id, ()))
    return any(
        tie.confidence >= SURE and any(places.is_product(piece.path) for piece in tie.evidence)
        for tie in ties
        if tie.kind is not EdgeKind.PART_OF
    )


def _made_from(world: World, kept: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each artefact those that the programs and steps which make it read."""
    known, found = frozenset(kept), defaultdict[str, tuple[str, ...]](tuple)
    for artefact in known:
        makers = {
            tie.source
            for tie in world.incoming.get(artefact, ())
            if tie.kind is EdgeKind.PRODUCES and tie.confidence >= SURE
        }
        read = {
            tie.source
            for maker in makers
            for tie in world.incoming.get(maker, ())
            if tie.kind is EdgeKind.CONSUMES and tie.confidence >= SURE and tie.source in known
        }
        found[artefact] = tuple(sorted(read - {artefact}))
    return found


def _artefact(world: World, node: Node, made_from: tuple[str, ...], hashes: dict[str, str]) -> Held:
    ties = (*world.incoming.get(node.id, ()), *world.outgoing.get(node.id, ()))
    version = hashes.get(node.path or "", "")
    at = sorted({piece.path for tie in ties for piece in tie.evidence if places.is_product(piece.path)})
    return Held(
        node.id,
        _KINDS[node.kind],
        node.label,
        node.path or "",
        version=version,
        pin=str(node.attrs.get("pin_kind") or ("lock" if version else "")),
        origin=str(node.attrs.get("imported_from") or _origin(node)),
        places=tuple(at[:_PLACES]),
        made_from=made_from,
    )


def _origin(node: Node) -> str:
    """Where an artefact outside the tree is: its URL, or the hub that its name belongs to."""
    scheme, _, rest = node.id.partition(":")
    if scheme in ("url", "uri"):
        return rest
    return rest.partition(":")[0] if scheme == "name" else ""


def _hashes(files: Mapping[str, Facts]) -> Iterator[tuple[str, str]]:
    """Path and hash of what locks and pointers identify; pointers come last and count, as a lock may be older."""
    for path, facts in sorted(files.items(), key=lambda item: (not item[0].endswith(".lock"), item[0])):
        for pin in facts.pins:
            yield normal(join(dirname(path), pin.path)) if pin.path else path, pin.hash


def _packages(files: Mapping[str, Facts]) -> Iterator[Held]:
    """Each package that an environment asks for, with its version where all that pin it agree on one."""
    asked: dict[str, list[tuple[str, Requirement]]] = defaultdict(list)
    for path, facts in sorted(files.items()):
        if places.is_product(path):
            for requirement in facts.requirements:
                asked[requirement.name].append((path, requirement))
    for name, wanted in sorted(asked.items()):
        exact = {_version(requirement) for _, requirement in wanted if requirement.pinned}
        version = exact.pop() if len(exact) == 1 else ""
        ranges = sorted({requirement.specifier for _, requirement in wanted} - {""})
        yield Held(
            f"package:{name}",
            "package",
            name,
            version=version,
            pin="==" if version else ", ".join(ranges[:_PLACES]),
            origin=next((r.source for _, r in wanted if r.source != "pypi"), "pypi"),
            places=tuple(sorted({path for path, _ in wanted})[:_PLACES]),
        )


def _version(requirement: Requirement) -> str:
    """The version of a pinned requirement: `==1.2`, of conda `=1.2=build`, of a repository `…@revision`."""
    asked = requirement.specifier.strip()
    return asked.rpartition("@")[2] if "://" in asked else asked.lstrip("= ").partition("=")[0].strip()
