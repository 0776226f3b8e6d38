"""Every answer leaves a line: what was asked, what was answered, by which version, when."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from service.messages import CustomerIn, ScoreOut


def log_path() -> Path:
    """File that the log shipper follows."""
    return Path(os.environ.get("CHURN_PREDICTION_LOG", "logs/predictions.jsonl"))


def append(customer: CustomerIn, answer: ScoreOut, path: Path) -> None:
    """Add one line to the prediction log."""
    line = {
        "at": datetime.now(UTC).isoformat(),
        "request_id": answer.request_id,
        "model_version": answer.model_version,
        "input": customer.model_dump(),
        "score": answer.score,
        "at_risk": answer.at_risk,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line) + "\n")
