"""The decision whether a candidate may replace the champion."""

from __future__ import annotations

from churn.settings import Gate


def reasons_against(candidate: dict[str, float], champion: dict[str, float] | None, limits: Gate) -> list[str]:
    """Why the candidate must not be promoted; empty when it may."""
    found = []
    precision = candidate["average_precision"]
    if precision < limits.min_average_precision:
        found.append(f"average precision {precision:.3f} is below {limits.min_average_precision:.3f}")
    if precision <= candidate["naive_average_precision"]:
        found.append("the candidate is no better than the naive rule")
    if champion is not None and precision < champion["average_precision"] - limits.max_loss_to_champion:
        found.append(f"average precision {precision:.3f} falls behind the champion's {champion['average_precision']:.3f}")
    if candidate["slice_gap"] > limits.max_slice_gap:
        found.append(f"recall differs by {candidate['slice_gap']:.2f} between slices")
    return found
