"""The pages and summaries of a trend and of a fleet: sound, whole without a script, deaf to what the target writes."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest

from auditor.formats import delta_terminal, fleet_terminal, json_file, sheet_html, trend_terminal
from auditor.formats.view import course
from auditor.formats.view.sheet import Scale
from auditor.lifecycle.delta import compare
from auditor.model.archetypes import NAMES
from auditor.model.audit import Versions
from auditor.model.finding import Severity
from auditor.model.fleet import Fleet, Member, Shared, Spread, Standing
from auditor.model.trend import SCHEMA, HalfLife, Life, Point, Trend
from tests.formats.sample_graphs import EVIL
from tests.formats.test_html_form import ALLOWED, Page
from tests.lifecycle.builders import POLICY, TITLES, audit, found

DAY = 86_400
VERSIONS = Versions("0.1", "r1", "1", "expert-set-2026", "2026.1")


def point(at: int, debt: float | None, *, tags: tuple[str, ...] = (), problem: str = "") -> Point:
    low, high = (debt - 1, debt + 3) if debt is not None else (0.0, 100.0)
    return Point(
        f"{at:040x}", 1_700_000_000 + at * DAY, tags, debt=debt, low=low, high=high, net=debt, grade="B", counts={"high": at % 3, "medium": 1},
        families={"LKG": debt, "DAT": None}, problem=problem,
    )  # fmt: skip


def life(end: str = "open", path: str = "train.py", **more: object) -> Life:
    gone = 1_700_500_000 if end in ("fixed", "removed") else None
    fields = {"absent_at": "a" * 40, "entity": "scaler"} | more
    return Life(
        "f" * 32, "LKG001", "critical", path, str(fields["entity"]), "b" * 40, 1_700_000_000, str(fields["absent_at"]),
        "c" * 40 if gone else "", gone, "b" * 40, end,
    )  # fmt: skip


def trend(points: tuple[Point, ...] = (), lives: tuple[Life, ...] = (), name: str = "churn") -> Trend:
    ages = (HalfLife("LKG", 3, 2, 12.0), HalfLife("DAT", 2, 0, None))
    return Trend(SCHEMA, name, VERSIONS, points, lives, ages if points else (), "partial", 7)


def fleet(standings: tuple[Standing, ...] = ()) -> Fleet:
    spread = Spread("debt", 2, 3.0, 5.0, 7.0, 9.0, 11.0)
    shared = (Shared("DAT001", "Training on unversioned data", "DAT", "critical", 2, 3, 5, ("a", EVIL)),)
    return Fleet("auditor/fleet/1", VERSIONS, "2026-11-24", standings, spread if standings else None, (spread,), shared)


def standing(name: str, rank: int | None, problem: str = "") -> Standing:
    return Standing(
        Member(f"/{name}"), name, "d" * 40, rank, 50.0 if rank else None, 11.0 if rank else None, 9.0, 14.0, 11.0, "B", True, 0.9, 12, 30, 900,
        "P", {"high": 2}, {"debt": 11.0}, problem=problem,
    )  # fmt: skip


TRENDS: dict[str, Callable[[], Trend]] = {
    "long": lambda: trend(
        tuple(point(at, 20.0 + at % 7) for at in range(400)), (life(), life("fixed"), life("removed", absent_at=""))
    ),
    "short": lambda: trend((point(0, 30.0, tags=("v1",)), point(1, 20.0)), (life(),)),
    "one": lambda: trend((point(0, 30.0),)),
    "unjudged": lambda: trend((point(0, None, problem="its files cannot be listed"), point(1, None))),
    "gap": lambda: trend((point(0, 3.0), point(1, None), point(2, 4.0))),
    "clock back": lambda: trend((point(5, 3.0), point(1, 9.0), point(3, 4.0))),
    "hostile": lambda: trend((point(0, 3.0, tags=(EVIL,)),), (life(path=EVIL, entity=EVIL),), EVIL),
}
FLEETS: dict[str, Callable[[], Fleet]] = {
    "two": lambda: fleet((standing("a", 1), standing("b", None, "it is broken"))),
    "hostile": lambda: fleet((standing(EVIL, 1), standing("b", None, EVIL))),
    "none": fleet,
}
PAGES = {f"trend {name}": (lambda made=made: sheet_html.render_trend(made())) for name, made in TRENDS.items()} | {
    f"fleet {name}": (lambda made=made: sheet_html.render_fleet(made())) for name, made in FLEETS.items()
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_and_needs_nothing(name: str) -> None:
    said = PAGES[name]()
    assert said == PAGES[name]()
    page = Page(said)
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert len(page.named("h1")) == len(page.named("main")) == 1
    assert not page.named("script")
    assert not re.search(r"(?:src|href)=[\"'](?!#|data:)", said)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2028\ud800]", said)
    assert "nan" not in re.sub(r"[^\w.]", " ", said).split()


def test_the_page_of_a_trend_tells_when_debt_came_and_went() -> None:
    text = Page(sheet_html.render_trend(TRENDS["long"]())).text
    assert "Half are gone after" in text
    assert "12 days" in text
    assert "more than half are still there" in text
    assert "still open" in text
    assert "before 2023-11-14" in text


def test_families_without_debt_are_those_that_no_row_names() -> None:
    had, never = "DAT\nx", "LKG\ny"  # both are shown otherwise than they are spelled
    judged = tuple(msgspec.structs.replace(point(at, 3.0), families={"": 1.0, had: 3.0, never: 0.0}) for at in (0, 1))
    page = course.sheet(msgspec.structs.replace(trend(judged), half_lives=()))
    (families,) = [part for part in page.parts if part.id == "families"]
    assert [len(one.rows) for one in families.tables] == [2]
    assert families.notes == ("No debt at any of these commits: LKG y.",)


def test_a_line_is_broken_where_a_commit_was_not_judged() -> None:
    scale = Scale(0, 10, 100)
    assert scale.line([(0, 1.0), (5, None), (10, 2.0)]).count("M") == 2
    assert scale.y(0) > scale.y(50) > scale.y(100)
    assert scale.y(1e9) == scale.y(100)


def test_the_page_of_a_fleet_ranks_and_tells_what_failed() -> None:
    text = Page(sheet_html.render_fleet(FLEETS["two"]())).text
    assert NAMES["P"] in text
    assert "Problems that more than one repository has" in text
    assert "it is broken" in text


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", [*TRENDS, *(f"fleet {name}" for name in FLEETS)])
def test_a_summary_fits_and_holds_nothing_invisible(name: str, columns: int) -> None:
    kind = name.removeprefix("fleet ")
    text = (
        fleet_terminal.render(FLEETS[kind](), columns=columns)
        if kind != name
        else trend_terminal.render(TRENDS[name](), columns=columns)
    )
    assert max(map(len, text.splitlines())) <= columns
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2028\ud800]", text)


@pytest.mark.parametrize("name", FLEETS)
def test_json_holds_everything(name: str) -> None:
    import msgspec

    made = FLEETS[name]()
    said = json_file.encoded(made)
    assert said == json_file.encoded(msgspec.json.decode(said, type=Fleet))


@pytest.mark.parametrize(("last", "said"), [(30.0, "±0"), (29.99, "±0"), (31.0, "+1.0"), (20.0, "-10.0")])
def test_a_change_too_small_to_show_is_none(last: float, said: str) -> None:
    assert f" {said} " in Page(sheet_html.render_trend(trend((point(0, 30.0), point(1, last))))).text


def test_a_fleet_says_each_figure_once_and_families_by_name() -> None:
    page = Page(sheet_html.render_fleet(FLEETS["two"]())).text
    assert "rank 1, grade" in page
    ranking = page[page.index("What stands behind it") :]
    head = ranking[: ranking.index("Seen")]
    assert all(word not in head for word in ("Rank", "Debt", "Grade", "Percentile"))


@pytest.mark.parametrize(
    ("values", "bars"), [([3.4, 8.2, 4.1], "▄█▅"), ([0.0, 0.0], "▁▁"), ([100.0, 50.0, 0.0], "█▅▁"), ([], "")]
)
def test_the_tallest_bar_is_the_greatest_value(values: list[float], bars: str) -> None:
    assert trend_terminal.sparkline(values, 80) == bars


def test_the_picture_of_a_course_is_as_high_as_it_must_be() -> None:
    made = TRENDS["long"]()
    low = msgspec.structs.replace(
        made,
        points=tuple(
            msgspec.structs.replace(p, debt=3.0, low=2.0, high=8.0, net=3.0, reported=None) for p in made.points
        ),
    )
    (part,) = (one for one in course.sheet(low).parts if one.id == "debt")
    assert part.lines is not None
    assert [tick.label for tick in part.lines.up] == ["0", "2", "4", "6", "8", "10"]
    high = msgspec.structs.replace(low, points=(msgspec.structs.replace(low.points[0], high=61.0), *low.points[1:]))
    (part,) = (one for one in course.sheet(high).parts if one.id == "debt")
    assert part.lines is not None
    assert [tick.label for tick in part.lines.up] == ["0", "25", "50", "75", "100"]


def test_a_comparison_tells_what_weighs_more_or_less_than_before() -> None:
    before, after = audit([found(severity=Severity.HIGH)]), audit([found(severity=Severity.LOW)])
    delta = compare(before, after, POLICY, TITLES)
    assert "Of another severity (1)" in delta_terminal.render(delta)
    assert "LKG001 high -> low" in delta_terminal.render(delta)
    assert "Of another severity (1)" in Page(sheet_html.render_comparison(before, after, delta)).text
    same = compare(before, before, POLICY, TITLES)
    assert "severity" not in delta_terminal.render(same)
