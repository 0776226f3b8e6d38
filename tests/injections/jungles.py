"""Pipeline jungles, put into the paid-off project one at a time."""

from __future__ import annotations

from tests.injections.edits import CLEAN, FEATURISE, PD, SCORE, Injection, add, book, end, replace
from tests.injections.paid_off import Said

INJECTIONS = (
    Injection(
        "a read that the stage does not declare",
        (
            add(
                "data/raw/regions.csv.dvc",
                "outs:",
                "- md5: 5f3a1c2d4e5f60718293a4b5c6d7e8f9",
                "  size: 900",
                "  path: regions.csv",
            ),
            replace(
                CLEAN,
                "    customers = schemas",
                '    regions = pd.read_csv(RAW / "regions.csv", dtype=TEXT)\n    log.info("regions %d", len(regions))\n    customers = schemas',
            ),
        ),
        (Said("PIP006", CLEAN, 'regions = pd.read_csv(RAW / "regions.csv", dtype=TEXT)'),),
    ),
    Injection(
        "an output that no program writes",
        (
            replace(
                "dvc.yaml",
                "      - data/features/features.parquet\n  split:",
                "      - data/features/features.parquet\n      - data/features/summary.json\n  split:",
            ),
            replace(
                "dvc.lock",
                "  split:\n    cmd",
                "    - path: data/features/summary.json\n      hash: md5\n      md5: 0a1b2c3d4e5f60718293a4b5c6d7e8f9\n      size: 12\n  split:\n    cmd",
            ),
        ),
        (Said("PIP006", "dvc.yaml", "- data/features/summary.json"),),
    ),
    Injection(
        "a stage that overwrites its own input",
        (
            replace(
                FEATURISE,
                "    frame.to_parquet(FEATURES, index=False)",
                '    frame.to_parquet(FEATURES, index=False)\n    usage.to_parquet(os.path.join(INTERIM, "usage.parquet"))',
            ),
        ),
        (
            Said("PIP006", FEATURISE, 'usage.to_parquet(os.path.join(INTERIM, "usage.parquet"))'),
            Said("PIP005", FEATURISE, 'usage.to_parquet(os.path.join(INTERIM, "usage.parquet"))'),
        ),
    ),
    Injection(
        "a file of another stage written unsaid",
        (
            replace(
                "churn/stages/watch_quality.py",
                "def main() -> None:",
                'def main() -> None:\n    pd.DataFrame({"score": [0.5]}).to_csv("data/scores/scores.csv")',
            ),
        ),
        (
            Said(
                "PIP006",
                "churn/stages/watch_quality.py",
                'pd.DataFrame({"score": [0.5]}).to_csv("data/scores/scores.csv")',
            ),
            Said(
                "PIP005",
                "churn/stages/watch_quality.py",
                'pd.DataFrame({"score": [0.5]}).to_csv("data/scores/scores.csv")',
            ),
        ),
    ),
    Injection(
        "a parameter that the program does not read",
        (
            replace("params.yaml", "  seed: 20240", "  seed: 20240\n  subsample: 0.9"),
            replace("dvc.yaml", "      - model.seed", "      - model.seed\n      - model.subsample"),
            replace("dvc.lock", "        model.seed: 20240", "        model.seed: 20240\n        model.subsample: 0.9"),
        ),
        (Said("PIP006", "dvc.yaml", "- model.learning_rate"),),
    ),
    Injection(
        "a second writer that repairs the scores",
        (
            add(
                "tools/repair.py",
                PD,
                "",
                'SCORES = "data/scores/scores.csv"',
                "",
                'if __name__ == "__main__":',
                "    frame = pd.read_csv(SCORES, dtype={'score': float})",
                "    frame.assign(score=frame['score'].clip(0, 1)).to_csv(SCORES, index=False)",
            ),
        ),
        (
            Said(
                "PIP005", "tools/repair.py", "frame.assign(score=frame['score'].clip(0, 1)).to_csv(SCORES, index=False)"
            ),
        ),
    ),
    Injection(
        "an edge between two programs that only a path tells",
        (
            add("tools/collect.py", PD, "", 'pd.DataFrame({"wave": [1, 2]}).to_csv("handover/shape.csv")'),
            add(
                "tools/present.py",
                PD,
                "",
                'pd.read_csv("handover/shape.csv", dtype=str).to_json("handover/table.json")',
            ),
        ),
        (
            Said(
                "PIP001",
                "tools/present.py",
                'pd.read_csv("handover/shape.csv", dtype=str).to_json("handover/table.json")',
            ),
        ),
    ),
    Injection(
        "an input from nowhere",
        (add("tools/compare.py", PD, "", 'print(pd.read_csv("data/benchmark/rivals.csv", dtype=str))'),),
        (Said("PIP004", "tools/compare.py", 'print(pd.read_csv("data/benchmark/rivals.csv", dtype=str))'),),
    ),
    Injection(
        "outputs in the middle of a chain that nobody takes",
        (
            replace(
                FEATURISE,
                "    frame.to_parquet(FEATURES, index=False)",
                "    frame.to_parquet(FEATURES, index=False)\n"
                + "\n".join(f'    frame.head({n}).to_parquet("data/features/part_{n}.parquet")' for n in range(4)),
            ),
        ),
        tuple(
            Said("PIP003", FEATURISE, f'frame.head({n}).to_parquet("data/features/part_{n}.parquet")') for n in range(4)
        ),
    ),
    Injection(
        "a chain of numbered scripts",
        (
            add("steps/01_fetch.py", PD, "", 'pd.DataFrame({"wave": [1, 2]}).to_csv("work/a.csv")'),
            add("steps/02_shape.py", PD, "", 'pd.read_csv("work/a.csv", dtype=str).dropna().to_csv("work/b.csv")'),
            add("steps/03_send.py", PD, "", 'pd.read_csv("work/b.csv", dtype=str).to_csv("work/final_report.csv")'),
        ),
        (
            Said("PIP007", "steps/01_fetch.py", PD),
            Said("PIP001", "steps/02_shape.py", 'pd.read_csv("work/a.csv", dtype=str).dropna().to_csv("work/b.csv")'),
            Said("PIP001", "steps/03_send.py", 'pd.read_csv("work/b.csv", dtype=str).to_csv("work/final_report.csv")'),
        ),
    ),
    Injection(
        "a command that runs a file which is not there",
        (end("Makefile", "", "backfill:", "\tpython tools/backfill.py"),),
        (Said("PIP010", "Makefile", "python tools/backfill.py"),),
    ),
    Injection(
        "a step that swallows every exception",
        (
            replace(
                SCORE,
                "    release, model = registry.load_production()\n    table = scored(model, latest(pd.read_parquet(FEATURES)), release.version)\n    SCORES.parent.mkdir(parents=True, exist_ok=True)\n    table.to_csv(SCORES, index=False)\n",
                "    try:\n        release, model = registry.load_production()\n        table = scored(model, latest(pd.read_parquet(FEATURES)), release.version)\n        SCORES.parent.mkdir(parents=True, exist_ok=True)\n        table.to_csv(SCORES, index=False)\n    except Exception as error:\n        print(error)\n",
            ),
        ),
        (Said("PIP011", SCORE, "except Exception as error:"),),
    ),
    Injection(
        "a workflow that goes on when training failed",
        (replace(".github/workflows/retrain.yml", "run: dvc repro promote", "run: dvc repro promote || true"),),
        (Said("PIP011", ".github/workflows/retrain.yml", "run: dvc repro promote || true"),),
    ),
    Injection(
        "a stage that was never run",
        (
            add(
                "churn/stages/export.py",
                '"""Hand the scores over."""',
                PD,
                "",
                'pd.read_csv("data/scores/scores.csv", dtype={"score": float}).to_parquet("data/export/scores.parquet")',
            ),
            end(
                "dvc.yaml",
                "  export:",
                "    cmd: python -m churn.stages.export",
                "    deps:",
                "      - churn/stages/export.py",
                "      - data/scores/scores.csv",
                "    outs:",
                "      - data/export/scores.parquet",
            ),
        ),
        (Said("PIP012", "dvc.yaml", "export:"),),
    ),
    Injection(
        "one body that does everything",
        (
            add(
                "tools/everything.py",
                "import joblib",
                PD,
                "from sklearn.linear_model import LogisticRegression",
                "from sklearn.metrics import roc_auc_score",
                "from sklearn.model_selection import train_test_split",
                "",
                'frame = pd.read_csv("data/raw/customers.csv", dtype=float)',
                "frame = frame.dropna().drop_duplicates()",
                *(f'frame["wave_{n}"] = frame["minutes_mean"].rolling({n + 2}).mean().fillna({n})' for n in range(150)),
                "train, test = train_test_split(frame, random_state=1)",
                'model = LogisticRegression().fit(train.drop(columns="churned"), train["churned"])',
                'print(roc_auc_score(test["churned"], model.predict_proba(test.drop(columns="churned"))[:, 1]))',
                'joblib.dump(model, "models/everything.joblib")',
            ),
        ),
        (Said("PIP008", "tools/everything.py", "import joblib"),),
    ),
    Injection(
        "a notebook as a step",
        (
            book(
                "notebooks/monthly.ipynb",
                "import pandas as pd\nframe = pd.read_csv('data/scores/scores.csv', dtype={'score': float})\nframe.describe().to_csv('reports/monthly.csv')",
            ),
            end("Makefile", "", "monthly:", "\tpapermill notebooks/monthly.ipynb reports/monthly.ipynb"),
        ),
        (Said("PIP009", "Makefile", "papermill notebooks/monthly.ipynb reports/monthly.ipynb"),),
    ),
    Injection(
        "a dependency left out",
        (
            replace("dvc.yaml", "      - data/feedback/outcomes.csv\n", ""),
            replace(
                "dvc.lock",
                "    - path: data/feedback/outcomes.csv\n      hash: md5\n",
                "    - path: churn/evaluation.py\n      hash: md5\n",
            ),
        ),
        (
            Said(
                "PIP006",
                "churn/stages/watch_quality.py",
                "outcomes = schemas.OUTCOMES.validate(pd.read_csv(OUTCOMES, dtype=TYPES))",
            ),
        ),
    ),
)
