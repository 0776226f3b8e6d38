"""Whether the model that a training leaves is one that answers."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.graph import places
from auditor.graph.artefacts.identity import Identity, alike
from auditor.graph.coupling.sides import models, serving_side, training_side
from auditor.graph.world import World


def may_answer(world: World, program: str) -> bool:
    """Whether what a training leaves may come to answer: not where all models that are loaded to answer, and all that the
    training leaves, are known files of which none is another, and nothing makes a model of what it leaves."""
    left = [touch.artefact for touch in models(world, _run(world, program), "write")]
    asked = world.once(_asked)
    if not left or not asked or not _are_known((*left, *asked)):
        return True
    return _any_alike(left, asked) or any(_any_alike(left, read) for read in world.once(_made_anew))


def _run(world: World, program: str) -> frozenset[tuple[str, int]]:
    side = training_side(world)
    return side.runs[program, 0] if (program, 0) in side.starts else frozenset()


def _asked(world: World) -> tuple[Identity, ...]:
    """The models that whatever answers loads."""
    return tuple(touch.artefact for touch in models(world, serving_side(world).sites, "read"))


def _made_anew(world: World) -> tuple[tuple[Identity, ...], ...]:
    """By program that saves models, those that it loads."""
    found = []
    for program in filter(places.is_product, world.lineage.entries):
        sites = world.lineage.reached(program)
        read = tuple(touch.artefact for touch in models(world, sites, "read"))
        if read and models(world, sites, "write"):
            found.append(read)
    return tuple(found)


def _are_known(artefacts: Iterable[Identity]) -> bool:
    return all(each.path is not None for each in artefacts)


def _any_alike(some: Iterable[Identity], others: Iterable[Identity]) -> bool:
    """Whether any of some may be any of others; of a file whose folder is a guess the name is asked alone."""
    return any(alike(one, other) or _name(one) == _name(other) for one in some for other in others)


def _name(each: Identity) -> str:
    return (each.path or each.id).rpartition("/")[2]
