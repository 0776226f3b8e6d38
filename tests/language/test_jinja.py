from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from auditor.language.jinja import Piece, as_python, pieces


def test_pieces_have_words_and_lines() -> None:
    text = "select {{ a }}\n{# {{ no }} #}\n{%- set x = 1 -%}\n{% raw %}{{ b }}{% endraw %}\n-- {{ c\n | d }}"
    assert list(pieces(text)) == [Piece("", "a", 1), Piece("set", "x = 1", 3), Piece("", "c\n | d", 5)]


def test_joined_texts_become_python() -> None:
    assert as_python("'a~b' ~ x ~ \"~\"") == "'a~b' + x + \"~\""


@given(st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", "raw", "endraw", "a", "\n", "'"])).map("".join))
def test_no_text_makes_it_raise(text: str) -> None:
    assert all(1 <= piece.line <= text.count("\n") + 1 for piece in pieces(text))


def test_brackets_that_never_close_cost_nothing() -> None:
    started = time.process_time()
    assert list(pieces("{{ a " * 200_000)) == []
    assert time.process_time() - started < 2
