"""A program that notes what is looked at: for one evaluator, whose answers are to be known by all they were found by.

Everything that an evaluator knows of a tree it has from here: contents of files, what imports mean, how programs are started,
which attributes are set from outside. What concerns all files at once cannot be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn, TypeVar, cast

from auditor.model.ir import Expr, Import, Scope
from auditor.program.kept.parts import (
    FIELDS,
    LISTS,
    OUTLINE,
    PRESENCE,
    STARS,
    STORES,
    Part,
    bound,
    placed,
    stored,
)
from auditor.program.kept.traces import UNDER, UNNAMED, Trace, Tree, told
from auditor.program.naming.code import Code, Walked
from auditor.program.naming.names import Modules
from auditor.program.naming.scopes import Binding, Block, ScopeIndex
from auditor.program.running.invocations import Invocation, Invocations, anonymous

T = TypeVar("T")


class Watched(Code):
    """A view of the program of a tree that writes down in its trace what it is asked."""

    def __init__(self, tree: Tree) -> None:
        self.trace = Trace(held=tree.since.number, among=tree.code.modules.number)
        self._tree = tree
        whole = tree.code
        super().__init__({}, whole.knowledge)
        self.files = _Noted(whole.files, self)
        self.programs = _Noted(whole.programs, self)
        self.modules = _Modules(self.trace, tree)
        self.embedded = whole.embedded
        self._whole = whole

    @property
    def paths(self) -> NoReturn:
        """Not to be asked: an answer about a file would hang on all files."""
        raise LookupError("an answer about one file may not look at all files")

    def importers(self, path: str) -> NoReturn:
        """Not to be asked, as `paths`."""
        raise LookupError(f"an answer about one file may not look at all that import {path}")

    def note(self, path: str) -> None:
        """Note that the content of a file, or its absence, was looked at."""
        if path not in self.trace.files:
            self._note_content(path)
        elif path in self.trace.parts:
            del self.trace.parts[path]

    def _note_content(self, path: str) -> None:
        digest = self.trace.files[path] = self._tree.file(path)
        if digest == UNNAMED:
            self.trace.whole = False

    def note_presence(self, path: str) -> None:
        """Note that it was asked whether there is a file."""
        self.note(path)

    def walked(self, path: str) -> Walked:
        """What walking through a program found."""
        self.note(path)
        return self._whole.walked(path)

    def of_program(self, path: str, ask: Callable[[Code, str], T], kind: Any = None) -> T:
        """What a question finds that looks at nothing but one program: the same for all who ask."""
        self.note(path)
        return self._whole.of_program(path, ask, kind)

    def rebinds(self, attribute: str) -> bool:
        """Whether some code sets an attribute of objects from outside."""
        found = self.trace.rebound[attribute] = self._whole.rebinds(attribute)
        return found


class PartlyWatched(Watched):
    """The same, which notes what of a file is looked at: for answers that hold no records of other files.

    `lines`: and in which lines that stands; without, for answers that hold no lines of other files, nor are found by such lines.
    """

    def __init__(self, tree: Tree, *, lines: bool = False) -> None:
        super().__init__(tree)
        self._lines = lines
        self._scopes: dict[str, dict[int, Scope]] = {}
        self._outlines: dict[str, Sequence[Scope]] = {}

    def note_presence(self, path: str) -> None:
        """Note that it was asked whether there is a file."""
        self._note_part(path, PRESENCE)

    def _note_part(self, path: str, part: Part) -> None:
        parts = self.trace.parts.get(path)
        if parts is not None:
            parts.add(part)
        elif path not in self.trace.files:
            self._note_content(path)
            self.trace.parts[path] = {part}

    def _noting(self, path: str) -> Callable[[Part], None]:
        """Who notes what of the scopes of a file is looked at."""
        return partial(self._note_placed if self._lines else self._note_part, path)

    def _note_placed(self, path: str, part: Part) -> None:
        self._note_part(path, placed(part))

    def outline(self, path: str) -> Sequence[Scope]:
        """The scopes of a file, to be asked of their names, kinds and parents."""
        found = self._outlines.get(path)
        if found is None:
            self._note_part(path, OUTLINE)
            found = self._outlines[path] = self._whole.outline(path)
        return found

    def scope(self, path: str, number: int) -> Scope:
        """One scope of a file."""
        scopes = self._scopes.setdefault(path, {})
        found = scopes.get(number)
        if found is None:
            self._note_part(path, PRESENCE)
            found = self._whole.scope(path, number)
            if path in self.trace.parts:
                found = cast("Scope", _SeenScope(found, number, self._noting(path)))
            scopes[number] = found
        return found

    def index(self, path: str, number: int) -> ScopeIndex:
        """What a scope binds, calls and returns; what is asked of it is noted."""
        indexes = self._indexes.setdefault(path, {})
        found = indexes.get(number)
        if found is None:
            self._note_part(path, PRESENCE)
            found = self._whole.index(path, number)
            if path in self.trace.parts:
                found = cast("ScopeIndex", _SeenIndex(found, number, self._noting(path)))
            indexes[number] = found
        return found

    def stores(self, path: str, cls: int) -> Mapping[str, list[tuple[Expr, int]]]:
        """What the methods of a class assign to attributes of their object."""
        self._note_part(path, PRESENCE)
        found = self._whole.stores(path, cls)
        return _SeenStores(found, cls, self._noting(path)) if path in self.trace.parts else found


class _SeenStores(Mapping[str, list[tuple[Expr, int]]]):
    """What the methods of a class assign, of which mostly one attribute is asked."""

    def __init__(self, table: Mapping[str, list[tuple[Expr, int]]], cls: int, note: Callable[[Part], None]) -> None:
        self._table = table
        self._cls = cls
        self._note = note

    def __getitem__(self, attribute: str) -> list[tuple[Expr, int]]:
        self._note((self._cls, stored(attribute)))
        return self._table[attribute]

    def __iter__(self) -> Iterator[str]:
        self._note((self._cls, STORES))
        return iter(self._table)

    def __len__(self) -> int:
        self._note((self._cls, STORES))
        return len(self._table)


class _SeenScope:
    """A scope, of which mostly one field is asked."""

    def __init__(self, scope: Scope, number: int, note: Callable[[Part], None]) -> None:
        self._scope = scope
        self._number = number
        self._note = note

    def __getattr__(self, name: str) -> object:
        """A field is noted by itself; anything else hangs on the whole scope."""
        field = FIELDS.get(name)
        self._note(self._number if field is None else (self._number, field))
        found = getattr(self._scope, name)
        setattr(self, name, found)
        return found


class _SeenIndex:
    """The index of a scope, of which mostly one name is asked."""

    def __init__(self, index: ScopeIndex, number: int, note: Callable[[Part], None]) -> None:
        self._index = index
        self._number = number
        self._note = note

    def reaching(self, name: str, version: int, block: Block) -> list[Binding]:
        self._note((self._number, name))
        return self._index.reaching(name, version, block)

    def final(self, name: str) -> list[Binding]:
        self._note((self._number, name))
        return self._index.final(name)

    def binds(self, name: str) -> bool:
        self._note((self._number, bound(name)))
        return self._index.binds(name)

    @property
    def stars(self) -> tuple[Import, ...]:
        self._note((self._number, STARS))
        return self._index.stars

    def __getattr__(self, name: str) -> object:
        """A list is noted by itself; anything else hangs on the whole scope."""
        listed = LISTS.get(name)
        self._note(self._number if listed is None else (self._number, listed))
        found = getattr(self._index, name)
        setattr(self, name, found)
        return found


class _Noted(dict[str, T]):
    """Files by path; whichever is asked for is noted. Those that were had once are in it, and are not noted again."""

    def __init__(self, whole: Mapping[str, T], by: Watched) -> None:
        super().__init__()
        self._whole = whole
        self._by = by

    def __missing__(self, path: str) -> T:
        self._by.note(path)
        found = self[path] = self._whole[path]
        return found

    def __contains__(self, path: object) -> bool:
        self._by.note_presence(str(path))
        return path in self._whole

    def get(self, path: str, default: Any = None) -> Any:
        """The file, or what is given for want of it."""
        self._by.note(path)
        return self._whole.get(path, default)

    def __len__(self) -> NoReturn:
        raise LookupError("an answer about one file may not count all files")

    def _all(self, *_: object) -> NoReturn:
        raise LookupError("an answer about one file may not look at all files")

    __iter__ = __reversed__ = keys = values = items = copy = __or__ = __ror__ = __eq__ = __ne__ = _all
    """A dict gives what is in it without asking for it: here that were only the files that were asked for before."""


class _Modules(Modules):
    """What imports mean; each is noted."""

    def __init__(self, trace: Trace, tree: Tree) -> None:
        self._trace = trace
        self._tree = tree
        self.said = {}

    def file(self, base: str, dotted: str) -> str | None:
        """The file or package folder that `dotted` means under the folder `base`."""
        return self._noted(base, dotted, UNDER)

    def resolve(self, importer: str, dotted: str, level: int) -> str | None:
        """The file that an import in `importer` means."""
        return self._noted(importer, dotted, level)

    def _noted(self, importer: str, dotted: str, level: int) -> str | None:
        asked, known = (importer, dotted, level), self._trace.imports
        if asked not in known:
            known[asked] = self._tree.imported(asked)
        return known[asked]


class Starts(Invocations):
    """How programs are started; each that is asked for is noted. Which step starts a program is not to be seen: another line
    in a document would change the names of its steps."""

    def __init__(self, code: Watched, tree: Tree) -> None:
        self._trace = code.trace
        self._tree = tree
        self._seen: dict[tuple[str, bool], tuple[tuple[Invocation, ...], tuple[Invocation, ...]]] = {}

    def direct(self, program: str) -> tuple[Invocation, ...]:
        """The starts of a program itself."""
        return self._noted(program, True, self._tree.invocations.direct(program))

    def of(self, path: str) -> tuple[Invocation, ...]:
        """The starts in which a module sees the command line."""
        return self._noted(path, False, self._tree.invocations.of(path))

    def _noted(self, path: str, own: bool, found: tuple[Invocation, ...]) -> tuple[Invocation, ...]:
        known = self._seen.get((path, own))
        if known is None or known[0] != found:
            short = told(found)
            if self._trace.starts.setdefault((path, own), short) != short:  # stated after it was asked for
                self._trace.whole = False
            known = self._seen[path, own] = (found, anonymous(found))
        return known[1]
