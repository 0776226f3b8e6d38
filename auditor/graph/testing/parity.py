"""Questions about parity: whether a test holds what training computes against what serving computes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph.coupling.sides import predicting_sites, serving_side, training_side
from auditor.graph.coupling.skew import Twice, skew
from auditor.graph.testing.suites import Test, suites
from auditor.graph.world import World


class Parity(msgspec.Struct, frozen=True):
    """Features that are computed once for each side, those that both sides share, and the tests that run both sides."""

    twice: tuple[Twice, ...]
    shared: tuple[str, ...]
    tests: tuple[str, ...]


def parity(world: World, owned: Callable[[str], bool]) -> Parity:
    """What of a component's serving is computed in training too, and which tests run code of both sides."""
    found = skew(world, owned)
    if not found.twice:
        return Parity((), found.shared, ())
    training, serving = training_side(world).sites, serving_side(world).sites | predicting_sites(world)
    both = [
        test
        for test in suites(world).tests
        if test.checks and not test.off and _runs_both(world, test, training - serving, serving - training)
    ]
    return Parity(found.twice, found.shared, tuple(world.resolved.code.scope(*test.site).name for test in both))


def _runs_both(
    world: World, test: Test, training: frozenset[tuple[str, int]], serving: frozenset[tuple[str, int]]
) -> bool:
    reached = {site for site in suites(world).of(test) if site[1]}  # to import a module is not to run what it offers
    return not reached.isdisjoint(training) and not reached.isdisjoint(serving)
