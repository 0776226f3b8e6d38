"""The terminal form: narrow, plain, and immune to what file names try."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.formats import render, screen, terminal
from auditor.formats.text import width
from auditor.model.place import Place
from auditor.score import load_policy
from auditor.score.grades import verdict
from tests.formats.sample_audits import SAMPLES, crowded, service


@pytest.mark.parametrize("name", SAMPLES)
def test_no_line_is_wider_than_eighty_columns(name: str) -> None:
    assert max(width(line) for line in render(SAMPLES[name](), "terminal").splitlines()) <= 80


@pytest.mark.parametrize("name", SAMPLES)
def test_no_control_character_reaches_the_terminal(name: str) -> None:
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", render(SAMPLES[name](), "terminal")
    )


def test_it_says_what_matters() -> None:
    text = render(service(), "terminal")
    assert text.startswith("Fail: acme/churn")
    assert "debt      28.2 of 100, grade C, provisional" in text
    assert "range     26.3–33.5" in text
    assert "73–99 h" in text
    assert "src/churn/train.py:47 LKG001 critical" in text
    assert "-> Split first and fit on the training rows" in text
    assert "Unknown: MON003." in text
    assert "notebooks/old/eda.ipynb" in text


def test_cells_are_counted_as_their_reader_counts_them() -> None:
    found = msgspec.structs.replace(service().findings[0], place=Place("eda.ipynb", 2, None, 3))
    assert "eda.ipynb, cell 4, line 2 " in render(msgspec.structs.replace(service(), findings=(found,)), "terminal")
    assert "LKG001 at eda.ipynb, cell 4, line 2." in verdict([found], [], [], {}, load_policy())[1][0]


def test_at_most_ten_findings_and_five_families_are_shown() -> None:
    text = render(crowded(50), "terminal")
    assert len(re.findall(r"^  [^\s-].*? [A-Z]{3}\d{3} (?:critical|high|medium|low)\b", text, re.MULTILINE)) == 10
    assert text.count("#.") + text.count("##  ") <= 5
    assert "Mend first (10 of 68, by priority)" in text


def test_colour_is_an_addition_only() -> None:
    audit = service()
    painted = terminal.render(audit, color=True)
    assert "\x1b[1;31m" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == terminal.render(audit)


@given(st.text(max_size=300), st.integers(min_value=4, max_value=80))
def test_wrapping_loses_no_letter_and_keeps_the_width(words: str, columns: int) -> None:
    lines = screen.wrap(words, columns)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(width(line) <= columns for line in lines)
