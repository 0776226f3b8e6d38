"""Unversioned and unguarded data, put into the paid-off project one at a time."""

from __future__ import annotations

from tests.injections.edits import CLEAN, FIT, PD, SCORE, Injection, add, drop, end, replace
from tests.injections.paid_off import Said

INJECTIONS = (
    Injection(
        "a remote on one machine",
        (replace(".dvc/config", "s3://halden-ml-store/churn/dvc", "/home/ines/dvc-store"),),
        (Said("DAT004", ".dvc/config", "['remote \"store\"']"),),
    ),
    Injection(
        "no remote at all",
        (drop(".dvc/config"), add(".dvc/config")),
        (Said("DAT004", "dvc.lock", "- path: data/interim/customers.parquet"),),
    ),
    Injection(
        "pointers that git ignores",
        (end(".gitignore", "*.dvc"),),
        (Said("DAT004", ".gitignore", "*.dvc"),),
    ),
    Injection(
        "a record of another run",
        (replace("params.yaml", "max_depth: 4", "max_depth: 6"),),
        (Said("DAT004", "dvc.yaml", "train:"),),
    ),
    Injection(
        "no record of any run",
        (drop("dvc.lock"),),
        (Said("DAT004", "dvc.yaml", "clean:"),),
    ),
    Injection(
        "a pointer beside the file itself",
        (add("data/raw/customers.csv", "customer_id,snapshot_month", "C1,2024-01"),),
        (Said("DAT004", "data/raw/customers.csv.dvc", "- md5: 2f5323c09a37effdd775db1cd39744b5"),),
    ),
    Injection(
        "a table of 8 MB in git",
        (add("data/reference/regions.csv", "region,zone", "north,1", "south,2"),),
        (Said("DAT003", "data/reference/regions.csv", ""),),
        sizes={"data/reference/regions.csv": 8_000_000},
    ),
    Injection(
        "a model of 6 MB in git",
        (add("archive/first.joblib", "x"),),
        (Said("DAT003", "archive/first.joblib", ""),),
        sizes={"archive/first.joblib": 6_000_000},
    ),
    Injection(
        "a path of one person",
        (
            replace(
                SCORE,
                'Path("data/scores/scores.csv")',
                'Path("data/scores/scores.csv")\nCOPY = "/home/ines/churn/scores.csv"',
            ),
            replace(
                SCORE,
                "    table.to_csv(SCORES, index=False)",
                "    table.to_csv(SCORES, index=False)\n    table.to_csv(COPY)",
            ),
        ),
        (Said("DAT005", SCORE, 'COPY = "/home/ines/churn/scores.csv"'),),
    ),
    Injection(
        "a drive in the settings",
        (end("params.yaml", "export:", "  folder: 'D:\\Ines\\churn\\export'"),),
        (Said("DAT005", "params.yaml", "folder: 'D:\\Ines\\churn\\export'"),),
    ),
    Injection(
        "training data that nothing pins",
        (
            add(
                "tools/rival.py",
                PD,
                *FIT,
                "",
                'rows = pd.read_parquet("data/rival/rows.parquet")',
                'LogisticRegression().fit(rows[columns.INPUTS], rows["churned"])',
            ),
        ),
        (
            Said("DAT001", "tools/rival.py", 'rows = pd.read_parquet("data/rival/rows.parquet")'),
            Said("PIP004", "tools/rival.py", 'rows = pd.read_parquet("data/rival/rows.parquet")'),
        ),
    ),
    Injection(
        "a source that moves",
        (
            add(
                "tools/zones.py",
                PD,
                "",
                'zones = pd.read_csv("https://raw.githubusercontent.com/halden/zones/main/zones.csv", dtype=str)',
                "print(zones)",
            ),
        ),
        (
            Said(
                "DAT002",
                "tools/zones.py",
                'zones = pd.read_csv("https://raw.githubusercontent.com/halden/zones/main/zones.csv", dtype=str)',
            ),
        ),
    ),
    Injection(
        "rows dropped unseen",
        (
            replace(
                CLEAN,
                'pd.read_csv(RAW / "tickets.csv", dtype=TEXT)',
                'pd.read_csv(RAW / "tickets.csv", dtype=TEXT, on_bad_lines="skip")',
            ),
        ),
        (Said("DAT011", CLEAN, 'raw_tickets = pd.read_csv(RAW / "tickets.csv", dtype=TEXT, on_bad_lines="skip")'),),
    ),
    Injection(
        "people in a committed table",
        (
            add(
                "data/reference/contacts.csv",
                "customer_id,email,phone,iban",
                *(f"C{n},maria.{n}@haldenmobile.org,+49 170 55512{n:02d},DE8937040044053201{n:04d}" for n in range(30)),
            ),
        ),
        (Said("DAT010", "data/reference/contacts.csv", "customer_id,email,phone,iban"),),
    ),
)
