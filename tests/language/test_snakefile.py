from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.snakefile import Argument, read_snakefile

TEXT = '''\
import os
configfile: "c.yaml"
if os.name:

    rule a:
        """What it does."""
        input:
            "x#1.csv",  # a note
            b="y" "z",
            c=[1,
               2],
        output: "o"
        run:
            for i in range(2):
                print(i)

use rule a as c from m with:
    output: "c"

def f(w): return {"a": 1}
module m:
    snakefile: "m.smk"
rule: input: "q"
'''


def test_blocks_have_their_directives_and_the_python_keeps_its_lines() -> None:
    found = read_snakefile(TEXT)
    assert [(b.kind, b.heads, b.line, b.end_line, b.nested) for b in found.blocks] == [
        ("configfile", (), 2, 2, False),
        ("rule", ("a",), 5, 15, True),
        ("use", ("rule", "a", "as", "c", "from", "m", "with"), 17, 18, False),
        ("module", ("m",), 21, 22, False),
        ("rule", (), 23, 23, False),
    ]
    rule = found.blocks[1]
    assert [directive.word for directive in rule.directives] == ["input", "output", "run"]
    assert rule.directives[0].arguments == (
        Argument("", '"x#1.csv"', 8),
        Argument("b", '"y" "z"', 9),
        Argument("c", "[1, 2]", 10),
    )
    assert rule.body == "            for i in range(2):\n                print(i)"
    assert found.python.split("\n")[1:5] == ["pass", "if os.name:", "", "    pass"]
    assert found.python.count("\n") == TEXT.count("\n")
    assert found.blocks[4].directives[0].arguments == (Argument("", '"q"', 23),)


@pytest.mark.parametrize("argument", ["f'{a}/{{b}}.csv'", 'f"{x["k"]}/y"', "f'{f\"{a}\"}'", "lambda w: f'{w.a}'"])
def test_f_strings_stay_whole(argument: str) -> None:
    (block,) = read_snakefile(f"rule a:\n    input:\n        {argument},\n        'z'\n").blocks
    assert [found.text for found in block.directives[0].arguments][1:] == ["'z'"]


def test_what_stands_before_a_mistake_is_kept() -> None:
    found = read_snakefile("rule a:\n    input: 'x'\n\nrule b:\n  input: (\n")
    assert [(block.heads, len(block.directives)) for block in found.blocks] == [(("a",), 1), (("b",), 0)]
    assert found.broken is not None


@given(st.text(max_size=80) | st.lists(st.sampled_from(["rule a:", "\n", "    ", "input:", '"', "'''", "(", "f'{", "use rule", "x,", "#"])).map("".join))  # fmt: skip
def test_no_text_makes_it_raise(text: str) -> None:
    assert read_snakefile(text).python.count("\n") == text.count("\n")
