"""Modules that a package of the tree does not have: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.model.place import Place
from tests.pages import graphs

PACKAGE = {"churn/__init__.py": "", "churn/fit.py": "A = 1\n"}


def nowhere(files: dict[str, str]) -> list[str]:
    """The modules that are imported in vain."""
    components = graphs({**PACKAGE, **files}, archetypes="P").components
    return [each.module for graph in components for each in graph.modules_nowhere()]


@pytest.mark.parametrize(
    ("files", "module"),
    [
        ({"run.py": "from churn.tables import read\n"}, "churn/tables"),
        ({"run.py": "import churn.data.tables\n"}, "churn/data/tables"),
        ({"churn/run.py": "from .tables import read\n"}, "churn/tables"),
        ({"churn/deep/run.py": "from ..tables import read\n"}, "churn/tables"),
        ({"src/shop/__init__.py": "", "run.py": "from shop.tables import read\n"}, "src/shop/tables"),
        ({"run.py": "from churn.data.tables import a\nfrom churn.data.rows import b\n"}, "churn/data/tables"),
        ({"run.py": "from churn.data.tables import a\n", ".gitignore": "data/\n"}, "churn/data/tables"),
    ],
)
def test_a_module_that_its_package_does_not_have(files: dict[str, str], module: str) -> None:
    assert nowhere(files) == [module]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"run.py": "from churn.fit import A\n"}, id="there"),
        pytest.param({"run.py": "try:\n    from churn.tables import read\nexcept ImportError:\n    read = None\n"}, id="tried"),
        pytest.param({"run.py": "from churn.tables import read\n", "churn/tables.pyx": ""}, id="of another language"),
        pytest.param({"run.py": "from churn.fast.tables import read\n", "native/tables.cpp": ""}, id="compiled elsewhere"),
        pytest.param({"run.py": "from churn._version import A\nfrom churn.rows_pb2 import B\n"}, id="generated"),
        pytest.param({"run.py": "from churn.tables import read\n", "other/churn/tables.py": "read = 1\n", "more/churn/tables.py": "read = 1\n"}, id="in one of two others"),
        pytest.param({"run.py": "from churn.tables import read\n", "make.py": "open('tables.py', 'w')\n"}, id="written by a program"),
        pytest.param({"run.py": "from churn.tables import read\n", "Makefile": "get:\n\tcp -r ../kept/tables churn\n"}, id="fetched by a step"),
        pytest.param({"run.py": "from churn.tables import read\n", ".gitignore": "churn/tables.py\n"}, id="left out by a line of its own"),
        pytest.param({"run.py": "from churn.tables import read\n", "requirements.txt": "churn\n"}, id="of a package that is installed"),
        pytest.param({"lib/timm/__init__.py": "", "lib/__init__.py": "", "lib/run.py": "from timm.layers import A\n"}, id="of a library that a package adapts"),
        pytest.param({"hydra/__init__.py": "", "run.py": "from hydra.core import A\n"}, id="of a library that is installed under another name"),
        pytest.param({"a/shop/__init__.py": "", "b/run.py": "from shop.tables import read\n"}, id="of a package elsewhere"),
        pytest.param({"fast/fast/__init__.py": "from .fast import run\n", "fast/Cargo.toml": ""}, id="a package of Rust"),
        pytest.param({"shop/run.py": "from shop.tables import read\n"}, id="a folder that is no package"),
    ],
)  # fmt: skip
def test_a_module_that_may_be_there(files: dict[str, str]) -> None:
    assert not nowhere(files)


def test_what_keeps_it_out_of_git_and_all_who_import_it_are_told() -> None:
    code = "from churn.data.tables import a\n"
    files = {**PACKAGE, "run.py": code, "show.py": f"\n{code}", ".gitignore": "*.pyc\ndata\n"}
    (graph,) = graphs(files, archetypes="P").components
    (each,) = graph.modules_nowhere()
    assert (each.place, each.others, each.left_out) == (
        Place("run.py", 1),
        (Place("show.py", 2),),
        Place(".gitignore", 2),
    )
    assert each.idle  # nothing starts, imports or names either


def test_an_import_that_something_starts_is_not_idle() -> None:
    files = {**PACKAGE, "run.py": "from churn.tables import read\n", "Makefile": "a:\n\tpython run.py\n"}
    (graph,) = graphs(files, archetypes="P").components
    assert [each.idle for each in graph.modules_nowhere()] == [False]
