"""Programs that hold tests, and those that are only called so."""

from __future__ import annotations

import pytest

from auditor.program.running.tests import holds_tests
from tests.pages import graphs


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        pytest.param("def test_sum():\n    assert 1 + 1 == 2\n", True, id="a function"),
        pytest.param("import unittest\n", True, id="the framework"),
        pytest.param("from django.test import TestCase\nclass A(TestCase):\n    def check(self): ...\n", True, id="a case"),
        pytest.param("def test():\n    model.eval()\nfor epoch in range(9):\n    train()\n    test()\n", False, id="an evaluation"),
        pytest.param("import torch\nprint(torch.load('m.pt'))\n", False, id="a script"),
    ],
)  # fmt: skip
def test_what_holds_tests(source: str, *, holds: bool) -> None:
    world = graphs({"seq_test.py": source}).world
    assert holds_tests(world.resolved.code.programs["seq_test.py"]) is holds
    assert world.is_product("seq_test.py") is not holds


def test_in_a_folder_of_tests_everything_is_one() -> None:
    world = graphs({"tests/seq_test.py": "x = 1\n", "examples/seq_test.py": "x = 1\n"}).world
    assert not world.is_product("tests/seq_test.py")
    assert not world.is_product("examples/seq_test.py")
