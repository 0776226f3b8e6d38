"""What kinds of things a component can be, by their letters."""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "L": "library",
    "R": "research code",
    "P": "training pipeline",
    "S": "production service",
    "A": "LLM application",
    "T": "tutorial or examples",
    "N": "notebook collection",
}
