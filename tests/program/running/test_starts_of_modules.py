"""The starts in which a module sees the command line come in one order, whatever order a set has."""

from __future__ import annotations

from auditor.program.naming.importing import Importing
from auditor.program.running.invocations import Invocations


def test_starts_of_a_module_come_in_the_order_of_the_programs_that_import_it() -> None:
    programs = [f"run_{name}.py" for name in "kdaxqbzm"]
    starts = Invocations(lambda: Importing({program: ["shared.py"] for program in programs}))
    for program in programs:
        starts.add(program, (), program.removesuffix(".py"), "step")
    assert [each.program for each in starts.of("shared.py")] == sorted(programs)


def test_a_start_that_is_told_later_counts() -> None:
    starts = Invocations(lambda: Importing({"one.py": ["shared.py"], "two.py": ["one.py"]}))
    starts.add("one.py", (), "one", "step")
    assert [each.program for each in starts.of("shared.py")] == ["one.py"]
    starts.add("two.py", (), "two", "step")
    assert [each.program for each in starts.of("shared.py")] == ["one.py", "two.py"]
