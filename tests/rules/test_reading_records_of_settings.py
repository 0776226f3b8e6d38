"""Settings that a program leaves behind are records of what it did: each beside settings that people keep."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
KEYS = "".join(f"k{number}: {number}\n" for number in range(10))
LOADS = "import yaml\nc = yaml.safe_load(open('config/a.yaml'))\nprint(c['k1'])\n"
LISTED = "import json\nCOLUMNS = ['age', 'income', 'town']\n{}\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


@pytest.mark.parametrize(
    ("path", "beside", "severity"),
    [
        ("config/{}.yaml", "", "low"),
        ("config/{}/a.yaml", "", "low"),
        ("config/{}/a.yaml", "config/{}/manifest.json", "info"),
        ("config/{}/a.yaml", "config/{}/net.pt", "info"),
        ("config/{}/a.yaml", "config/manifest.json", "low"),
        ("config/{}.yaml", "config/manifest.json", "low"),
        ("config/2026043{}_083708.yaml", "", "info"),
        ("outputs/config/{}.yaml", "", "info"),
    ],
)
def test_copies_that_runs_left_are_records(path: str, beside: str, severity: str) -> None:
    files = {path.format(number): f"{KEYS}name: {number}\n" for number in range(1, 6)}
    files |= {beside.format(number): "{}" for number in range(1, 6)} if beside else {}
    (finding,) = found({"a.py": LOADS, **files}, "CFG004")
    assert finding.severity.value == severity


def test_a_list_that_a_program_writes_into_a_file_is_no_second_source() -> None:
    meta = '{"columns": ["age", "income", "town"], "rows": 3}'
    read = LISTED.format(
        "with open('config/meta.json') as f:\n    meta = json.load(f)\nprint(meta['columns'], meta['rows'])"
    )
    assert found({"a.py": read, "config/meta.json": meta}, "CFG001")
    written = read + "json.dump({'columns': COLUMNS}, open('config/meta.json', 'w'))\n"
    assert not found({"a.py": written, "config/meta.json": meta}, "CFG001")
