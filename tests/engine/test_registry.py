"""The rules that are known, those of a folder of the user's own among them."""

from __future__ import annotations

from pathlib import Path

from auditor.engine import registry
from auditor.run import audit

FAMILY = (
    "from auditor.rulekit import Family\n"
    'FAMILY = Family(id="OWN", title="Of the house", order=99, blurb="What we ask of ourselves.")\n'
)
RULE = (
    "from auditor.rulekit import Check, Effort, Finding, Place, Rule, Severity\n"
    'RULE = Rule(id="OWN001", name="no-owner", severity=Severity.LOW, reliability="A", check=Check.PRACTICE, archetypes="LRPSATN",\n'
    '            effort=Effort("1h", "2h"))\n'
    "def check(graph):\n"
    "    for path in graph.programs[:1]:\n"
    '        yield Finding("nobody owns it", Place(path, 1), entity=path, remedy="own it")\n'
)
PAGE = "# OWN001 Nobody owns it\r\n\r\n## What it finds\r\n\r\nOne line,\r\nand another.\r\n\r\n## Why it is debt\r\n\r\nBecause.\r\n"


def of_the_house(folder: Path) -> Path:
    home = folder / "house_rules"
    home.mkdir(parents=True)
    (home / "__init__.py").write_text(FAMILY)
    (home / "no_owner.py").write_text(RULE)
    (home / "no_owner.md").write_bytes(PAGE.encode())
    return folder


def test_own_rules_are_known_beside_the_shipped(tmp_path: Path) -> None:
    known = registry(str(of_the_house(tmp_path)))
    assert set(known.rules) - set(registry().rules) == {"OWN001"}
    assert known.families[-1].id == "OWN"
    loaded = known.rules["OWN001"]
    assert (loaded.info.family, loaded.info.title) == ("OWN", "Nobody owns it")


def test_rules_of_two_folders_are_not_taken_for_each_other(tmp_path: Path) -> None:
    one, other = (of_the_house(tmp_path / name) for name in ("one", "other"))
    rule = other / "house_rules" / "no_owner.py"
    rule.write_text(rule.read_text().replace("OWN001", "OWN002"))
    assert "OWN001" in registry(str(one)).rules
    assert "OWN002" in registry(str(other)).rules


def test_a_page_may_end_its_lines_as_windows_does(tmp_path: Path) -> None:
    page = registry(str(of_the_house(tmp_path))).rules["OWN001"].page
    assert (page.title, page.finds, page.why) == ("Nobody owns it", "One line,\nand another.", "Because.")


def test_what_own_rules_find_is_told_and_moves_no_debt(tmp_path: Path) -> None:
    rules, project = tmp_path / "rules", tmp_path / "project"
    for folder in (rules, project):
        folder.mkdir()
    (project / "train.py").write_text(
        "import pandas as pd\nfrom sklearn.svm import SVC\n\nd = pd.read_csv('d.csv')\nprint(SVC().fit(d, d.y))\n"
    )
    own = audit(str(project), rules=of_the_house(rules), use_cache=False, jobs=1)
    shipped = audit(str(project), use_cache=False, jobs=1)
    assert not own.errors
    assert [finding.message for finding in own.findings if finding.rule == "OWN001"] == ["nobody owns it"]
    assert own.score.debt == shipped.score.debt
