"""The curves are measured by a script that can be run again; the place among others is context and never part of a score."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from auditor.model.audit import ArchetypeScore, CheckScore, Component, ComponentScore, FamilyScore
from auditor.model.errors import UsageError
from auditor.score import load_policy
from auditor.score.policy import Calibrated, Calibration, Curve, Policy
from auditor.score.standing import LEAST, peers
from tests.bench.calibrate import curve, listed, written

POLICY = load_policy()


def test_the_shipped_calibration_names_its_repositories_and_commits() -> None:
    known = POLICY.calibration
    assert len(known.repositories) >= 80
    assert len({row.repository for row in known.repositories}) == len(known.repositories)
    assert all(re.fullmatch(r"[0-9a-f]{40}", row.commit) for row in known.repositories)
    for points in (known.density, *known.family.values()):
        assert 0 < points.p10 < points.median


def test_the_calibration_before_is_still_there() -> None:
    assert load_policy(calibration="expert-set-2026").calibration.mark == "expert-set"
    with pytest.raises(UsageError, match="choose one of"):
        load_policy(calibration="elsewhere")


def test_a_curve_is_the_tenth_percentile_and_the_median_of_what_was_measured() -> None:
    assert curve([float(n) for n in range(1, 102)]) == Curve(p10=11.0, median=51.0)


def test_what_is_written_is_read_again_and_can_be_measured_again(tmp_path: Path) -> None:
    rows = (Calibrated("a/b", "1" * 40, "L", 3.5), Calibrated("c/d", "2" * 40, "R"))
    known = Calibration(
        "2 public repositories", {"kloc": 2.0, "fits": 5.0}, Curve(0.1, 0.5), {"LKG": Curve(0.3, 1.2)}, rows
    )
    path = tmp_path / "calibration.toml"
    path.write_text(written("test", known), encoding="utf-8")
    assert msgspec.convert(tomllib.loads(path.read_text())["calibration"]["test"], Calibration) == known
    assert listed(path) == [("a/b", "1" * 40), ("c/d", "2" * 40)]


def component(letter: str, lines: int = 100) -> Component:
    return Component(
        "c", "", (ArchetypeScore(letter, "library", 0.9),), (), overridden=False, files=1, logical_lines=lines
    )


def known(count: int, letter: str = "L") -> Policy:
    rows = tuple(Calibrated(f"o/{n}", "0" * 40, letter, float(n)) for n in range(count))
    return Policy(
        POLICY.name, POLICY.score_model, POLICY.profile, msgspec.structs.replace(POLICY.calibration, repositories=rows)
    )


def test_the_place_is_among_repositories_of_the_same_kind() -> None:
    found = peers([component("R", 10), component("L")], 4.0, known(LEAST))
    assert found is not None
    assert (found.archetype, found.repositories, found.worse) == ("L", LEAST, LEAST - 5)


def test_of_too_few_of_a_kind_nothing_is_told() -> None:
    assert peers([component("L")], 4.0, known(LEAST - 1)) is None
    assert peers([component("R")], 4.0, known(LEAST)) is None
    assert peers([component("L")], None, known(LEAST)) is None
    assert peers([], 4.0, known(LEAST)) is None


def test_only_components_where_something_was_found_draw_a_curve() -> None:
    from tests.bench.calibrate import densities
    from tests.formats.sample_audits import library

    check = CheckScore(id="COD-density", kind="density", component="c", weight=3.0, a=1.0, q=1.0, s=0.5)
    family = FamilyScore("COD", "Code", 1.0, 0.0, 2.0, 0.04, 1.0, "A", applicable=True)

    def scored(x: float) -> Component:
        checks = (msgspec.structs.replace(check, x=x),)
        score = ComponentScore(1.0, 0.0, 2.0, "A", 1.0, (msgspec.structs.replace(family, checks=checks),))
        return msgspec.structs.replace(component("L"), score=score)

    audit = msgspec.structs.replace(library(), components=(scored(0.0), scored(0.7), component("L")))
    assert densities([audit])["COD"] == [0.7]
