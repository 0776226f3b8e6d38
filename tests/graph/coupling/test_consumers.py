"""Who reads what another component writes, and what says so."""

from __future__ import annotations

import pytest

from auditor.graph.coupling.consumers import Consumer
from tests.pages import graphs

PROJECT = '[project]\nname = "{name}"\nversion = "1"\n[build-system]\nrequires = ["hatchling"]\n'
WRITE = "import pandas as pd\npd.read_csv('s3://lake/raw.csv').to_csv('s3://lake/scores.csv')\n"
READ = "import pandas as pd\nprint(pd.read_csv('s3://lake/scores.csv').mean())\n"


def tree(**more: str) -> dict[str, str]:
    files = {
        "one/pyproject.toml": PROJECT.replace("{name}", "one"),
        "one/score.py": WRITE,
        "two/pyproject.toml": PROJECT.replace("{name}", "two"),
        "two/desk.py": READ,
    }
    return files | more


def consumers(files: dict[str, str]) -> list[Consumer]:
    return [one for component in graphs(files).components for one in component.consumers()]


def test_a_program_of_another_component_reads_what_is_written_here() -> None:
    (one,) = consumers(tree())
    assert (one.artefact, one.writer, one.reader) == ("s3://lake/scores.csv", "one/score.py", "two/desk.py")
    assert (one.written.line, one.read.line, one.agreed) == (2, 2, None)


def test_it_is_told_to_the_component_that_writes() -> None:
    parts = {component.root: component.consumers() for component in graphs(tree()).components}
    assert (len(parts["one"]), len(parts["two"])) == (1, 0)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"two/desk.py": READ.replace("s3://lake", "s3://other")}, id="another place"),
        pytest.param({"two/desk.py": READ.replace("'s3://lake/scores.csv'", "pick()")}, id="a place that is not known"),
        pytest.param({"two/desk.py": READ.replace("'s3://lake/scores.csv'", "f's3://lake/{pick()}.csv'")}, id="a pattern"),
        pytest.param({"two/desk.py": READ + "pd.DataFrame().to_csv('s3://lake/scores.csv')\n"}, id="who reads it makes it too"),
        pytest.param({"two/pyproject.toml": "", "one/score.py": "", "score.py": WRITE}, id="one component"),
    ],
)  # fmt: skip
def test_what_is_no_hand_over(more: dict[str, str]) -> None:
    assert consumers(tree(**more)) == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param(
            {
                "two/dvc.yaml": "stages:\n  d: {cmd: python desk.py, deps: [../one/scores.csv]}\n",
                "one/dvc.yaml": "stages:\n  s: {cmd: python score.py}\n",
                "one/score.py": "import pandas as pd\npd.DataFrame().to_csv('scores.csv')\n",
                "two/desk.py": "import pandas as pd\npd.read_csv('../one/scores.csv')\n",
            },
            "step:two/dvc.yaml#d",
            id="a declared input",
        ),
        pytest.param(
            {
                "one/score.py": "import pandas as pd\nfrom shared.access import keep\nif __name__ == '__main__':\n    keep(pd.DataFrame())\n",
                "two/desk.py": "from shared.access import load\nif __name__ == '__main__':\n    load()\n",
                "shared/access.py": "import pandas as pd\nPLACE = 's3://lake/scores.csv'\n"
                "def keep(d):\n    d.to_csv(PLACE)\ndef load():\n    return pd.read_csv(PLACE)\n",
            },
            "shared/access.py gives both access to it",
            id="shared code that knows the place",
        ),
        pytest.param(
            {
                "two/desk.py": "import pandas as pd\nimport pandera as pa\nschema = pa.DataFrameSchema({'a': pa.Column(int)})\n"
                "schema.validate(pd.read_csv('s3://lake/scores.csv'))\n"
            },
            "two/desk.py checks what it reads",
            id="a check of what is read",
        ),
    ],
)
def test_what_agrees(more: dict[str, str], says: str) -> None:
    assert [one.agreed for one in consumers(tree(**more))] == [says]
