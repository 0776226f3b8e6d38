"""Which parts of a program another content of its file leaves as they were."""

from __future__ import annotations

import pytest

from auditor.program.kept.parts import (
    FIELDS,
    LISTS,
    OUTLINE,
    PRESENCE,
    STARS,
    STORES,
    Part,
    bound,
    is_alike,
    placed,
    stored,
)
from auditor.program.naming.code import Walked
from tests.program.asking import program

BRANCHES = "if x:\n    a = 1\nelse:\n    a = 2\n"
HELD = "class A:\n    def f(self):\n        self.y = 1\n        self.z = 2\n"


def walked(text: str) -> Walked:
    return program({"a.py": text}).code.walked("a.py")


@pytest.mark.parametrize(
    ("one", "other", "part", "alike"),
    [
        pytest.param("def f():\n    g(1)\n", "\n\ndef f():\n\n    g(1)\n", 1, True, id="lines"),
        pytest.param("def f():\n    g(1)\n", "def f():\n    'Says.'\n    g(1)\n", 1, True, id="a docstring"),
        pytest.param("def f():\n    g(1)\n", "def f():\n    g(2)\n", 1, False, id="a body"),
        pytest.param(
            "def f():\n    g(1)\n", "def f():\n    g(True)\n", 1, False, id="a number and a truth that equals it"
        ),
        pytest.param("def f():\n    g(1)\n", "def f():\n    g(1)\n    g(1)\n", 1, False, id="more of the same"),
        pytest.param("def f(a=1): ...\n", "def f(a=2): ...\n", 1, False, id="a default"),
        pytest.param("def f(): ...\n", "@d\ndef f(): ...\n", 1, False, id="a decorator"),
        pytest.param("class A: ...\n", "class A(B): ...\n", 1, False, id="a base"),
        pytest.param("def f(): ...\n", "x = 1\n", 1, False, id="no such scope"),
        pytest.param("x = 1\n", "x = 1\n", 1, True, id="in none"),
        pytest.param("a = 1\nb = 1\n", "a = 1\n\nb = 2\n", (0, "a"), True, id="another name"),
        pytest.param("a = 1\n", "a = 2\n", (0, "a"), False, id="a name"),
        pytest.param("a = 1\n", "b = 1\n", (0, "a"), False, id="a name that goes"),
        pytest.param("a = 1\n", "a = 1\na = 1\n", (0, "a"), False, id="a name bound again"),
        pytest.param(BRANCHES, BRANCHES.replace("if", "while"), (0, "a"), False, id="branches that exclude each other"),
        pytest.param("def f(): ...\n", "def f():\n    return 1\n", OUTLINE, True, id="scopes of the same names"),
        pytest.param("def f(): ...\n", "def g(): ...\n", OUTLINE, False, id="scopes of other names"),
        pytest.param("def f(): ...\n", "class f: ...\n", OUTLINE, False, id="scopes of other kinds"),
        pytest.param("def f(): ...\n", "def f():\n    g(1)\n", (1, FIELDS["params"]), True, id="the same parameters"),
        pytest.param("def f(a=1): ...\n", "def f(a=2): ...\n", (1, FIELDS["params"]), False, id="other parameters"),
        pytest.param("def f(): ...\n", "x = 1\n", (1, FIELDS["returns"]), False, id="nothing said and no such scope"),
        pytest.param(
            "def f():\n    return 1\n",
            "def f():\n    g()\n    return 1\n",
            (1, LISTS["returns"]),
            True,
            id="the same results",
        ),
        pytest.param(
            "def f():\n    return 1\n", "def f():\n    return 2\n", (1, LISTS["returns"]), False, id="other results"
        ),
        pytest.param(
            "def f(a):\n    a.b = 1\n",
            "def f(a):\n\n    a.b = 1\n",
            (1, LISTS["attributes"]),
            True,
            id="lines of a list",
        ),
        pytest.param(HELD, HELD.replace("z = 2", "z = 3"), (1, stored("y")), True, id="another attribute"),
        pytest.param(HELD, HELD.replace("z = 2", "z = 3"), (1, stored("z")), False, id="an attribute"),
        pytest.param(HELD, HELD.replace("z = 2", "z = 3"), (1, STORES), True, id="the same attributes"),
        pytest.param(HELD, HELD.replace("z = 2", "w = 2"), (1, STORES), False, id="other attributes"),
        pytest.param(
            HELD, HELD.replace("(self)", "(other)"), (1, stored("y")), False, id="attributes of something else"
        ),
        pytest.param("a = 1\n", "b = 2\n", PRESENCE, True, id="a program"),
        pytest.param("a = 1\n", "a = 2\n", (0, bound("a")), True, id="a name that is bound to something else"),
        pytest.param("a = 1\n", "b = 1\n", (0, bound("a")), False, id="a name that is bound no more"),
        pytest.param("a = 1\n", "b = 1\n", (0, bound("c")), True, id="a name that is not bound"),
        pytest.param("a = 1\nb = 1\n", "a = 1\nb = 2\n", placed((0, "a")), True, id="a name in its line"),
        pytest.param("a = f()\n", "\na = f()\n", placed((0, "a")), False, id="a name in another line"),
        pytest.param("a = 1\n", "a = True\n", placed((0, "a")), False, id="a truth in the line of a number"),
        pytest.param("def f():\n    g(1)\n", "def f():\n\n    g(1)\n", placed(1), False, id="a body in other lines"),
        pytest.param(
            "def f():\n    g(1)\n", "def f():\n    g(1)\n\nx = 1\n", placed(1), True, id="a body in its lines"
        ),
        pytest.param(
            "def f(a):\n    a.b = 1\n",
            "def f(a):\n\n    a.b = 1\n",
            placed((1, LISTS["attributes"])),
            False,
            id="a list in other lines",
        ),
    ],
)
def test_a_part_is_alike(one: str, other: str, part: Part, alike: bool) -> None:
    assert is_alike(walked(one), walked(other), part) is alike
    assert is_alike(walked(other), walked(one), part) is alike


@pytest.mark.parametrize("part", [0, (0, "a"), OUTLINE, PRESENCE])
def test_what_is_a_program_no_more_is_alike_in_nothing(part: Part) -> None:
    assert not is_alike(walked("a = 1\n"), None, part)
    assert not is_alike(None, walked("a = 1\n"), part)
    assert is_alike(None, None, PRESENCE)


def test_star_imports_are_a_part_of_their_own() -> None:
    one, other, third = map(walked, ("from a import *\n", "x = 1\nfrom a import *\n", "from b import *\n"))
    assert is_alike(one, other, (0, STARS))
    assert not is_alike(one, third, (0, STARS))
