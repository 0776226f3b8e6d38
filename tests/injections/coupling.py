"""Entanglement and glue, put into the paid-off project one at a time."""

from __future__ import annotations

from tests.injections.edits import FIT, PD, Injection, add, copy, replace, together
from tests.injections.paid_off import Said

INJECTIONS = (
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
