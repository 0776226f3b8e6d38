"""What the state of a run answers of itself."""

from __future__ import annotations

from itertools import permutations
from typing import cast

from auditor.program.rows.calls import handed_on
from auditor.program.rows.expressions import EXPRESSIONS
from auditor.program.rows.machine import Machine, RunEffects
from auditor.program.rows.statements import STATEMENTS
from tests.program.asking import program

CYCLES = """\
from sklearn.linear_model import LogisticRegression

def begin():
    onward()
    train()

def onward():
    begin()

def train():
    LogisticRegression().fit([[1]], [1])

def idle():
    idler()

def idler():
    idle()
    print()
"""


def test_what_matters_hangs_on_no_order_of_questions() -> None:
    found = program({"train.py": CYCLES})
    names = {scope.name: number for number, scope in enumerate(found.code.outline("train.py")) if number}
    said = set()
    for order in permutations(names.items()):
        machine = Machine(cast("RunEffects", found.effects), STATEMENTS, EXPRESSIONS, handed_on)
        asked = {name: machine.matters(("train.py", number)) for name, number in order}
        said.add(tuple(sorted(asked.items())))
        assert asked == {name: machine.matters(("train.py", number)) for name, number in order}
    assert said == {(("begin", True), ("idle", False), ("idler", False), ("onward", True), ("train", True))}
