"""What an answer was found by: everything of the tree that was looked at, and whether a tree still says the same."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec.structs import replace

from auditor.model.ir import Program
from auditor.program.kept.parts import Part, is_alike
from auditor.program.naming.code import Code, Walked, Walks
from auditor.program.naming.names import parts_of
from auditor.program.running.invocations import Invocation, Invocations, anonymous

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBERS = count(1)

UNDER = -1
"""In the place of an import's level: what a dotted name means under a folder."""

Site: TypeAlias = tuple[str, int]
"""A scope: the path of the file, and its number there."""

UNNAMED = b""
"""In the place of a digest: a file whose content has none."""

Import: TypeAlias = tuple[str, str, int]
"""An importer (or a folder), a dotted name, and the level of the import (or `UNDER`)."""


class Calls(msgspec.Struct, frozen=True):
    """All that is known of calls once each file was read: who calls a scope, and what lands in it.

    `calling` are the files that call a scope, in the order of its callers, `asked` the names of the methods that are called by all that a scope reaches, `effects` those of a file, and `told`
    what tells them from all others about its content (b"" where they are not stored). `landing` are the files of which effects
    land in a scope, and `carried` tells all that land of a file.
    """

    callers: Mapping[Site, Sequence[object]] = {}
    lifted: Mapping[Site, Sequence[object]] = {}
    calling: Callable[[Site], tuple[str, ...]] = lambda _site: ()
    asked: Callable[[Site], frozenset[str]] = lambda _site: frozenset()
    effects: Callable[[str], object] = lambda _path: None
    told: Callable[[str], bytes] = lambda _path: b""
    landing: Callable[[Site], tuple[str, ...]] = lambda _site: ()
    carried: Callable[[str], bytes] = lambda _path: b""


class Since(msgspec.Struct, frozen=True, eq=False):
    """What changed from one tree to the next: the number of a tree, that of the tree before it (0: there is none), and the
    files that came, went or have another content since."""

    number: int
    digests: Mapping[str, bytes]
    unnamed: frozenset[str]
    programs: Mapping[str, Program]
    walks: Walks
    before: int = 0
    changed: frozenset[str] = frozenset()
    still: frozenset[str] = frozenset()
    """Those of them that were there before."""
    former: Mapping[str, Program] = {}
    """The programs of the tree before."""
    _kept: dict[tuple[str, Part], bool] = {}

    def keeps(self, path: str, parts: Iterable[Part]) -> bool:
        """Whether some parts of a file that changed say what they said, in whatever lines they stand (see `parts`)."""
        return path in self.still and all(self._keeps(path, part) for part in parts)

    def _keeps(self, path: str, part: Part) -> bool:
        found = self._kept.get((path, part))
        if found is None:
            found = self._kept[path, part] = is_alike(
                self._walked(self.programs, path), self._walked(self.former, path), part
            )
        return found

    def _walked(self, programs: Mapping[str, Program], path: str) -> Walked | None:
        program = programs.get(path)
        return None if program is None else self.walks.of(program)


def since(code: Code, digests: Mapping[str, bytes], last: Since | None) -> Since:
    """What changed since the last tree. What has no digest may always have changed."""
    unnamed = frozenset(code.files.keys() - digests.keys())
    if last is None:
        return Since(next(_NUMBERS), digests, unnamed, code.programs, code.walks)
    changed = {path for path, _ in digests.items() ^ last.digests.items()}
    still = changed & digests.keys() & last.digests.keys()
    changed |= unnamed | last.unnamed
    return Since(
        next(_NUMBERS), digests, unnamed, code.programs, code.walks, last.number, frozenset(changed), frozenset(still),
        last.programs,
    )  # fmt: skip


