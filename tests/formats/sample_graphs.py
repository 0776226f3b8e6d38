"""Graphs made by hand: a small pipeline with a contradiction, one of hostile names, one of thousands of nodes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from auditor.model.artefact import Edge, EdgeKind, Evidence, Node, NodeKind
from auditor.model.export import IMPACT_SCHEMA, SCHEMA, GraphExport, ImpactExport, Reached, Resolution, Side, Unresolved

EVIL = "<script>alert(1)</script>\"'&]]>\\ {{ 7*7 }}\x1b[2J\u202e\u2028\ud800\x00"


def piece(path: str, line: int | None, snippet: str, confidence: float = 0.9, *, declared: bool = False) -> Evidence:
    return Evidence(path, line, snippet, "dvc" if declared else "python", "deps" if declared else "literal", confidence, declared)  # fmt: skip


def pipeline() -> GraphExport:
    """A step that declares one input and reads two, a script, a model, a package, a call without a name."""
    nodes = (
        Node("file:data", NodeKind.DATASET, "data", "data"),
        Node("file:data/extra.csv", NodeKind.DATASET, "data/extra.csv", "data/extra.csv"),
        Node("file:data/raw.csv", NodeKind.DATASET, "data/raw.csv", "data/raw.csv"),
        Node("file:docs/README.md", NodeKind.DOCUMENT, "docs/README.md", "docs/README.md"),
        Node("file:model.pkl", NodeKind.MODEL, "model.pkl", "model.pkl"),
        Node("file:requirements.txt", NodeKind.ENV, "requirements.txt", "requirements.txt"),
        Node("file:src/train.py", NodeKind.SCRIPT, "src/train.py", "src/train.py"),
        Node("function:src/train.py#load", NodeKind.FUNCTION, "load", "src/train.py", 3),
        Node("package:pandas", NodeKind.PACKAGE, "pandas"),
        Node("step:dvc.yaml#train", NodeKind.STEP, "train", "dvc.yaml", 2),
    )
    read = piece("src/train.py", 4, "pandas.read_csv(data/raw.csv)")
    extra = piece("src/train.py", 5, "pandas.read_csv(data/extra.csv)")
    edges = (
        Edge("file:data/extra.csv", "file:data", EdgeKind.PART_OF, 0.95, False, ()),
        Edge("file:data/extra.csv", "step:dvc.yaml#train", EdgeKind.CONSUMES, 0.9, False, (extra,), {"mismatch": "undeclared-read"}),
        Edge("file:data/raw.csv", "function:src/train.py#load", EdgeKind.CONSUMES, 0.4, False, (piece("src/train.py", 4, "x", 0.4),)),
        Edge("file:data/raw.csv", "step:dvc.yaml#train", EdgeKind.CONSUMES, 0.99, False, (piece("dvc.yaml", 4, "data/raw.csv", 0.95, declared=True), read)),
        Edge("file:src/train.py", "function:src/train.py#load", EdgeKind.CONTAINS, 0.95, False, (piece("src/train.py", 3, "load"),)),
        Edge("package:pandas", "file:requirements.txt", EdgeKind.ENV_OF, 0.95, True, (piece("requirements.txt", 1, "pandas", declared=True),)),
        Edge("step:dvc.yaml#train", "file:model.pkl", EdgeKind.PRODUCES, 0.95, True, (piece("dvc.yaml", 6, "model.pkl", 0.95, declared=True),)),
        Edge("step:dvc.yaml#train", "file:src/train.py", EdgeKind.RUNS, 0.95, False, (piece("dvc.yaml", 3, "src/train.py", 0.95),)),
    )  # fmt: skip
    hidden = Unresolved("src/train.py", 9, None, "pandas.read_csv", "param", "comes from a parameter", "path")
    return GraphExport(SCHEMA, "all", nodes, edges, (Resolution(".", 4, 0.75, (hidden,)),), "churn", "3f9a1c2b4d5e6f70")


def hostile() -> GraphExport:
    """Names that mean harm, wherever a target can put one."""
    path = f"a/{EVIL}/b"
    nodes = (
        Node(f"file:{path}.csv", NodeKind.DATASET, f"{path}.csv", f"{path}.csv"),
        Node(f"function:{path}.py#{EVIL}", NodeKind.FUNCTION, EVIL, f"{path}.py", 1, attrs={"note": EVIL}),
        Node(f"host:C:\\{EVIL}\\", NodeKind.DATASET, f"C:\\{EVIL}\\"),
        Node(f"package:{EVIL}", NodeKind.PACKAGE, EVIL),
    )
    evidence = (Evidence(path, 1, EVIL, "python", "literal", 0.9, cell=2),)
    edges = tuple(Edge(nodes[0].id, other.id, EdgeKind.CONSUMES, 0.9, False, evidence) for other in nodes[1:])
    hidden = Unresolved(path, 1, None, EVIL, "param", "comes from a parameter", EVIL)
    return GraphExport(SCHEMA, "observed", nodes, edges, (Resolution(EVIL, 1, 0.0, (hidden,)),), EVIL, EVIL)


def crowd(size: int) -> GraphExport:
    """A chain of so many scripts and files, forty to a folder."""
    nodes, edges = [], []
    for number in range(size):
        path = f"part{number // 40:04}/n{number:05}.{'py' if number % 2 else 'csv'}"
        kind = NodeKind.SCRIPT if number % 2 else NodeKind.DATASET
        nodes.append(Node(f"file:{path}", kind, path, path))
    for number, (before, after) in enumerate(pairwise(nodes)):
        kind_ = EdgeKind.PRODUCES if number % 2 else EdgeKind.CONSUMES
        edges.append(Edge(before.id, after.id, kind_, 0.9, False, (piece(before.path or "", 1, "x"),)))
    return GraphExport(SCHEMA, "all", tuple(nodes), tuple(edges), (), "crowd")


def empty() -> GraphExport:
    """Nothing at all."""
    return GraphExport(SCHEMA, "all", (), ())


GRAPHS: dict[str, Callable[[], GraphExport]] = {
    "pipeline": pipeline,
    "hostile": hostile,
    "empty": empty,
    "crowd": lambda: crowd(200),
}


def impact(width: int = 2, depth: int = 2) -> ImpactExport:
    """A data set that `width` steps read, each of which starts a chain of `depth` files."""
    graph = pipeline()
    start = graph.nodes[2]
    reached = []
    for column in range(width):
        way: tuple[str, ...] = (start.id,)
        for row in range(depth):
            kind = NodeKind.STEP if row % 2 == 0 else NodeKind.MODEL
            path = f"p{column:02}/m{row}.pkl"
            name = f"step:{path}#s" if row % 2 == 0 else f"file:{path}"
            node = Node(
                name, kind, f"s{column}" if row % 2 == 0 else path, path, attrs={"test": True} if column == 1 else {}
            )
            tie = EdgeKind.CONSUMES if row % 2 == 0 else EdgeKind.PRODUCES
            edge = Edge(way[-1], name, tie, 0.9, False, (piece(path, row + 1, f"read({way[-1]})"),))
            way = (*way, name)
            reached.append(Reached(node, row + 1, 0.9, way, (edge,)))
    ordered = tuple(sorted(reached, key=lambda item: (item.depth, item.node.id)))
    return ImpactExport(
        IMPACT_SCHEMA, "all", "raw.csv", (start,), "", 0.5, None, Side(ordered, 3, 2), Side(()), "churn"
    )
