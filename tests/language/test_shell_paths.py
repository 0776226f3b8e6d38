"""Paths that shell texts compute."""

from __future__ import annotations

import pytest

from auditor.language.shell import read_shell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(dirname a/b.csv)", "a"),
        ("$(basename a/b.csv)", "b.csv"),
        ("$(basename a/b.csv .csv)", "b"),
        ("$(realpath ../a)", "../a"),
        ("$(dirname $(dirname a/b/c))", "a"),
        ("$(pwd)", "{start}"),
        ("$(dirname $0)", "{here}"),
        ("$(dirname $(realpath $0))/..", "{here}/.."),
        ('$(cd "$(dirname "$0")" && pwd)', "{here}"),
        ("$(git rev-parse --show-toplevel)/a", "{root}/a"),
        ("$(python where.py)/a", "{python where.py}/a"),
        ("$(cat name.txt)", "{V}"),
    ],
)
def test_a_substitution_of_a_path(text: str, expected: str) -> None:
    assert read_shell(f"V={text}\nlast $V")[-1].words[1].text == expected


@pytest.mark.parametrize(
    ("expansion", "expected"),
    [
        ("${V%.gz}", "d/a.csv"),
        ("${V%%.*}", "d/a"),
        ("${V##*/}", "a.csv.gz"),
        ("${V#*/}", "a.csv.gz"),
        ("${V%/*}", "d"),
        ("${V/a/b}", "d/b.csv.gz"),
        ("${V:-x}", "d/a.csv.gz"),
        ("${U:-x}", "x"),
    ],
)
def test_an_expansion_that_cuts(expansion: str, expected: str) -> None:
    assert read_shell(f"V=d/a.csv.gz\nlast {expansion}")[-1].words[1].text == expected


def test_numbers_are_counted_within_bounds() -> None:
    assert [c.words[1].text for c in read_shell("for i in $(seq 2 2 6); do x $i; done") if c.words[0].text == "x"] == [
        "2",
        "4",
        "6",
    ]
    assert len(read_shell("for i in $(seq 1 100000); do x $i; done")) <= 60
