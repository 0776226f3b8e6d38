"""What is told of the importers of a module is what each of them says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.program.naming.importing import Importing

names = st.sampled_from("abcdef")


@given(st.dictionaries(names, st.sets(names), max_size=6))
def test_told_equals_the_walk_over_importers(drawn: dict[str, set[str]]) -> None:
    importing = Importing({path: targets - {path} for path, targets in drawn.items()})
    bits = {path: 1 << number for number, path in enumerate(sorted(drawn))}
    told = importing.told(bits)
    for path in "abcdef":
        assert {other for other in drawn if told(path) & bits[other]} == importing.of(path)
        assert path not in importing.of(path)
