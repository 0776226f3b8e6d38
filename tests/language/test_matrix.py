from __future__ import annotations

import pytest

from auditor.language.matrix import instances
from auditor.language.yaml import read_yaml


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{a: [1, 2], b: [x, y, z]}", 6),
        ("{a: [1, 2], b: [x, y], exclude: [{a: 1, b: x}]}", 3),
        ("{a: [1, 2], b: [x, y], exclude: [{a: 1}]}", 2),
        ("{a: [1, 2], include: [{a: 1, c: 9}]}", 2),
        ("{a: [1, 2], include: [{a: 3}]}", 3),
        ("{a: [1, 2], include: [{c: 9}]}", 2),
        ("{include: [{a: 1}, {a: 2}]}", 2),
        ("{a: [{x: 1, y: 2}, {x: 3}], exclude: [{a: {x: 1}}]}", 1),
        ("{a: '${{ fromJSON(x) }}'}", 0),
        ("{a: [1, '${{ x }}']}", 0),
        ("{a: [1, 2], include: '${{ x }}'}", 0),
    ],
)
def test_instances_of_a_matrix(text: str, count: int) -> None:
    matrix = read_yaml(text)[0][0]
    axes = {name: axis for name, axis in matrix.items() if name not in ("include", "exclude")}
    assert instances(axes, matrix.get("include"), matrix.get("exclude")) == count
