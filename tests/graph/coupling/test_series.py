"""Programs that a program starts one after the other: a chain, or a series of which none needs another."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from tests.pages import graphs

PD = "import pandas as pd\n"
NAMES = "abcdefg"
APART = {f"{n}.py": f"{PD}pd.read_csv('raw.csv').to_csv('{n}.csv')\n" for n in NAMES}
HANDED = APART | {"g.py": f"{PD}pd.read_csv('a.csv').to_csv('g.csv')\n"}
SAME = APART | {"g.py": f"{PD}pd.read_csv('raw.csv').to_csv('a.csv')\n"}
UNKNOWN = APART | {"g.py": f"import sys\n{PD}pd.read_csv('raw.csv').to_csv(sys.argv[1])\n"}
RUN = (
    "import subprocess, sys\nNAMES = ["
    + ", ".join(f"('{n}', '{n}.py')" for n in NAMES)
    + "]\nfor name, script in NAMES:\n    {}\n"
)
STARTS = "r = subprocess.run([sys.executable, script]{})\n    {}"
LOOSE = STARTS.format("", "print(name, r.returncode)")


@pytest.mark.parametrize(
    ("files", "starts", "chained"),
    [
        pytest.param(APART, LOOSE, False, id="a series"),
        pytest.param(HANDED, LOOSE, True, id="one reads what another writes"),
        pytest.param(SAME, LOOSE, True, id="two write one file"),
        pytest.param(UNKNOWN, LOOSE, True, id="a file that is not known"),
        pytest.param(APART, STARTS.format(", check=True", ""), True, id="fails with the first"),
        pytest.param(APART, STARTS.format("", "r.check_returncode()"), True, id="asks for the status"),
        pytest.param(APART, STARTS.format("", "if r.returncode:\n        sys.exit(1)"), True, id="exits"),
        pytest.param(APART, STARTS.format("", "if r.returncode:\n        break"), True, id="leaves the loop"),
        pytest.param(APART, "subprocess.check_call([sys.executable, script])", True, id="a call that raises"),
        pytest.param(
            APART, "if name != 'b':\n        subprocess.run([sys.executable, script])", True, id="under a condition"
        ),
    ],
)
def test_programs_that_need_nothing_of_each_other_are_no_chain(
    files: dict[str, str], starts: str, chained: bool
) -> None:
    rule = registry().rules["GLU004"]
    found = judge(graphs({**files, "run.py": RUN.format(starts)}, archetypes="P").components, [rule]).findings
    assert [finding.message.partition(" by ")[0] for finding in found] == ["run.py chains 7 programs"] * chained
