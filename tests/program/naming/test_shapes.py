"""The shape of code: what it does, whatever it calls its variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.program.naming.shapes import Shape, count, shapes, written
from tests.program.asking import program, questions


def shaped(source: str, *, exact: bool = False) -> list[Shape]:
    resolved = program({"main.py": source})
    return shapes(resolved.code.scope("main.py", 0).body, exact=exact)


def texts(source: str, *, exact: bool = False) -> list[str]:
    return [shape.text for shape in shaped(source, exact=exact)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a = f(b) + 1\n", "x = f(y) + 2\n", id="names and numbers"),
        pytest.param("for a in b:\n    a.run('p')\n", "for n in m:\n    n.run('q')\n", id="loops and texts"),
        pytest.param("if a > 1:\n    b = [a, 2]\n", "if c > 5:\n    d = [c, 7]\n", id="conditions"),
        pytest.param('"""Text."""\nimport os\na = f()\n', "a = f()\n", id="imports and texts left out"),
        pytest.param("with open(p) as h:\n    x = h.read()\n", "with open(q) as g:\n    y = g.read()\n", id="with"),
    ],
)
def test_other_names_have_the_same_shape(one: str, other: str) -> None:
    assert texts(one) == texts(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a = f(b)\n", "a = g(b)\n", id="another function"),
        pytest.param("a = b.c\n", "a = b.d\n", id="another attribute"),
        pytest.param("a = b + 1\n", "a = b - 1\n", id="another operation"),
        pytest.param("a = f(x=b)\n", "a = f(y=b)\n", id="another keyword"),
        pytest.param("a = f('p')\n", "a = f(1)\n", id="another type of literal"),
        pytest.param("a = b\n", "a += b\n", id="another assignment"),
    ],
)
def test_other_code_has_another_shape(one: str, other: str) -> None:
    assert texts(one) != texts(other)


def test_exact_keeps_literals() -> None:
    assert texts("a = f('p')\n", exact=True) != texts("a = f('q')\n", exact=True)
    assert texts("a = f('p')\n", exact=True) == texts("b = f('p')\n", exact=True)


def test_inner_statements_follow_their_head_and_know_their_lines() -> None:
    found = shaped("try:\n    a = f()\nexcept E:\n    b = g(\n        1\n    )\nelse:\n    c = h()\n")
    assert [shape.line for shape in found] == [1, 2, 4, 8]
    assert found[2].end_line == 6
    assert found[0].end_line == 1, "a head ends where its body begins"


def test_definitions_are_scopes_of_their_own() -> None:
    assert texts("def f():\n    return 1\nclass C:\n    x = 1\n") == []


def test_layers_of_a_network_are_told() -> None:
    source = "x = Dense(3)(x)\nmodel.add(Dense(3))\nself.a = nn.Linear(1, 2)\ny = f(x)\nself.b = f(x)\n"
    assert [shape.stacks for shape in shaped(source)] == [True, True, True, False, False]


def test_an_expression_is_written_without_names() -> None:
    resolved = program({"main.py": "ask(d['a'] / other['b'])\n"})
    expr, _ = questions(resolved)[-1]
    assert written(expr) == written(questions(program({"main.py": "ask(row['a'] / row['b'])\n"}))[-1][0])
    assert "'a'" in written(expr)
    assert "'a'" not in written(expr, exact=False)


NAMES = st.sampled_from(["a", "b", "value", "x1"])
TEMPLATES = st.lists(
    st.sampled_from(["{n} = load({m})\n", "{n}.fit({m}, y={m})\n", "print(f'{{{n}}}', {m}[0:2])\n", "{n} = {m} if {n} else [{m}]\n"]),
    min_size=1,
    max_size=6,
)  # fmt: skip


@given(TEMPLATES, NAMES, NAMES, NAMES, NAMES)
def test_renaming_changes_no_shape(lines: list[str], n: str, m: str, p: str, q: str) -> None:
    source = "".join(lines)
    assert texts(source.format(n=n, m=m)) == texts(source.format(n=p, m=q))


@pytest.mark.parametrize(
    "source",
    [
        '"""Text."""\nimport os\na = f()\n',
        "if a:\n    b = 1\nelif c:\n    d()\nelse:\n    'text'\n",
        "try:\n    a()\nexcept E:\n    raise\nelse:\n    b()\nfinally:\n    del c\n",
        "for a in b:\n    with c as d:\n        assert d\nelse:\n    pass\n",
        "def f():\n    return 1\n",
    ],
)
def test_count_is_how_many_shapes_there_are(source: str) -> None:
    body = program({"main.py": source}).code.scope("main.py", 0).body
    assert count(body) == len(shapes(body))
