"""How the starts of programs are numbered, and what an answer about one file sees of them."""

from __future__ import annotations

from auditor.model.facts import Word
from auditor.program import Memory, Resolved
from auditor.program.kept.answers import Topic, View
from tests.program.asking import program
from tests.program.kept.shop import Contents, resolved

COMMANDS = "# Shop\n\n```\npython {}.py\n```\n"


def test_a_start_of_one_program_leaves_the_numbers_of_others_as_they_are() -> None:
    one, other = program({"main.py": ""}).evaluator.invocations, program({"main.py": ""}).evaluator.invocations
    other.add("first.py", (), "", "step")
    for starts in (one, other):
        starts.add("main.py", (), "", "step")
        starts.add("main.py", (Word("--fast"),), "", "step")
    assert one.direct("main.py") == other.direct("main.py")
    assert len(one.by_number) == 2
    assert len(other.by_number) == 3


def started(view: View) -> tuple[str, ...]:
    """The steps that start a program, as an answer about it sees them."""
    return (
        tuple(start.by for start in view.evaluator.invocations.direct(view.path)) if view.evaluator.invocations else ()
    )


def told(tree: Resolved, topic: Topic[tuple[str, ...]]) -> tuple[str, ...]:
    """What is said of main.py."""
    return tree.kept(topic).of("main.py")


def test_another_command_above_is_nothing_to_a_program() -> None:
    contents, memory = Contents(), Memory()
    files = {"main.py": "", "other.py": "", "README.md": COMMANDS.format("main")}
    assert told(resolved(contents.facts(files), memory), Topic("started", started)) == ("",)
    files["README.md"] = COMMANDS.format("other") + files["README.md"]

    def never(_view: View) -> tuple[str, ...]:
        raise AssertionError("it was kept")

    assert told(resolved(contents.facts(files), memory), Topic("started", never)) == ("",)
