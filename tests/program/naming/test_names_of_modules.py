"""Which file an import means."""

from __future__ import annotations

import pytest

from auditor.program.naming.code import Instance, Library, Local, Module
from tests.program.asking import meaning, program, texts

EMPTY = '{"cells": [{"cell_type": "code", "metadata": {}, "source": "x = 1"}], "nbformat": 4, "nbformat_minor": 5}'
CONSTANT = "PATH = 'x'\ndef load(): pass\n"


@pytest.mark.parametrize(
    ("tree", "importer", "dotted", "level", "file"),
    [
        pytest.param(["main.py", "data.py"], "main.py", "data", 0, "data.py", id="beside"),
        pytest.param(["pkg/__init__.py", "pkg/a.py", "main.py"], "main.py", "pkg.a", 0, "pkg/a.py", id="dotted"),
        pytest.param(["pkg/__init__.py", "main.py"], "main.py", "pkg", 0, "pkg/__init__.py", id="package"),
        pytest.param(["pkg/a.py", "main.py"], "main.py", "pkg", 0, "pkg/", id="namespace package"),
        pytest.param(["src/pkg/__init__.py", "main.py"], "main.py", "pkg", 0, "src/pkg/__init__.py", id="src"),
        pytest.param(["src/pkg/a.py", "scripts/run.py"], "scripts/run.py", "pkg.a", 0, "src/pkg/a.py", id="src above"),
        pytest.param(["steps/a.py", "steps/b.py"], "steps/a.py", "b", 0, "steps/b.py", id="sibling of a script"),
        pytest.param(["a.py", "steps/a.py", "steps/b.py"], "steps/b.py", "a", 0, "steps/a.py", id="nearest first"),
        pytest.param(["p/a.py", "p/b.py"], "p/a.py", "b", 1, "p/b.py", id="one dot"),
        pytest.param(["p/q/a.py", "p/b.py"], "p/q/a.py", "b", 2, "p/b.py", id="two dots"),
        pytest.param(["p/__init__.py", "p/a.py"], "p/a.py", "", 1, "p/__init__.py", id="the package itself"),
        pytest.param(["p/q/__init__.py", "p/q/c.py", "p/a.py"], "p/a.py", "q.c", 1, "p/q/c.py", id="dot and path"),
        pytest.param(["p/a.py", "b.py"], "p/a.py", "b", 1, None, id="a dot does not leave its folder"),
        pytest.param(["deep/lib/core.py", "app/run.py"], "app/run.py", "core", 0, "deep/lib/core.py", id="sys.path"),
        pytest.param(
            ["p/__init__.py", "p/torch.py", "run.py"], "run.py", "torch", 0, None, id="no adapter is the library"
        ),
        pytest.param(
            ["p/__init__.py", "p/torch.py", "p/a.py"], "p/a.py", "torch", 0, None, id="nor to its own package"
        ),
        pytest.param(
            ["p/__init__.py", "p/torch.py", "p/a.py"], "p/a.py", "torch", 1, "p/torch.py", id="unless by a dot"
        ),
        pytest.param(["p/torch.py", "p/a.py"], "p/a.py", "torch", 0, "p/torch.py", id="a script has it beside it"),
        pytest.param(
            ["p/keras/__init__.py", "t/a.py"], "t/a.py", "keras", 0, "p/keras/__init__.py", id="the library itself"
        ),
        pytest.param(["x/core.py", "y/core.py", "app/run.py"], "app/run.py", "core", 0, None, id="ambiguous"),
        pytest.param(["x/utils.py", "app/run.py"], "app/run.py", "utils", 0, None, id="far too plain a name"),
        pytest.param(
            ["a/src/a/__init__.py", "b/src/b/__init__.py"],
            "a/src/a/__init__.py",
            "b",
            0,
            "b/src/b/__init__.py",
            id="the src of a neighbour",
        ),
        pytest.param(
            ["x/logging.py", "app/run.py"],
            "app/run.py",
            "logging",
            0,
            None,
            id="no far module is of the standard library",
        ),
        pytest.param(["a/src/io.py", "b/c.py"], "b/c.py", "io", 0, None, id="nor one that lies in src"),
        pytest.param(["x/logging/handlers.py", "y/a.py"], "y/a.py", "logging.handlers", 0, None, id="nor a part of it"),
        pytest.param(["p/logging.py", "p/a.py"], "p/a.py", "logging", 0, "p/logging.py", id="a script shadows it"),
        pytest.param(
            ["p/__init__.py", "p/logging.py", "p/a.py"], "p/a.py", "logging", 0, None, id="a package does not"
        ),
        pytest.param(
            ["p/__init__.py", "p/logging.py", "p/a.py"], "p/a.py", "logging", 1, "p/logging.py", id="but for its own"
        ),
        pytest.param(["tests/core.py", "app/run.py"], "app/run.py", "core", 0, None, id="not out of tests"),
        pytest.param(["main.py"], "main.py", "pandas", 0, None, id="library"),
        pytest.param(
            ["app/run.py", "pandas/notes/x.py"], "app/run.py", "pandas", 0, None, id="folder named as a library"
        ),
        pytest.param(["pandas.py", "main.py"], "main.py", "pandas", 0, "pandas.py", id="module that shadows a library"),
        pytest.param(["main.py"], "main.py", "main.deeper", 0, None, id="no such submodule"),
        pytest.param(["n/a.ipynb", "n/b.ipynb"], "n/a.ipynb", "./b", 1, "n/b.ipynb", id="a notebook that one runs"),
        pytest.param(["n/a.ipynb", "n/b.py"], "n/a.ipynb", "./b.py", 1, "n/b.py", id="a program that one runs"),
        pytest.param(["n/a.ipynb", "b.py"], "n/a.ipynb", "./../b", 1, "b.py", id="one above"),
        pytest.param(["n/a.ipynb", "b.py"], "n/a.ipynb", "./b", 1, None, id="not above without being told"),
        pytest.param(
            ["n/m/a.ipynb", "n/s/b.py"], "n/m/a.ipynb", "./s/b.py", 1, "n/s/b.py", id="from the folder of the first"
        ),
        pytest.param(["a.ipynb", "b.ipynb"], "a.ipynb", "b", 0, None, id="no import of a notebook"),
        pytest.param(["a.ipynb"], "a.ipynb", "./../../b", 1, None, id="beside the tree"),
    ],
)
def test_an_import_means_the_file_python_would_take(
    tree: list[str], importer: str, dotted: str, level: int, file: str | None
) -> None:
    resolved = program({path: EMPTY if path.endswith(".ipynb") else CONSTANT for path in tree})
    assert resolved.code.modules.resolve(importer, dotted, level) == file