class Tree(msgspec.Struct, frozen=True, eq=False):
    """What a trace can ask of a tree.

    `since` has the digests that tell the contents of its files: equal ones have equal facts. `calls` are known once each file
    was read, and `names` once it is known what programs hand to each other.
    """

    code: Code
    invocations: Invocations
    since: Since
    calls: Calls = Calls()
    names: Mapping[int, str] = {}

    @property
    def digests(self) -> Mapping[str, bytes]:
        """The digests of contents, by path."""
        return self.since.digests

    def file(self, path: str) -> bytes | None:
        """The content of a file, by its digest; None where there is no such file, `UNNAMED` where its content has no digest."""
        digest = self.since.digests.get(path)
        return UNNAMED if digest is None and path in self.code.files else digest

    def is_called(self, site: Site) -> bool:
        """Whether anything calls a scope."""
        return bool(self.calls.callers.get(site))

    def effects(self, path: str) -> object:
        """The effects of a file."""
        return self.calls.effects(path)

    def callers(self, site: Site) -> tuple[object, ...]:
        """The calls of a scope."""
        return tuple(self.calls.callers.get(site, ()))

    def calling(self, site: Site) -> tuple[str, ...]:
        """The files that call a scope."""
        return self.calls.calling(site)

    def asked(self, site: Site) -> frozenset[str]:
        """The names of the methods that are called by all that a scope reaches."""
        return self.calls.asked(site)

    def lifted(self, site: Site) -> tuple[object, ...]:
        """The effects of callees that land in a scope."""
        return tuple(self.calls.lifted.get(site, ()))

    def imported(self, asked: Import) -> str | None:
        """The file that an import means."""
        importer, dotted, level = asked
        modules = self.code.modules
        return modules.file(importer, dotted) if level == UNDER else modules.resolve(importer, dotted, level)

    def starts(self, path: str, own: bool) -> bytes:
        """The starts of a program, or those in which a module sees the command line."""
        return told(self.invocations.direct(path) if own else self.invocations.of(path))


