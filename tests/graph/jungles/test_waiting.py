"""Which readers wait for a file that another program writes: debt beside what weighs less."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules


def edges(files: dict[str, str]) -> list[Finding]:
    return list(judge(graphs(files, archetypes="P").components, [RULES["PIP001"]]).findings)


ASKED = "import sys\nfrom pathlib import Path\nimport pandas as pd\nP = Path('x.csv')\nQ = Path('y.csv')\n\n\ndef there(path):\n    return Path(path).exists()\n\n\ndef main():\n{}\n\nif __name__ == '__main__':\n    main()\n"
TAKES = "    pd.read_csv({}).to_csv('out.csv')\n"


@pytest.mark.parametrize(
    ("needs", "does_without"),
    [
        pytest.param("    if not P.exists():\n        raise FileNotFoundError(P)\n" + TAKES.format("P"), "    if not P.exists():\n        return\n" + TAKES.format("P"), id="gives up in peace"),
        pytest.param("    if not P.exists():\n        return 1\n" + TAKES.format("P"), "    if not P.exists():\n        return None\n" + TAKES.format("P"), id="a status of failure"),
        pytest.param("    if P.exists():\n    " + TAKES.format("P") + "    else:\n        sys.exit(1)\n", "    if P.exists():\n    " + TAKES.format("P") + "    else:\n        print('none')\n", id="the other arm fails"),
        pytest.param("    if not Q.exists():\n        return\n" + TAKES.format("P"), "    if not (P.exists() and Q.exists()):\n        return\n" + TAKES.format("P"), id="another file is asked for"),
        pytest.param("    if P.name:\n    " + TAKES.format("P"), "    if there(P) and P.name:\n    " + TAKES.format("P"), id="a function of the project asks"),
        pytest.param("    gone = not P.name\n    if not gone:\n    " + TAKES.format("P"), "    gone = not there(P)\n    if not gone:\n    " + TAKES.format("P"), id="the answer has a name"),
        pytest.param(TAKES.format("P"), "    f = pd.read_csv(P) if P.exists() else pd.DataFrame()\n    f.to_csv('out.csv')\n", id="a choice around the read"),
        pytest.param("    p = Q if Q.exists() else P\n" + TAKES.format("p"), "    p = P if P.exists() else Q\n" + TAKES.format("p"), id="a choice of the path"),
    ],
)  # fmt: skip
def test_a_reader_that_asks_for_the_file_and_goes_on_does_not_wait_for_it(needs: str, does_without: str) -> None:
    write = {"write.py": "import pandas as pd\npd.read_csv('raw.csv').to_csv('x.csv')\n"}
    (grave,), (mild,) = (edges({**write, "use.py": ASKED.format(read)}) for read in (needs, does_without))
    assert (grave.severity.value, mild.severity.value) == ("medium", "low")


@pytest.mark.parametrize(
    ("path", "kept", "severity"),
    [("d/x.csv", "d/x.csv", "low"), ("d", "d/x.csv", "low"), ("d", "d/.gitkeep", "medium"), ("d/x.csv", "", "medium")],
)
def test_nobody_waits_for_a_file_that_git_keeps(path: str, kept: str, severity: str) -> None:
    files = {
        "write.py": "import pandas as pd\npd.read_csv('raw.csv').to_csv('d/x.csv')\n",
        "use.py": f"import dask.dataframe as dd\ndd.read_csv('{path}').to_csv('y.csv')\n",
    }
    (edge,) = edges({**files, kept: "a\n1\n"} if kept else files)
    assert edge.severity.value == severity


def test_a_model_that_learns_from_a_file_that_git_keeps_may_learn_from_that_of_yesterday() -> None:
    fit = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('x.csv')\nRidge().fit(f[['a']], f['y'])\n"
    write = "import pandas as pd\npd.read_csv('raw.csv').to_csv('x.csv')\n"
    (edge,) = edges({"write.py": write, "fit.py": fit, "x.csv": "a,y\n1,2\n"})
    assert edge.severity.value == "medium"


@pytest.mark.parametrize(
    ("deed", "severity"),
    [
        ("print(f.groupby('a').size())", "low"),
        ("f.plot().figure.savefig('shape.png')", "low"),
        ("f.describe().to_csv('y.csv')", "medium"),
        ("print(Ridge().fit(f[['a']], f['y']).coef_)", "medium"),
        ("print(mean_absolute_error(f['y'], f['p']))", "medium"),
        ("requests.post('https://example.org/rows', json=f.to_dict())", "medium"),
    ],
)
@pytest.mark.parametrize("use", ["use.py", "notebooks/use.py"])
def test_nobody_waits_for_what_is_only_shown(use: str, deed: str, severity: str) -> None:
    head = "import pandas as pd\nimport requests\nfrom sklearn.linear_model import Ridge\nfrom sklearn.metrics import mean_absolute_error\n"
    files = {
        "write.py": "import pandas as pd\npd.read_csv('raw.csv').to_csv('x.csv')\n",
        use: f"{head}f = pd.read_csv('x.csv')\n{deed}\n",
    }
    (edge,) = edges(files)
    assert edge.severity.value == severity


def test_a_step_may_run_what_cannot_be_read() -> None:
    cell = '{"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "outputs": [], "source": "import pandas as pd\\npd.read_csv(\'raw.csv\').to_csv(\'x.csv\')"}'
    files = {
        "make.ipynb": f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}',
        "use.py": "import pandas as pd\npd.read_csv('x.csv').to_csv('y.csv')\n",
        "run.sh": "python broken.py\npython use.py\n",
    }
    assert edges({**files, "broken.py": "print('fine')\n"})
    assert edges({**files, "broken.py": "def broken(:\n"})
