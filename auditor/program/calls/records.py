"""The records of what scopes do: effects, and calls of functions of the repository."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from auditor.knowledge import Entry
from auditor.knowledge import load as knowledge
from auditor.model.artefact import Role
from auditor.model.ir import Call
from auditor.program.naming.code import Frame, Local
from auditor.program.naming.scopes import CallSite
from auditor.program.symbolic.values import Value

Site: TypeAlias = tuple[str, int]
"""A scope: (path of the file, number of the scope)."""

IO_ROLES = frozenset(
    {Role.READ, Role.WRITE, Role.LOAD_MODEL, Role.SAVE_MODEL, Role.DOWNLOAD, Role.COPY, Role.CONFIG_READ}
)


class Standing:
    """Where a call stands. That of a call that was stored is looked up when it is first asked for: most never are, and the scopes
    of their files need not be indexed."""

    __slots__ = ("_find", "_site")

    def __init__(self, find: CallSite | Callable[[], CallSite]) -> None:
        """`find` looks it up where it is not known yet."""
        self._site: CallSite | None = find if isinstance(find, CallSite) else None
        self._find: Callable[[], CallSite] | None = None if isinstance(find, CallSite) else find

    @property
    def site(self) -> CallSite:
        """The call with what stands around it."""
        if self._site is None:
            assert self._find is not None  # noqa: S101  # one of both is known
            self._site, self._find = self._find(), None
        return self._site

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Standing) and self.site == other.site

    def __hash__(self) -> int:
        return hash(self.site)

    def __repr__(self) -> str:
        return repr(self.site)


class Effect(msgspec.Struct, frozen=True, gc=False):
    """One thing that a scope does by a call.

    `targets` are the texts of the path, URI, table or name (empty where the role has none); `certainty` is how sure
    the role is; `dest` is written besides (a copy, a download), `source` read (an upload); `standing` is where the library call
    stands. Of what landed at a caller `via` names the wrappers between this site and that call, which stands at `origin` (None:
    here); `chain` are the calls between, from the outermost in.
    """

    role: Role
    name: str
    entry: Entry
    targets: tuple[Value, ...]
    site: Site
    line: int
    end_line: int
    certainty: float
    dead: bool
    standing: Standing
    via: tuple[str, ...] = ()
    dest: tuple[Value, ...] = ()
    guarded: bool = False
    origin: tuple[Site, int] | None = None
    source: tuple[Value, ...] = ()
    chain: tuple[LocalCall, ...] = ()

    @property
    def call(self) -> Call:
        """The call in its scope: of the library, or of what leads to it."""
        return self.chain[0].call if self.chain else self.at.call

    @property
    def at(self) -> CallSite:
        """Where the library call stands."""
        return self.standing.site

    @property
    def frame(self) -> Frame:
        """Where its arguments are evaluated."""
        return Frame(*self.site, block=self.at.block)

    @property
    def domain(self) -> str:
        """The field of the library: `ml`, `data`, `tracking`, …; "" where no table says."""
        library = knowledge().library(self.entry.library)
        return library.domain if library is not None else ""

    @property
    def logs_locally(self) -> bool:
        """Whether it is a tracker that writes into a folder which it names."""
        return self.role is Role.LOG and bool(self.entry.attrs.get("local"))

    @property
    def io(self) -> bool:
        """Whether it names an artefact by a path or the like; what is handed over in memory has none."""
        named = (
            (self.role in IO_ROLES or self.logs_locally)
            and bool(self.targets)
            and not self.entry.attrs.get("in_memory")
        )
        return named or bool(self.source or self.dest)


class LocalCall(msgspec.Struct, frozen=True, gc=False):
    """A call of a function of the repository (of `__init__` for a class), or a reference handed on as a value.

    `direct`: it is called; else it is handed on, `registered` by a decorator or by a class to a library, `served` to a
    framework that answers requests. `picked`: it is one of the functions of a table in which the call looks it up.
    """

    caller: Site
    callee: Local
    line: int
    standing: Standing
    direct: bool
    guarded: bool = False
    constructs: bool = False
    served: bool = False
    registered: bool = False
    picked: bool = False

    @property
    def chosen(self) -> bool:
        """Whether a start or a caller may have a say in it: it stands under conditions, or is picked from a table."""
        return self.picked or bool(self.site.conditions)

    @property
    def site(self) -> CallSite:
        """Where it stands."""
        return self.standing.site

    @property
    def call(self) -> Call:
        """The call."""
        return self.standing.site.call
