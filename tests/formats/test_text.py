"""Numbers and strings as readers see them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.formats import text
from auditor.formats.view.links import nowhere
from auditor.formats.view.map import map_page
from auditor.formats.view.prose import blocks, message
from tests.formats.sample_audits import PAGES, service


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.999, "> 99 %"), (0.001, "< 1 %"), (0.93, "93 %"), (None, "–"), (math.nan, "–")],
)
def test_percent_says_all_and_nothing_only_when_it_is_so(share: float | None, said: str) -> None:
    assert text.percent(share) == said


@pytest.mark.parametrize(
    ("value", "said"), [(73.2, "73 h"), (0.7, "0.7 h"), (3.0, "3 h"), (6296.0, "6,296 h"), (math.inf, "–")]
)
def test_hours(value: float, said: str) -> None:
    assert text.hours(value) == said


def test_a_minus_before_zero_is_not_printed() -> None:
    assert text.decimal(-0.01) == "0.0"


@given(st.text())
def test_plain_text_is_one_line_of_visible_characters(raw: str) -> None:
    shown = text.plain(raw)
    assert len(shown.splitlines()) <= 1
    assert text.plain(shown) == shown
    shown.encode()


@given(st.text(max_size=80), st.integers(min_value=2, max_value=40))
def test_a_clipped_path_keeps_its_end_and_fits(path: str, limit: int) -> None:
    shown = text.clip_path(path, limit)
    assert len(shown) <= limit
    assert path.endswith(shown.removeprefix("…"))


def test_rule_pages_become_blocks() -> None:
    why = blocks(PAGES["LKG001"].why)
    assert [block.kind for block in why] == ["p", "ul"]
    assert [span.kind for span in why[0].items[0]] == ["text", "strong", "text"]
    fix = blocks(PAGES["LKG001"].fix)
    assert fix[1].lines == ("model = make_pipeline(StandardScaler(), clf)", "model.fit(X_train, y_train)")
    assert blocks(PAGES["LKG001"].sources)[0].items[0][0].href == "https://doi.org/10.1016/j.patter.2023.100804"


@given(st.text(max_size=400))
def test_prose_never_raises_and_ends(raw: str) -> None:
    blocks(raw)


def test_a_message_is_never_a_link() -> None:
    assert {span.kind for span in message("see [here](https://evil.example) and **this** `code`")} == {"text", "code"}


def test_no_two_boxes_of_the_map_overlap() -> None:
    drawn = map_page(service(), nowhere)
    assert drawn is not None
    assert drawn.chart is not None
    corners = {(box.x, box.y) for box in drawn.chart.boxes}
    assert len(corners) == len(drawn.chart.boxes)
    assert all(0 < box.x < drawn.chart.width and 0 < box.y < drawn.chart.height for box in drawn.chart.boxes)
