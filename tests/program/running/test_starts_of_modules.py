"""The starts in which a module sees the command line come in one order, whatever order a set has."""

from __future__ import annotations

from auditor.program.running.invocations import Invocations


def test_starts_of_a_module_come_in_the_order_of_the_programs_that_import_it() -> None:
    programs = [f"run_{name}.py" for name in "kdaxqbzm"]
    starts = Invocations(lambda _: frozenset(programs))
    for program in programs:
        starts.add(program, (), program.removesuffix(".py"), "step")
    assert [each.program for each in starts.of("shared.py")] == sorted(programs)
