"""Questions about parity: whether a test holds what training computes against what serving computes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph.coupling.sides import predicting_sites, serving_side, training_side
from auditor.graph.coupling.skew import Twice, skew
from auditor.graph.testing.suites import suites
from auditor.graph.world import World

_TRAINS, _SERVES = 1, 2


class Parity(msgspec.Struct, frozen=True):
    """Features that are computed once for each side, those that both sides share, and the tests that run both sides."""

    twice: tuple[Twice, ...]
    shared: tuple[str, ...]
    tests: tuple[str, ...]


def parity(world: World, owned: Callable[[str], bool]) -> Parity:
    """What of a component's serving is computed in training too, and which tests run code of both sides."""
    found = skew(world, owned)
    owed = tuple(twice for twice in found.twice if twice.asked)
    if not owed:
        return Parity((), found.shared, ())
    training, serving = training_side(world).sites, serving_side(world).sites | predicting_sites(world)
    # To import a module is not to run what it offers.
    said = {site: _TRAINS for site in training - serving if site[1]} | {s: _SERVES for s in serving - training if s[1]}
    runs = suites(world).gathered(said)
    both = [test for test in suites(world).tests if test.checks and not test.off and runs(test) == _TRAINS | _SERVES]
    return Parity(owed, found.shared, tuple(world.resolved.code.scope(*test.site).name for test in both))
