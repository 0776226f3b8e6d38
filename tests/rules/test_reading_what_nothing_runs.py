"""What a blind reading of services showed: each debt beside the look-alike that was once accused."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules
SERVE = "import fastapi\nimport numpy\nimport pandas\n\napp = fastapi.FastAPI()\n"
IMAGE = "FROM python:3.11-slim\nWORKDIR /app\nRUN pip install --no-cache-dir \\\n    {}\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n"


def found(files: dict[str, str], rule: str, archetypes: str = "P") -> list[Finding]:
    tree = graphs(files, archetypes=archetypes)
    return list(judge(tree.components, [RULES[rule]]).findings)


PAIRS = [
    pytest.param("REP003", {"app.py": SERVE, "pyproject.toml": "[project]\nname = 'a'\ndependencies = ['fastapi', 'numpy', 'pandas']\n", "Dockerfile": IMAGE.format("pandas>=2.1.0")}, {"app.py": SERVE, "pyproject.toml": "[project]\nname = 'a'\ndependencies = ['fastapi', 'numpy', 'pandas']\n", "Dockerfile": IMAGE.format("pandas>=2.1.0 \\\n    numpy>=1.25.0 \\\n    fastapi>=0.108")}, id="words behind a bound that the shell takes for a file"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "debt", "alike"), PAIRS)
def test_debt_and_its_look_alike(rule: str, debt: dict[str, str], alike: dict[str, str]) -> None:
    assert found(debt, rule)
    assert not found(alike, rule)


def test_a_bound_without_quotes_is_told_as_lost() -> None:
    files = {"app.py": SERVE, "Dockerfile": IMAGE.format("{}")}
    lost, kept = (
        found({**files, "Dockerfile": IMAGE.format(each)}, "REP002") for each in ("pandas>=2.1.0 numpy", "'pandas>=2.1.0' numpy")
    )
    assert "without quotes >=2.1.0 is no bound, its shell writes a file =2.1.0" in lost[0].message
    assert "quotes" not in kept[0].message
