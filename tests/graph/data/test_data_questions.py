"""Expectations, descriptions, personal data, odd rows, lost rows and unused columns: asked of small trees."""

from __future__ import annotations

import pytest

from auditor.graph import ArtefactGraph
from tests.pages import graphs

FIT = "from sklearn.linear_model import Ridge\nRidge().fit(frame[['x']], frame['y'])\n"
READ = "import pandas as pd\nframe = pd.read_csv('data/x.csv'OPTIONS)\n"
DATA = {"data/x.csv": "x,y\n1,2\n"}


def ask(files: dict[str, str]) -> ArtefactGraph:
    (graph,) = graphs(files, archetypes="P").components
    return graph


def train(options: str = "", between: str = "") -> dict[str, str]:
    return {"train.py": READ.replace("OPTIONS", options) + between + FIT, **DATA}


# --- expectations ---


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(train(", dtype={'x': int}"), id="types"),
        pytest.param(train(", usecols=['x', 'y']"), id="columns"),
        pytest.param(train(", **OPTIONS_OF_ALL"), id="options that are not seen"),
        pytest.param(train("", "assert set(frame.columns) == {'x', 'y'}\n"), id="an assertion"),
        pytest.param(train("", "if 'x' not in frame.columns:\n    raise ValueError('x')\n"), id="a failure"),
        pytest.param(
            train() | {"check.py": "import pandera as pa\nSCHEMA = pa.DataFrameSchema({})\nSCHEMA.validate(1)\n"},
            id="a library",
        ),
    ],
)
def test_tables_with_expectations(files: dict[str, str]) -> None:
    contracts = ask(files).contracts()
    assert contracts.kept
    assert not contracts.missing


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(train(), id="plain"),
        pytest.param(train("", "if frame.columns.size > 3:\n    print('many')\n"), id="told, not failed"),
        pytest.param(
            train() | {"api.py": "from pydantic import BaseModel\nclass In(BaseModel):\n    x: int\n"},
            id="a model of requests",
        ),
    ],
)
def test_tables_without(files: dict[str, str]) -> None:
    assert [root.artefact for root in ask(files).contracts().missing] == ["data/x.csv"]


def test_tables_from_elsewhere_and_formats_with_types() -> None:
    url = {"train.py": READ.replace("'data/x.csv'OPTIONS", "'https://example.org/x.csv'") + FIT}
    assert [root.artefact for root in ask(url).contracts().elsewhere] == ["https://example.org/x.csv"]
    typed = {
        "train.py": READ.replace("read_csv('data/x.csv'OPTIONS)", "read_parquet('data/x.parquet')") + FIT,
        "data/x.parquet": "PAR1",
    }
    contracts = ask(typed).contracts()
    assert contracts.kept + contracts.missing + contracts.elsewhere == ()


# --- descriptions ---


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        pytest.param({}, False, id="none"),
        pytest.param({"README.md": "# Model\n\nRun train.py.\n"}, False, id="another matter"),
        pytest.param({"README.md": "# Use\n\n```bash\ndvc add data/visits.csv\n```\n"}, False, id="a command is no description"),
        pytest.param({"README.md": "# Model\n\nThe dataset was collected from the shops in 2023.\n"}, True, id="an origin"),
        pytest.param({"README.md": "# Model\n\n## Dataset\n\nOne row per customer and month, exported by the billing team; visits are counted per shop and month.\n"}, True, id="a chapter"),
        pytest.param({"README.md": "# Model\n\nThe visits of each customer are one row per month.\n"}, True, id="a sentence on the file"),
        pytest.param({"data/README.md": "See the wiki.\n"}, True, id="a page beside it"),
        pytest.param({"DATA_CARD.md": "# Card\n"}, True, id="a card"),
    ],
)  # fmt: skip
def test_what_describes_data(documents: dict[str, str], told: bool) -> None:
    files = {
        "train.py": READ.replace("data/x.csv", "data/visits.csv").replace("OPTIONS", "") + FIT,
        "data/visits.csv": "x,y\n1,2\n",
    }
    described = ask({**files, **documents}).described()
    assert [root.artefact for root in (described.described if told else described.silent)] == ["data/visits.csv"]


# --- committed tables ---


def table(header: str, *rows: str) -> str:
    return "\n".join([header, *rows, ""])


def people(domain: str, count: int = 24) -> str:
    return table("id,email", *(f"{n},p{n}@{domain}" for n in range(count)))


