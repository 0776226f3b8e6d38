"""Entanglement and glue, put into the paid-off project one at a time."""

from __future__ import annotations

from tests.injections.edits import FIT, PD, Edit, Injection, add, copy, depend, replace, together
from tests.injections.paid_off import Said

STAGES = ("clean", "featurise", "split", "train", "evaluate", "promote", "score", "watch_drift", "watch_quality")


def limited(stage: str) -> tuple[Edit, Edit]:
    """A stage that loads all limits and takes one of them, each in a statement of another shape: no copy of the others."""
    program, start, guard = (
        f"churn/stages/{stage}.py",
        "from __future__ import annotations\n",
        'if __name__ == "__main__":\n',
    )
    deep = STAGES.index(stage)
    check = f'    assert {"abs(" * deep}limits.load()["{stage}"]{")" * deep} > 0\n'
    return replace(program, start, f"{start}\nfrom churn import limits\n"), replace(program, guard, guard + check)


INJECTIONS = (
    Injection(
        "a hub of settings",
        (
            add("limits.yaml", *(f"{stage}: 1" for stage in STAGES), *(f"other_{n}: {n}" for n in range(20))),
            add(
                "churn/limits.py",
                "import yaml",
                "",
                "",
                "def load() -> dict[str, int]:",
                '    """All limits."""',
                '    with open("limits.yaml", encoding="utf-8") as file:',
                "        return dict(yaml.safe_load(file))",
            ),
            depend("limits.yaml"),
            depend("churn/limits.py"),
            *(edit for stage in STAGES for edit in limited(stage)),
        ),
        (Said("ENT003", "limits.yaml", "clean: 1"),),
    ),
    Injection(
        "a supplier called from seven modules of a service",
        (
            add(
                "desk/pyproject.toml",
                "[project]",
                'name = "desk"',
                'version = "1"',
                'dependencies = ["openai", "fastapi"]',
            ),
            add("desk/Dockerfile", "FROM python:3.11-slim", "COPY . .", 'CMD ["uvicorn", "app:app"]'),
            add(
                "desk/app.py",
                "from fastapi import FastAPI",
                "from openai import OpenAI",
                "",
                *(f"from answer_{n} import answer_{n}" for n in range(6)),
                "",
                "app = FastAPI()",
                "",
                "",
                '@app.post("/ask")',
                "def ask(text: str) -> str:",
                '    """Answer in six ways."""',
                "    client = OpenAI()",
                "    log = [" + ", ".join(f"answer_{n}(text)" for n in range(6)) + "]",
                '    return client.responses.create(model="gpt-4.1-2025-04-14", input="; ".join(log)).output_text',
            ),
            *(
                add(
                    f"desk/answer_{n}.py",
                    "from openai import OpenAI",
                    "",
                    "",
                    f"def answer_{n}(text: str) -> str:",
                    f'    """Answer in way {n}."""',
                    f'    return OpenAI().responses.create(model="gpt-4.1-2025-04-14", input=text * {n}).output_text',
                )
                for n in range(6)
            ),
        ),
        (Said("GLU003", "desk/answer_0.py", "from openai import OpenAI"),),
    ),
    Injection(
        "a cycle of three modules",
        (
            replace(
                "churn/months.py",
                "from __future__ import annotations",
                "from __future__ import annotations\n\nfrom churn import reporting",
            ),
            add("churn/reporting.py", "from churn import labels", "", "NAMES = labels.NAMES"),
            add("churn/labels.py", "from churn import months", "", "NAMES = months.numbers"),
        ),
        (Said("ENT005", "churn/labels.py", "from churn import months"),),
    ),
    Injection(
        "two steps that feed each other",
        (
            add("tools/left.py", PD, "", 'pd.read_csv("work/right.csv", dtype=str).to_csv("work/left.csv")'),
            add("tools/right.py", PD, "", 'pd.read_csv("work/left.csv", dtype=str).to_csv("work/right.csv")'),
        ),
        tuple(
            Said(rule, f"tools/{one}.py", f'pd.read_csv("work/{other}.csv", dtype=str).to_csv("work/{one}.csv")')
            for rule, one, other in (
                ("ENT005", "left", "right"),
                ("PIP001", "left", "right"),
                ("PIP001", "right", "left"),
            )
        ),
    ),
    Injection(
        "feature functions copied into the service",
        (
            copy("churn/features.py", "service/own_features.py", "/ (first + 1.0)", "/ (first + 2.0)"),
            replace("service/frames.py", "from churn import features", "from service import own_features as features"),
        ),
        (
            Said(
                "ENT009",
                "service/own_features.py",
                'frame["tenure_months"] = months.numbers(customers[columns.MONTH]) - months.numbers(customers["signup_month"])',
            ),
        ),
    ),
    Injection(
        "answers that come back into training",
        (
            add(
                "tools/fit.py",
                "import joblib",
                PD,
                *FIT,
                "",
                'rows = pd.read_csv("work/answers.csv", dtype=float)',
                'joblib.dump(LogisticRegression().fit(rows[columns.INPUTS], rows["answer"]), "work/model.joblib")',
            ),
            add(
                "tools/answer.py",
                "import joblib",
                PD,
                "from churn import columns",
                "",
                'model = joblib.load("work/model.joblib")',
                'rows = pd.read_csv("data/raw/customers.csv", dtype=float)',
                'rows.assign(answer=model.predict(rows[columns.INPUTS])).to_csv("work/answers.csv")',
            ),
        ),
        (
            Said("ENT010", "tools/fit.py", 'rows = pd.read_csv("work/answers.csv", dtype=float)'),
            Said(
                "ENT005",
                "tools/answer.py",
                'rows.assign(answer=model.predict(rows[columns.INPUTS])).to_csv("work/answers.csv")',
            ),
            Said("PIP001", "tools/answer.py", 'model = joblib.load("work/model.joblib")'),
            Said("PIP001", "tools/fit.py", 'rows = pd.read_csv("work/answers.csv", dtype=float)'),
        ),
    ),
    Injection(
        "two files that change together in history",
        (),
        (Said("ENT008", "churn/months.py", ""),),
        history=together("churn/months.py", "service/messages.py"),
    ),
    Injection(
        "a supplier called from two modules of five",
        tuple(
            add(
                f"churn/outbox_{n}.py",
                "import boto3",
                "",
                "",
                f"def send_{n}(body: bytes) -> None:",
                f'    """Hand part {n} over."""',
                '    boto3.client("s3").put_object(Bucket="halden-outbox", Key="part", Body=body)',
            )
            for n in range(28)
        ),
        (Said("GLU003", "churn/outbox_0.py", "import boto3"),),
    ),
    Injection(
        "programs chained by a program",
        (
            *(
                add(f"tools/{name}.py", PD, "", f'pd.DataFrame({{"wave": [1, 2]}}).to_csv("reports/{name}.csv")')
                for name in ("fetch", "shape", "send")
            ),
            add(
                "tools/night.py",
                "import subprocess",
                "",
                *(f'subprocess.run(["python", "tools/{name}.py"], check=True)' for name in ("fetch", "shape", "send")),
            ),
        ),
        (Said("GLU004", "tools/night.py", 'subprocess.run(["python", "tools/fetch.py"], check=True)'),),
    ),
    Injection(
        "a file kept twice",
        (copy("churn/features.py", "desk/features.py"),),
        (Said("GLU005", "desk/features.py", ""),),
    ),
    Injection(
        "a scaler that stays behind",
        (
            add(
                "tools/fit.py",
                "import joblib",
                PD,
                "from sklearn.linear_model import LogisticRegression",
                "from sklearn.preprocessing import StandardScaler",
                "",
                'rows = pd.read_csv("data/raw/customers.csv", dtype=float)',
                "scaler = StandardScaler()",
                'scaled = scaler.fit_transform(rows[["monthly_charge", "tenure"]])',
                'joblib.dump(LogisticRegression().fit(scaled, rows["churned"]), "models/quick.joblib")',
            ),
            add(
                "tools/quick.py",
                "import joblib",
                "from fastapi import FastAPI",
                "",
                "app = FastAPI()",
                'model = joblib.load("models/quick.joblib")',
                "",
                "",
                '@app.post("/quick")',
                "def quick(monthly_charge: float, tenure: float) -> float:",
                '    """Score."""',
                "    return float(model.predict([[monthly_charge, tenure]])[0])",
            ),
        ),
        (
            Said("ENT011", "tools/fit.py", "scaler = StandardScaler()"),
            Said("PIP001", "tools/quick.py", 'model = joblib.load("models/quick.joblib")'),
        ),
    ),
    Injection(
        "a model that learns from another's answers",
        (
            add(
                "tools/base.py",
                "import joblib",
                PD,
                FIT[0],
                "",
                'rows = pd.read_csv("data/raw/customers.csv", dtype=float)',
                'joblib.dump(LogisticRegression().fit(rows[["monthly_charge"]], rows["churned"]), "models/base.joblib")',
            ),
            add(
                "tools/second.py",
                "import joblib",
                PD,
                FIT[0],
                "",
                'base = joblib.load("models/base.joblib")',
                'rows = pd.read_csv("data/raw/customers.csv", dtype=float)',
                'rows["guess"] = base.predict(rows[["monthly_charge"]])',
                'second = LogisticRegression().fit(rows[["region", "guess"]], rows["churned"])',
                'joblib.dump(second, "models/second.joblib")',
            ),
        ),
        (
            Said(
                "ENT006",
                "tools/second.py",
                'second = LogisticRegression().fit(rows[["region", "guess"]], rows["churned"])',
            ),
            Said("PIP001", "tools/second.py", 'base = joblib.load("models/base.joblib")'),
        ),
    ),
)
