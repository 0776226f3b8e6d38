from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.groovy import Block, DeepError, Token, fill, read_groovy


def shape(parts: list[Block]) -> list[object]:
    return [(" ".join(word.text for word in part.words), shape(part.parts)) for part in parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a 'x'\nb(1, 2); c", [("a x", []), ("b ( 1 , 2 )", []), ("c", [])]),
        ("a {\n b 'y' // no }\n /* } */\n}\nc", [("a", [("b y", [])]), ("c", [])]),
        ("x = f(\n  'a' +\n  'b'\n)\ny", [("x = f ( a + b )", []), ("y", [])]),
        ("a 'x' +\n 'y'\n  + 'z'", [("a x + y + z", [])]),
        (
            "p(a: { q }, b: { r })\ns",
            [("p ( a : {} , b : {} )", [("a :", [("q", [])]), ("b :", [("r", [])])]), ("s", [])],
        ),
        ("p a: { q }, b: { r }\ns", [("p a : {} , b : {}", [("a :", [("q", [])]), ("b :", [("r", [])])]), ("s", [])]),
        ("w ==~ /a{2}/\nb", [("w = = ~ a{2}", []), ("b", [])]),
        ("a\n{ b }", [("a", [("b", [])])]),
        ("} a", [("a", [])]),
        ("a { b", [("a", [("b", [])])]),
    ],
)
def test_statements(text: str, expected: list[object]) -> None:
    assert shape(read_groovy(text)) == expected


def test_strings_keep_what_the_shell_must_see() -> None:
    known = {"X": "v"}
    assert fill(Token("filled", r"a ${X} ${env.X} ${p.q} $r \$HOME \${Z} \"", 1), known) == (
        'a v v ${{ p.q }} ${{ r }} $HOME ${Z} "'
    )
    assert fill(Token("plain", r"a ${X} \n\'", 1), known) == "a ${X} \n'"


def test_lines_and_depth() -> None:
    (part,) = read_groovy("\n\na '''x\ny''', {\n\n b\n}\n")
    assert (part.line, part.end_line, part.parts[0].line) == (3, 7, 6)
    with pytest.raises(DeepError):
        read_groovy("a {" * 100)


@given(st.text(alphabet="a{}()[]'\"\\/*$:,+=\n;. #!", max_size=60))
def test_any_text_is_read(text: str) -> None:
    read_groovy(text)
