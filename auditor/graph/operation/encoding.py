"""Services that answer with vectors of ready-made encoders, which nothing in the repository trains."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.graph.coupling.sides import product_trainings
from auditor.graph.operation.serving import Serving
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.program.calls.effects import Effect


def only_encodes(world: World, served: Iterable[Serving]) -> bool:
    """Whether services, of which there are some, answer with nothing but the vectors of encoders that are trained nowhere here."""
    services = tuple(served)
    return (
        bool(services)
        and all(each.kind == "service" and _encodes(world, each.path) for each in services)
        and not product_trainings(world)
    )


def _encodes(world: World, program: str) -> bool:
    """Whether all models that a service reaches are encoders that it takes from a hub."""
    models = [effect for effect in _reached(world, program) if effect.role in (Role.LOAD_MODEL, Role.PREDICT)]
    return bool(models) and all(effect.entry.attrs.get("encoder") for effect in models)


def _reached(world: World, program: str) -> Iterable[Effect]:
    """All that a service does, whichever of its functions is asked."""
    starts = ((program, number) for number in world.resolved.code.scopes(program))
    sites = {site for start in starts for site in world.resolved.effects.reached(start)}
    sites |= set(world.lineage.reached(program))
    return (effect for site in sorted(sites) for effect in world.resolved.effects.own.get(site, ()))
