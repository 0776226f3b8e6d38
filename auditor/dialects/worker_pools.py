"""What the worker pools of a Vertex AI job run: the container of the first, its command or its package."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.dialects.commanding import words
from auditor.dialects.symbolic import Machine
from auditor.dialects.symbolic.things import Table, Thing, parts
from auditor.model.facts import Word


class Pool(msgspec.Struct, frozen=True):
    """The words of a command and the image that it runs in; either may be empty."""

    words: tuple[Word, ...] = ()
    image: str = ""


def first_pool(machine: Machine, specs: Thing | None) -> Pool:
    """The first pool of `worker_pool_specs` whose container is told: the others help it with the same program."""
    for part in parts(specs) if specs is not None else ():
        pool = machine.settled(part)
        if isinstance(pool, Table):
            found = _container(machine, _table(machine, pool, "container_spec", "containerSpec"))
            found = found or _package(machine, _table(machine, pool, "python_package_spec", "pythonPackageSpec"))
            if found is not None:
                return found
    return Pool()


def _table(machine: Machine, pool: Table, *names: str) -> Table | None:
    for name in names:
        settled = machine.settled(pool.entries.get(name))
        if isinstance(settled, Table):
            return settled
    return None


def _container(machine: Machine, spec: Table | None) -> Pool | None:
    if spec is None:
        return None
    command = (*words(machine, spec.entries.get("command")), *words(machine, spec.entries.get("args")))
    return Pool(command, _image(machine, spec, "image_uri", "imageUri"))


def _package(machine: Machine, spec: Table | None) -> Pool | None:
    if spec is None:
        return None
    module = next(
        (w for name in ("python_module", "pythonModule") for w in words(machine, spec.entries.get(name))), None
    )
    command = (
        (Word("python"), Word("-m"), module, *words(machine, spec.entries.get("args"))) if module is not None else ()
    )
    return Pool(command, _image(machine, spec, "executor_image_uri", "executorImageUri"))


def _image(machine: Machine, spec: Table, *names: str) -> str:
    return next(_exact(machine, *(spec.entries.get(name) for name in names)), "")


def _exact(machine: Machine, *things: Thing | None) -> Iterator[str]:
    for thing in things:
        yield from (word.text for word in words(machine, thing) if word.exact)
