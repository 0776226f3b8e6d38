"""Where a value comes from: the calls behind it, and whether all of the way could be followed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from auditor.model.ir import Attr, Expr, Name
from auditor.program.calls.origins import Origins, Traced
from tests.program.asking import program, questions


def traced(source: str | Mapping[str, str], *, loosely: bool = False, held: bool = False) -> Traced:
    """What is behind the last `ask(…)` of main.py."""
    resolved = program({"main.py": source} if isinstance(source, str) else source)
    call = max(
        (site.call for number in resolved.code.scopes("main.py") for site in resolved.code.index("main.py", number).calls
         if type(site.call.func) is Name and site.call.func.id == "ask"),
        key=lambda found: found.line,
    )  # fmt: skip
    expr, frame = questions(resolved)[-1]
    return Origins(resolved.effects).of(expr, frame, call.line, loosely=loosely, held=held)


def behind(source: str | Mapping[str, str], *, loosely: bool = False, held: bool = False) -> set[str]:
    """The last names of the calls behind it."""
    return {_last(origin.call.func) for origin in traced(source, loosely=loosely, held=held).calls}


def _last(func: Expr) -> str:
    return func.name if type(func) is Attr else func.id if type(func) is Name else "?"


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        pytest.param("x = load()\nask(x)\n", {"load"}, id="a name"),
        pytest.param("x = load()\ny = x + make()\nask(y)\n", {"load", "make"}, id="an operation"),
        pytest.param("x = load()\nx = other()\nask(x)\n", {"other"}, id="the version that holds at the line"),
        pytest.param("if c:\n    x = one()\nelse:\n    x = two()\nask(x)\n", {"one", "two"}, id="both branches"),
        pytest.param("x = load().clean(tidy())\nask(x)\n", {"load", "clean", "tidy"}, id="a chain of methods"),
        pytest.param("a, b = one(), two()\nask(b)\n", {"two"}, id="the part of a tuple"),
        pytest.param("x = []\nx.append(make())\nask(x)\nx.append(late())\n", {"make"}, id="what was appended before"),
        pytest.param("f = lambda: make()\nask(f)\n", {"make"}, id="the body of a lambda"),
        pytest.param("x = {'a': one()}\nask(x)\n", {"one"}, id="a table"),
        pytest.param("ask([one(v) for v in two()])\n", {"one", "two"}, id="a comprehension"),
    ],
)
def test_calls_behind_a_value(source: str, calls: set[str]) -> None:
    assert behind(source) == calls


FRAME = "d = load()\nd['a'] = one()\nd['b'] = two()\n"


@pytest.mark.parametrize(
    ("asked", "calls"),
    [
        pytest.param("ask(d['a'])", {"load", "one"}, id="one column"),
        pytest.param("ask(d[['a', 'c']])", {"load", "one"}, id="a list of columns"),
        pytest.param("names = ['b']\nask(d[names])", {"load", "two"}, id="columns in a constant"),
        pytest.param("ask(d)", {"load", "one", "two"}, id="the whole frame"),
        pytest.param("ask(d.loc[:, 'b'])", {"load", "two"}, id="located"),
        pytest.param("ask(d.drop(columns=['a']))", {"load", "two", "drop"}, id="a column that was dropped"),
        pytest.param("ask(d.drop('b', axis=1))", {"load", "one", "drop"}, id="dropped by axis"),
        pytest.param("ask(d.drop('b'))", {"load", "one", "two", "drop"}, id="dropped rows are no columns"),
        pytest.param("ask(d[pick()])", {"load"}, id="columns that are not known: no store is known to count"),
    ],
)
def test_columns_of_a_frame(asked: str, calls: set[str]) -> None:
    assert behind(f"{FRAME}{asked}\n") == calls


def test_loosely_an_unknown_column_may_be_any() -> None:
    source = "d = load()\nd[name()] = one()\nask(d['a'])\n"
    assert behind(source) == {"load"}
    assert behind(source, loosely=True) == {"load", "one"}


def test_what_functions_return_and_callers_give() -> None:
    source = "def f(v):\n    return v.clean()\n\nask(f(load()))\n"
    assert behind(source) == {"f", "clean", "load"}
    files = {
        "lib.py": "def f(v):\n    w = v.clean()\n    return w\n",
        "main.py": "from lib import f\nx = f(one())\ny = f(two())\nask(x)\n",
    }
    assert behind(files) == {"f", "clean", "one"}, "the other call of the function gives nothing to this one"


def test_a_parameter_comes_from_all_who_call() -> None:
    source = "def f(v):\n    ask(v)\n\nf(one())\nf(two())\n"
    assert behind(source) == {"one", "two"}
    assert traced(source).whole


def test_a_parameter_that_nobody_gives_is_not_the_whole_way() -> None:
    assert not traced("def f(v):\n    ask(v)\n").whole
    assert traced("x = load()\nask(x)\n").whole


def test_parts_of_a_split_come_from_their_own_argument() -> None:
    source = (
        "from sklearn.model_selection import train_test_split\n"
        "a, b, c, d = train_test_split(one(), two())\n"
        "ask({asked})\n"
    )
    assert behind(source.replace("{asked}", "b")) == {"train_test_split", "one"}
    assert behind(source.replace("{asked}", "c")) == {"train_test_split", "two"}


def test_objects_keep_what_their_methods_put_into_them() -> None:
    source = (
        "class Keeper:\n    def __init__(self):\n        self.a = one()\n    def fit(self):\n        self.b = two()\n"
        "k = Keeper()\nask({asked})\n"
    )
    assert behind(source.replace("{asked}", "k.a")) == {"one"}
    assert behind(source.replace("{asked}", "k"), held=True) >= {"one", "two"}


def test_held_are_the_parts_of_a_value_and_not_what_computed_it() -> None:
    source = (
        "from sklearn.preprocessing import StandardScaler\nfrom sklearn.linear_model import Ridge\n"
        "from sklearn.pipeline import make_pipeline\n"
        "s = StandardScaler()\nX = s.fit_transform(load())\nm = Ridge()\nm.fit(X, y)\nask({asked})\n"
    )
    assert "StandardScaler" in behind(source.replace("{asked}", "X"))
    assert "StandardScaler" not in behind(source.replace("{asked}", "X"), held=True)
    assert behind(source.replace("{asked}", "m"), held=True) == {"Ridge"}
    assert behind(source.replace("{asked}", "{'s': s, 'm': m}"), held=True) == {"StandardScaler", "Ridge"}
    held = behind(source.replace("{asked}", "make_pipeline(s, m)"), held=True)
    assert held >= {"StandardScaler", "Ridge"}


def test_picked_columns_are_the_last_ones_written_out() -> None:
    resolved = program({"main.py": "d = load()\ny = d['price'].map(f)\nask(y)\n"})
    expr, frame = questions(resolved)[-1]
    assert Origins(resolved.effects).picked(expr, frame) == {"price"}


def test_a_walk_in_a_circle_ends() -> None:
    assert behind("def f(v):\n    return g(v)\ndef g(v):\n    return f(v)\nask(f(load()))\n") >= {"f", "g"}
    chain = "".join(f"x{n + 1} = x{n} + x{n}\n" for n in range(2_000))
    assert not traced(f"x0 = load()\n{chain}ask(x2000)\n").whole, "what is too long is told to be cut short"