@pytest.mark.parametrize(
    ("files", "holds"),
    [
        pytest.param({"data/c.csv": people("post.invalid")}, ["e-mail addresses"], id="addresses"),
        pytest.param({"data/c.csv": table("id,homePhone", *(f"{n},+49 30 1234{n:02d}" for n in range(24)))}, ["telephone numbers"], id="telephones"),
        pytest.param({"data/c.csv": table("id,date_of_birth", *(f"{n},19{40 + n}-01-02" for n in range(24)))}, ["dates of birth"], id="birthdays"),
        pytest.param({"data/c.csv": people("example.org")}, [], id="made-up domains"),
        pytest.param({"data/c.csv": people("post.invalid", 12)}, [], id="a handful"),
        pytest.param({"data/c.csv": table("id,email", *(f"{n},yes" for n in range(24)))}, [], id="a flag of that name"),
        pytest.param({"data/c.csv": table("id,contact_text", *(f"{n},p{n}@post.invalid" for n in range(24)))}, [], id="another name"),
        pytest.param({"data/c.csv": table("id,email", *("1,team@post.invalid" for _ in range(24)))}, [], id="one address"),
        pytest.param({"tests/data/c.csv": people("post.invalid")}, [], id="a test"),
        pytest.param({"data/synthetic_customers.csv": people("post.invalid")}, [], id="called made up"),
        pytest.param({"data/c.csv": people("post.invalid"), "make.py": "from faker import Faker\nP = 'data/c.csv'\n"}, [], id="made up by code"),
        pytest.param({"data/c.csv": table("id,order_date", *(f"{n},2020-01-{n + 1:02d}" for n in range(24)))}, [], id="dates of something else"),
    ],
)  # fmt: skip
def test_personal_data(files: dict[str, str], holds: list[str]) -> None:
    assert [each.holds for each in ask({"a.py": "print(1)\n", **files}).personal_data()] == holds


def smells(text: str) -> list[str]:
    return [smell.says for smell in ask({"a.py": "print(1)\n", "data/t.csv": text}).data_smells()[0]]


ROWS = [f"{n},{n % 7},k{n % 3}" for n in range(60)]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param([*ROWS, ROWS[0], ROWS[1]], "2 of the 62 rows repeat another one exactly", id="repeated"),
        pytest.param([*ROWS, "60,?,k1", "61,n.k.,k2"], "column b holds numbers, and in 2 of the 62 rows text", id="texts among numbers"),
        pytest.param([f"{n},5,k{n % 3}" for n in range(60)], "b: one value or none in all of the 60 rows", id="one value"),
        pytest.param([*(f"{n},2020-01-{n + 1:02d},k" for n in range(20)), *(f"{n},{n}.02.2020,k" for n in range(20, 30))], "column b writes dates in two ways", id="dates"),
        pytest.param([*(f"{n},{n % 7},North" for n in range(30)), *(f"{n},{n % 7},north" for n in range(30, 50)), "50,1, North", "51,2,South"], "column c spells 2 values in several ways (letter case, blanks)", id="spelling"),
    ],
)  # fmt: skip
def test_odd_rows(rows: list[str], says: str) -> None:
    assert says in smells(table("a,b,c", *rows))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(table("a,b,c", *ROWS), id="plain"),
        pytest.param(table("a,b,c", *ROWS, "60,NA,k1", "61,nan,k2"), id="missing values"),
        pytest.param(table("a,b,c", *ROWS, "60,inf,k1", "61,1e-3,k2"), id="numbers in other forms"),
        pytest.param(table("a,,", *(["x,y,z"] * 30)), id="a sheet, no table"),
        pytest.param(table("a,b,c", *(["1,2,k"] * 5)), id="too few rows"),
    ],
)
def test_rows_that_are_not_odd(text: str) -> None:
    assert not smells(text)


# --- lost rows ---


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        pytest.param("pd.read_csv('x.csv', on_bad_lines='skip')", ["malformed"], id="skipped lines"),
        pytest.param(
            "pd.read_csv('x.csv', error_bad_lines=False, warn_bad_lines=False)", ["malformed"], id="the old options"
        ),
        pytest.param("pd.read_csv('x.csv', error_bad_lines=False)", [], id="the old option, which tells of each line"),
        pytest.param("pd.read_csv('x.csv', on_bad_lines='warn')", [], id="warned of"),
        pytest.param(
            "f['a'] = pd.to_numeric(f['a'], errors='coerce')\nf = f.dropna()",
            ["coerced"],
            id="turned into gaps and dropped",
        ),
        pytest.param("f['a'] = pd.to_numeric(f['a'], errors='coerce')\nf['a'] = f['a'].fillna(0)", [], id="filled"),
        pytest.param(
            "f['a'] = pd.to_numeric(f['a'], errors='coerce')\nprint(f['a'].isna().sum())\nf = f.dropna()",
            [],
            id="counted",
        ),
        pytest.param(
            "f['a'] = pd.to_numeric(f['a'], errors='coerce')\nlog.info('%d left', len(f))\nf = f.dropna()",
            [],
            id="told",
        ),
        pytest.param("f = f.dropna()\nf['a'] = pd.to_numeric(f['a'], errors='coerce')", [], id="dropped before"),
        pytest.param("g['a'] = pd.to_numeric(g['a'], errors='coerce')\nf = f.dropna()", [], id="another frame"),
    ],
)
def test_rows_dropped_unseen(source: str, kinds: list[str]) -> None:
    assert [each.kind for each in ask({"a.py": f"import pandas as pd\n{source}\n"}).dropped_rows()] == kinds
    assert not ask({"tests/test_a.py": f"import pandas as pd\n{source}\n"}).dropped_rows()


