"""What changes if an artefact changes, as two trees for a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING

from auditor.formats import ties
from auditor.formats.screen import COLUMNS
from auditor.formats.text import clip, decimal, joined, plain, plural
from auditor.model.artefact import Edge, Node, NodeKind
from auditor.model.export import ImpactExport, Side

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

WIDTH, MOST, NAMED = 8, 40, 5
"""How many artefacts are drawn under one, how many in all, and how many results are named in the title."""

_FIRST = (
    NodeKind.MODEL, NodeKind.SERVICE, NodeKind.ENDPOINT, NodeKind.STEP, NodeKind.CI_JOB, NodeKind.DATASET,
    NodeKind.EXTERNAL_DATASET, NodeKind.METRIC, NodeKind.REPORT, NodeKind.SCRIPT, NodeKind.NOTEBOOK, NodeKind.MODULE,
)  # fmt: skip


def render(impact: ImpactExport, *, color: bool = False, columns: int = COLUMNS) -> str:
    """Both trees with the strongest evidence of each tie; bounded, and saying what is left out."""
    from rich.console import Console

    out = StringIO()
    console = Console(
        file=out, width=columns, force_terminal=color, color_system="standard" if color else None,
        no_color=not color, highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    console.print(_head(impact))
    for title, side in (("Changes with it", impact.downstream), ("It depends on", impact.upstream)):
        console.print()
        console.print(_Drawing(title, side, impact).tree())
        for line in _left_out(side, impact):
            console.print(_line((line, "faint")))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


_STATES = {
    "agreed": "declared and observed",
    "mismatch": "in contradiction to the declaration",
    "implied": "by its path",
}
_RESULTS = frozenset({NodeKind.MODEL, NodeKind.SERVICE, NodeKind.ENDPOINT})
_STYLES = {"strong": "bold", "faint": "dim", "bad": "bold red", "": ""}


def _line(*pieces: tuple[str, str]) -> Text:
    """A line of pieces, each with a style; never markup."""
    from rich.text import Text

    line = Text()
    for text, style in pieces:
        line.append(text, _STYLES[style])
    return line


def _head(impact: ImpactExport) -> Text:
    first = impact.artefacts[0]
    alone = len(impact.artefacts) == 1
    name, what = (first.id, f" ({ties.kind(first)})") if alone else (impact.asked, "")
    view = "" if impact.view == "all" else f"; {impact.view} ties only"
    note = f"\n{plain(impact.note)}" if impact.note else ""
    return _line((plain(name), "strong"), (what + view, ""), (note, "faint"))


def _left_out(side: Side, impact: ImpactExport) -> list[str]:
    said = []
    if side.further:
        said.append(f"{plural(side.further, 'artefact')} further away; --depth goes deeper")
    if side.doubtful:
        said.append(
            f"{plural(side.doubtful, 'tie')} too doubtful to follow (confidence under {decimal(impact.least, 2)}, or through "
            "an unknown folder); --least 0 follows all"
        )
    return said


class _Drawing:
    """One tree: which of the artefacts reached are drawn, and under which."""

    def __init__(self, title: str, side: Side, impact: ImpactExport) -> None:
        self._title = title
        self._side = side
        self._starts = {node.id for node in impact.artefacts}
        self._of = {item.way: item for item in side.reached}
        self._under: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
        for item in side.reached:
            for length in range(2, len(item.way) + 1):
                way, above = item.way[:length], item.way[: length - 1]
                if way not in self._under[above]:
                    self._under[above].append(way)
        self._nodes = {item.node.id: item for item in side.reached}
        self._drawn = 0

    def tree(self) -> Tree:
        """The tree under its title, which counts what was reached by kind."""
        from rich.tree import Tree

        root = Tree(_line((self._title, "strong"), (_counted(self._side), "")), guide_style="dim")
        tops = [way for start in sorted(self._starts) for way in self._under.get((start,), ())]
        todo = [(root, tops)]
        while todo:  # ring by ring, so that what is near is drawn before what is far
            branch, ways = todo.pop(0)
            todo += self._grow(branch, ways)
        return root

    def _grow(self, branch: Tree, ways: list[tuple[str, ...]]) -> list[tuple[Tree, list[tuple[str, ...]]]]:
        """Draw the ways that end one tie further on; returns the new branches with what goes on from them."""
        if not ways:
            return []
        room = max(0, min(WIDTH, MOST - self._drawn))
        ranked = sorted(ways, key=self._rank)
        grown = []
        for way in ranked[:room]:
            self._drawn += 1
            grown.append((branch.add(self._told(way)), self._under.get(way, [])))
        if hidden := self._count(ranked[room:]):
            branch.add(_line((f"… and {hidden:,} more", "faint")))
        return grown

    def _rank(self, way: tuple[str, ...]) -> tuple[bool, int, int, str]:
        """Product before tests, what goes on before what ends, then by kind."""
        node = self._nodes[way[-1]].node
        order = _FIRST.index(node.kind) if node.kind in _FIRST else len(_FIRST)
        return bool(node.attrs.get("test")), -min(len(self._under.get(way, ())), 1), order, node.label

    def _count(self, ways: Iterable[tuple[str, ...]]) -> int:
        """How many artefacts end some of these ways, or ways that go on from them."""
        found, todo = 0, list(ways)
        while todo:
            way = todo.pop()
            found += way in self._of
            todo += self._under.get(way, ())
        return found

    def _told(self, way: tuple[str, ...]) -> Text:
        """One artefact: its name and kind, then the tie that leads to it with its evidence."""
        item = self._nodes[way[-1]]
        hops = [edge for edge in item.hops if way[-2] in (edge.source, edge.target)]
        edge = hops[0]
        words = " and ".join(dict.fromkeys(ties.said(hop, item.node.id) for hop in hops))
        state = ties.state(edge)
        told = _STATES.get(state, state)
        again = " (see also above)" if item.way != way else ""
        return _line(
            (plain(item.node.label, 120), "strong"), (f"  {_kind(item.node)}{again}\n", ""),
            (f"{words}, {told} {decimal(edge.confidence, 2)}", "bad" if state == "mismatch" else ""),
            (_evidence(edge), "faint"),
        )  # fmt: skip


def _counted(side: Side) -> str:
    """How much was reached, by kind, and the models and services among it by name."""
    if not side.reached:
        return ": nothing that the graph knows of"
    counts = Counter(ties.kind(item.node) for item in side.reached)
    told = ", ".join(plural(count, kind) for kind, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    results = [plain(item.node.id.partition(":")[2], 80) for item in side.reached if item.node.kind in _RESULTS]
    results.sort(key=lambda name: "{" in name)  # what is known by its whole name first
    more = [f"{len(results) - NAMED:,} more models and services"] if len(results) > NAMED else []
    named = f"; among them {joined(results[:NAMED] + more)}" if results else ""
    return f": {plural(len(side.reached), 'artefact')} ({told}){named}"


def _kind(node: Node) -> str:
    holder = f" of {plain(node.path or '')}" if node.kind in (NodeKind.FUNCTION, NodeKind.PARAM, NodeKind.STEP, NodeKind.CI_JOB) and node.path else ""  # fmt: skip
    return ties.kind(node) + holder + (", test" if node.attrs.get("test") else "")


def _evidence(edge: Edge) -> str:
    """Where the tie stands, and what stands there unless it is the name of an end."""
    piece = ties.strongest(edge)
    if piece is None:
        return ""
    known = piece.snippet in {edge.source.partition(":")[2], edge.target.partition(":")[2]}
    snippet = "" if known else f"  {clip(plain(piece.snippet), 60)}"
    more = f" (+{len(edge.evidence) - 1})" if len(edge.evidence) > 1 else ""
    return f"  {ties.place(piece)}{snippet}{more}"