class Trace(msgspec.Struct):
    """Everything that was looked at, each with what it was."""

    files: dict[str, bytes | None] = {}
    imports: dict[Import, str | None] = {}
    starts: dict[tuple[str, bool], bytes] = {}
    rebound: dict[str, bool] = {}
    called: dict[Site, bool] = {}
    lifted: dict[Site, tuple[object, ...]] = {}
    callers: dict[Site, tuple[object, ...]] = {}
    """Calls as the very records that they are, which answers may hold."""
    calling: dict[Site, tuple[str, ...]] = {}
    """The files that call a scope: what their calls are is told by what their effects were found by."""
    asked: dict[Site, frozenset[str]] = {}
    used: dict[str, object] = {}
    """The effects of files that were made use of, as the very records that they are."""
    told: dict[str, bytes] = {}
    """The same in a store, by what tells them."""
    landing: dict[Site, tuple[str, ...]] = {}
    carried: dict[str, bytes] = {}
    """What `lifted` is in a store: the files of which effects landed, and what tells all that landed of each."""
    names: dict[int, str | None] = {}
    """The names under which programs hand files to each other, by the identity of effects, which `used` and `lifted` hold."""
    whole: bool = True
    """Whether everything is in it: no answer is kept where something was looked at that has no digest."""
    held: int = 0
    """The number of the last tree whose files were found to be those that were looked at."""
    among: int = 0
    """The number of the modules among which imports were last found to mean the same."""
    named: frozenset[str] = frozenset()
    """The names in these imports and in the folders that they count from, once it was asked for them; see `Modules.moved_from`."""
    parts: dict[str, set[Part]] = {}
    """Of files that were not looked at as a whole, what of them was."""

    def holds(self, tree: Tree) -> bool:
        """Whether a tree says the same of everything, so that the same answer would be found."""
        return (
            self.whole
            and self._files_hold(tree)
            and self._imports_hold(tree)
            and (not self.starts or all(tree.starts(path, own) == found for (path, own), found in self.starts.items()))
            and (not self.rebound or all(tree.code.rebinds(name) is found for name, found in self.rebound.items()))
            and self._calls_hold(tree)
            and (not self.used or all(tree.effects(path) is used for path, used in self.used.items()))
            and (not self.told or all(tree.calls.told(path) == told for path, told in self.told.items()))
            and self._landings_hold(tree.calls)
            and (not self.names or all(tree.names.get(number) == name for number, name in self.names.items()))
        )

    def _calls_hold(self, tree: Tree) -> bool:
        return (
            (not self.called or all(tree.is_called(site) is found for site, found in self.called.items()))
            and (not self.lifted or all(_same(tree.lifted(site), landed) for site, landed in self.lifted.items()))
            and (not self.callers or all(_same(tree.callers(site), calls) for site, calls in self.callers.items()))
            and (not self.calling or all(tree.calling(site) == paths for site, paths in self.calling.items()))
            and (not self.asked or all(tree.asked(site) == names for site, names in self.asked.items()))
        )

    def _landings_hold(self, calls: Calls) -> bool:
        return (not self.landing or all(calls.landing(site) == paths for site, paths in self.landing.items())) and (
            not self.carried or all(calls.carried(path) == told for path, told in self.carried.items())
        )

    def _files_hold(self, tree: Tree) -> bool:
        since = tree.since
        if self.held and self.held == since.before:
            same = self.files.keys().isdisjoint(since.changed) or self._parts_hold(tree)
        else:
            same = self.held == since.number or all(tree.file(path) == digest for path, digest in self.files.items())
        if same:
            self.held = since.number
        return same

    def _parts_hold(self, tree: Tree) -> bool:
        """Whether of the files that changed nothing did that was looked at: then what they are now says the same."""
        changed = self.files.keys() & tree.since.changed
        same = all(path in self.parts and tree.since.keeps(path, self.parts[path]) for path in changed)
        if same:
            self.files.update((path, tree.file(path)) for path in changed)
        return same

    def _imports_hold(self, tree: Tree) -> bool:
        modules = tree.code.modules
        same = (
            self.among == modules.number
            or (self.among == modules.before > 0 and modules.moved.isdisjoint(self._names()))
            or all(tree.imported(asked) == found for asked, found in self.imports.items())
        )
        if same:
            self.among = modules.number
        return same

    def _names(self) -> frozenset[str]:
        if not self.named:
            self.named = frozenset(name for asked in self.imports for name in _names_of(asked))
        return self.named

    def stored(self, tree: Tree) -> Trace | None:
        """The same for a store, without records of this process: effects and calls are told by the files that have them, and by
        what these are there. None where that does not tell everything."""
        calling = {site: tree.calling(site) for site in self.callers}
        paths = {*self.used, *(path for found in calling.values() for path in found)}
        told = {path: tree.calls.told(path) for path in paths}
        landing = {site: tree.calls.landing(site) for site in self.lifted}
        carried = {path: tree.calls.carried(path) for found in landing.values() for path in found}
        if self.names or not (self.whole and all(told.values()) and all(carried.values())):
            return None
        return replace(
            self,
            files=self.files
            | {path: tree.file(path) for path in paths},  # where calls stand in them is told by numbers
            calling=self.calling | calling,
            told=self.told | told,
            landing=self.landing | landing,
            carried=self.carried | carried,
            callers={},
            used={},
            lifted={},
        )

    def take(self, other: Trace) -> None:
        """Take in what another answer was found by, which this one makes use of."""
        for path in other.files:
            if path in other.parts and (path in self.parts or path not in self.files):
                self.parts[path] = self.parts.get(path, set()) | other.parts[path]
            else:
                self.parts.pop(path, None)
        self.files.update(other.files)
        self.imports.update(other.imports)
        self.named = frozenset()
        self.starts.update(other.starts)
        self.rebound.update(other.rebound)
        self.called.update(other.called)
        self.lifted.update(other.lifted)
        self.callers.update(other.callers)
        self.calling.update(other.calling)
        self.asked.update(other.asked)
        self.used.update(other.used)
        self.told.update(other.told)
        self.landing.update(other.landing)
        self.carried.update(other.carried)
        self.names.update(other.names)
        self.whole = self.whole and other.whole


def _names_of(asked: Import) -> tuple[str, ...]:
    """The names in an import, and those of the folders that it counts from if it does."""
    importer, dotted, level = asked
    folder = importer if level == UNDER else importer.rpartition("/")[0]
    return (*parts_of(dotted), "", *folder.split("/")) if level else parts_of(dotted)


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def told(starts: Iterable[Invocation]) -> bytes:
    """Starts of programs in short, whatever step says so; nothing where there are none."""
    listed = anonymous(starts)
    return hashlib.blake2b(msgspec.msgpack.encode(listed), digest_size=16).digest() if listed else b""
