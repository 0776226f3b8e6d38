"""Scripts that name their own packages, by the grammar of PEP 723."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.language.inline_metadata import read_inline

SCRIPT = """#!/usr/bin/env -S uv run
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3",
#   "rich",
# ]
#
# [tool.uv]
# exclude-newer = "2026-01-01T00:00:00Z"
# ///
# A comment of the program.
import requests
"""


def test_the_packages_their_lines_and_the_python() -> None:
    requirements, python, troubles = read_inline(SCRIPT.encode())
    assert [(each.name, each.specifier, each.line) for each in requirements] == [("requests", "<3", 5), ("rich", "", 6)]
    assert python == ">=3.11"
    assert troubles == ()


def test_windows_line_ends_and_no_comments_behind() -> None:
    assert len(read_inline(SCRIPT.replace("\n", "\r\n").encode())[0]) == 2
    assert len(read_inline(SCRIPT.replace("# A comment of the program.\n", "").encode())[0]) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SCRIPT.replace("# ///\n", ""), "no end"),
        (SCRIPT.replace('"rich",', "rich,"), "not TOML"),
        (SCRIPT + SCRIPT, "one block"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, says: str) -> None:
    requirements, python, (trouble,) = read_inline(text.encode())
    assert (requirements, python) == ((), "")
    assert says in trouble.message
    assert trouble.code == "invalid"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = '# /// script'\n",
        "# /// scripts\n# ///\n",
        "# /// script\n# dependencies = 3\n# ///\n",
        "# /// script\n# dependencies = [3, {}]\n# requires-python = 3\n# ///\n",
    ],
)
def test_what_names_no_package(text: str) -> None:
    assert read_inline(text.encode()) == ((), "", ())


@given(
    st.lists(
        st.sampled_from(["# /// script\n", "# ///\n", "#\n", '# dependencies = ["a"]\n', "x\n", "# [[\n"]), max_size=9
    )
)
def test_no_text_makes_it_fail(parts: list[str]) -> None:
    requirements, _, _ = read_inline("".join(parts).encode())
    assert all(each.name for each in requirements)
