"""Objects by how they were constructed; lists, tuples, dicts and comprehensions that are written out."""

from __future__ import annotations

import pytest

from auditor.program.symbolic.values import MOST_ALTERNATIVES
from tests.program.asking import program, texts

DC = "from dataclasses import dataclass, field\nfrom pathlib import Path\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "class C:\n    def __init__(self, p):\n        self.p = p\nask(C('a.csv').p)", ["a.csv"], id="argument"
        ),
        pytest.param(
            "class C:\n    def __init__(self, p='d.csv'):\n        self.p = p\nask(C().p)", ["d.csv"], id="default"
        ),
        pytest.param(
            "class C:\n    def __init__(self, a, b):\n        self.a, self.b = a, b + '.csv'\nask(C('x', b='y').b)",
            ["y.csv"],
            id="unpacked",
        ),
        pytest.param(
            "class C:\n    def __init__(self, d):\n        self.d = d\n    def path(self, n):\n        return self.d + '/' + n\n"
            "c = C('data')\nask(c.path('x.csv'))",
            ["data/x.csv"],
            id="method of an object",
        ),
        pytest.param(
            "class C:\n    def __init__(self, d):\n        self.d = d\n    @property\n    def path(self):\n        return self.d + '/x'\n"
            "ask(C('data').path)",
            ["data/x"],
            id="property",
        ),
        pytest.param(
            "class B:\n    def __init__(self, d):\n        self.d = d\nclass C(B):\n    def __init__(self, n):\n"
            "        super().__init__('data/' + n)\nask(C('x').d)",
            ["data/x"],
            id="constructor of a base",
        ),
        pytest.param(
            "class B:\n    def __init__(self, d):\n        self.d = d\nclass C(B): pass\nask(C('x').d)",
            ["x"],
            id="inherited",
        ),
        pytest.param(
            "class B:\n    def __init__(self, d):\n        self.d = d\n    def out(self):\n        return self.d + '/out'\n"
            "class C(B):\n    def out(self):\n        return super().out() + '/c'\nask(C('x').out())",
            ["x/out/c"],
            id="method of a base",
        ),
        pytest.param(
            DC + "@dataclass\nclass C:\n    a: str\n    b: str = 'b'\nask(C('x').a + C('x').b)", ["xb"], id="dataclass"
        ),
        pytest.param(DC + "@dataclass\nclass C:\n    a: str = 'd'\nask(C(a='x').a)", ["x"], id="dataclass keyword"),
        pytest.param(DC + "@dataclass\nclass C:\n    a: str = field(default='d')\nask(C().a)", ["d"], id="field"),
        pytest.param(
            DC + "@dataclass\nclass C:\n    a: str = field(default_factory=lambda: 'd')\nask(C().a)",
            ["d"],
            id="factory",
        ),
        pytest.param(
            "from pydantic import BaseModel, Field\nclass C(BaseModel):\n    a: str = Field('d', env='A')\nask(C().a)",
            ["d"],
            id="Field",
        ),
        pytest.param(
            "from typing import NamedTuple\nclass C(NamedTuple):\n    a: str\n    b: str\nask(C('x', 'y').b)",
            ["y"],
            id="NamedTuple",
        ),
        pytest.param(
            DC
            + "@dataclass\nclass C:\n    root: Path\ndef make(d):\n    return C(root=Path(d) / 'in')\nask(make('data').root / 'x')",
            ["data/in/x"],
            id="made in a function",
        ),
        pytest.param("class C: pass\nc = C()\nc.path = 'x.csv'\nask(c.path)", ["x.csv"], id="assigned from outside"),
        pytest.param(
            "class A:\n    def __init__(self, p):\n        self.p = p\nclass B:\n    def __init__(self, a):\n        self.a = a\n"
            "    def q(self):\n        return self.a.p\nask(B(A('x')).q())",
            ["x"],
            id="object in an object",
        ),
        pytest.param(
            "class C:\n    def __init__(self, p):\n        self.p = p\n    def f(self):\n        ask(self.p)",
            ["{p}"],
            id="open",
        ),
        pytest.param("def f(cfg):\n    ask(cfg.data.path)", ["{cfg.data.path}"], id="part of a parameter"),
        pytest.param("def f(d):\n    ask(d['path'])", ["{d.path}"], id="key of a parameter"),
        pytest.param(
            "class C:\n    def __init__(self, **kw):\n        self.p = kw['p']\nask(C(p='x').p)",
            ["x"],
            id="keywords gathered",
        ),
        pytest.param("def f(a, b):\n    return a + b\nask(f(*['x', 'y']))", ["xy"], id="positions spread"),
        pytest.param(
            "def f(a, b):\n    return a + b\nd = {'a': 'x', 'b': 'y'}\nask(f(**d))", ["xy"], id="keywords spread"
        ),
    ],
)
def test_attributes_follow_the_construction(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("P = {'a': {'b': 'c.csv'}}\nask(P['a']['b'])", ["c.csv"], id="nested dict"),
        pytest.param("P = {'a': ['x', 'y']}\nask(P['a'][1])", ["y"], id="list in a dict"),
        pytest.param("P = dict(a='x')\nask(P['a'])", ["x"], id="dict of keywords"),
        pytest.param("P = {'a': 'x'}\nask(P.get('a', 'z'))", ["x"], id="get"),
        pytest.param("P = {'a': 'x'}\nask(P.get('b', 'z'))", ["z"], id="get with a default"),
        pytest.param("Q = {'b': 'y'}\nP = {**Q, 'a': 'x'}\nask(P['b'])", ["y"], id="spread into a dict"),
        pytest.param(
            "P = {'b': 'y'}\n" + "".join(f"P = {{**P, '{n}': 'x'}}\n" for n in range(12)) + "ask(P['b'])",
            ["y"],
            id="spread twelve times",
        ),
        pytest.param(
            "A = {'a': 'x'}\nP = {**A, 'b': 'y', **A}\ndef f(k):\n    ask(P[k])", ["x", "y"], id="spread twice"
        ),
        pytest.param("P = {**{k: k + 'x' for k in ['a', 'b']}, 'c': 'y'}\nask(P['b'])", ["bx"], id="one that is made"),
        pytest.param("P = {'a': 'x', 'b': 'y'}\ndef f(k):\n    ask(P[k])", ["x", "y"], id="any key"),
        pytest.param("L = ['x', 'y', 'z']\nask(L[-1])", ["z"], id="last"),
        pytest.param("for v in {'a': 'x', 'b': 'y'}.values():\n    ask(v)", ["x", "y"], id="values"),
        pytest.param("for i, v in enumerate(['x', 'y']):\n    ask(v)", ["x", "y"], id="enumerate"),
        pytest.param("for a, b in zip(['x', 'y'], ['u', 'v']):\n    ask(a + b)", ["xu", "yv"], id="zip"),
        pytest.param("for i, (k, v) in enumerate({'a': 'x'}.items()):\n    ask(k + v)", ["ax"], id="nested targets"),
        pytest.param("for i in range(3):\n    ask(f'p{i}.csv')", ["p0.csv", "p1.csv", "p2.csv"], id="range"),
        pytest.param(
            "F = [f'{n}.csv' for n in ['a', 'b']]\nfor f in F:\n    ask(f)", ["a.csv", "b.csv"], id="comprehension"
        ),
        pytest.param("F = [n + '.csv' for n in ('a', 'b')]\nask(F[1])", ["b.csv"], id="element of a comprehension"),
        pytest.param("for f in ['a'] + ['b']:\n    ask(f)", ["a", "b"], id="sum of lists"),
        pytest.param(
            "def names():\n    return ['a', 'b']\nfor n in names():\n    ask(n)", ["a", "b"], id="returned list"
        ),
        pytest.param(
            "def paths():\n    return 'a.csv', 'b.csv'\na, b = paths()\nask(b)", ["b.csv"], id="returned tuple"
        ),
        pytest.param("xs = ['a'] if c else ['b']\nfor x in xs:\n    ask(x)", ["a", "b"], id="either list"),
        pytest.param("for f in sorted(set(['a', 'b'])):\n    ask(f)", ["a", "b"], id="sorted"),
        pytest.param("p = 'data'\np += '/x.csv'\nask(p)", ["data/x.csv"], id="appended"),
        pytest.param("import os\nask(os.path.splitext('a/b.csv')[0] + '.pq')", ["a/b.pq"], id="splitext"),
        pytest.param("import os\nhead, tail = os.path.split('a/b.csv')\nask(head)", ["a"], id="split"),
        pytest.param("ask('a/b.csv'.replace('.csv', '.pq'))", ["a/b.pq"], id="replace"),
        pytest.param("ask('a/b.csv'.split('/')[-1])", ["b.csv"], id="split of text"),
        pytest.param("ask('A.CSV'.lower())", ["a.csv"], id="lower"),
        pytest.param("ask('a.csv'[:-4])", ["a"], id="slice"),
        pytest.param("from pathlib import Path\nask(Path('a/b.csv').suffix)", [".csv"], id="suffix"),
        pytest.param(
            "from pathlib import Path\nfor f in sorted(Path('d').glob('*.csv')):\n    ask(f)", ["d/*.csv"], id="glob"
        ),
        pytest.param(
            "from pathlib import Path\nfs = [f for f in Path('d').rglob('*.csv') if f.is_file()]\nfor f in fs:\n    ask(f)",
            ["d/{**}/*.csv"],
            id="filtered files",
        ),
        pytest.param("import os\nfor root, ds, fs in os.walk('d'):\n    ask(root)", ["d/{**}"], id="walk"),
        pytest.param("import os\nfor f in os.listdir('d'):\n    ask(os.path.join('d', f))", ["d/{f}"], id="listdir"),
        pytest.param("class C:\n    p = 'x'\nask(getattr(C, 'p'))", ["x"], id="getattr"),
    ],
)
def test_collections_give_what_they_hold(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            "class A:\n    def __init__(self, a):\n        self.a = A(self)\nask(A(1).a.a.a.a)",
            id="objects in each other",
        ),
        pytest.param("L = [x for x in L]\nask(L[0])", id="comprehension of itself"),
        pytest.param("d = {}\nd = {'a': d}\nask(d['a']['a']['a'])", id="dict of itself"),
        pytest.param("class A(A): pass\nask(A().x)", id="base of itself"),
        pytest.param("class A(B): pass\nclass B(A): pass\nask(B().x)", id="bases of each other"),
        pytest.param("x = " + "{'a': " * 60 + "'b'" + "}" * 60 + "\nask(x" + "['a']" * 60 + ")", id="deep dict"),
        pytest.param("def f(*a, **k):\n    return f(*a, **k)\nask(f(f(1), x=f(2)))", id="spread for ever"),
        pytest.param(
            "d0 = {'b': 'x'}\n"
            + "".join(f"d{n + 1} = {{{', '.join([f'**d{n}'] * 30)}}}\n" for n in range(7))
            + "ask(d7['a'])",
            id="dicts spread many times",
        ),
        pytest.param("x = f'{y}'\n" + "x = f'{x}{x}'\n" * 40 + "ask(x)", id="nested f-strings"),
    ],
)
def test_what_turns_on_itself_ends(source: str) -> None:
    assert 0 < len(texts(source)) <= MOST_ALTERNATIVES


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("for n in ['a', 'b']:\n    ask(f'{n}/{n}.csv')", ["a/a.csv", "b/b.csv"], id="one name twice"),
        pytest.param("for k, v in {'a': 'x', 'b': 'y'}.items():\n    ask(k + v)", ["ax", "by"], id="key and value"),
        pytest.param("for i, v in enumerate(['x', 'y']):\n    ask(f'{i}{v}')", ["0x", "1y"], id="number and value"),
        pytest.param(
            "for n in ['a', 'b']:\n    p = n + '/in'\n    ask(p + n)", ["a/ina", "b/inb"], id="through a name"
        ),
        pytest.param(
            "for a in ['x', 'y']:\n    for b in ['u', 'v']:\n        ask(a + b)",
            ["xu", "xv", "yu", "yv"],
            id="two loops do mix",
        ),
    ],
)
def test_names_of_one_loop_are_of_one_element(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("[pd.read_csv(f'{n}/{n}.csv') for n in ['a', 'b']]", ["a/a.csv", "b/b.csv"], id="list"),
        pytest.param("pd.concat(pd.read_csv(f) for f in ('a.csv', 'b.csv'))", ["a.csv", "b.csv"], id="generator"),
        pytest.param("{k: pd.read_csv(v) for k, v in {'x': 'a.csv'}.items()}", ["a.csv"], id="dict"),
        pytest.param("import glob\n[pd.read_csv(f) for f in glob.glob('d/*.csv')]", ["d/*.csv"], id="pattern"),
        pytest.param(
            "from pathlib import Path\n[pd.read_csv(f) for f in sorted(Path('d').glob('*.csv')) if f.stem]",
            ["d/*.csv"],
            id="sorted",
        ),
        pytest.param(
            "[[pd.read_csv(a + b) for b in 'x y'.split()] for a in ['u', 'v']]",
            ["u{element}", "v{element}"],
            id="unknown inside known",
        ),
        pytest.param(
            "def load(p):\n    return pd.read_csv(p)\n[load(n + '.csv') for n in ['a', 'b']]",
            ["a.csv", "b.csv", "{p}"],
            id="through a function",
        ),
        pytest.param("[pd.read_csv(f) for f in mystery()]", ["{element}"], id="unknown"),
    ],
)
def test_calls_in_comprehensions_read_each_element(source: str, expected: list[str]) -> None:
    resolved = program({"main.py": "import pandas as pd\n" + source})
    read = {v.text() for e in resolved.effects.all() if e.name == "pandas.read_csv" for v in e.targets}
    assert sorted(read) == expected
