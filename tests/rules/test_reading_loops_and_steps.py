"""Tables that a service fills and its training reads, and steps that are fitted anew or never kept."""

from __future__ import annotations

import pytest

from auditor.engine import judge, registry
from auditor.model.finding import Finding
from tests.pages import graphs

RULES = registry().rules


def found(files: dict[str, str], rule: str, archetypes: str = "SP") -> list[Finding]:
    return list(judge(graphs(files, archetypes=archetypes).components, [RULES[rule]]).findings)


SERVICE = (
    "import joblib\nimport psycopg2\nfrom fastapi import FastAPI\napp = FastAPI()\nclf = joblib.load('net.pkl')\n\n\ndef keep(text, answer):\n"
    "    conn = psycopg2.connect(host='db')\n    cursor = conn.cursor()\n    cursor.execute({insert})\n    conn.commit()\n\n\n"
    "@app.post('/a')\ndef a(text: str):\n    answer = clf.predict([[len(text)]])[0]\n    keep(text, answer)\n    return answer\n"
)
TRAINING = (
    "import joblib\nimport pandas as pd\nimport psycopg2\nfrom sklearn.linear_model import LogisticRegression\nconn = psycopg2.connect(host='db')\n"
    "df = pd.read_sql({select!r}, conn)\nclf = LogisticRegression().fit(df[['size']], df[{label!r}])\njoblib.dump(clf, {to!r})\n"
)
INSERT = "'INSERT INTO answers (size, said) VALUES (%s, %s)', (len(text), answer)"


@pytest.mark.parametrize(
    ("insert", "select", "label", "to", "told"),
    [
        (INSERT, "SELECT size, said FROM answers", "said", "net.pkl", True),
        (INSERT, "SELECT * FROM answers", "said", "net.pkl", True),
        (INSERT, "SELECT size, said FROM answers", "said", "/opt/app/net.pkl", True),
        (INSERT, "SELECT size, said FROM answers", "said", "/opt/app/other.pkl", False),
        (INSERT, "SELECT size, checked FROM answers WHERE checked IS NOT NULL", "checked", "net.pkl", False),
        (INSERT, "SELECT * FROM answers", "checked", "net.pkl", False),
        (INSERT, "SELECT size, said FROM others", "said", "net.pkl", False),
        ("'INSERT INTO answers (size, said) VALUES (:n, :y)', {'n': 1, 'y': answer}", "SELECT size, said FROM answers", "said", "net.pkl", True),
        ("'INSERT INTO answers (size, said) VALUES (%(n)s, %(y)s)', {'n': 1, 'y': answer}", "SELECT size, said FROM answers", "said", "net.pkl", True),
        ("'INSERT INTO answers (size, said) VALUES (:n, :y)', {'n': answer, 'y': 1}", "SELECT said FROM answers", "said", "net.pkl", False),
        ("'INSERT INTO answers (size, said) VALUES (%s, %s)', (len(text), None)", "SELECT size, said FROM answers", "said", "net.pkl", False),
        ("'INSERT INTO answers VALUES (%s, %s)', (len(text), answer)", "SELECT size, said FROM answers", "said", "net.pkl", False),
    ],
)  # fmt: skip
def test_a_table_that_a_service_fills_and_its_training_reads_closes_a_loop(
    insert: str, select: str, label: str, to: str, told: bool
) -> None:
    files = {
        "app.py": SERVICE.replace("{insert}", insert),
        "fit.py": TRAINING.format(select=select, label=label, to=to),
    }
    loops = found(files, "ENT010")
    assert bool(loops) is told
    assert all("the table answers" in loop.message for loop in loops)


FITS = "import joblib\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nd = pd.get_dummies(pd.read_csv('d.csv'))\njoblib.dump(Ridge().fit(d.drop(columns=['y']), d['y']), 'm.pkl')\n"
ANSWERS = (
    "import joblib\nimport pandas as pd\nfrom fastapi import FastAPI\napp = FastAPI()\nm = joblib.load('m.pkl')\n\n\n@app.post('/a')\ndef a(kind: str, size: float):\n"
    "    row = {row}\n    given = pd.get_dummies(row)\n    {then}\n    return m.predict(given)\n"
)
ROW = "pd.DataFrame([{'kind': kind, 'size': size}])"


@pytest.mark.parametrize(
    ("row", "then", "told"),
    [
        (ROW, "pass", True),
        (ROW, "given = given.drop(columns=['id'])", True),
        (ROW, "given = given.reindex(columns=m.feature_names_in_, fill_value=0)", False),
        (ROW, "given['kind_b'] = 0", False),
        ("pd.concat([" + ROW + ", pd.read_csv('d.csv')])", "pass", False),
        ("pd.read_csv('today.csv')", "pass", False),
        ("pd.DataFrame(pd.read_csv('today.csv'))", "pass", False),
        (ROW + ".astype({'kind': pd.CategoricalDtype(['a', 'b'])})", "pass", False),
        (ROW, "given = row", False),
    ],
)
def test_columns_made_of_the_values_of_one_request_are_not_those_of_the_training(
    row: str, then: str, told: bool
) -> None:
    steps = found({"fit.py": FITS, "app.py": ANSWERS.format(row=row, then=then), "d.csv": "kind,size,y\n"}, "ENT011")
    assert [step.place.line for step in steps] == [11] * told


SCALED = (
    "import mlflow\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.preprocessing import MinMaxScaler, StandardScaler\n\n\n"
    "def scaled(d, how):\n    if how == 'a':\n        step = StandardScaler()\n    else:\n        step = MinMaxScaler()\n    return step.fit_transform(d)\n\n\n"
    "d = pd.read_csv('d.csv')\nm = Ridge().fit(scaled(d[['x']], d.columns[0]), d['y'])\n{save}\n"
)
LOADS = (
    "import mlflow\nfrom fastapi import FastAPI\napp = FastAPI()\n\n\nclass Held:\n    def load(self, name='churn'):\n        self.m = mlflow.sklearn.load_model({uri})\n        return self.m\n\n\n"
    "held = Held()\nheld.load()\n\n\n@app.post('/a')\ndef a(rows: list):\n    return held.m.predict(rows)\n"
)
LOG = "mlflow.sklearn.log_model(m, 'model', registered_model_name='churn')"
OTHER = "import joblib\nfrom sklearn.linear_model import Ridge\njoblib.dump(Ridge().fit([[1]], [1]), 'other.pkl')\n"


@pytest.mark.parametrize(
    ("save", "uri", "steps"),
    [
        (LOG, "f'models:/{name}/Production'", 1),
        (LOG, "'models:/churn@champion'", 1),
        ("mlflow.register_model(mlflow.sklearn.log_model(m, 'model').model_uri, 'churn')", "'models:/churn/1'", 1),
        (LOG, "'models:/others/Production'", 0),
        (LOG.replace("'churn'", "d.name"), "'models:/churn/Production'", 0),
        (LOG, "f'models:/{held}/Production'", 0),
    ],
)
def test_a_model_is_known_by_the_name_that_a_registry_has_it_under(save: str, uri: str, steps: int) -> None:
    files = {"fit.py": SCALED.format(save=save), "app.py": LOADS.format(uri=uri), "other.py": OTHER, "d.csv": "x,y\n"}
    assert [step.place.line for step in found(files, "ENT011")] == [9] * steps, "one step of the two ways"