@pytest.mark.parametrize(
    ("files", "path"),
    [
        pytest.param({"main.py": "from lib import load\nask(load)", "lib.py": CONSTANT}, "lib.py", id="from import"),
        pytest.param({"main.py": "import lib\nask(lib.load)", "lib.py": CONSTANT}, "lib.py", id="import"),
        pytest.param({"main.py": "import lib as l\nask(l.load)", "lib.py": CONSTANT}, "lib.py", id="alias"),
        pytest.param(
            {"main.py": "import pkg.io\nask(pkg.io.load)", "pkg/__init__.py": "", "pkg/io.py": CONSTANT},
            "pkg/io.py",
            id="dotted import",
        ),
        pytest.param(
            {
                "main.py": "from pkg import load\nask(load)",
                "pkg/__init__.py": "from .io import load",
                "pkg/io.py": CONSTANT,
            },
            "pkg/io.py",
            id="re-export",
        ),
        pytest.param(
            {"main.py": "from pkg import io\nask(io.load)", "pkg/__init__.py": "", "pkg/io.py": CONSTANT},
            "pkg/io.py",
            id="submodule",
        ),
        pytest.param(
            {
                "main.py": "from pkg import get\nask(get)",
                "pkg/__init__.py": "from .io import load as get",
                "pkg/io.py": CONSTANT,
            },
            "pkg/io.py",
            id="renamed re-export",
        ),
        pytest.param({"main.py": "from lib import *\nask(load)", "lib.py": CONSTANT}, "lib.py", id="star"),
        pytest.param(
            {"main.py": "from a import *\nask(load)", "a.py": "from b import *", "b.py": CONSTANT},
            "b.py",
            id="star of a star",
        ),
        pytest.param(
            {
                "main.py": "from pkg import load\nask(load)",
                "pkg/__init__.py": "from .io import *",
                "pkg/io.py": CONSTANT,
            },
            "pkg/io.py",
            id="star re-export",
        ),
        pytest.param(
            {"main.py": "def f():\n    from lib import load\n    ask(load)", "lib.py": CONSTANT},
            "lib.py",
            id="import in a function",
        ),
        pytest.param(
            {
                "main.py": "try:\n    from lib import load\nexcept ImportError:\n    load = None\nask(load)",
                "lib.py": CONSTANT,
            },
            "lib.py",
            id="guarded import",
        ),
    ],
)
def test_a_name_leads_to_its_definition(files: dict[str, str], path: str) -> None:
    found = meaning(files)
    assert isinstance(found, Local)
    assert found.path == path


