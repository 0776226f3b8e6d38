"""A project that is put in order step by step loses debt at every step."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from auditor.run import audit
from tests.projects.builder import copy_project
from tests.projects.staircase import WHOLE, staircase


def test_debt_falls_at_every_step(tmp_path: Path) -> None:
    steps = list(staircase(tmp_path))
    audits = [audit(str(folder), use_cache=False, jobs=1) for _, folder in steps]
    debts = [said.score.debt for said in audits]
    assert len(debts) == 7
    told = list(zip((name for name, _ in steps), debts, strict=True))
    assert all(before is not None and after is not None and before > after for before, after in pairwise(debts)), told
    assert debts[0] is not None and debts[0] >= 20  # noqa: PT018
    assert debts[-1] is not None and debts[-1] <= 5  # noqa: PT018


def test_the_last_step_is_the_paid_off_twin(tmp_path: Path) -> None:
    *_, (_, last) = staircase(tmp_path / "stairs")
    whole = copy_project(WHOLE, tmp_path)
    files = [
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (last, whole)
    ]
    assert files[0] == files[1]
