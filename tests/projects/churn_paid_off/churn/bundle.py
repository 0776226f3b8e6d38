"""What is stored of a model: the fitted pipeline with its threshold and inputs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import joblib
from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class Bundle:
    """A fitted pipeline and the threshold chosen for it on validation rows."""

    pipeline: Pipeline
    threshold: float
    inputs: tuple[str, ...]


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load(path: Path, expected: str) -> Bundle:
    """The bundle in a file whose digest is known; anything else is refused."""
    if digest(path) != expected:
        raise ValueError(f"{path} is not the file that was promoted")
    return joblib.load(path)
