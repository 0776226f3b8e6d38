"""What training starts from where a framework hands the data over: the declared inputs of steps, traced back to those that no step makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from auditor.graph.artefacts.identity import PathIndex
from auditor.graph.data.provided import pinned_paths
from auditor.graph.data.sharing import carries, covers
from auditor.graph.data.versions import Root, is_offered
from auditor.graph.declared.steps import DeclaredStep
from auditor.graph.world import World
from auditor.model.declared import Declared
from auditor.model.place import Place


def declared_roots(world: World, owned: Callable[[str], bool]) -> list[Root]:
    """The files that steps which train are declared to start from, over the steps before them."""
    pinned = pinned_paths(world)
    paths = PathIndex(pinned)
    steps = [step for step in world.steps.all if step.implements and (step.reads or step.writes)]
    found: dict[str, Root] = {}
    for training in steps:
        place = _fit(world, training) if owned(training.path) else None
        if place is None:
            continue
        todo, seen = [training], {training.id}
        while todo:
            step = todo.pop()
            for declared in step.reads:
                makers = [other for other in steps if any(covers(out, declared.path or "") for out in other.writes)]
                if declared.path is None or "{" in declared.path or not carries(declared.path):
                    continue
                if makers:
                    todo += [maker for maker in makers if maker.id not in seen]
                    seen |= {maker.id for maker in makers}
                elif declared.path not in found:
                    found[declared.path] = _root(world, step, declared, training, place, pinned, paths)
    return [found[path] for path in sorted(found)]


def _fit(world: World, step: DeclaredStep) -> Place | None:
    """Where the functions of a step fit a model; None if they do not."""
    effects = world.resolved.effects
    for local in step.implements:
        for site in sorted(effects.reached((local.path, local.scope))):
            for effect in effects.own.get(site, ()):
                if world.trains(effect):
                    return world.resolved.code.place(site[0], effect.line, effect.end_line)
    return None


def _root(
    world: World,
    step: DeclaredStep,
    declared: Declared,
    training: DeclaredStep,
    trained: Place,
    pinned: Mapping[str, str],
    paths: PathIndex,
) -> Root:
    path = declared.path or ""
    held = paths.matching(path)
    if held:
        state, pin = "pinned", pinned[held[0]]
    elif path in world.identities.tree or path in world.identities.folders:
        state, pin = "pinned", "tracked by git"
    else:
        state, pin = ("unresolved" if paths.matching(path, loosely=True) else "unpinned"), ""
    place = Place(step.path, step.step.line)
    documented = world.documents.tells_of(path)
    offered = is_offered(world, path)
    return Root(path, state, pin, place, training.step.name, trained, declared.confidence, documented, offered=offered)
