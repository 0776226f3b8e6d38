from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.language import yaml
from auditor.language.node import Node
from auditor.language.yaml_plain import LONG, MAX_INDENT, plain_documents


def _shape(node: Node) -> object:
    """All that anybody may ask a node."""
    return (
        (node.kind, node.tag, repr(node.value), node.raw, node.line, node.text_line, node.end_line, node.shadowed),
        [(key, node.line_of(key), _shape(value)) for key, value in node.items()],
        [_shape(part) for part in node.parts],
    )


def _by_the_library(text: str) -> object:
    with patch.object(yaml, "plain_documents", return_value=None):
        documents, duplicates, troubles = yaml.read_yaml(text)
    return [_shape(one) for one in documents], duplicates, troubles


def _is_read(text: str) -> bool:
    """Whether a text is plain; then it must be what the library makes of it."""
    made = plain_documents(text)
    assert made is None or ([_shape(one) for one in made], (), ()) == _by_the_library(text)
    return made is not None


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: x y\nc:\n  d: 1.5 # note\n\n  # note\n  e: true\nf:\n",
        "a:\n- 1\n- x: 1\n  y:\n  - z\n  w: 2\nb: 3\n",
        "- a\n-   b: 1\n    c: ~\n- d:\n    e: 1\n  f:\n- g:\n",
        "a:\n  - x\n  - y\nb:\n    c:\n     - z\n",
        "a: |\n  one\n    two\n\n  three\n\n\nb: |-\n    x\n# note\nc: 1",
        "a: >\n  one\n  two\n\nb: >-\n  x\n",
        "- |\n x\n-  k: |\n    y\n",
        "on: [push, 'x y', \"z\", 3.10]\nb: [ ]\nc: {}\n",
        "a: 'it: # is'\nb: \"x # y\"\nc: x#y\nd: x:y\ne: -1\nf: ?x\ng: <h>\ni: ${{ j }}\n",
        "a: 'it''s'\nb: '''x'''\nc: ''\nd: ''''\n",
        "a: 'x\n  y  \n\n\n   z\n  '\nb: \" x \n y\"\nc:\n- '\n  x'\n- y\n",
        'a: "x\\n\\t\\"\\\\n\\/\\ y"\nb: "x \\\n   y\\\n   \\  z\\n\n   \\n w"\n',
        "# note\n\n---\na: 1\n",
        "$schema: x\na.b/c-d: 1\nk e y: 2\n",
        "a: 1",
        "",
        "# nothing\n\n  # more",
        "a : 1\nb   :\n  - c : d\n",
        '"a": 1\n\'b c\':\n  - "d: #e" : f\n"g\'":\n\'h"\': {}\n',
        "a: |\n  x\n\n   y",
        "- |-\n  x",
        "- k: |\n   x\n  l: 1\n",
        "- k: |\n    x\n\n     y\n  l: 1\n-   m: |\n      z\n- n: |\n    w\n",
        "a: [--fix, -1, -x=y, .5]\n",
        "a: \u00e4\U0001f600\n",
        "a:   x   \nb: y  # note\n",
        "  a: 1\n  b: 2\n",
        "a: 0x1F\nb: .nan\nc: -.inf\nd: 99999999999999999999\ne: =\nf: 1:30\n",
    ],
)
def test_plain_lines_are_read_as_the_library_reads_them(text: str) -> None:
    assert _is_read(text)


