"""Questions about tests that reach into production: what they write that others read."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.data.optional import only_creates
from auditor.graph.testing.suites import suites
from auditor.graph.world import World
from auditor.model.artefact import NodeKind
from auditor.model.ir import Call
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.scopes import last_name

SURE = 0.7
_KINDS = frozenset({NodeKind.DATASET, NodeKind.MODEL})
_SHELTERS = frozenset(
    {
        "tmp_path", "tmpdir", "tmp_path_factory", "monkeypatch", "mocker", "patch", "Mock", "MagicMock", "TemporaryDirectory", "mkdtemp",
        "NamedTemporaryFile", "isolated_filesystem", "chdir", "mock_s3", "mock_aws", "moto", "fs", "setenv",
    }
)  # fmt: skip
"""What moves the writing of a test elsewhere: temporary folders, replaced functions, an emulated store."""


class Touched(msgspec.Struct, frozen=True):
    """A data set or model that a test writes and code in operation reads."""

    artefact: str
    test: str
    written: Place
    read: Place
    reader: str


def written_by_tests(world: World, owned: Callable[[str], bool]) -> list[Touched]:
    """What tests write themselves, in a place that product code reads, where nothing shelters it."""
    readers = _readers(world, owned)
    tests = suites(world)
    found: dict[str, Touched] = {}
    for test in tests.tests:
        if test.off or not owned(test.site[0]) or _is_sheltered(world, test.site):
            continue
        for touch in world.lineage.touches.get(test.site, ()):
            path = touch.artefact.path
            if touch.way != "write" or touch.kind not in _KINDS or touch.confidence < SURE or path is None:
                continue
            if world.identities.exists(path) and only_creates(world, touch):
                continue
            if path in readers and not places.is_test(path) and "{" not in path:
                read, reader = readers[path]
                name = world.resolved.code.scope(*test.site).name
                found.setdefault(path, Touched(path, name, world.lineage.place(touch), read, reader))
    return [found[path] for path in sorted(found)]


def _readers(world: World, owned: Callable[[str], bool]) -> dict[str, tuple[Place, str]]:
    """Where product code reads data sets and models, by path."""
    found: dict[str, tuple[Place, str]] = {}
    for site, touches in sorted(world.lineage.touches.items()):
        for touch in touches if owned(site[0]) and places.is_product(site[0]) else ():
            if touch.way == "read" and touch.kind in _KINDS and touch.confidence >= SURE and touch.artefact.path:
                found.setdefault(touch.artefact.path, (world.lineage.place(touch), site[0]))
    return found


def _is_sheltered(world: World, site: Site) -> bool:
    """Whether a test, its class or its file asks for anything that moves what is written."""
    code = world.resolved.code
    scope = code.scope(*site)
    names = {param.name for param in scope.params}
    for number in code.scopes(site[0]):
        other = code.scope(site[0], number)
        names |= {param.name for param in other.params if other.decorators}
        for call_site in code.index(site[0], number).calls:
            names.add(_last(call_site.call))
        names |= {_last(decorator) for decorator in other.decorators}
    return not names.isdisjoint(_SHELTERS)


def _last(expr: object) -> str:
    func = expr.func if type(expr) is Call else expr
    return last_name(func)
