"""The dependency graph for somebody at a terminal: what it holds, what it rests on, and what it does not know."""

from __future__ import annotations

from collections import Counter, defaultdict

from auditor.formats import ties
from auditor.formats.screen import COLUMNS, Screen
from auditor.formats.text import clip, clip_path, percent, plain, plural, width
from auditor.model.artefact import EdgeKind
from auditor.model.export import GraphExport, Resolution, Unresolved
from auditor.model.place import Place

_HUBS = 8
_COMPONENTS = 10
_NO_HUB = frozenset({EdgeKind.ENV_OF, EdgeKind.CONTAINS, EdgeKind.PART_OF, EdgeKind.VERSIONED_BY, EdgeKind.TRIGGERS})
_SHORT = {"mismatch": "contradict", "agreed": "both", "declared": "declared", "observed": "observed", "implied": "implied"}  # fmt: skip


def render(graph: GraphExport, *, color: bool = False, columns: int = COLUMNS) -> str:
    """A summary of one screen; the graph itself is for files."""
    screen = Screen(color=color, columns=columns)
    _head(screen, graph)
    _ties(screen, graph)
    _hubs(screen, graph)
    _resolution(screen, graph)
    _more(screen)
    return screen.text()


def _head(screen: Screen, graph: GraphExport) -> None:
    view = "" if graph.view == "all" else f", {graph.view} only"
    at = plain(graph.revision or "")[:10]
    screen.pair(f"Dependency graph of {clip(plain(graph.name), 40)}{view}", at, "strong")
    screen.line()
    screen.line(f"  {plural(len(graph.nodes), 'artefact')}, {plural(len(graph.edges), 'tie')}")
    kinds = Counter(ties.kind(node) for node in graph.nodes)
    if kinds:
        screen.add(", ".join(plural(count, kind) for kind, count in _counted(kinds)), indent=2)


def _ties(screen: Screen, graph: GraphExport) -> None:
    if not graph.edges:
        return
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for edge in graph.edges:
        rows[edge.kind.value.replace("_", " ")][ties.state(edge)] += 1
    states = [state for state in ties.STATES if any(row[state] for row in rows.values())]
    screen.title("Ties, and what they rest on")
    screen.line("  " + " " * 14 + "     all" + "".join(f"{_SHORT[state]:>12}" for state in states))
    for name in sorted(rows, key=lambda name: (-rows[name].total(), name)):
        cells = "".join(f"{rows[name][state] or '·':>12}" for state in states)
        screen.line(f"  {name:<14}{rows[name].total():>8,}{cells}")


def _hubs(screen: Screen, graph: GraphExport) -> None:
    incoming: dict[str, set[str]] = defaultdict(set)
    outgoing: dict[str, set[str]] = defaultdict(set)
    for edge in graph.edges:
        if edge.kind not in _NO_HUB and edge.source != edge.target:
            outgoing[edge.source].add(edge.target)
            incoming[edge.target].add(edge.source)
    degree = {node.id: len(incoming[node.id] | outgoing[node.id]) for node in graph.nodes}
    busiest = sorted((node for node in graph.nodes if degree[node.id] > 2), key=lambda n: (-degree[n.id], n.id))[:_HUBS]
    if not busiest:
        return
    screen.title("Most connected")
    for node in busiest:
        label = clip_path(plain(node.label), 44)
        ends = f"{len(incoming[node.id]):>4} in {len(outgoing[node.id]):>4} out"
        screen.line(f"  {label}{' ' * (46 - width(label))}{clip(ties.kind(node), 14):<14}{ends}")


def _resolution(screen: Screen, graph: GraphExport) -> None:
    asked = [item for item in graph.resolution if item.calls]
    if not asked:
        return
    screen.title("Calls that read or write, and whose artefact could be named")
    for item in asked[:_COMPONENTS]:
        named = item.calls - len(item.unresolved)
        name = "the repository" if item.component in (".", "") and len(graph.resolution) == 1 else plain(item.component)
        screen.add(f"{name}: {named:,} of {item.calls:,} ({percent(item.resolved)})", indent=2, hang=2)
    if len(asked) > _COMPONENTS:
        screen.add(f"and {plural(len(asked) - _COMPONENTS, 'more component')}", indent=2)
    reasons = by_reason(graph.resolution)
    if reasons:
        screen.add("The path or name of the others", indent=2)
    for reason, calls in reasons:
        first = Place(calls[0].path, calls[0].line, cell=calls[0].cell)
        screen.add(f"{reason} ({len(calls):,}, as in {plain(str(first))})", indent=4, hang=2)


def by_reason(resolution: tuple[Resolution, ...]) -> list[tuple[str, list[Unresolved]]]:
    """The calls that could not be resolved, by what hid their names, the most frequent reason first."""
    groups: dict[str, list[Unresolved]] = defaultdict(list)
    for item in resolution:
        for call in item.unresolved:
            groups[call.reason].append(call)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def _more(screen: Screen) -> None:
    screen.title("More")
    screen.line("  auditor graph TARGET -o html=graph.html   to look at and search, in a browser")
    screen.line("  auditor graph TARGET -o json=graph.json   everything (also dot, graphml)")
    screen.line("  auditor impact TARGET ARTEFACT            what changes if this changes")


def _counted(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
