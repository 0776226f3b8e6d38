"""The Markdown form: bounded, and without markup that a target wrote."""

from __future__ import annotations

import re

import msgspec
import pytest

from auditor.formats import markdown_file, render
from auditor.model.verdict import Outcome, Verdict
from tests.formats.sample_audits import MARKUP, PAGES, SAMPLES, crowded, hostile, service


@pytest.mark.parametrize("name", [*SAMPLES, "crowded"])
def test_it_stays_below_its_bound(name: str) -> None:
    assert len(render({**SAMPLES, "crowded": crowded}[name](), "markdown", PAGES)) < markdown_file.MOST


def test_what_is_too_long_is_cut_at_a_paragraph_with_a_note() -> None:
    audit = service()
    long = msgspec.structs.replace(
        audit.findings[0],
        related=tuple(step for _ in range(8) for step in audit.findings[0].related[:1]),
        message="word " * 2_000,
    )
    wordy = tuple(Verdict(f"PIP{n:03}", ".", Outcome.UNKNOWN, "because " * 400) for n in range(30))
    text = markdown_file.render(msgspec.structs.replace(audit, findings=(long,) * 40, verdicts=wordy * 8), PAGES)
    assert len(text) < markdown_file.MOST
    monster = msgspec.structs.replace(
        audit, components=tuple(msgspec.structs.replace(audit.components[0], id="d" * 3_000) for _ in range(30))
    )
    cut = markdown_file.render(monster, PAGES)
    assert len(cut) < markdown_file.MOST
    assert cut.endswith("the JSON of this audit holds everything.*\n")


def test_no_markup_link_or_mention_of_the_target_survives() -> None:
    text = render(hostile(), "markdown", PAGES)
    outside = re.sub(r"`[^`\n]*`", "", text)
    assert MARKUP not in text
    assert "<script" not in text
    assert "<img" not in text
    assert not re.search(r"(?<!\\)\[[^\]]*\]\(", outside)
    assert "https://" not in outside
    assert "@everyone" not in outside


@pytest.mark.parametrize("name", SAMPLES)
def test_tables_are_rectangular(name: str) -> None:
    columns = None
    for line in render(SAMPLES[name](), "markdown", PAGES).splitlines():
        if not line.startswith("|"):
            columns = None
            continue
        bars = line.count("|")
        assert columns in (None, bars), line
        columns = bars


def test_the_pages_are_there() -> None:
    text = render(service(), "markdown", PAGES)
    for title in ("## Verdict: Fail", "## Examined and not examined", "## Scorecard", "## Risk register"):
        assert title in text
    assert "`src/churn/train.py:47`" in text
    assert PAGES["LKG001"].business in text
