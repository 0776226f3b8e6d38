"""Promoted models: one folder per version, and a pointer to the one in production."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from churn import bundle

MODELS = Path("registry/models")
PRODUCTION = Path("registry/production.json")


@dataclass(frozen=True)
class Release:
    """A promoted version, the digest of its bundle and the figures it was promoted with."""

    version: str
    sha256: str
    metrics: dict[str, float]


def production(path: Path = PRODUCTION) -> Release | None:
    """The release in production; None before the first promotion."""
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    return Release(content["version"], content["sha256"], content["metrics"]) if content["version"] else None


def load_production(models: Path = MODELS, pointer: Path = PRODUCTION) -> tuple[Release, bundle.Bundle]:
    """The release in production with its bundle."""
    release = production(pointer)
    if release is None:
        raise LookupError("no model has been promoted yet")
    return release, bundle.load(models / release.version / "bundle.joblib", release.sha256)
