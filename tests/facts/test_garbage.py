"""The collector keeps away from an audit, and what one audit left is gone with the next."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from auditor.facts import no_collection


class Ring:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    enabled = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if enabled else gc.disable)()


def test_nothing_is_collected_inside() -> None:
    with no_collection():
        assert not gc.isenabled()
        with no_collection():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_the_caller_switched_off_stays_off() -> None:
    gc.disable()
    with no_collection():
        pass
    assert not gc.isenabled()


def test_the_collector_comes_back_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), no_collection():
        raise ValueError("broken")
    assert gc.isenabled()


def test_the_garbage_of_one_run_is_gone_when_the_next_begins() -> None:
    with no_collection():
        ring = Ring()
        left = weakref.ref(ring)
        del ring
    assert left() is not None
    with no_collection():
        assert left() is None


def test_leaving_looks_at_nothing() -> None:
    looked: list[str] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        looked.append(phase)

    gc.collect()
    with no_collection():
        kept = [[number] for number in range(50_000)]
        gc.callbacks.append(note)
    try:
        young = [[number] for number in range(10)]
    finally:
        gc.callbacks.remove(note)
    assert not looked
    assert len(kept) + len(young) == 50_010