def test_a_local_module_shadows_the_library_of_its_name() -> None:
    used = "import pandas\nask(pandas.read_csv)"
    assert meaning({"main.py": used}) == Library("pandas.read_csv")
    assert meaning({"main.py": used, "pandas.py": "def read_csv(): pass"}) == Local("pandas.py", 1)


def test_a_package_is_a_module_and_a_class_of_it_makes_instances() -> None:
    files = {"pkg/__init__.py": "", "pkg/m.py": "class Model:\n    pass\n"}
    assert meaning({**files, "main.py": "import pkg\nask(pkg)"}) == Module("pkg/__init__.py")
    assert meaning({**files, "main.py": "from pkg.m import Model\nask(Model())"}) == Instance(Local("pkg/m.py", 1))


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"main.py": "from b import x\nask(x)", "b.py": "from main import x"}, id="two modules"),
        pytest.param({"main.py": "from b import *\nask(x)", "b.py": "from main import *"}, id="two stars"),
        pytest.param({"main.py": "from main import x\nask(x)"}, id="itself"),
        pytest.param(
            {"main.py": "from p import x\nask(x)", "p/__init__.py": "from .a import x", "p/a.py": "from p import x"},
            id="package and part",
        ),
        pytest.param({"main.py": "x = x\nask(x)"}, id="a name of itself"),
        pytest.param({"main.py": "class A(B): pass\nclass B(A): pass\nask(A().x)"}, id="bases in a circle"),
        pytest.param({"main.py": "def f(): return g()\ndef g(): return f()\nask(f())"}, id="calls in a circle"),
    ],
)
def test_circles_end(files: dict[str, str]) -> None:
    found = meaning(files)
    assert found is None or isinstance(found, Library)


@pytest.mark.parametrize("modules", [3, 12])
def test_modules_that_import_all_of_each_other_are_searched_once(modules: int) -> None:
    """Without a memory of the search this takes as many steps as there are ways through the modules."""
    files = {
        f"m{n}.py": "".join(f"from m{other} import *\n" for other in range(modules) if other != n)
        for n in range(modules)
    }
    files[f"m{modules - 1}.py"] += "FOUND = 'x.csv'\n"
    assert meaning({**files, "main.py": "from m0 import *\nask(nowhere)"}) == Library("builtins.nowhere")
    assert texts({**files, "main.py": "from m0 import *\nask(nowhere)"}) == ["{nowhere}"]
    assert texts({**files, "main.py": "from m0 import *\nask(FOUND)"}) == ["x.csv"]
