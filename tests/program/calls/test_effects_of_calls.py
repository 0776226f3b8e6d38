"""What calls do, with what, and how that travels to callers."""

from __future__ import annotations

import pytest

from auditor.model.artefact import Role
from auditor.program import Memory
from auditor.program.calls.carrying import LEVELS
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Local
from tests.program.asking import effects, program
from tests.program.kept.shop import Contents, Held, resolved

PD = "import pandas as pd\n"
IO = {Role.READ, Role.WRITE, Role.LOAD_MODEL, Role.SAVE_MODEL, Role.CONFIG_READ, Role.DOWNLOAD, Role.COPY}


def doings(found: list[Effect]) -> list[tuple[str, str]]:
    """Role and first target of each effect on files."""
    return [(e.role.value, e.targets[0].text() if e.targets else "") for e in found if e.role in IO]


@pytest.mark.parametrize(
    ("source", "role", "target"),
    [
        pytest.param(PD + "pd.read_csv('a.csv')", "read", "a.csv", id="function"),
        pytest.param(PD + "pd.read_csv(filepath_or_buffer='a.csv')", "read", "a.csv", id="keyword"),
        pytest.param(PD + "pd.DataFrame().to_csv('a.csv')", "write", "a.csv", id="method"),
        pytest.param(PD + "df = pd.read_csv(p)\ndf.dropna().to_parquet('b.pq')", "write", "b.pq", id="chain"),
        pytest.param("open('a.txt')", "read", "a.txt", id="open"),
        pytest.param("open('a.txt', 'rb')", "read", "a.txt", id="open rb"),
        pytest.param("open('a.txt', 'w')", "write", "a.txt", id="open w"),
        pytest.param("open('a.txt', mode='wb')", "write", "a.txt", id="open wb by keyword"),
        pytest.param("open('a.txt', 'a+')", "write", "a.txt", id="open a+"),
        pytest.param("m = 'w'\nopen('a.txt', m)", "write", "a.txt", id="mode in a name"),
        pytest.param("from pathlib import Path\nPath('a.txt').read_text()", "read", "a.txt", id="receiver is the path"),
        pytest.param(
            "from pathlib import Path\n(Path('a') / 'b').write_text('x')", "write", "a/b", id="receiver built"
        ),
        pytest.param("import joblib\njoblib.dump(m, 'm.joblib')", "save_model", "m.joblib", id="dump"),
        pytest.param("import joblib\njoblib.load('m.joblib')", "load_model", "m.joblib", id="load"),
        pytest.param("import numpy as np\nnp.save('a.npy', x)", "write", "a.npy", id="numpy"),
        pytest.param("import torch\ntorch.load('m.pt')", "load_model", "m.pt", id="torch"),
    ],
)
def test_a_call_has_a_role_and_a_target(source: str, role: str, target: str) -> None:
    assert (role, target) in doings(effects(source))


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(PD + "text = pd.DataFrame().to_csv()", id="to_csv without a path gives text"),
        pytest.param(PD + "text = pd.DataFrame().to_csv(None)", id="None is no path"),
        pytest.param(PD + "text = pd.DataFrame().to_json()", id="to_json"),
        pytest.param("thing.load('x')", id="method of anything"),
        pytest.param("def open(p): pass\nopen('x', 'w')", id="own function of that name"),
        pytest.param("class A:\n    def to_csv(self, p): pass\nA().to_csv('x')", id="own method of that name"),
    ],
)
def test_what_does_nothing_to_files(source: str) -> None:
    assert doings(effects(source)) == []


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param("import pickle\nwith open('m.pkl', 'wb') as f:\n    pickle.dump(m, f)", "m.pkl", id="with"),
        pytest.param("import pickle\nf = open('m.pkl', 'wb')\npickle.dump(m, f)", "m.pkl", id="name"),
        pytest.param("import pickle\npickle.dump(m, open('m.pkl', 'wb'))", "m.pkl", id="inline"),
        pytest.param(
            "import pickle\nfrom pathlib import Path\nwith Path('m.pkl').open('wb') as f:\n    pickle.dump(m, f)",
            "m.pkl",
            id="Path.open",
        ),
    ],
)
def test_a_handle_means_the_path_it_was_opened_with(source: str, target: str) -> None:
    dumped = [e for e in effects(source) if e.name == "pickle.dump"]
    assert [e.targets[0].text() for e in dumped] == [target]


def test_a_wrapper_s_effect_lands_on_its_callers_with_via() -> None:
    source = PD + "def load(path):\n    return pd.read_csv(path)\n\nload('a.csv')\nload('b.csv')\n"
    carried = [e for e in effects(source) if e.via]
    assert [(e.line, e.targets[0].text(), e.via) for e in carried] == [
        (5, "a.csv", ("load",)),
        (6, "b.csv", ("load",)),
    ]


