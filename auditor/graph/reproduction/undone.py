"""Seeds that are undone: a program sets one, and something that it calls then draws a new one."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.data.versions import trainings
from auditor.graph.reproduction.choices import Choices
from auditor.graph.reproduction.course import Course, Courses
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Const
from auditor.model.place import Place
from auditor.program.calls.effects import Effect


class Undone(msgspec.Struct, frozen=True):
    """A call that seeds a generator anew by chance; `seeded` is where a program that trains had seeded it."""

    name: str
    generator: str
    place: Place
    seeded: Place


def undone(world: World, owned: Callable[[str], bool]) -> list[Undone]:
    """The calls of a component that undo the seed of a program that trains, each once."""
    own, choices = world.resolved.effects.own, Choices(world)
    seeds = [effect for site in sorted(own) for effect in own[site] if effect.role is Role.SEED and not effect.dead]
    anew = [effect for effect in seeds if _is_anew(effect) and owned(effect.site[0])]
    if not anew:
        return []
    courses = Courses(world, sorted({training.program for training in trainings(world, lambda _: True)}))
    leading = courses.leading({effect.site for effect in seeds} & courses.sites)
    found: dict[Place, Undone] = {}
    for program in sorted({training.program for training in trainings(world, lambda _: True)}):
        course = courses.of(program, leading)
        for effect in anew:
            before = _seeded(course, choices, seeds, effect)
            if before is not None:
                place = world.resolved.code.place(effect.site[0], effect.line)
                at = world.resolved.code.place(before.site[0], before.line)
                found.setdefault(place, Undone(effect.name, choices.generator(effect), place, at))
    return [found[place] for place in sorted(found)]


def _is_anew(effect: Effect) -> bool:
    """Whether a call seeds the generator of the process from nothing: `torch.seed()`, `random.seed(None)`."""
    seed, given = effect.entry.seed, (*effect.call.args, *(value for _, value in effect.call.keywords))
    plain = all(type(value) is Const and value.value is None for value in given)
    return plain and seed is not None and effect.entry.kind != "class" and places.is_product(effect.site[0])


def _seeded(course: Course, choices: Choices, seeds: list[Effect], anew: Effect) -> Effect | None:
    """The call by which a run had seeded the same generator before it comes to one that seeds it anew."""
    then = course.step(anew)
    if then is None:
        return None
    # What seeds it for the lines before, in the same function, is what is to be undone.
    steps = ((course.step(each), each) for each in seeds if each.site != anew.site)
    earlier = [(at, each) for at, each in steps if at is not None and at < then and choices.seeded(each)]
    same = [(at, each) for at, each in earlier if choices.generator(anew) in choices.seeded(each)]
    return max(same, key=lambda pair: pair[0])[1] if same else None
