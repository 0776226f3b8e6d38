"""Promote the candidate if it passes the gate; otherwise fail and leave production as it is."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from churn import bundle, gate, registry, settings

CANDIDATE = Path("models/candidate.joblib")
REFERENCE = Path("models/reference.json")
METRICS = Path("reports/metrics.json")


def release_of(figures: dict[str, float], sha256: str) -> registry.Release:
    """A release named after the content of its bundle."""
    return registry.Release(f"v-{sha256[:12]}", sha256, figures)


def store(release: registry.Release) -> None:
    """Copy the candidate into its own folder, then point production to it."""
    folder = registry.MODELS / release.version
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(CANDIDATE, folder / "bundle.joblib")
    shutil.copyfile(REFERENCE, folder / "reference.json")
    content = {"version": release.version, "sha256": release.sha256, "metrics": release.metrics}
    registry.PRODUCTION.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Exit with 1 and the reasons when the gate is closed."""
    figures = json.loads(METRICS.read_text(encoding="utf-8"))
    champion = registry.production()
    limits = settings.gate_section(settings.read())
    against = gate.reasons_against(figures, champion.metrics if champion else None, limits)
    if against:
        sys.exit("not promoted: " + "; ".join(against))
    store(release_of(figures, bundle.digest(CANDIDATE)))


if __name__ == "__main__":
    main()