def test_wrappers_are_followed_over_files_and_named_in_order() -> None:
    files = {
        "io_.py": PD + "def save(df, path):\n    pd.DataFrame(df).to_csv(path)\n",
        "mid.py": "from io_ import save\ndef store(df, name):\n    save(df, f'out/{name}.csv')\n",
        "main.py": "from mid import store\nstore(1, 'x')\n",
    }
    (found,) = effects(files)
    assert (found.role, found.targets[0].text(), found.via) == (Role.WRITE, "out/x.csv", ("store", "save"))


def test_six_levels_and_no_more() -> None:
    chain = PD + "def f0(p):\n    pd.read_csv(p)\n"
    chain += "".join(f"def f{n}(p):\n    f{n - 1}(p)\n" for n in range(1, 9))
    exact = [e.line for e in effects(chain + f"f{LEVELS - 1}('a.csv')") if e.targets[0].exact]
    assert exact
    assert not [e for e in effects(chain + f"f{LEVELS}('a.csv')") if e.targets[0].exact]


def test_a_missing_argument_takes_the_default() -> None:
    source = PD + "def load(path='d.csv'):\n    return pd.read_csv(path)\nload()\n"
    (carried,) = [e for e in effects(source) if e.via]
    assert carried.targets[0].text() == "d.csv"
    assert carried.targets[0].how == "default"


def test_methods_do_not_count_self_and_constructors_carry() -> None:
    source = PD + (
        "class Data:\n    def __init__(self, path):\n        self.df = pd.read_csv(path)\n"
        "    def save(self, path):\n        self.df.to_csv(path)\n"
        "d = Data('in.csv')\nd.save('out.csv')\n"
    )
    carried = {(e.role.value, e.targets[0].text()) for e in effects(source) if e.via}
    assert carried == {("read", "in.csv"), ("write", "out.csv")}


def test_recursion_of_wrappers_ends() -> None:
    source = PD + "def a(p):\n    pd.read_csv(p)\n    b(p)\ndef b(p):\n    a(p)\na('x.csv')\nb('y.csv')\n"
    assert {"x.csv", "y.csv"} <= {e.targets[0].text() for e in effects(source) if e.via}


def test_dead_code_is_marked() -> None:
    found = effects(PD + "if False:\n    pd.read_csv('a.csv')\nelse:\n    pd.read_csv('b.csv')\n")
    assert [(e.targets[0].text(), e.dead) for e in found] == [("a.csv", True), ("b.csv", False)]


def test_an_unknown_receiver_is_known_by_a_unique_method_only() -> None:
    (found,) = [e for e in effects("def f(df):\n    df.to_parquet('x.pq')") if e.role is Role.WRITE]
    assert found.certainty == 0.6


def test_a_subclass_of_a_library_s_class_has_the_role_of_its_base() -> None:
    source = "from sklearn.linear_model import Ridge\nclass Mine(Ridge): pass\nm = Mine()\nm.fit(x, y)\n"
    assert {Role.ESTIMATOR, Role.FIT} <= {e.role for e in effects(source)}


def test_reach_follows_calls_functions_handed_on_and_imports() -> None:
    files = {
        "main.py": "from lib import go\nimport side\ndef cb(): pass\ndef idle(): pass\ngo(cb)\n",
        "lib.py": "def go(f): f()\n",
        "side.py": "print('runs')\n",
    }
    resolved = program(files)
    reached = {(path, resolved.code.scope(path, n).name) for path, n in resolved.effects.reached(("main.py", 0))}
    assert reached == {("main.py", ""), ("main.py", "cb"), ("lib.py", ""), ("lib.py", "go"), ("side.py", "")}


def test_imports_in_a_circle_are_reached_once() -> None:
    files = {"a.py": "import b\n", "b.py": "import c\n", "c.py": "import a\n"}
    resolved = program(files)
    assert set(resolved.effects.reached(("a.py", 0))) == {("a.py", 0), ("b.py", 0), ("c.py", 0)}


CLASSES = {
    "base.py": "class Base:\n    pass\n",
    "main.py": (
        "import abc\nimport some\nfrom base import Base\n\n"
        "class Plain(abc.ABC):\n    pass\n\nclass Heir(Plain, Base):\n    pass\n\n"
        "class Open(some.Base):\n    pass\n\n@some.thing\nclass Dressed:\n    pass\n"
    ),
}


def test_what_classes_are_made_of_where_all_of_it_is_known_and_the_same_out_of_a_store() -> None:
    contents, held = Contents(), Held()
    first, again = (Memory(held, lasting=False) for _ in range(2))
    program = resolved(contents.facts(CLASSES), first)
    found = dict(program.effects.whole)
    assert found == {
        Local("base.py", 1): (),
        Local("main.py", 1): (),
        Local("main.py", 2): (Local("main.py", 1), Local("base.py", 1)),
    }
    program.store()
    assert resolved(contents.facts(CLASSES), again).effects.whole == found
