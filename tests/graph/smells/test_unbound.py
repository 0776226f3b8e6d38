"""Names that are imported from modules of the repository which do not have them."""

from __future__ import annotations

import pytest

from tests.pages import graphs

USES = {"run.py": "from lib.frames import load\nprint(load('x'))\n", "README.md": "# x\n\n`python run.py`\n"}
HOME = "def read(path):\n    return path\n"


def told(files: dict[str, str]) -> list[tuple[str, str]]:
    (component,) = graphs(files).components
    return [(each.place.path, each.name) for each in component.unbound_imports()]


@pytest.mark.parametrize(
    "home",
    [
        pytest.param({"lib/frames.py": HOME}, id="a module in a folder"),
        pytest.param({"lib/frames.py": HOME, "lib/__init__.py": ""}, id="a module of a package"),
        pytest.param({"lib/frames/__init__.py": HOME}, id="a package"),
        pytest.param({"lib/frames.py": HOME + "__all__ = ['read']\n"}, id="a module that lists its names"),
        pytest.param({"src/lib/frames.py": HOME}, id="a source folder"),
        pytest.param({"lib/frames.py": "from lib.more import *\n", "lib/more.py": HOME}, id="a star of a module here"),
    ],
)
def test_an_import_that_fails(home: dict[str, str]) -> None:
    assert told(USES | home) == [("run.py", "load")]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"lib/frames.py": HOME + "load = read\n"}, id="it is bound"),
        pytest.param({"lib/frames.py": "def f():\n    global load\n    load = 1\n"}, id="a function binds it"),
        pytest.param({"lib/frames.py": HOME + "def __getattr__(name):\n    return read\n"}, id="names are made when asked for"),
        pytest.param({"lib/frames.py": HOME + "globals()['lo' + 'ad'] = read\n"}, id="names are made by texts"),
        pytest.param({"lib/frames.py": "from pandas import *\n"}, id="a star of a library"),
        pytest.param({"lib/frames.py": "import sys\nsys.modules[__name__] = object()\n"}, id="the module is replaced"),
        pytest.param({"lib/frames.py": "load =\n"}, id="it cannot be read"),
        pytest.param({"lib/frames/__init__.py": "", "lib/frames/load.py": ""}, id="a module of the package"),
        pytest.param({"lib/frames/__init__.py": "", "lib/frames/load.pyx": ""}, id="a compiled module of the package"),
        pytest.param({"lib/frames/__init__.py": "", "lib/frames/load/kernel.cu": ""}, id="a folder of the package"),
        pytest.param({"lib/frames/__init__.py": "", "lib/frames/load.xcframework/Info.plist": ""}, id="a folder of a compiled module"),
        pytest.param({"lib/frames.py": HOME, "other/lib/frames.py": HOME}, id="two modules of that name"),
        pytest.param({"part/lib/frames.py": HOME}, id="a module in no folder above"),
        pytest.param({"lib/frames.py": HOME, "__init__.py": ""}, id="within a package"),
        pytest.param({"lib/frames.py": HOME, "run.py": "try:\n    from lib.frames import load\nexcept ImportError:\n    load = print\n"}, id="it may fail"),
        pytest.param(
            {"lib/frames.py": HOME, "run.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lib.frames import load\n"},
            id="for types",
        ),
        pytest.param({"lib/frames.py": HOME, "run.py": "if False:\n    from lib.frames import load\n"}, id="never"),
    ],
)  # fmt: skip
def test_an_import_that_may_work(files: dict[str, str]) -> None:
    assert told(USES | files) == []


def test_an_import_by_dots_counts_from_its_own_folder() -> None:
    files = {"a/frames.py": HOME, "b/frames.py": HOME + "load = read\n"}
    for folder, found in (("a", [("a/use.py", "load")]), ("b", [])):
        assert told({**files, f"{folder}/use.py": "from .frames import load\nprint(load)\n"}) == found


def test_a_file_that_nothing_starts_is_left_over() -> None:
    (component,) = graphs(USES | {"lib/frames.py": HOME, "old.py": "from lib.frames import load\n"}).components
    assert {each.place.path: each.idle for each in component.unbound_imports()} == {"run.py": False, "old.py": True}
