"""What the graph says of programs: where one imports another."""

from __future__ import annotations

from auditor.model.artefact import EdgeKind
from tests.pages import graphs


def test_an_import_stands_where_it_is_said_first() -> None:
    files = {
        "tools.py": "A = 1\nB = 2\n",
        "other.py": "C = 3\n",
        "main.py": "import os\nfrom tools import A\nimport other, tools\n",
    }
    world = graphs(files).world
    edges = [world.between("file:main.py", f"file:{name}.py", EdgeKind.IMPORTS) for name in ("tools", "other")]
    assert [[piece.line for piece in edge.evidence] if edge is not None else [] for edge in edges] == [[2], [3]]
