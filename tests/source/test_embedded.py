"""Programs that stand inside another file: their lines are those of the file, and holes in them are unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.ir import Assign, Call, Const, Do, Expr, Name, Opaque, Text
from auditor.source import program, read_embedded

UNKNOWN = Opaque("bytes")


def argument(text: str) -> Expr:
    program = read_embedded(text, 1)
    assert program is not None
    (statement,) = program.scopes[0].body
    assert isinstance(statement, Do)
    assert isinstance(statement.value, Call)
    return statement.value.args[0]


def test_lines_are_those_of_the_file() -> None:
    program = read_embedded("a = 1\nb = 2  # note\n", 40)
    assert program is not None
    assert [statement.line for statement in program.scopes[0].body if isinstance(statement, Assign)] == [40, 41]
    assert [comment.line for comment in program.comments] == [41]
    assert program.lines == 2


def test_a_program_may_be_indented_as_a_whole() -> None:
    program = read_embedded("\n    a = 1\n    b = 2\n", 7)
    assert program is not None
    assert [statement.line for statement in program.scopes[0].body if isinstance(statement, Assign)] == [8, 9]


def test_nobody_asks_why_a_body_is_no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "explain", None)
    for text in ("echo $HOME\n", "  select 1 from\n", "print 'a'\n", "(" * 500, "x = " + "(" * 150 + ")" * 150 + " y"):
        assert read_embedded(text, 3) is None
    with pytest.raises(TypeError):
        program.program_of("print 'a'\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("f('⟦DATA⟧/a.csv')", Text((UNKNOWN, Const("/a.csv")))),
        ("f('a/⟦X⟧/⟦Y⟧')", Text((Const("a/"), UNKNOWN, Const("/"), UNKNOWN))),
        ("f(⟦N⟧)", UNKNOWN),
        ("f('{plain}')", Const("{plain}")),
        ("f('⟦here⟧/a')", Text((Name("__file__"), Const("/.."), Const("/a")))),
        ("f(⟦here⟧)", Text((Name("__file__"), Const("/..")))),
    ],
)
def test_a_hole_is_a_value_of_which_nothing_is_known(text: str, said: Expr) -> None:
    assert argument(text) == said


def test_a_hole_in_an_f_string_is_one_of_its_parts() -> None:
    said = argument("f(f'{a}/⟦X⟧.csv')")
    assert isinstance(said, Text)
    assert said.parts[1:] == (Const("/"), UNKNOWN, Const(".csv"))


@pytest.mark.parametrize(
    "text",
    [
        "import ⟦MODULE⟧",
        "a.⟦name⟧()",
        "⟦x⟧ = 1",
        "⟦here⟧ = 1",
        "(⟦here⟧ := 1)",
        "del ⟦here⟧",
        "for ⟦here⟧ in x: pass",
        "x⟦n⟧ = 1",
        "f(⟦k⟧=1)",
        "def ⟦f⟧(): pass",
        "⟦code⟧ x",
        "⟦code⟧",
        "a = b'⟦x⟧'",
        "a =",
        "print 1",
    ],
)
def test_where_the_code_itself_has_a_hole_or_is_none_nothing_is_read(text: str) -> None:
    assert read_embedded(text, 1) is None


PIECES = st.lists(st.sampled_from([*"ab=()[]{}:'\"\\\n\t ⟦⟧ꓘꓱf,.#\0", "⟦here⟧", "⟦x⟧", "import "]), max_size=30).map(
    "".join
)


@given(PIECES, st.integers(1, 9))
def test_any_text_is_read_or_not(text: str, line: int) -> None:
    program = read_embedded(text, line)
    assert program is None or program.scopes[0].line == line
