"""What the scopes of a file run next, as far as the file itself says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from auditor.program.calls.file_effects import FileEffects
from auditor.program.calls.records import LocalCall, Site
from auditor.program.calls.trials import is_test
from auditor.program.naming.code import Code, Local


class Following(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a scope runs next, what waits in the classes it makes (`made`) left out.

    `may` where its own file is started; `apart`, all of it among `may`, where another file is (None: the same). `guarded`: the calls that
    it guards, which only a start runs. Of either place, started and elsewhere, `certain` says whether the start has no say in
    it: nothing is handed on or guarded; `under`, whether calls stand under conditions or are picked from a table. `served`: what it hands on is called by
    a service, wherever that was started. `tests`: it is a test, which may replace what would run.
    """

    may: tuple[Site, ...]
    apart: tuple[Site, ...] | None
    guarded: tuple[Site, ...]
    certain: tuple[bool, bool]
    under: tuple[bool, bool]
    made: tuple[Local, ...]
    served: bool
    tests: bool = False

    @property
    def elsewhere(self) -> tuple[Site, ...]:
        """What it runs where another file is started."""
        return self.may if self.apart is None else self.apart


_NOTHING = Following((), None, (), (True, True), (False, False), (), served=False)
"""Of most scopes: they run nothing of the repository."""
_NOTHING_TESTED = msgspec.structs.replace(_NOTHING, tests=True)


def following(file: FileEffects, code: Code, path: str) -> tuple[Following, ...]:
    """By scope of a file, what it runs next."""
    calls: dict[int, list[LocalCall]] = defaultdict(list)
    made: dict[int, list[Local]] = defaultdict(list)
    for edge in file.calls:
        calls[edge.caller[1]].append(edge)
    for (_, number), cls in file.made:
        made[number].append(cls)
    return tuple(
        _of(code, path, number, calls.get(number, []), tuple(made.get(number, ())), brought)
        for number, brought in enumerate(code.brought_by_scopes(path))
    )


def _of(
    code: Code,
    path: str,
    number: int,
    calls: list[LocalCall],
    made: tuple[Local, ...],
    brought: tuple[frozenset[str], frozenset[str]],
) -> Following:
    if number and not (calls or made or any(brought)):
        return _NOTHING_TESTED if is_test(code.scope(path, number)) else _NOTHING
    classes = classes_of(code, path) if not number else ()
    started, imported = (tuple((home, 0) for home in sorted(homes)) + classes for homes in brought)
    open_ = [edge for edge in calls if not edge.guarded]
    # What another file guards or only registers does not run.
    left = [edge for edge in open_ if edge.direct or not waits(code, edge)]
    served = [edge for edge in open_ if edge.served and not edge.direct and waits(code, edge)]
    may, apart = _joined(open_, started), _joined(left, imported)
    return Following(
        may,
        apart if apart != may else None,
        _joined((edge for edge in calls if edge.guarded), ()),
        (all(edge.direct and not edge.guarded for edge in calls), all(edge.direct for edge in (*left, *served))),
        (_is_under(calls), _is_under((*left, *served))),
        made,
        bool(served),
        is_test(code.scope(path, number)),
    )


def _joined(calls: Iterable[LocalCall], beside: tuple[Site, ...]) -> tuple[Site, ...]:
    return tuple(dict.fromkeys((*((edge.callee.path, edge.callee.scope) for edge in calls), *beside)))


def _is_under(calls: Iterable[LocalCall]) -> bool:
    return any(edge.chosen for edge in calls)


def waits(code: Code, edge: LocalCall) -> bool:
    """Whether what is handed on waits for somebody to call it: where a module or a class hands it on at import."""
    return edge.registered or code.scope(*edge.caller).kind != "function"


def classes_of(code: Code, path: str) -> tuple[Site, ...]:
    """The bodies of the classes of a module: its import runs them."""
    scopes = ((number, code.scope(path, number)) for number in code.scopes(path))
    return tuple((path, number) for number, scope in scopes if scope.kind == "class" and scope.parent == 0)