# --- columns ---

MADE = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nframe = pd.read_csv('x.csv')\nframe['ratio'] = frame['a'] / frame['b']\n"


@pytest.mark.parametrize(
    ("rest", "unused"),
    [
        pytest.param("Ridge().fit(frame[['a', 'b']], frame['y'])\n", ["ratio"], id="left out"),
        pytest.param("COLUMNS = ['a', 'b']\nX = frame[COLUMNS]\nRidge().fit(X, frame['y'])\n", ["ratio"], id="left out by a name"),
        pytest.param("from sklearn.model_selection import train_test_split\na, b, c, d = train_test_split(frame[['a', 'b']], frame['y'])\nRidge().fit(a, c)\n", ["ratio"], id="left out before the split"),
        pytest.param("Ridge().fit(frame[['a', 'ratio']], frame['y'])\n", [], id="used"),
        pytest.param("Ridge().fit(frame.drop(columns=['y']), frame['y'])\n", [], id="all columns"),
        pytest.param("Ridge().fit(frame[['a', 'b']], frame['y'])\nframe.to_csv('z.csv')\n", [], id="kept"),
        pytest.param("Ridge().fit(frame[['a', 'b']], frame['y'])\nshow(frame)\n", [], id="handed on"),
        pytest.param("print(frame['ratio'])\nRidge().fit(frame[['a', 'b']], frame['y'])\n", [], id="looked at"),
    ],
)  # fmt: skip
def test_columns_that_no_model_gets(rest: str, unused: list[str]) -> None:
    assert [name for each in ask({"a.py": MADE + rest}).unused_columns() for name, _ in each.columns] == unused
    assert not ask({"a.py": MADE + rest, "b.py": "C = 'ratio'\n"}).unused_columns()


def test_a_root_stands_where_it_is_read_though_a_caller_names_it() -> None:
    code = (
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\n\ndef fit(path):\n    f = pd.read_csv(path)\n"
        "    return Ridge().fit(f[['a']], f['b'])\n\n\nif __name__ == '__main__':\n    fit('data/x.csv')\n"
    )
    (root,) = graphs({"train.py": code}).components[0].training_roots()
    assert (root.artefact, root.place.line) == ("data/x.csv", 6)


LEARNS = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nf = pd.read_csv('{}')\nRidge().fit(f[['a']], f['b'])\n"
MAKES = "g = pd.read_csv('{}')\ng.to_csv('{}')\n"


def test_what_a_step_makes_and_records_is_no_record_of_what_its_own_training_starts_from() -> None:
    """The last program comes back, over what another one makes of it, to what it reads for others: no record is between there."""
    lock = "schema: '2.0'\nstages:\n  late:\n    cmd: python late.py\n    outs:\n    - path: b.csv\n      md5: aa\n      size: 1\n"
    others = {
        "dvc.yaml": "stages:\n  late:\n    cmd: python late.py\n    outs:\n    - b.csv\n",
        "dvc.lock": lock,
        "first.py": LEARNS.format("b.csv"),
        "third.py": "import pandas as pd\n" + MAKES.format("b.csv", "a.csv"),
    }
    late = MAKES.format("raw.csv", "b.csv")

    def state(code: str) -> list[str]:
        found = graphs({**others, "late.py": code}).components[0].training_roots()
        return [root.state for root in found if root.artefact == "raw.csv"]

    assert state("import pandas as pd\n" + late) == ["pinned"]
    assert state(LEARNS.format("a.csv") + late) == ["unpinned"]


def test_roots_are_those_of_the_first_training_that_comes_to_them() -> None:
    files = {"make.py": "import pandas as pd\n" + MAKES.format("raw.csv", "b.csv")}
    trainings = {f"{name}.py": LEARNS.format("b.csv") for name in "zxy"}
    (root,) = graphs({**files, **trainings}).components[0].training_roots()
    assert (root.artefact, root.training) == ("raw.csv", "x.py")
