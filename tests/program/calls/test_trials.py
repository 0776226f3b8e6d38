"""What tests replace, and where they work."""

from __future__ import annotations

import pytest

from auditor.program.symbolic.values import is_temporary
from tests.program.asking import program

_LIB = """
import os, requests
import pandas as pd

def key():
    return os.environ["KEY"]

def load(path):
    return pd.read_csv(path)

def fetch(client: requests.Session, url):
    return client.get(url)

def export(name):
    pd.DataFrame().to_csv(f"out/{name}.csv")

def work():
    return key()
"""


def reached(test: str, **more: str) -> set[str]:
    """The functions of the library that the tests of a file reach."""
    files = {"test_it.py": test, "lib.py": _LIB, **{f"{name}.py": text for name, text in more.items()}}
    resolved = program(files)
    tests = [n for n in resolved.code.scopes("test_it.py") if "test" in resolved.code.scope("test_it.py", n).name]
    found = {site for number in tests for site in resolved.effects.reached(("test_it.py", number))}
    return {resolved.code.scope(*site).name for site in found if site[0] == "lib.py" and site[1]}


@pytest.mark.parametrize(
    "test",
    [
        "from unittest.mock import patch\nimport lib\n@patch('lib.key')\ndef test_it(key):\n    lib.work()\n",
        "from unittest.mock import patch\nimport lib\ndef test_it():\n    with patch('lib.key'):\n        lib.work()\n",
        "from unittest.mock import patch\nimport lib\n@patch.object(lib, 'key')\ndef test_it(key):\n    lib.work()\n",
        "import lib\ndef test_it(mocker):\n    mocker.patch('lib.key')\n    lib.work()\n",
        "import lib\ndef test_it(monkeypatch):\n    monkeypatch.setattr(lib, 'key', str)\n    lib.work()\n",
        (
            "import lib, pytest\n@pytest.fixture\ndef key(monkeypatch):\n    monkeypatch.setattr(lib, 'key', str)\n"
            "def test_it(key):\n    lib.work()\n"
        ),
        (
            "from unittest import TestCase, mock\nimport lib\n@mock.patch('lib.key')\nclass TestIt(TestCase):\n"
            "    def test_it(self, key):\n        lib.work()\n"
        ),
    ],
)
def test_a_function_that_a_test_replaces_does_not_run(test: str) -> None:
    assert reached(test) == {"work"}


def test_what_is_not_replaced_runs() -> None:
    assert reached("import lib\ndef test_it():\n    lib.work()\n") == {"work", "key"}


def test_a_fixture_of_conftest_replaces_too() -> None:
    fixture = "import lib, pytest\n@pytest.fixture\ndef key(monkeypatch):\n    monkeypatch.setattr('lib.key', str)\n"
    assert reached("import lib\ndef test_it(key):\n    lib.work()\n", conftest=fixture) == {"work"}


def landed(test: str) -> list[str]:
    """What the effects of a test name, folders that last for the test left out."""
    resolved = program({"test_it.py": test, "lib.py": _LIB})
    effects = [e for n in resolved.code.scopes("test_it.py") for e in resolved.effects.of(("test_it.py", n))]
    return [v.text() for e in effects if e.io for v in e.targets if not is_temporary(v)]


@pytest.mark.parametrize(
    "body",
    [
        "def test_it(tmp_path, monkeypatch):\n    monkeypatch.chdir(tmp_path)\n",
        "def test_it(tmp_path):\n    os.chdir(tmp_path)\n",
        "def test_it():\n    with tempfile.TemporaryDirectory() as folder:\n        os.chdir(folder)\n",
        "def test_it(tmpdir):\n    with tmpdir.as_cwd():\n        pass\n",
        "def test_it(runner):\n    with runner.isolated_filesystem():\n        pass\n",
        "@pytest.fixture\ndef place(tmp_path):\n    os.chdir(tmp_path)\ndef test_it(place):\n    pass\n",
    ],
)
def test_a_test_that_changes_its_folder_touches_nothing_of_the_tree(body: str) -> None:
    head = "import os, tempfile, pytest\nfrom lib import export\n"
    assert landed(f"{head}{body}    export('x')\n    open('a.txt', 'w')\n") == []


def test_a_test_that_stays_touches_the_tree() -> None:
    assert landed("from lib import export\ndef test_it():\n    export('x')\n") == ["out/x.csv"]


@pytest.mark.parametrize(
    "body",
    [
        "with tempfile.TemporaryDirectory() as folder:\n        load(f'{folder}/a.csv')\n",
        "with tempfile.NamedTemporaryFile() as made:\n        load(made.name)\n",
    ],
)
def test_a_folder_that_with_makes_is_temporary(body: str) -> None:
    assert landed(f"import tempfile\nfrom lib import load\ndef test_it():\n    {body}") == []


def test_what_a_fixture_yields_can_be_temporary() -> None:
    fixture = "@pytest.fixture\ndef folder(tmp_path):\n    yield tmp_path / 'data'\n"
    test = f"import pytest\nfrom lib import load\n{fixture}def test_it(folder):\n    load(folder / 'a.csv')\n"
    assert landed(test) == []


@pytest.mark.parametrize(
    ("client", "fetches"),
    [
        pytest.param("requests.Session()", True, id="the library's"),
        pytest.param("Fake()", False, id="an own object"),
        pytest.param("Other()", False, id="an own object of another form"),
        pytest.param("MagicMock()", False, id="a mock"),
    ],
)
def test_an_object_of_the_test_in_the_place_of_a_client_fetches_nothing(client: str, fetches: bool) -> None:
    head = "import requests\nfrom unittest.mock import MagicMock\nfrom lib import fetch\n"
    fake = "class Fake:\n    def get(self, url): return url\nclass Other:\n    def stream(self, url): return url\n"
    test = f"{head}{fake}def test_it():\n    fetch({client}, 'https://example.org/a')\n"
    assert (landed(test) == ["https://example.org/a"]) is fetches


def test_a_class_that_a_test_replaces_fetches_nothing_by_its_objects() -> None:
    test = "from lib import get\n{}def test_it({}):\n    get('https://example.org/a')\n"
    lib = "import requests\ndef get(url):\n    requests.Session().get(url)\n"
    found = []
    for patch, param in (("", ""), ("from unittest.mock import patch\n@patch('lib.requests.Session')\n", "made")):
        resolved = program({"test_it.py": test.format(patch, param), "lib.py": lib})
        scopes = resolved.code.scopes("test_it.py")
        found.append([e.name for n in scopes for e in resolved.effects.of(("test_it.py", n)) if e.io])
    assert found == [["requests.Session.get"], []]


KEPT = """
class Reader:
    def __init__(self, folder):
        self.folder = folder
    def train(self):
        open(self.folder + '/train.txt')
    def test(self):
        open(self.folder + '/test.txt')

def evaluate(reader):
    reader.test()

def run():
    evaluate(Reader('data'))

def make():
    return Reader('other')
"""


def test_of_an_object_that_is_kept_only_what_is_called_happens() -> None:
    resolved = program({"main.py": KEPT})
    effects = [e for n in resolved.code.scopes("main.py") for e in resolved.effects.of(("main.py", n))]
    named = {e.targets[0].text() for e in effects if e.io and e.via}
    assert named == {"data/test.txt", "other/train.txt", "other/test.txt"}
