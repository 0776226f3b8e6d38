"""The engine of the dialects: what a name holds after the code that builds it was run symbolically."""

from __future__ import annotations

import pytest

from auditor.dialects.symbolic import Machine, Meaning
from auditor.dialects.symbolic.machine import TREE_FUEL
from auditor.dialects.symbolic.things import Arguments, Either, Items, Made, Plain, Table, Text, Thing, Where, options
from tests.pages import graphs

TASK = "from toyflow import task\n"


class Toy(Meaning):
    """Notes every task with its name and the conditions it was made under."""

    def __init__(self) -> None:
        self.made: list[tuple[object, bool, bool]] = []

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        if dotted != "toyflow.task":
            return None
        self.made.append((shown(args.get("name", 0)), where.conditional, where.repeated))
        return Plain("a task")


def shown(thing: Thing | None) -> object:
    """A thing as plain Python."""
    if isinstance(thing, Plain):
        return thing.value
    if isinstance(thing, Text):
        return thing.value.text()
    if isinstance(thing, Items):
        return [shown(item) for item in thing.items]
    if isinstance(thing, Table):
        return {key: shown(value) for key, value in thing.entries.items()}
    if isinstance(thing, Either):
        return {shown(option) for option in options(thing)}
    return thing.dotted if isinstance(thing, Made) else "?"


def run(text: str, more: dict[str, str] | None = None) -> tuple[Machine, Toy]:
    resolved = graphs({"flow.py": text, **(more or {})}).world.resolved
    toy = Toy()
    machine = Machine(resolved, toy)
    machine.start("flow.py")
    return machine, toy


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("x = 'a' + '_' + 'b'", "a_b", id="sum of texts"),
        pytest.param("n = 'a'\nx = f'{n}_b'", "a_b", id="f-string"),
        pytest.param("x = f'{unknown()}_b'", "{?}_b", id="f-string with a hole"),
        pytest.param("x = '{}_{b}'.format('a', b=1)", "a_1", id="format"),
        pytest.param("x = '%s_b' % 'a'", "a_b", id="percent"),
        pytest.param("x = '_'.join(['a', 'b'])", "a_b", id="join"),
        pytest.param("x = 'A-B'.lower().replace('-', '_')", "a_b", id="methods of a text"),
        pytest.param("x = [1]\nx += [2]\nx.append(3)\nx.extend((4,))", [1, 2, 3, 4], id="a list that grows"),
        pytest.param("x = [f'{a}{b}' for a in 'p q'.split() for b in (1, 2) if b > 1]", ["p2", "q2"], id="comprehension"),
        pytest.param("x = {k: v * 2 for k, v in {'a': 1}.items()}", {"a": 2}, id="dict comprehension"),
        pytest.param("a = {'k': 1}\nx = {**a, 'l': 2}['l']", 2, id="item of a spread dict"),
        pytest.param("x = dict(a=1).get('b', 7)", 7, id="default of get"),
        pytest.param("x = {'a': 1} | {'b': 2}", {"a": 1, "b": 2}, id="merged dicts"),
        pytest.param("x = []\nfor i, n in enumerate(['a', 'b']):\n    x.append(f'{n}{i}')", ["a0", "b1"], id="enumerate"),
        pytest.param("x = []\nfor n in range(9):\n    if n == 2:\n        break\n    x.append(n)", [0, 1], id="break"),
        pytest.param("x = []\nfor n in range(3):\n    if n == 1:\n        continue\n    x.append(n)", [0, 2], id="continue"),
        pytest.param("x = sum([[1], [2]], [])", [1, 2], id="sum of lists"),
        pytest.param("from functools import partial\ndef f(a, b):\n    return a + b\nx = partial(f, 'p')('q')", "pq", id="partial"),
        pytest.param("def f(*a, k='z', **o):\n    return [a, k, o]\nx = f(1, 2, m=3)", [[1, 2], "z", {"m": 3}], id="parameters"),
        pytest.param("x = (lambda a, b='n': a + b)('m')", "mn", id="lambda"),
        pytest.param("x = 1 if 2 > 1 else 3", 1, id="known choice"),
        pytest.param("x = 1 if unknown() else 3", {1, 3}, id="unknown choice"),
        pytest.param("import os\nif os.getenv('A'):\n    x = 1\nelse:\n    x = 2", {1, 2}, id="unknown branch"),
        pytest.param("x = None or 'late'", "late", id="or"),
        pytest.param("class C:\n    K = 'k'\n    def __init__(self, a):\n        self.a = a\n    def m(self):\n        return self.K + self.a\nx = C('z').m()", "kz", id="object"),
        pytest.param("class B:\n    K = 'base'\nclass C(B):\n    pass\nx = C.K", "base", id="inherited attribute"),
        pytest.param("def make():\n    a = 'in'\n    def inner():\n        return a\n    return inner\nx = make()()", "in", id="closure"),
        pytest.param("a, (b, *c) = 1, (2, 3)\nx = a", 1, id="unpacking"),
        pytest.param("try:\n    import json\n    x = 1\nexcept ImportError:\n    x = 2", 1, id="try"),
        pytest.param("x = 1\nif __name__ == '__main__':\n    x = 2", 2, id="main guard of a started file"),
        pytest.param("from conf import NAMES\nx = NAMES", ["a", "b"], id="constant of another module"),
        pytest.param("import conf\nx = conf.Settings.ROOT", "data", id="class of another module"),
        pytest.param("from conf import *\nx = NAMES", ["a", "b"], id="star import"),
        pytest.param("import yaml\nx = [t for t in yaml.safe_load(open('conf.yml'))['tables']]", ["t1", "t2"], id="configuration file"),
        pytest.param("import yaml\nc = yaml.safe_load(open('conf.yml'))\nx = [c['names'][k]['at'] for k in c['names']]", ["p", "q"], id="nested configuration"),
    ],
)  # fmt: skip
def test_what_a_name_holds(text: str, value: object) -> None:
    more = {
        "conf.py": "NAMES = ['a', 'b']\nclass Settings:\n    ROOT = 'data'\n",
        "conf.yml": "tables: [t1, t2]\nnames:\n  a: {at: p}\n  b: {at: q}\n",
    }
    machine, _ = run(text + "\n", more)
    assert shown(machine.lookup("x", machine.module("flow.py"))) == value


