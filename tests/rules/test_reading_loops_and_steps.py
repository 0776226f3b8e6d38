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
