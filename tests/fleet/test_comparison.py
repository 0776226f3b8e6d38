"""How repositories stand to each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.fleet.comparison import Comparison, ranked
from auditor.fleet.tables import FINDING, findings_tables
from auditor.formats.tables import write_tables
from auditor.model.audit import Audit
from auditor.model.errors import UsageError
from auditor.model.finding import Severity
from auditor.model.fleet import Fleet, Member, Standing
from tests.lifecycle.builders import audit, found


def compared(**audits: Audit | None) -> Fleet:
    comparison = Comparison("2026-11-24")
    for name, one in audits.items():
        comparison.add(Member(f"/{name}"), one, f"audits/{name}.json" if one else "", "" if one else "it is broken")
    return comparison.result()


def test_most_debt_comes_first_and_what_failed_last() -> None:
    fleet = compared(
        clean=audit(),
        broken=None,
        worst=audit([found(), found("PIP008", "b.py"), found("PIP003", "c.py")]),
        bad=audit([found("PIP008")]),
    )
    assert [one.member.target for one in fleet.standings] == ["/worst", "/bad", "/clean", "/broken"]
    assert [one.rank for one in fleet.standings] == [1, 2, 3, None]
    assert [one.percentile for one in fleet.standings][:3] == [
        pytest.approx(500 / 6),
        pytest.approx(50),
        pytest.approx(100 / 6),
    ]
    assert fleet.standings[-1].problem == "it is broken"
    assert fleet.debt is not None
    assert (fleet.debt.repositories, fleet.debt.least) == (3, 0.0)


def test_names_tell_repositories_apart() -> None:
    assert {one.name for one in compared(a=audit(), b=audit()).standings} == {"a", "b"}
    assert compared(a=audit()).standings[0].name == "sample"


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ([("/x/one/repo", ""), ("/x/two/repo", "")], {"one/repo", "two/repo"}),
        ([("/x/one", ""), ("/x/one", "v1"), ("/x/one", "v2")], {"sample", "sample v1", "sample v2"}),
        ([("https://a.org/t/p", ""), ("https://b.org/t/p", ""), ("/q", "")], {"a.org/t/p", "b.org/t/p", "q"}),
        ([("/a", ""), ("/x/a", "v1"), ("/x/a", "v2")], {"/a", "x/a v1", "x/a v2"}),
    ],
)
def test_what_is_called_alike_is_called_by_the_end_of_its_place(
    members: list[tuple[str, str]], names: set[str]
) -> None:
    comparison = Comparison("2026-11-24")
    for target, rev in members:
        comparison.add(Member(target, rev), audit(), "x.json")
    assert {one.name for one in comparison.result().standings} == names


def test_a_problem_does_not_repeat_what_it_is_a_problem_of() -> None:
    comparison = Comparison("2026-11-24")
    comparison.add(Member("/x/one"), None, problem="/x/one does not exist; give a folder")
    assert comparison.result().standings[0].problem == "does not exist; give a folder"


def test_a_problem_that_begins_like_its_target_keeps_its_words() -> None:
    comparison = Comparison("2026-11-24")
    comparison.add(Member("it"), None, problem="its process was ended")
    comparison.add(Member("it"), None, problem="it does not exist")
    assert {one.problem for one in comparison.result().standings} == {"its process was ended", "does not exist"}


def test_what_several_have_is_shared() -> None:
    fleet = compared(
        a=audit([found(), found(line=9)]),
        b=audit([found(severity=Severity.HIGH)]),
        c=audit(),
        d=audit([found("PIP008")]),
        e=audit([found(state="waived"), found("PIP008", severity=Severity.INFO)]),
    )
    (one,) = fleet.shared
    assert (one.rule, one.repositories, one.applicable, one.findings) == ("LKG001", 2, 5, 3)
    assert one.severity == "critical"
    assert one.examples == ("a", "b")


def test_a_fleet_of_failures_is_a_fleet() -> None:
    fleet = compared(a=None, b=None)
    assert (fleet.debt, fleet.versions, fleet.families, fleet.shared) == (None, None, (), ())


@given(st.lists(st.one_of(st.none(), st.floats(0, 100, allow_nan=False)), max_size=30))
def test_ranks_and_percentiles_follow_the_debt(debts: list[float | None]) -> None:
    placed = ranked(Standing(Member(str(n)), str(n), debt=debt) for n, debt in enumerate(debts))
    judged = [one for one in placed if one.debt is not None]
    assert len(placed) == len(debts)
    assert [one.debt for one in judged] == sorted((one.debt or 0.0 for one in judged), reverse=True)
    assert all(one.rank is not None and 1 <= one.rank <= len(judged) for one in judged)
    assert all(one.percentile is not None and 0 < one.percentile < 100 for one in judged)
    for a, b in itertools.pairwise(judged):
        assert (a.debt == b.debt) == (a.rank == b.rank) == (a.percentile == b.percentile)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_findings_of_a_fleet_are_one_table_made_of_one_repository_at_a_time(tmp_path: Path, suffix: str) -> None:
    pd = pytest.importorskip("pandas")
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="ml-debt-auditor[parquet] is not installed")
    held: list[str] = []

    def audits() -> Iterator[tuple[Member, Audit | None]]:
        for name, made in (
            ("a", audit([found(), found(line=9)])),
            ("b", None),
            ("c", audit()),
            ("d", audit([found()])),
        ):
            held.append(name)
            yield Member(f"/{name}"), made

    tables = findings_tables(audits())
    assert list(next(tables).columns) == list(FINDING)
    assert held == []
    write_tables(findings_tables(audits()), tmp_path / f"f.{suffix}")
    read = pd.read_csv if suffix == "csv" else pd.read_parquet
    table = read(tmp_path / f"f.{suffix}")
    assert list(table.columns) == list(FINDING)
    assert table["repository"].to_list() == ["/a", "/a", "/d"]
    assert [path.name for path in tmp_path.iterdir()] == [f"f.{suffix}"]
    write_tables(findings_tables([]), tmp_path / f"none.{suffix}")
    assert list(read(tmp_path / f"none.{suffix}").columns) == list(FINDING)


def test_a_table_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    pytest.importorskip("pandas")

    def breaking() -> Iterator[tuple[Member, Audit | None]]:
        yield Member("/a"), audit([found()])
        raise OSError(28, "No space left on device")

    (tmp_path / "f.csv").write_text("before")
    with pytest.raises(UsageError, match="No space left on device"):
        write_tables(findings_tables(breaking()), tmp_path / "f.csv")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("f.csv", "before")]
