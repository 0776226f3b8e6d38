"""What the graph says of programs: where one imports another."""

from __future__ import annotations

from auditor.model.artefact import EdgeKind, NodeKind
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


def test_a_script_that_names_its_own_packages_is_no_environment_and_a_setup_is_one() -> None:
    found = graphs(
        {
            "a.py": "# /// script\n# dependencies = ['requests']\n# ///\nimport requests\n",
            "setup.py": "from setuptools import setup\nsetup(name='x', install_requires=['pandas'])\n",
        }
    )
    environments = {node.path for node in found.nodes.values() if node.kind is NodeKind.ENV}
    assert environments == {"setup.py"}
    assert "package:pandas" in found.nodes
