"""Compare this month's inputs and scores with the rows the production model was trained on."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

from churn import columns, drift, registry, settings

FEATURES = Path("data/features/features.parquet")
SCORES = Path("data/scores/scores.csv")
REPORT = Path("reports/drift.json")


def stored_reference(version: str) -> dict[str, dict]:
    """The reference that was promoted with a version."""
    path = registry.MODELS / version / "reference.json"
    return json.loads(path.read_text(encoding="utf-8"))


def moved(found: dict[str, float], limit: float) -> list[str]:
    """Inputs beyond the limit, the furthest first."""
    beyond = [name for name, value in found.items() if value > limit]
    return sorted(beyond, key=lambda name: -found[name])


def main() -> None:
    """Write reports/drift.json; exit with 1 when anything moved too far, which alerts and retrains."""
    limits = settings.watch_section(settings.read())
    release = registry.production()
    if release is None:
        sys.exit("no model in production to watch")
    scores = pd.read_csv(SCORES, dtype={columns.CUSTOMER: str, columns.MONTH: str, "score": float})
    current = pd.read_parquet(FEATURES).merge(scores, on=columns.KEYS, how="inner", validate="one_to_one")
    found = drift.compare(stored_reference(release.version), current)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(found, indent=2), encoding="utf-8")
    beyond = moved(found, limits.max_psi)
    if beyond:
        sys.exit(f"population moved: {', '.join(beyond)}")


if __name__ == "__main__":
    main()