@pytest.mark.parametrize(
    ("text", "made"),
    [
        pytest.param("task('a')", [("a", False, False)], id="straight on"),
        pytest.param("for n in ('a', 'b'):\n    task(n)", [("a", False, False), ("b", False, False)], id="known loop"),
        pytest.param("for n in unknown():\n    task('a')", [("a", False, True)], id="unknown loop"),
        pytest.param("while unknown():\n    task('a')", [("a", False, True)], id="while"),
        pytest.param("if unknown():\n    task('a')\nelse:\n    task('b')", [("a", True, False), ("b", True, False)], id="branches"),
        pytest.param("if False:\n    task('a')", [], id="never"),
        pytest.param("def f(n):\n    task(n)\nf('a')\nf('b')", [("a", False, False), ("b", False, False)], id="function"),
        pytest.param("def f():\n    f()\n    task('a')\nf()", [("a", False, False)], id="recursion ends"),
        pytest.param("def f():\n    return\n    task('a')\nf()", [], id="after return"),
        pytest.param("def f():\n    if unknown():\n        return\n    task('a')\nf()", [("a", False, False)], id="after a return that may be"),
        pytest.param("[task(n) for n in ['a']]", [("a", False, False)], id="comprehension"),
        pytest.param("from lib import build\nbuild()", [("lib", False, False)], id="function of another module"),
        pytest.param("import lib", [], id="a module is run when it is used"),
        pytest.param("import one", [], id="a circle of imports"),
    ],
)  # fmt: skip
def test_what_is_made_and_when(text: str, made: list[object]) -> None:
    more = {
        "lib.py": TASK + "def build():\n    task('lib')\n",
        "one.py": "from two import b\na = b\n",
        "two.py": "from one import a\nb = a\n",
    }
    assert run(TASK + text + "\n", more)[1].made == made


def test_trust_falls_with_the_way_a_text_takes() -> None:
    machine, _ = run("A = 'x'\nb = A\nfor c in ['y']:\n    pass\nd = f'{A}!'\ne = ['z']\n")
    names = machine.module("flow.py")
    trust = {name: getattr(machine.lookup(name, names), "trust", None) for name in "Abcd"}
    assert trust == {"A": 0.95, "b": 0.9, "c": 0.8, "d": 0.8}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("for a in range(200):\n    for b in range(200):\n        for c in range(200):\n            x = a\n", id="loops"),
        pytest.param("def f(n):\n    return [g(n), g(n), g(n)]\ndef g(n):\n    return [h(n)] * 9\ndef h(n):\n    return [n for _ in range(200)]\nx = [[f(1) for _ in range(50)] for _ in range(50)]\n", id="calls"),
        pytest.param("x = " + "(" * 90 + "1" + ")" * 90 + "\ny = " + "-" * 300 + "1\n", id="depth"),
        pytest.param("x = 'a' * 10 ** 9\n", id="a long text"),
    ],
)  # fmt: skip
def test_the_run_is_bounded(text: str) -> None:
    machine, toy = run(TASK + text + "task('after')\n")
    assert toy.made in ([("after", False, False)], [])
    assert machine.spent <= {"flow.py"}


def test_the_run_of_a_whole_tree_is_bounded_and_says_where_it_was_cut() -> None:
    doubling = "".join(f"def f{n}(x):\n    return [f{n + 1}(x), f{n + 1}(x)]\n" for n in range(12))
    grind = doubling + "def f12(x):\n    return x\n" + "".join(f"x{n} = f0(1)\n" for n in range(9))
    names = [f"job{number}.py" for number in range(20)]
    resolved = graphs(dict.fromkeys(names, f"{TASK}task('before')\n{grind}task('after')\n")).world.resolved
    toy = Toy()
    machine = Machine(resolved, toy)
    for name in names:
        machine.start(name)
    told = [remark.path for remark in machine.cut(names[:3])]
    assert told == names[:3]
    assert sum(made[0] == "before" for made in toy.made) == 20  # each module still gets its beginning
    assert machine.left <= 0


def test_the_bodies_of_classes_count_as_part_of_their_tree() -> None:
    doubling = "".join(f"def f{n}(x):\n    return [f{n + 1}(x), f{n + 1}(x)]\n" for n in range(12))
    grind = doubling + "def f12(x):\n    return x\n"
    classes = "".join(f"class C{n}:\n    K = f0(1)\nx{n} = C{n}.K\n" for n in range(20))
    machine, _ = run(f"{TASK}{grind}{classes}")
    assert TREE_FUEL - machine.left > 200_000
