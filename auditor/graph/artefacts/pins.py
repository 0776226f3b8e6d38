"""Which file a pin identifies."""

from __future__ import annotations

from auditor.model.facts import Facts, Pin
from auditor.program.symbolic.values import normal


def pinned_path(path: str, facts: Facts, pin: Pin) -> str:
    """The path that a pin identifies: seen from the folder of its file, or the file that it stands for."""
    if not pin.path:
        return path.rpartition(".")[0] if facts.kind == "checksums" else path
    return normal(f"{path.rpartition('/')[0]}/{pin.path}") if "/" in path else normal(pin.path)
