"""The page of the system: its lineage as a picture, what is declared against what is done, and how far changes reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from auditor.formats import ties
from auditor.formats.text import decimal, plain, plural
from auditor.formats.view.atlas import MOST_AROUND, MOST_BOXES
from auditor.formats.view.chart import Chart, Charted, charted
from auditor.formats.view.links import Linker
from auditor.formats.view.pieces import Column, Inline, Table, code, table, text
from auditor.model.artefact import Edge, Evidence, Node, NodeKind
from auditor.model.audit import Audit, Impact, SystemMap
from auditor.model.place import Place

MOST_CONTRADICTIONS = 40
MOST_IMPACTS = 10


class Reach(msgspec.Struct, frozen=True):
    """One artefact and what changes with it; `ways` tell over what."""

    artefact: str
    kind: str
    radius: str
    counts: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    width: str  # of its bar, in percent of the widest


class Agreement(msgspec.Struct, frozen=True):
    """Declared pipelines against what their code does."""

    says: str
    steps: Table | None
    contradictions: Table | None


class MapPage(msgspec.Struct, frozen=True):
    """Everything that the page of the system places."""

    chart: Chart | None
    notes: tuple[str, ...]
    agreement: Agreement | None
    reaches: tuple[Reach, ...]


def map_page(audit: Audit, link: Linker) -> MapPage | None:
    """The page, or None where nothing was recognised that data flow through and nothing reaches anything."""
    drawn = audit.system_map
    reaches = _reaches(audit.impacts)
    if not drawn.nodes and not reaches:
        return None
    found = charted(drawn.nodes, drawn.edges, drawn.nodes, drawn.edges, drawn.debts, link) if drawn.nodes else None
    return MapPage(
        chart=found.chart if found else None,
        notes=tuple(_notes(drawn, found)) if found else (),
        agreement=_agreement(drawn, link),
        reaches=reaches,
    )


def _notes(drawn: SystemMap, found: Charted) -> list[str]:
    said = []
    if any(both[0].hidden for both in found.views.values()):
        said.append(
            f"A picture shows at most {MOST_BOXES} boxes of a folder, those with the most ties, and {MOST_AROUND} of what lies around it; each says what it leaves out."
        )
    if drawn.dropped:
        said.append(
            f"{plural(drawn.dropped, 'further artefact')} did not fit; auditor graph shows the whole dependency graph."
        )
    return said


# --- declared and done ---


def _agreement(drawn: SystemMap, link: Linker) -> Agreement | None:
    nodes = {node.id: node for node in drawn.nodes}
    by_step: dict[str, Counter[str]] = defaultdict(Counter)
    for edge in drawn.edges:
        for end in (edge.source, edge.target):
            if nodes[end].kind is NodeKind.STEP:
                by_step[end][ties.state(edge)] += 1
    states: Counter[str] = sum(by_step.values(), Counter())
    if not states["declared"] + states["agreed"] + states["mismatch"]:
        return None
    contradictions = [edge for edge in drawn.edges if ties.state(edge) == "mismatch"]
    return Agreement(
        _said(len(by_step), states),
        table("Steps: declared and actual", _STEP_COLUMNS, [_step(nodes[name], by_step[name]) for name in sorted(by_step)]),
        table(
            "Contradictions between declaration and code",
            (Column("Step", "head"), Column("Artefact"), Column("What differs"), Column("Evidence")),
            [_contradiction(edge, nodes, link) for edge in contradictions], MOST_CONTRADICTIONS,
        ),
    )  # fmt: skip


_STEP_COLUMNS = (
    Column("Step", "head"), Column("Defined in"), Column("Declared, and seen in code", "number"), Column("Declared only", "number"),
    Column("Seen in code only", "number"), Column("Contradictions", "number"),
)  # fmt: skip


def _said(steps: int, states: Counter[str]) -> str:
    whole = sum(states[name] for name in ("declared", "agreed", "mismatch", "observed"))
    return (
        f"{plural(steps, 'step')} with {plural(whole, 'input or output', 'inputs and outputs')}: {states['agreed']:,} declared and seen in code, "
        f"{states['declared']:,} declared only, {states['observed']:,} seen in code only, {plural(states['mismatch'], 'contradiction')}."
    )


def _step(node: Node, states: Counter[str]) -> tuple[Inline, ...]:
    place = f"{node.path}:{node.line}" if node.path and node.line else node.path or ""
    counts = [text(f"{states[name]:,}") for name in ("agreed", "declared", "observed", "mismatch")]
    return (text(plain(node.label)), code(place) if place else (), *counts)


def _contradiction(edge: Edge, nodes: dict[str, Node], link: Linker) -> tuple[Inline, ...]:
    ends = [nodes[edge.source], nodes[edge.target]]
    step, other = ends if ends[0].kind is NodeKind.STEP else reversed(ends)
    what = ties.MISMATCHES.get(str(edge.attrs.get("mismatch")), "declaration and code disagree")
    return (text(plain(step.label)), code(other.label), text(what), _evidence(edge.evidence, link))


def _evidence(pieces: Sequence[Evidence], link: Linker) -> Inline:
    spans: list[Inline] = []
    for piece in pieces[:2]:
        spans += [text("; ")] if spans else []
        spans.append(code(ties.place(piece), link(Place(piece.path, piece.line, cell=piece.cell))))
    return tuple(span for part in spans for span in part)


# --- how far a change reaches ---


def _reaches(impacts: Sequence[Impact]) -> tuple[Reach, ...]:
    ordered = sorted(impacts, key=lambda item: (-item.radius, item.artefact, item.component))[:MOST_IMPACTS]
    widest = max((item.radius for item in ordered), default=1.0) or 1.0
    return tuple(_reach(item, widest) for item in ordered)


def _reach(item: Impact, widest: float) -> Reach:
    counts = (
        (item.models, "model"),
        (item.endpoints, "endpoint"),
        (item.data, "data set"),
        (item.code, "program or step"),
    )
    return Reach(
        artefact=plain(item.artefact.partition(":")[2] or item.artefact),
        kind=plain(item.kind).replace("_", " "),
        radius=decimal(item.radius, 1),
        counts=tuple(plural(count, word, "programs and steps" if "or" in word else "") for count, word in counts if count),
        ways=tuple(tuple(plain(stop, 120) for stop in way) for way in item.ways) or tuple((plain(name, 120),) for name in item.examples),
        width=f"{100 * item.radius / widest:.1f}%",
    )  # fmt: skip
