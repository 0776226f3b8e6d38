"""Typed access to params.yaml, one section per stage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

PARAMS = Path("params.yaml")


@dataclass(frozen=True)
class Split:
    """How many of the latest labelled months validate and test, with a gap as long as the label window."""

    validation_months: int
    test_months: int
    gap_months: int


@dataclass(frozen=True)
class Model:
    """Hyper-parameters of the classifier and its seed."""

    seed: int
    max_iter: int
    max_depth: int
    learning_rate: float
    target_recall: float


@dataclass(frozen=True)
class Gate:
    """What a candidate must reach before it is promoted."""

    min_average_precision: float
    max_loss_to_champion: float
    max_slice_gap: float


@dataclass(frozen=True)
class Watch:
    """Limits of the monitoring jobs."""

    max_psi: float
    min_recall: float


def read(path: Path = PARAMS) -> dict[str, dict[str, float]]:
    """The whole file as plain values."""
    with path.open(encoding="utf-8") as handle:
        return yaml.safe_load(handle)


def split_section(params: dict) -> Split:
    """The section `split`."""
    section = params["split"]
    return Split(int(section["validation_months"]), int(section["test_months"]), int(section["gap_months"]))


def model_section(params: dict) -> Model:
    """The section `model`."""
    section = params["model"]
    return Model(
        seed=int(section["seed"]),
        max_iter=int(section["max_iter"]),
        max_depth=int(section["max_depth"]),
        learning_rate=float(section["learning_rate"]),
        target_recall=float(section["target_recall"]),
    )


def gate_section(params: dict) -> Gate:
    """The section `gate`."""
    section = params["gate"]
    return Gate(
        min_average_precision=float(section["min_average_precision"]),
        max_loss_to_champion=float(section["max_loss_to_champion"]),
        max_slice_gap=float(section["max_slice_gap"]),
    )


def watch_section(params: dict) -> Watch:
    """The section `watch`."""
    section = params["watch"]
    return Watch(max_psi=float(section["max_psi"]), min_recall=float(section["min_recall"]))