@pytest.mark.parametrize(
    "text",
    [
        "---\n",
        "a: 1\n---\nb: 2\n",
        "--- a: b\n",
        "... a: b\n",
        "a: 1\na: 2\n",  # somebody must be told
        "a: 1\n  b: 2\n",
        "a: one\n  two\n",
        "a:\n  text\n",
        "text\n",
        "a: b: c\n",
        "a: 'x' y\n",
        "a: 1\n b: 2\n",
        "a:\n    b: 1\n  c: 2\n",
        "- a\nb: 1\n",
        "a: 1\n- b\n",
        "- a\n  - b\n",
        "a: - b\n",
        "a: &x 1\nb: *x\n",
        "a: !tag x\n",
        "a:\n  <<: b\n",
        "<<:\n  a: 1\n",
        "? a\n: b\n",
        "a: {b: 1}\n",
        "a: [b, [c]]\n",
        "a: [b,]\n",
        "a: [b c\n",
        'a: "x\\x41"\n',
        'a: "x\\u0041"\n',
        'a: "x\\\n\n  y"\n',
        'a: "x\\\ny"\n',
        'a: "x\\"\n',
        "a: 'x\n",
        "a: 'x\ny'\n",
        "a: 'x\n--- y'\n",
        "a: 'x\n  y' z\n",
        "a: 'x\n\ty'\n",
        "a: 'x\n  y': z\n",
        "a:\tx\n",
        "a: x\ty\n",
        "a: x\x07\n",
        "a: x\x85b: y\n",
        "a: x\u2028b: y\n",
        "\ufeffa: 1\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: |2\n   x\n",
        "a: |+\n  x\n\n",
        "a: |\n\n  x\n",
        "a: |\n     \n  x\n",
        "a: |\n    x\n  y\n",
        "a: >\n  one\n\n  two\n",
        "a: >\n  one\n    two\n",
        "a: |\n",
        "a: |\n  x\n  ",
        "- k: |\n  x\n",
        "a: |\n  x\n\n  ",
        "a: >\n  x",
        "---\n# nothing\n",
        '"a":1\n',
        '"": 1\n',
        '"a\\"b": 1\n',
        '"a" b: 1\n',
        '"a": 1\na: 2\n',
        "'<': 1\n  b: 2\n",
        "a: [-, b]\n",
        "a: [---, b]\n",
        "a: @x\n",
        "a: `x`\n",
        "a: %x\n",
        "-\n  a\n",
        "-\n",
        "- - a\n",
        "a:\n- b\n c\n",
        f"{' ' * (MAX_INDENT + 1)}a: 1\n",
        "k" * 1_200 + ": 1\n",
        "b: &x 1\n" + "".join(f"k{number}: 1\n" for number in range(LONG)),
        "".join(f"k{number}: 1\n" for number in range(LONG)) + "b: &x 1\n",
    ],
)
def test_what_lines_do_not_tell_alone_is_left_to_the_library(text: str) -> None:
    assert plain_documents(text) is None


def test_a_long_text_is_read_whole() -> None:
    lines = [f"key{number}: |\n  {'text ' * 20}\n  {number}\n" for number in range(100)]
    assert _is_read("".join(lines))


def test_the_deepest_plain_lines_are_within_the_bounds_of_any_document() -> None:
    deep = "".join(f"{' ' * level}k:\n" for level in range(MAX_INDENT + 1)) + f"{' ' * MAX_INDENT}- a:\n"
    assert _is_read(deep)


_PIECES = ["a", "b", "k e", "1", "-", "- ", "  ", " ", ":", ": ", "#", " # ", "\n", "\n  ", "\n- ", "\n    ", "|", ">-", "|\n  ", "'", '"', "[", "]", "[a, 'b']", "{}", ",", "~", "?", "<<", "&x", "*x", "!t", "---", "...", "%", "@", "\t", "\\", "\x85", "\u00e4", "\u2028", "\ufeff"]  # fmt: skip
_VALUES = ["", "", "x", "x y", "1", "~", "-x", "'q'", '"q"', "'a", "b'", "'c\n   d'", "'it''s'", '"', '"x\\n', 'y\\', '\\"z"', '"x\\\n     y"', "[a, b]", "[--a, -1, -]", "[]", "{}", "{a: b}", "|", "|-", ">", ">-", "|+", "x # note", "# note", "x: y", "&x y", "*x", "x:", "<x>", "<<"]  # fmt: skip


@st.composite
def _documents(draw: st.DrawFn) -> str:
    """Lines that look plain: some are, and the others differ in one place."""
    lines = draw(
        st.lists(
            st.tuples(
                st.integers(0, 5),
                st.sampled_from(["", "", "- ", "-   ", "-"]),
                st.sampled_from(
                    ["", "a: ", "b: ", "c:", "d:   ", "a : ", "<<: ", "#", "k#l: ", "'q': ", '"a" : ', "-e: "]
                ),
                st.sampled_from(_VALUES),
            ),
            max_size=8,
        )
    )
    return "\n".join(" " * indent + dash + key + value for indent, dash, key, value in lines) + draw(
        st.sampled_from(["", "\n", "\n\n", "\n  "])
    )


@settings(max_examples=400, deadline=None)
@given(st.one_of(_documents(), st.lists(st.sampled_from(_PIECES), max_size=14).map("".join), st.text(max_size=30)))
@example("a: |\n  x\n \n   \n")
@example("a: |\n  x\n # note\n")
@example("a:\n- b:\n  - c\n- d\n")
@example("- -\n")
@example("a: >\n  x\n\n\n \nb: 1\n")
@example("a: >\n  x \n  y \n")
def test_whatever_a_text_is_the_library_never_says_otherwise(text: str) -> None:
    _is_read(text)
