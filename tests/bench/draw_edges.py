"""Draws edges of observed lineage from graphs of many repositories, to be judged by reading the code.

`python tests/bench/draw_edges.py SEED TARGET…`, with `TARGET@REV` for a revision, or the JSON of a graph. Prints a table
in Markdown, its verdicts left open: docs/evidence/lineage.md says how they are found.

An edge is a `consumes` or `produces` of `auditor graph TARGET --observed`. Those of each graph are sorted by source,
target and kind, at most 9 are drawn from each, and of all of these, shuffled, the first 150 are taken. One generator
draws throughout, so a seed and the order of the targets fix the draw.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

KINDS = frozenset({"consumes", "produces"})
OF_EACH = 9
IN_ALL = 150


class Edge(NamedTuple):
    """One edge of a graph, with where its graph says it is seen."""

    repository: str
    source: str
    kind: str
    target: str
    confidence: float
    evidence: tuple[str, ...]


def edges(repository: str, graph: dict[str, Any]) -> list[Edge]:
    """The edges of a graph that can be drawn, sorted."""
    found = (
        Edge(repository, each["source"], each["kind"], each["target"], each["confidence"], _shown(each["evidence"]))
        for each in graph["edges"]
        if each["kind"] in KINDS
    )
    return sorted(found, key=lambda edge: (edge.source, edge.target, edge.kind))


def _shown(evidence: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    cells = ((each, each.get("cell")) for each in evidence)
    return tuple(
        f"{each['path']}{'' if cell is None else f'#cell={cell}'}:{each.get('line') or '-'}" for each, cell in cells
    )


def draw(graphs: Sequence[Sequence[Edge]], seed: int, *, of_each: int = OF_EACH, in_all: int = IN_ALL) -> list[Edge]:
    """The draw of a seed from the edges of each graph."""
    generator = random.Random(seed)  # noqa: S311  # a draw that can be repeated, no secret
    pool = [edge for graph in graphs for edge in generator.sample(graph, min(of_each, len(graph)))]
    generator.shuffle(pool)
    return pool[:in_all]


def graph_of(target: str) -> dict[str, Any]:
    """The observed graph of a target, or a stored one."""
    path, _, rev = target.partition("@")
    if path.endswith(".json"):
        return json.loads(Path(path).read_text(encoding="utf-8"))  # type: ignore[no-any-return]  # the JSON of a graph
    from auditor.formats import render_graph
    from auditor.run import graph

    return json.loads(render_graph(graph(path, rev=rev or None, view="observed"), "json"))  # type: ignore[no-any-return]  # as above


def main() -> None:
    """Prints the draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("targets", nargs="+", metavar="TARGET")
    given = parser.parse_args()
    drawn = draw([edges(Path(target).stem, graph_of(target)) for target in given.targets], given.seed)
    print("| No. | Repository | Edge | Conf. | Verdict | Why |", "|---|---|---|---|---|---|", sep="\n")
    for number, edge in enumerate(drawn, 1):
        said = f"`{edge.source}` {edge.kind} `{edge.target}`"
        print(f"| {number} | {edge.repository} | {said} | {edge.confidence} |  | {', '.join(edge.evidence)} |")


if __name__ == "__main__":
    main()
