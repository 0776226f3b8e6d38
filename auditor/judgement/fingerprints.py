"""Identity of findings: what they say about which artefact, never where the line stands today (LIFECYCLE §1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from auditor.model.finding import Finding
from auditor.model.ir import Cell

KEY = "auditor/anchor/v1"

CLUSTER_SEPARATOR = "\n"
"""Stands between the node ids in the entity of a finding about several nodes (a cycle, a cluster)."""

DIGITS = 32

Cells = Mapping[str, Sequence[Cell]]
"""The code cells of notebooks, by path."""

Fields = tuple[str, ...]
CellIds = Mapping[tuple[str, int | None], str]


def anchor(finding: Finding, ordinal: int, cells: Cells | None = None) -> str:
    """The primary identity of a finding: 32 hex digits. `ordinal` is its number, from 0, among otherwise equal findings.

    A finding about a cluster of nodes is known by its nodes, an absence by its component's root, any other by artefact,
    entity and snippet. `cells` tells the cells of a notebook apart by their ids; without it a notebook counts as one artefact.
    """
    return _hashed((*_fields(finding, _ids(cells)), str(ordinal)))


def fingerprinted(findings: Iterable[Finding], cells: Cells | None = None) -> tuple[Finding, ...]:
    """The findings in their order, each with its anchor and context; equal ones are numbered by their position in the file."""
    given = tuple(findings)
    known = _ids(cells)
    equals: dict[Fields, list[int]] = {}
    for index, finding in enumerate(given):
        equals.setdefault(_fields(finding, known), []).append(index)
    anchors = [""] * len(given)
    for fields, members in equals.items():
        ordered = sorted(members, key=lambda index: _position(given[index])) if len(members) > 1 else members
        for ordinal, index in enumerate(ordered):
            anchors[index] = _hashed((*fields, str(ordinal)))
    return tuple(
        msgspec.structs.replace(finding, fingerprint=mark, context=context(finding))
        for finding, mark in zip(given, anchors, strict=True)
    )


def context(finding: Finding) -> str:
    """The identity of a finding without its place, by which it is found again after a move: 32 hex digits."""
    name = finding.entity.rpartition(CLUSTER_SEPARATOR)[2].rpartition(".")[2].rpartition("/")[2]
    return _hashed((finding.rule, finding.snippet, name))


def is_absence(finding: Finding) -> bool:
    """Whether a finding says that something is missing: it stands at the root of its component, on no line."""
    return finding.place.line is None and finding.place.path in {finding.component, "", "."}


def _fields(finding: Finding, ids: CellIds) -> Fields:
    if CLUSTER_SEPARATOR in finding.entity:
        return finding.rule, "cluster", *sorted(finding.entity.split(CLUSTER_SEPARATOR))
    if is_absence(finding):
        return finding.rule, finding.component, finding.entity
    return finding.rule, _artefact(finding, ids), finding.entity, finding.snippet


def _artefact(finding: Finding, ids: CellIds) -> str:
    """The path, and of a notebook the cell's id, which stays when cells are put above it."""
    path = finding.place.path
    id_ = ids.get((path, finding.place.cell))
    return f"{path}#{id_}" if id_ else path


def _ids(cells: Cells | None) -> CellIds:
    return {(path, cell.index): cell.id for path, some in (cells or {}).items() for cell in some}


def _hashed(fields: Iterable[str]) -> str:
    """SHA-256 over length-prefixed UTF-8 fields, cut: no field can run over into its neighbour."""
    digest = hashlib.sha256()
    for field in fields:
        raw = field.encode("utf-8", errors="surrogatepass")  # literals of hostile code may hold lone surrogates
        digest.update(f"{len(raw)}:".encode())
        digest.update(raw)
    return digest.hexdigest()[:DIGITS]


def _position(finding: Finding) -> tuple[int, int, int, str]:
    """Where a finding stands in its file; the rest decides only between findings on one spot."""
    place = finding.place
    cell, line = -1 if place.cell is None else place.cell, place.line or 0
    return cell, line, place.end_line or line, repr(finding)
