"""The shapes of artefacts in pictures: kinds are told apart by outline, never by colour alone."""

from __future__ import annotations

_SHAPES = {
    "data": "dataset external_dataset storage feature feature_view",
    "work": "step script module function pipeline notebook cell ci_job trigger",
    "model": "model",
    "service": "service endpoint external_service",
    "config": "config param cli_param env package prompt",
}
SHAPE_OF = {kind: shape for shape, kinds in _SHAPES.items() for kind in kinds.split()}
SHAPE_WORDS = {
    "data": "data",
    "work": "step, script or notebook",
    "model": "model",
    "service": "service or endpoint",
    "config": "configuration",
    "other": "result, check or other",
}


def outline(shape: str, x: int, y: int, width: int, height: int) -> str:
    """The outline of a shape as SVG path data."""
    right, bottom, half = x + width, y + height, height // 2
    slant, cut = height // 4, height // 3
    corners = {
        "data": ((x + slant, y), (right, y), (right - slant, bottom), (x, bottom)),
        "model": ((x + cut, y), (right - cut, y), (right, y + half), (right - cut, bottom), (x + cut, bottom), (x, y + half)),
        "config": ((x, y), (right - cut, y), (right, y + cut), (right, bottom), (x, bottom)),
        "other": ((x + slant, y), (right - slant, y), (right, y + slant), (right, bottom - slant),
                  (right - slant, bottom), (x + slant, bottom), (x, bottom - slant), (x, y + slant)),
        "work": ((x, y), (right, y), (right, bottom), (x, bottom)),
    }  # fmt: skip
    if shape == "service":
        arc = f"A{half} {half} 0 0 1"
        return f"M{x + half} {y}H{right - half}{arc} {right - half} {bottom}H{x + half}{arc} {x + half} {y}Z"
    return "M" + "L".join(f"{a} {b}" for a, b in corners[shape]) + "Z"
