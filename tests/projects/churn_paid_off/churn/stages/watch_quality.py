"""Judge production scores by what the customers did in the three months after."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

from churn import columns, evaluation, schemas, settings

OUTCOMES = Path("data/feedback/outcomes.csv")
REPORT = Path("reports/quality.json")
TYPES = {columns.CUSTOMER: str, columns.MONTH: str, "model_version": str, "score": float, "at_risk": int, columns.TARGET: int}


def quality(outcomes: pd.DataFrame) -> dict[str, float]:
    """Figures over all outcomes, decisions as they were taken."""
    figures = evaluation.metrics(outcomes[columns.TARGET], outcomes["score"].to_numpy(), 0.5)
    churners = outcomes[outcomes[columns.TARGET] == 1]
    figures["recall"] = float(churners["at_risk"].mean())
    return figures


def main() -> None:
    """Write reports/quality.json; exit with 1 when too many churners were missed."""
    limits = settings.watch_section(settings.read())
    outcomes = schemas.OUTCOMES.validate(pd.read_csv(OUTCOMES, dtype=TYPES))
    figures = quality(outcomes)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    if figures["recall"] < limits.min_recall:
        sys.exit(f"recall on outcomes is {figures['recall']:.2f}")


if __name__ == "__main__":
    main()
