"""Questions about `_target_`: whether the classes and functions that a Hydra configuration names are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.world import World
from auditor.model.facts import Facts
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.code import Code

_KEY = "_target_"
_WORD = regex(r"[\w-]+")


class Target(msgspec.Struct, frozen=True):
    """A dotted name in a document that leads into the repository, and the part of it that is not there.

    `chosen`: the document is one of several to choose from that something names, or none of such; `asked`: a program asks for
    the key that it stands under.
    """

    dotted: str
    place: Place
    missing: str
    chosen: bool = True
    asked: bool = True


def targets(world: World, owned: Callable[[str], bool]) -> tuple[list[Target], int]:
    """The names that documents of a component hand to `instantiate` and that lead nowhere, and how many lead into the repository."""
    broken, seen = [], 0
    for path, facts in sorted(world.files.items()):
        if not owned(path) or not places.is_product(path) or facts.program is not None:
            continue
        for leaf in facts.leaves:
            value = leaf.value
            if (
                leaf.key.rpartition(".")[2] != _KEY
                or not isinstance(value, str)
                or not value.replace(".", "").isidentifier()
            ):
                continue
            missing = _missing(world.resolved.code, value)
            if missing is not None:
                seen += 1
            if missing:
                chosen, asked = _is_chosen(world, path), _is_asked(world, facts, leaf.key)
                broken.append(Target(value, Place(path, leaf.line), missing, chosen, asked))
    return broken, seen


def _is_chosen(world: World, path: str) -> bool:
    """Whether anything names a document that lies in a group of a Hydra configuration, where no start uses one unnamed."""
    folder, _, name = path.rpartition("/")
    roots = world.once(_roots)
    if not any(folder.startswith(f"{root}/") if root else folder for root in roots):
        return True
    stem = name.rpartition(".")[0]
    return world.once(_named)[stem] > (stem in _words_of(world.files[path]))


def _roots(world: World) -> frozenset[str]:
    """The folders of documents that choose from groups by a list of defaults."""
    return frozenset(
        path.rpartition("/")[0]
        for path, facts in world.files.items()
        if facts.program is None and any(leaf.key.startswith("defaults.") for leaf in facts.leaves)
    )


def _named(world: World) -> Counter[str]:
    """In how many files a word stands among values of settings, commands, texts of programs and documents."""
    code = world.resolved.code
    found: Counter[str] = Counter()
    for path in code.paths:
        found.update(set(_WORD.findall("\n".join(code.texts(path)))))
    for facts in world.files.values():
        found.update(_words_of(facts))
    return found


def _words_of(facts: Facts) -> set[str]:
    texts = [leaf.value for leaf in facts.leaves if isinstance(leaf.value, str)]
    texts += [section.text for section in facts.sections]
    texts += [word.text for step in facts.steps for command in step.commands for word in command.words]
    return set(_WORD.findall("\n".join(texts)))


def _is_asked(world: World, facts: Facts, key: str) -> bool:
    """Whether a program names the key above a target, or what holds it is itself made of a target, which is then handed it."""
    parts = [part for part in key.split(".")[:-1] if not part.isdigit()]
    keys = {leaf.key for leaf in facts.leaves}
    above = key.split(".")[:-2]
    if not parts or any(f"{'.'.join(above[:count])}.{_KEY}" in keys for count in range(1, len(above) + 1)):
        return True
    code, name = world.resolved.code, frozenset({parts[-1]})
    return any(
        code.words(path).mentions(name) or parts[-1] in code.words(path).told or parts[-1] in code.texts(path)
        for path in code.paths
        if places.is_product(path)
    )


def _missing(code: Code, dotted: str) -> str | None:
    """The first part of a name that its module lacks; "" where it is whole; None where it is a library's or nobody can tell."""
    parts = dotted.split(".")
    if code.knowledge.library(parts[0]) is not None:
        return None
    for count in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:count])
        home = code.modules.resolve("", module, 0)
        if home is None or home not in code.programs:
            continue
        stars = any(name.name == "*" for statement, _, _ in code.index(home, 0).imports for name in statement.names)
        if stars or code.named(home, "__getattr__") is not None or code.files[home].troubles:
            return None
        name = parts[count]
        bound = code.index(home, 0).bindings
        if name in bound or code.modules.resolve("", f"{module}.{name}", 0) is not None:
            return ""
        return f"{home} has no {name}"
    return None
