"""How documents spell what they name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.graph.declared.documents import Documents, plain
from auditor.model.facts import Facts, Section


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("COCO-Text_v2.0", "cocotextv20", id="signs"),
        pytest.param("Große Straße — 3½ km, №5", "großestraße3½km5", id="letters and signs of other languages"),
        pytest.param("数据_集 1", "数据集1", id="other letters alone"),
        pytest.param("a\ud800b", "ab", id="half of a character"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_letters_and_digits_are_left(text: str, found: str) -> None:
    assert plain(text) == found


@given(st.text())
def test_ascii_taken_out_at_once_leaves_what_one_pattern_leaves(text: str) -> None:
    assert plain(text) == re.sub(r"[\W_]+", "", text.lower())


@pytest.mark.parametrize("path", ["/mnt/rows.csv", "rows.csv", "/rows.csv", "input/rows.csv", "lib/input/rows.csv"])
def test_an_address_beside_the_name_of_a_folder_tells_of_what_lies_in_it_alone(path: str) -> None:
    told = Section("", 0, 1, "Put the rows into the `input` folder (https://a.org/rows)")
    documents = Documents({"README.md": Facts(kind="markdown", sections=(told,))})
    assert documents.tells_of(path) is (path == "input/rows.csv")
