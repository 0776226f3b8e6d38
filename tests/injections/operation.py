"""What goes wrong once a model runs, put into the paid-off project one at a time: operation, tests, reproducibility, settings, code."""

from __future__ import annotations

import json

from auditor.model.changes import Change, Commit, History
from tests.injections.edits import CLEAN, PD, TRAIN, Edit, Files, Injection, add, drop, end, replace
from tests.injections.paid_off import Said

APP = "service/app.py"
FITTING = "    pipeline.fit(train[columns.INPUTS], train[columns.TARGET].astype(int))\n"
FASTAPI = ("from fastapi import FastAPI",)
KEY = "AKIA" + "Q7M2X9K4W8R3T6Z5"


def needs(*pins: str) -> Edit:
    """Packages that both lists ask for."""

    def edit(files: Files) -> None:
        for path in ("requirements.in", "requirements.txt"):
            files[path] += "".join(f"{pin}\n" for pin in pins)

    return edit


def run_in_order(*counts: int) -> str:
    """A notebook whose cells were run in this order."""
    cells = [
        {"cell_type": "code", "source": f"print({n})", "metadata": {}, "outputs": [], "execution_count": count}
        for n, count in enumerate(counts)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def known_to_one() -> History:
    """Seventy commits of two people, of whom one alone has changed what trains."""
    alone = ("churn/modelling.py", TRAIN, "churn/drift.py", "churn/lineage.py")
    commits = []
    for number in range(70):
        paths = (alone[number // 2 % 4],) if number % 2 else ("service/messages.py",)
        changes = tuple(Change(path, "M", f"{number:040x}") for path in paths)
        commits.append(Commit(f"{number:040x}", 1_760_000_000 - number * 86_400, number % 2, f"work {number}", changes))
    return History("full", tuple(commits))


TORCH = (
    "import torch",
    "from torch import nn",
    "",
)
LOOP = (
    *TORCH,
    "",
    "def fit(net: nn.Module, batches: list[tuple[torch.Tensor, torch.Tensor]]) -> None:",
    "    torch.manual_seed(7)",
    "    steps = torch.optim.SGD(net.parameters(), lr=0.01)",
    "    for rows, truth in batches:",
    "        loss = nn.functional.binary_cross_entropy_with_logits(net(rows), truth)",
)
SETTINGS = {name: number for number, name in enumerate(["window", "lags", "holdout", "patience", "bins", "leaves", "warmup", "folds", "horizon", "clip", "decay", "rounds", "depth", "alpha", "limit"], 1)}  # fmt: skip
EXPORT = "".join(f"{name}: {number}\n" for name, number in SETTINGS.items())
LLM = ("from openai import OpenAI", "", "client = OpenAI(timeout=20)")
ASKED = '[{"role": "user", "content": text}]'

INJECTIONS = (
    Injection(
        "answers that nobody keeps",
        (
            replace(APP, "    ANSWERS.labels(at_risk=str(given.at_risk), model_version=given.model_version).inc()\n", ""),
            replace(APP, "    prediction_log.append(customer, given, prediction_log.log_path())\n", ""),
        ),
        (Said("MON003", APP, "def score(customer: CustomerIn) -> ScoreOut:"),),
    ),
    Injection(
        "a request that nobody looks at",
        (
            end(
                APP,
                "",
                "",
                '@app.post("/raw")',
                "def raw(body: dict) -> dict[str, float]:",
                '    """Score of whatever comes."""',
                "    release, model = production()",
                "    given = float(modelling.predict(model.pipeline, pd.DataFrame([body]))[0])",
                "    ANSWERS.labels(at_risk=str(given), model_version=release.version).inc()",
                '    return {"score": given}',
            ),
            replace(APP, "from fastapi import FastAPI, Response", "import pandas as pd\nfrom fastapi import FastAPI, Response"),
        ),
        (Said("MON004", APP, "def raw(body: dict) -> dict[str, float]:"),),
    ),
    Injection(
        "discounts without a limit",
        (
            needs("requests==2.32.3"),
            add(
                "service/discounts.py",
                "import pandas as pd",
                "import requests",
                "",
                "from churn import modelling, registry",
                "",
                "",
                "def give(frame: pd.DataFrame) -> None:",
                "    _, model = registry.load_production()",
                "    for name, score in zip(frame['customer_id'], modelling.predict(model.pipeline, frame), strict=True):",
                "        if score > model.threshold:",
                "            requests.post('https://shop.example/api/discounts/', json={'customer': name}, timeout=5)",
            ),
        ),
        (
            Said(
                "MON006",
                "service/discounts.py",
                "requests.post('https://shop.example/api/discounts/', json={'customer': name}, timeout=5)",
            ),
        ),
    ),
    Injection(
        "no schedule for training",
        (
            replace(".github/workflows/retrain.yml", '  schedule:\n    - cron: "0 4 5 * *"\n', ""),
            replace(".github/workflows/score.yml", "          gh workflow run retrain.yml\n", ""),
            replace(".github/workflows/score.yml", 'curl --fail -X POST -H \'Content-type: application/json\' --data \'{"text": "churn: scoring or monitoring failed"}\' "$SLACK_WEBHOOK"', "python -m churn.tell"),
            add("churn/tell.py", 'print("churn: scoring or monitoring failed")'),
            replace(".github/workflows/score.yml", "dvc repro --single-item clean featurise score", "python -m churn.stages.clean && python -m churn.stages.featurise && python -m churn.stages.score"),
            replace(".github/workflows/score.yml", "dvc repro --single-item watch_drift", "python -m churn.stages.watch_drift"),
            replace(".github/workflows/score.yml", "dvc repro --single-item watch_quality", "python -m churn.stages.watch_quality"),
        ),
        (Said("OPS001", ".", ""),),
    ),
    Injection(
        "a model that goes live whatever its figures are",
        (
            needs("mlflow==2.19.0"),
            add(
                "tools/push.py",
                "import mlflow",
                PD,
                "",
                "from churn import modelling, settings",
                "",
                'rows = pd.read_parquet("data/split/train.parquet")',
                "made = modelling.fit(rows, settings.model_section(settings.read()))",
                'kept = mlflow.sklearn.log_model(made, "model", registered_model_name="churn")',
                'mlflow.MlflowClient().set_registered_model_alias("churn", "production", kept.registered_model_version)',
            ),
        ),
        (
            Said(
                "OPS002",
                "tools/push.py",
                'mlflow.MlflowClient().set_registered_model_alias("churn", "production", kept.registered_model_version)',
            ),
            Said("PIP001", "tools/push.py", 'rows = pd.read_parquet("data/split/train.parquet")'),
            Said("REP006", "churn/modelling.py", "pipeline.fit(train[columns.INPUTS], train[columns.TARGET].astype(int))"),
        ),
    ),
    Injection(
        "nothing runs by itself",
        tuple(drop(f".github/workflows/{name}.yml") for name in ("ci", "deploy", "retrain", "rollback", "score")),
        (Said("OPS001", ".", ""), Said("OPS004", ".", "")),
    ),
    Injection(
        "training that one person knows",
        (drop(".github/CODEOWNERS"),),
        (Said("OPS009", ".", ""),),
        history=known_to_one(),
    ),
    Injection(
        "a network that no test builds",
        (
            needs("torch==2.6.0"),
            add("churn/network.py", *TORCH, "", "class Net(nn.Module):", "    def __init__(self) -> None:", "        super().__init__()", "        self.layer = nn.Linear(8, 1)"),
        ),
        (Said("TST002", "churn/network.py", "class Net(nn.Module):"),),
    ),
    Injection(
        "a test that overwrites the pointer to production",
        (
            add(
                "tests/test_pointer.py",
                "from pathlib import Path",
                "",
                "",
                "def test_pointer():",
                '    Path("registry/production.json").write_text("{}")',
                '    assert Path("registry/production.json").exists()',
            ),
        ),
        (Said("TST007", "tests/test_pointer.py", 'Path("registry/production.json").write_text("{}")'),),
    ),
    Injection(
        "rows that chance picks",
        (replace("churn/modelling.py", FITTING, "    train = train.sample(frac=0.5)\n" + FITTING),),
        (Said("REP001", "churn/modelling.py", "train = train.sample(frac=0.5)"),),
    ),
    Injection(
        "packages that float",
        (add("tools/requirements.txt", "pandas>=2", "requests", "pyyaml"),),
        (Said("REP002", "tools/requirements.txt", "pandas>=2"),),
    ),
    Injection(
        "a library that nobody asks for",
        (add("tools/explain.py", "import shap", "", "print(shap.__version__)"),),
        (Said("REP003", "tools/explain.py", "import shap"),),
    ),
    Injection(
        "an image that moves",
        (replace("Dockerfile", "FROM python:3.11.11-slim-bookworm", "FROM python:latest"),),
        (Said("REP005", "Dockerfile", "FROM python:latest"),),
    ),
    Injection(
        "an action taken from a branch",
        (replace(".github/workflows/rollback.yml", "    steps:\n", "    steps:\n      - uses: halden/notify@main\n"),),
        (Said("REP005", ".github/workflows/rollback.yml", "undo:"),),
    ),
    Injection(
        "a model of unknown origin",
        (
            add(
                "service/second.py",
                "import joblib",
                *FASTAPI,
                "",
                "from service import frames, prediction_log",
                "from service.messages import CustomerIn",
                "",
                "app = FastAPI()",
                'model = joblib.load("registry/old/model.joblib")',
                "",
                "",
                '@app.post("/old")',
                "def old(customer: CustomerIn) -> dict[str, float]:",
                "    given = float(model.predict_proba(frames.inputs(customer))[0, 1])",
                '    prediction_log.append(customer, given, "old", model_version="old")',
                '    return {"score": given}',
                "",
                "",
                '@app.get("/health")',
                "def health() -> str:",
                '    return "ok"',
            ),
        ),
        (Said("REP007", "service/second.py", 'model = joblib.load("registry/old/model.joblib")'),),
    ),
    Injection(
        "a notebook that was run from the middle",
        (lambda files: files.update({"notebooks/looks.ipynb": run_in_order(3, 1, 2)}),),
        (Said("REP008", "notebooks/looks.ipynb", ""),),
    ),
    Injection(
        "a pretrained model by its name alone",
        (
            needs("transformers==4.47.1"),
            add("tools/words.py", "from transformers import AutoModel", "", 'print(AutoModel.from_pretrained("halden/words"))'),
        ),
        (Said("REP009", "tools/words.py", 'print(AutoModel.from_pretrained("halden/words"))'),),
    ),
    Injection(
        "settings that nothing reads",
        (end("params.yaml", "warmup:", "  months: 2", "  share: 0.1", "  quiet: true"),),
        (Said("CFG002", "params.yaml", "share: 0.1"),),
    ),
    Injection(
        "a setting that nothing defines",
        (
            replace(
                "churn/settings.py",
                '    return Watch(max_psi=float(section["max_psi"]), min_recall=float(section["min_recall"]))',
                '    print(section["max_age_of_model"])\n    return Watch(max_psi=float(section["max_psi"]), min_recall=float(section["min_recall"]))',
            ),
        ),
        (Said("CFG003", "churn/settings.py", 'print(section["max_age_of_model"])'),),
    ),
    Injection(
        "four copies of one file of settings",
        tuple(
            add(f"config/{shop}.yaml", *EXPORT.replace("window: 1", f"window: {number}").splitlines())
            for number, shop in enumerate(("north", "south", "east", "west"), 1)
        ),
        (Said("CFG004", "config/east.yaml", "window: 3"),),
    ),
    Injection(
        "settings that nothing checks",
        (
            add("tools/export.yaml", *EXPORT.splitlines()),
            add(
                "tools/export.py",
                "import yaml",
                "",
                'with open("tools/export.yaml") as file:',
                "    export = yaml.safe_load(file)",
                *(f'{name} = export["{name}"]' for name in SETTINGS),
            ),
        ),
        (Said("CFG005", "tools/export.py", 'window = export["window"]'),),
    ),
    Injection(
        "a threshold written into the service",
        (
            replace(APP, "    score = float(modelling.predict(model.pipeline, frames.inputs(customer))[0])\n", "    score = float(model.pipeline.predict_proba(frames.inputs(customer))[0, 1])\n"),
            replace(APP, "at_risk=score >= model.threshold", "at_risk=score >= 0.35"),
        ),
        (Said("CFG006", APP, "return ScoreOut("),),
    ),
    Injection(
        "a key in a manifest",
        (replace("deploy/rollout.yaml", "          env:\n", f"          env:\n            - {{name: AWS_ACCESS_KEY_ID, value: {KEY}}}\n"),),
        (Said("CFG008", "deploy/rollout.yaml", f"- {{name: AWS_ACCESS_KEY_ID, value: {KEY}}}"),),
    ),
    Injection(
        "gradients that pile up",
        (needs("torch==2.6.0"), add("tools/loop.py", *LOOP, "        loss.backward()", "        steps.step()")),
        (Said("COD001", "tools/loop.py", "steps.step()"),),
    ),
    Injection(
        "a comparison with what equals nothing",
        (
            add(
                "tools/gaps.py",
                "import numpy as np",
                PD,
                "",
                'frame = pd.read_parquet("data/features/features.parquet")',
                'print(frame[frame["minutes_mean"] == np.nan])',
            ),
        ),
        (Said("COD002", "tools/gaps.py", 'print(frame[frame["minutes_mean"] == np.nan])'),),
    ),
    Injection(
        "errors of reading that nobody hears of",
        (
            replace(
                CLEAN,
                '    raw_tickets = pd.read_csv(RAW / "tickets.csv", dtype=TEXT)\n',
                '    raw_tickets = pd.DataFrame()\n    try:\n        raw_tickets = pd.read_csv(RAW / "tickets.csv", dtype=TEXT)\n    except Exception:\n        pass\n',
            ),
        ),
        (Said("COD004", CLEAN, "except Exception:"),),
    ),
    Injection(
        "a pickle from elsewhere",
        (
            needs("requests==2.32.3"),
            add("tools/fetch.py", "import pickle", "", "import requests", "", 'model = pickle.loads(requests.get("https://models.example/a.pkl", timeout=9).content)', "print(model)"),
        ),
        (Said("COD005", "tools/fetch.py", 'model = pickle.loads(requests.get("https://models.example/a.pkl", timeout=9).content)'),),
    ),
    Injection(
        "a name that nothing defines",
        (add("tools/table.py", 'print(pd.read_parquet("data/features/features.parquet"))'),),
        (Said("COD008", "tools/table.py", 'print(pd.read_parquet("data/features/features.parquet"))'),),
    ),
    Injection(
        "an alias of a language model",
        (
            needs("openai==1.59.3"),
            add("tools/reasons.py", *LLM, "", "", "def reason(text: str) -> str:", f'    found = client.chat.completions.create(model="gpt-4o", messages={ASKED}, max_tokens=90)', "    print(found.usage)", "    return found.choices[0].message.content"),
        ),
        (Said("LLM001", "tools/reasons.py", f'found = client.chat.completions.create(model="gpt-4o", messages={ASKED}, max_tokens=90)'),),
    ),
    Injection(
        "an answer that is executed",
        (
            needs("openai==1.59.3"),
            add("tools/act.py", *LLM, "", "", "def act(text: str) -> None:", f'    found = client.chat.completions.create(model="gpt-4o-2024-08-06", messages={ASKED}, max_tokens=90)', "    print(found.usage)", "    exec(found.choices[0].message.content)"),
        ),
        (Said("LLM005", "tools/act.py", "exec(found.choices[0].message.content)"),),
    ),
    Injection(
        "a call of a language model without a bound",
        (
            needs("openai==1.59.3"),
            add("tools/ask.py", "from openai import OpenAI", "", "client = OpenAI()", "", "", "def ask(text: str) -> str:", f'    found = client.chat.completions.create(model="gpt-4o-2024-08-06", messages={ASKED})', "    print(found.usage)", "    return found.choices[0].message.content"),
        ),
        (Said("LLM004", "tools/ask.py", f'found = client.chat.completions.create(model="gpt-4o-2024-08-06", messages={ASKED})'),),
    ),
    Injection(
        "an index asked with other embeddings",
        (
            needs("langchain-community==0.3.14", "langchain-openai==0.3.0"),
            add("tools/fill.py", "from langchain_community.vectorstores import FAISS", "from langchain_openai import OpenAIEmbeddings", "", 'FAISS.from_texts(["a"], OpenAIEmbeddings(model="text-embedding-3-small")).save_local("index/notes")'),
            add("tools/find.py", "from langchain_community.vectorstores import FAISS", "from langchain_openai import OpenAIEmbeddings", "", 'other = OpenAIEmbeddings(model="text-embedding-3-large")', 'print(FAISS.load_local("index/notes", other).similarity_search("calls"))'),
        ),
        (Said("LLM006", "tools/find.py", 'other = OpenAIEmbeddings(model="text-embedding-3-large")'),),
    ),
    Injection(
        "code in comments",
        (add("tools/old.py", *(line for block in range(4) for line in (*(f"# value_{n} = frame['a_{n}'] * {block}" for n in range(20)), f"print({block})"))),),
        (Said("CFG007", "tools/old.py", "# value_0 = frame['a_0'] * 0"),),
    ),
    Injection(
        "a logarithm of what may be nothing",
        (needs("torch==2.6.0"), add("tools/loss.py", *TORCH, "", "def loss(given: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:", "    return -(truth * torch.log(torch.sigmoid(given))).mean()")),
        (Said("COD003", "tools/loss.py", "return -(truth * torch.log(torch.sigmoid(given))).mean()"),),
    ),
    Injection(
        "a second environment that contradicts the first",
        (add("service/requirements.txt", "fastapi==0.115.6", "pandas==1.5.3"),),
        (Said("REP004", "service/requirements.txt", "pandas==1.5.3"),),
    ),
    Injection(
        "a setting that the code writes out",
        (
            replace("churn/modelling.py", "max_depth=params.max_depth", "max_depth=4"),
            replace("churn/settings.py", "    max_depth: int\n", ""),
            replace("churn/settings.py", '        max_depth=int(section["max_depth"]),\n', ""),
            replace("dvc.yaml", "      - model.max_depth\n", ""),
            replace("dvc.lock", "        model.max_depth: 4\n", ""),
        ),
        (Said("CFG001", "churn/modelling.py", "classifier = HistGradientBoostingClassifier("),),
    ),
)  # fmt: skip
