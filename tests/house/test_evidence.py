"""The evidence: in its form, folded into the table that the report prints, and good enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.engine import registry
from auditor.model.finding import Severity
from tests.house.tally_evidence import FIELDS, OUTSIDE_FIELDS, TABLE, Outside, Row, folded, outside, rows

ENOUGH = 4
"""Decided findings from which a share says something."""


def row(**changed: str) -> Row:
    plain = Row("a/b", "0" * 12, "PIP001", "high", "f", "a.py:1", "true", "true", "because")
    return plain._replace(**changed)


def test_the_table_is_current() -> None:
    assert TABLE.read_text(encoding="utf-8") == folded(rows(), outside()), "run python tests/house/tally_evidence.py"


def test_every_judged_finding_is_one_of_a_rule_and_told_once() -> None:
    judged = list(rows())
    assert {each.rule for each in judged} <= set(registry().rules)
    assert {each.severity for each in judged} <= {severity.value for severity in Severity}
    keys = [(each.repository, each.rule, each.fingerprint, each.place) for each in judged]
    assert len(keys) == len(set(keys))
    assert all(len(each.commit) == 12 and each.why for each in judged)


@pytest.mark.parametrize(("severities", "least"), [(("critical", "high"), 0.95), (("medium",), 0.90)])
def test_the_precision_is_what_is_asked_for(severities: tuple[str, ...], least: float) -> None:
    judged = [each for each in rows() if each.severity in severities]
    right, wrong = sum(each.right for each in judged), sum(each.wrong for each in judged)
    assert right >= least * (right + wrong)
    assert len(judged) - right - wrong <= 0.10 * len(judged), (
        "what stays doubtful may not be where the doubts are hidden"
    )


def test_the_fold_counts_what_stood_both_times() -> None:
    judged = [
        row(),
        row(repository="c/d"),
        row(second="doubtful"),
        row(verdict="doubtful", second="false"),
        row(severity="low", second="false"),
        row(rule="PIP004"),
    ]
    table = folded(judged)
    assert "PIP001 = { read = 4, right = 2, wrong = 1, repositories = 2 }\n" in table
    assert "PIP004 = { read = 1, right = 1, wrong = 0, repositories = 1 }\n" in table


def test_what_others_judged_is_of_rules_and_told_once() -> None:
    judged = list(outside())
    assert judged
    assert {each.rule for each in judged} <= set(registry().rules)
    assert len({each.id for each in judged}) == len(judged)
    assert all(len(each.commit) == 12 and each.why for each in judged)


def test_no_rule_that_others_refute_often_decides_by_itself() -> None:
    """What is of reliability A fails gates and caps grades alone: of what others decided two in three must have stood."""
    seen = {id_: loaded.info for id_, loaded in registry().rules.items() if loaded.info.outside is not None}
    weak = {
        id_
        for id_, info in seen.items()
        if info.outside is not None
        and info.outside.right + info.outside.wrong >= ENOUGH
        and info.outside.right < 2 * info.outside.wrong
    }
    assert weak
    assert [id_ for id_ in sorted(weak) if seen[id_].reliability == "A"] == []


def test_what_others_judged_is_folded_apart() -> None:
    one = Outside("A1", "a/b", "0" * 12, "PIP001", "high", "f", "a.py:1", "true", "because")
    table = folded([row()], [one, one._replace(verdict="false"), one._replace(verdict="doubtful", repository="c/d")])
    known, _, blind = table.partition("[outside]\n")
    assert "PIP001 = { read = 1, right = 1, wrong = 0, repositories = 1 }\n" in known
    assert blind == "PIP001 = { read = 3, right = 1, wrong = 1, repositories = 2 }\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param("A1,a/b,0,PIP001,high,f,a.py:1,yes,why", "reading", id="another word"),
        pytest.param("A1,a/b,0,PIP001,high,f,a.py:1,true", "8 fields", id="a field is missing"),
    ],
)
def test_what_others_judged_is_in_its_form(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "first.csv").write_text(f"{','.join(OUTSIDE_FIELDS)}\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        list(outside(tmp_path))
    (tmp_path / "first.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(ValueError, match="header"):
        list(outside(tmp_path))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param("a/b,0,PIP001,high,f,a.py:1,yes,true,why", "reading", id="another word"),
        pytest.param("a/b,0,PIP001,high,f,a.py:1,true,true", "8 fields", id="a field is missing"),
        pytest.param("a/b,0,DAT001,high,f,a.py:1,true,true,why", "no rule of PIP", id="another family"),
    ],
)
def test_what_is_not_in_the_form_is_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "PIP.csv").write_text(f"{','.join(FIELDS)}\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        list(rows(tmp_path))
