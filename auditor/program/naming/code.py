"""The whole program: its modules, scopes, and what a name in one of them stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from auditor.knowledge import Knowledge
from auditor.model.facts import Facts
from auditor.model.ir import Call, Each, Expr, Group, Import, Program, Record, Scope, Table
from auditor.model.place import Place
from auditor.program.naming.embedded import SIGN, Embedded
from auditor.program.naming.importing import Importing
from auditor.program.naming.names import Modules, parts_of
from auditor.program.naming.said import By, NoPages, Pages
from auditor.program.naming.scopes import SHARED, Binding, Block, ScopeIndex, index_scope
from auditor.program.naming.words import Words, words_of
from auditor.program.symbolic.values import Values

E = TypeVar("E", bound=Record)
T = TypeVar("T")


class Library(msgspec.Struct, frozen=True, gc=False):
    """A module, function, class or bound method outside the repository, by qualified name."""

    dotted: str


class Module(msgspec.Struct, frozen=True, gc=False):
    """A module of the repository; a package folder without `__init__.py` ends with a slash."""

    path: str


class Local(NamedTuple):
    """A function or class of the repository, by its scope in a file."""

    path: str
    scope: int


class Instance(msgspec.Struct, frozen=True, gc=False):
    """An object of a library class (`of` is its qualified name) or of a class of the repository.

    `made` is where it was constructed, if that is known; it is left out of comparisons.
    """

    of: str | Local
    made: Made | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instance) and self.of == other.of

    def __hash__(self) -> int:
        return hash(self.of)


class Config(msgspec.Struct, frozen=True, gc=False):
    """A place in a configuration document that the repository holds: `key` is dotted, "" for the whole.

    Where a part of the key is one of several texts, it is `{n}` in `key` and `choices[n]` are the texts.
    """

    path: str
    key: str
    choices: tuple[Values, ...] = ()

    def at(self, name: str) -> Config:
        """The place under this one that has a name."""
        return replace(self, key=f"{self.key}.{name}" if self.key else name)

    def at_one_of(self, names: Values) -> Config:
        """The place under this one that has one of some names."""
        return Config(self.path, self.at(f"{{{len(self.choices)}}}").key, (*self.choices, names))


class Options(msgspec.Struct, frozen=True, gc=False):
    """The parsed command line of a program: declared in that scope of a file, or by the fields of classes.

    `words` are those that a caller hands over in the place of the command line, as texts; None where none does.
    """

    path: str
    scope: int
    classes: tuple[Local, ...] = ()
    words: tuple[Values, ...] | None = None


class Argv(msgspec.Struct, frozen=True, gc=False):
    """The words of the command line, from word `start` on (0 is the program itself)."""

    start: int


class Shown(msgspec.Struct, frozen=True, gc=False):
    """A list, tuple, set, dict or comprehension that is written out, with where it stands."""

    display: Group | Table | Each
    frame: Frame


class Partial(msgspec.Struct, frozen=True, gc=False):
    """A function with some of its arguments supplied by the call of `functools.partial`."""

    function: Library | Local
    call: Call
    frame: Frame


Denotation: TypeAlias = Library | Module | Local | Instance | Config | Options | Argv | Shown | Partial


class Bound:
    """What the names of a frame are bound to beside what its scope says, compared by identity (`Code.bind`).

    `params` are parameters that a caller supplies; `items` the variables of comprehensions around an expression.
    """

    __slots__ = ("items", "number", "params")

    def __init__(self, number: int, params: Given, items: Given) -> None:
        self.number = number
        self.params = params
        self.items = items


class Frame(msgspec.Struct, frozen=True, gc=False):
    """Where an expression stands: a scope, and what its parameters are bound to when the caller is known."""

    path: str
    scope: int
    bound: Bound | None = None
    depth: int = 0
    block: Block = ()

    def within(self, scope: int) -> Frame:
        """The same file, another scope."""
        return Frame(self.path, scope, None, self.depth)

    def at(self, block: Block) -> Frame:
        """The same scope, at a statement in that block."""
        return self if block is self.block else Frame(self.path, self.scope, self.bound, self.depth, block)

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells this frame from others, block and depth left out."""
        return (self.path, self.scope, self.bound.number if self.bound is not None else 0)


class Made(msgspec.Struct, frozen=True, gc=False):
    """The construction of an object: the call and where it stands."""

    call: Call
    frame: Frame


Given: TypeAlias = Mapping[str, tuple[Expr, Frame]]


class Walked(msgspec.Struct, frozen=True):
    """What walking through a program found, which its text alone decides."""

    program: Program
    scopes: dict[int, ScopeIndex]
    stores: dict[int, dict[str, list[tuple[Expr, int]]]]
    said: dict[Callable[[Code, str], object], Any]

    def index(self, number: int) -> ScopeIndex:
        """What a scope binds, calls and returns."""
        found = self.scopes.get(number)
        if found is None:
            found = self.scopes[number] = _indexed(self.program.scopes[number])
        return found

    def stored(self, cls: int) -> Mapping[str, list[tuple[Expr, int]]]:
        """What the methods of a class assign to attributes of their object, each with the scope of the method."""
        table = self.stores.get(cls)
        if table is None:
            table = self.stores[cls] = {}
            for number, scope in enumerate(self.program.scopes):
                if scope.parent == cls:
                    own = scope.params[0].name if scope.kind == "function" and scope.params else None
                    for receiver, attribute, value, _, _ in self.index(number).attributes:
                        if receiver == own:
                            table.setdefault(attribute, []).append((value, number))
        return table


class Walks:
    """What was found in contents alone, from one tree to the next: by the identity of their facts and programs, which are kept."""

    def __init__(self) -> None:
        self.programs: dict[int, Walked] = {}
        self.facts: dict[tuple[Callable[[Facts], object], int], tuple[Facts, Any]] = {}

    def of(self, program: Program) -> Walked:
        """What walking through a program found, as far as it was asked."""
        known = self.programs.get(id(program))
        if known is None:
            known = self.programs[id(program)] = Walked(program, {}, {}, {})
        return known

    def forget(self, others: Iterable[Facts]) -> None:
        """Forget all contents but some."""
        kept = list(others)
        files = set(map(id, kept))
        programs = {id(each) for file in kept for each in (file.program, *(held.program for held in file.embedded))}
        self.programs = {number: known for number, known in self.programs.items() if number in programs}
        self.facts = {key: known for key, known in self.facts.items() if key[1] in files}


class Code:
    """Read access to all programs of the tree. Scopes are indexed when first asked for."""

    def __init__(
        self,
        files: Mapping[str, Facts],
        knowledge: Knowledge,
        walks: Walks | None = None,
        modules: Modules | None = None,
    ) -> None:
        """`walks`: what was found in programs of other trees; what is found is added to it. `modules`: those of the tree before."""
        self.embedded = Embedded(files)
        self.files: Mapping[str, Facts] = {**files, **self.embedded.files} if self.embedded.files else files
        self.walks = Walks() if walks is None else walks
        self.knowledge = knowledge
        self.programs: Mapping[str, Program] = {
            path: facts.program for path, facts in self.files.items() if facts.program is not None
        }
        same = modules is not None and modules.fits(self.programs)
        self.modules = modules if modules is not None and same else Modules(self.programs)
        self._indexes: dict[str, dict[int, ScopeIndex]] = {}
        self._children: dict[str, dict[str, int]] = {}
        self._nested: dict[str, dict[int, list[int]]] = {}
        self._leaves: dict[str, dict[str, tuple[object, int]]] = {}
        self._bound: dict[tuple[object, ...], Bound] = {}
        self._kept: list[Record] = []
        self._stars: dict[str, tuple[str, ...]] = {}
        self._star_homes: dict[tuple[str, str], str | None] = {}
        self.pages: Pages = NoPages()
        """Where answers to questions are kept for other processes, of those that say of what kind their answers are."""
        if modules is not None and not same:
            self._carry_over(modules)

    def _carry_over(self, former: Modules) -> None:
        """Take what was said of imports among the modules of the tree before, where all imports of a program mean the same."""
        self.modules.follow(former)
        asked = {path for _, path in former.said} & self.programs.keys()
        firm = {path for path in asked if self._is_firm(path, self.modules.moved)}
        self.modules.said.update((question, known) for question, known in former.said.items() if question[1] in firm)

    def _is_firm(self, path: str, moved: frozenset[str]) -> bool:
        """Whether the imports of a program name nothing that moved, nor count from a folder of such a name."""
        names, relative = self.of_program(path, _names_in_imports)
        return moved.isdisjoint(names) and not (relative and not moved.isdisjoint(("", *path.split("/")[:-1])))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Paths of all programs (modules, scripts and notebooks), sorted."""
        return tuple(sorted(self.programs))

    def outline(self, path: str) -> Sequence[Scope]:
        """The scopes of a file, to be asked of nothing but how they are called, of what kind they are and in which they lie."""
        return self.programs[path].scopes

    def scope(self, path: str, number: int) -> Scope:
        """One scope of a file."""
        return self.programs[path].scopes[number]

    def index(self, path: str, number: int) -> ScopeIndex:
        """What a scope binds, calls and returns."""
        indexes = self._indexes.get(path)
        if indexes is None:
            indexes = self._indexes[path] = self.walked(path).scopes
        found = indexes.get(number)
        if found is None:
            found = self.walked(path).index(number)
        return found

    def walked(self, path: str) -> Walked:
        """What walking through a program found, as far as it was asked."""
        return self.walks.of(self.programs[path])

    def alone(self, path: str, ask: Callable[[Facts], T], kind: Any = None) -> T:
        """What a question says of the facts of a file, which nothing else decides: it is asked once of each content.

        `kind` is the type of answers that are plain data: each process that meets the content again has them.
        """
        facts = self.files[path]
        if path in self.embedded.homes:  # its facts are made for each tree
            return ask(facts)
        known = self.walks.facts.get((ask, id(facts)))
        if known is None:
            found = self._paged(path, By.TEXT, ask, kind, lambda: ask(facts))
            known = self.walks.facts[ask, id(facts)] = facts, found
        answer: T = known[1]
        return answer

    def of_program(self, path: str, ask: Callable[[Code, str], T], kind: Any = None) -> T:
        """What a question finds that looks at nothing but one program; kept with it, from one tree to the next too. `kind`: as in `alone`."""
        said = self.walked(path).said
        if ask not in said:
            said[ask] = self._paged(path, By.TEXT, ask, kind, lambda: ask(self, path))
        answer: T = said[ask]
        return answer

    def _paged(self, path: str, by: By, ask: Callable[..., T], kind: Any, find: Callable[[], T]) -> T:
        return find() if kind is None else self.pages.ask(path, by, ask, kind, find)

    def stores(self, path: str, cls: int) -> Mapping[str, list[tuple[Expr, int]]]:
        """What the methods of a class assign to attributes of their object, each with the scope of the method."""
        return self.walked(path).stored(cls)

    def bind(self, frame: Frame, params: Given, items: Given | None = None) -> Frame:
        """The frame with its names bound; equal bindings are one object, so that answers can be remembered by it."""
        inner = items or {}
        key = (frame.path, frame.scope, *_binding_key(params), None, *_binding_key(inner))
        found = self._bound.get(key)
        if found is None:
            found = self._bound[key] = Bound(len(self._bound) + 1, params, inner)
        return Frame(frame.path, frame.scope, found, frame.depth, frame.block)

    def keep(self, expr: E) -> E:
        """An expression made on the way, kept alive so that its identity stays its own."""
        self._kept.append(expr)
        return expr

    def scopes(self, path: str) -> range:
        """Numbers of all scopes of a file; 0 is the module."""
        return range(len(self.outline(path)))

    def nested(self, path: str, number: int) -> Sequence[int]:
        """Numbers of the functions and classes that are defined right in a scope."""
        table = self._nested.get(path)
        if table is None:
            table = self._nested[path] = {}
            for inner, scope in enumerate(self.outline(path)):
                table.setdefault(scope.parent, []).append(inner)
        return table.get(number, ())

    def named(self, path: str, name: str) -> int | None:
        """The scope with a qualified name within a file; the last definition wins."""
        table = self._children.get(path)
        if table is None:
            table = self._children[path] = {scope.name: number for number, scope in enumerate(self.outline(path))}
        return table.get(name)

    def owner(self, path: str, number: int) -> int | None:
        """The class that a scope is a method of."""
        parent = self.scope(path, number).parent
        return parent if parent >= 0 and self.scope(path, parent).kind == "class" else None

    def place(self, path: str, line: int, end_line: int | None = None) -> Place:
        """A place in a file; lines of a notebook program become cell and line."""
        path = self.home(path)
        program = self.programs.get(path)
        if program is None or not program.cells:
            return Place(path, line, end_line)
        for cell in program.cells:
            if cell.start <= line < cell.start + max(cell.lines, 1):
                last = None if end_line is None else min(end_line, cell.start + cell.lines - 1) - cell.start + 1
                return Place(path, line - cell.start + 1, last, cell.index)
        return Place(path, None)

    def home(self, path: str) -> str:
        """The file in which a program stands: itself, but for one that a command holds."""
        found = self.embedded.homes.get(path)
        return path if found is None else found[0]

    def at_home(self, place: Place) -> Place:
        """The place in the file that holds a program; any other place as it is."""
        found = self.embedded.homes.get(place.path)
        if found is None:
            return place
        return self.place(place.path, place.line or found[1], place.end_line)

    def said_at_home(self, text: str) -> str:
        """A text with each program that a command holds called by its file and line, as people know it."""
        held = [path for path in self.embedded.homes if path in text] if SIGN in text else []
        if not held:
            return text
        names = "|".join(map(re.escape, sorted(held, key=len, reverse=True)))
        return re.sub(rf"(?<![\w./-])({names})(?!\d)(:\d+)?", self._called, text)

    def _called(self, found: re.Match[str]) -> str:
        """What people call a program: its file and a line of it, the one that is said or else its first."""
        path, line = self.embedded.homes[found[1]]
        return f"{path}{found[2] or f':{line}'}"

    def leaves(self, path: str) -> Mapping[str, tuple[object, int]]:
        """The scalars of a configuration document by dotted key, with their lines."""
        table = self._leaves.get(path)
        if table is None:
            facts = self.files.get(path)
            leaves = facts.leaves if facts is not None else ()
            table = self._leaves[path] = {leaf.key: (leaf.value, leaf.line) for leaf in leaves}
        return table

    def words(self, path: str) -> Words:
        """The texts, members and free names that are written out in a program."""
        return self.of_program(path, _words, Words)

    def statements(self, path: str) -> tuple[Import, ...]:
        """All import statements of a program."""
        return self.of_program(path, _import_statements, tuple[Import, ...])

    def roots(self, path: str) -> frozenset[str]:
        """The first names of the modules that a file imports anywhere by their whole names."""
        return self.of_program(path, _roots, frozenset[str])

    def texts(self, path: str) -> frozenset[str]:
        """Every text that is written out anywhere in a program."""
        return self.words(path).texts

    def stars(self, path: str) -> tuple[str, ...]:
        """The modules of the repository whose names `from module import *` brings in, directly or through others, nearest first."""
        found = self._stars.get(path)
        if found is None:
            order: dict[str, None] = {}
            todo = [path]
            for module in todo:
                for statement in self.index(module, 0).stars:
                    for imported in statement.names:
                        home = self.modules.resolve(module, imported.module, statement.level)
                        if home is not None and not home.endswith("/") and home != path and home not in order:
                            order[home] = None
                            todo.append(home)
            found = self._stars[path] = tuple(order)
        return found

    def starred(self, path: str, name: str) -> str | None:
        """The nearest module from which a star import of a file brings in a name."""
        key = (path, name)
        if key not in self._star_homes:
            homes = (home for home in self.stars(path) if self.index(home, 0).final(name))
            self._star_homes[key] = next(homes, None)
        return self._star_homes[key]

    def of_imports(self, ask: Callable[[Code, str], T], path: str, kind: Any = None) -> T:
        """What a question finds that looks at nothing but a program and what the names in its import statements mean.

        Kept as long as the program and the modules that these names may mean stay the same, from one tree to the next too. `kind`: as
        in `alone`.
        """
        return self.of_modules(path, By.IMPORTS, ask, kind, None, lambda: ask(self, path))

    def of_modules(self, path: str, by: By, ask: Callable[..., T], kind: Any, told: object, find: Callable[[], T]) -> T:
        """The same of a question that is also found by what `told` is."""
        program = self.programs[path]
        return self.modules.known((ask, path), program, told, lambda: self._paged(path, by, ask, kind, find))

    def imports(self, path: str) -> frozenset[str]:
        """The modules of the repository that a file imports anywhere."""
        return self.of_imports(_imported, path, frozenset[str])

    def running(self, path: str) -> frozenset[str]:
        """The programs that a notebook runs in its own place, by `%run`."""
        return self.of_imports(_run, path, frozenset[str])

    def modules_of(self, path: str, statement: Import) -> Iterable[str]:
        """The modules of the repository that one import statement names."""
        for imported in statement.names:
            home = self.modules.resolve(path, imported.module, statement.level)
            if home is None:
                continue
            if not home.endswith("/"):
                yield home
            if imported.name and imported.name != "*" and home.endswith(("/", "__init__.py")):
                inner = self.modules.file(home.rpartition("/")[0], imported.name)
                if inner and not inner.endswith("/"):
                    yield inner

    def brought(self, path: str, number: int, *, started: bool = True) -> frozenset[str]:
        """The modules whose bodies run by the imports that one scope executes; `started`: those under its main guard too."""
        return self.brought_by_scopes(path)[number][not started]

    def brought_by_scopes(self, path: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
        """The same of all scopes of a file: where it is started, and where another file is."""
        return self.of_imports(_brought, path, tuple[tuple[frozenset[str], frozenset[str]], ...])

    def importers(self, path: str) -> frozenset[str]:
        """The files that import a module, directly or through others."""
        return self.importing.of(path)

    @cached_property
    def importing(self) -> Importing:
        """Which files import modules."""
        return Importing({path: self.imports(path) for path in self.paths})

    def rebinds(self, attribute: str) -> bool:
        """Whether some code assigns an attribute to objects from outside their methods, or changes it by what it is."""
        return attribute in self._rebound

    @cached_property
    def _rebound(self) -> frozenset[str]:
        return frozenset[str]().union(*(self.of_program(path, _rebinding, frozenset[str]) for path in self.paths))

    def receiver(self, path: str, number: int) -> str:
        """The name by which a method has its object; "" for any other scope."""
        params = self.scope(path, number).params
        return params[0].name if params and self.owner(path, number) is not None else ""

    def calls(self, path: str) -> Iterable[tuple[int, Call]]:
        """All calls of a file with the scope each stands in."""
        for number in self.scopes(path):
            for site in self.index(path, number).calls:
                yield number, site.call


def _words(code: Code, path: str) -> Words:
    return words_of(code.programs[path])


def _names_in_imports(code: Code, path: str) -> tuple[frozenset[str], bool]:
    """Each name in the imports of a program, and whether one of them counts from its own folder."""
    imports = code.statements(path)
    named = [imported for each in imports for imported in each.names]
    names = frozenset(name for each in named for name in (*parts_of(each.module), each.name))
    return names, any(each.level for each in imports)


def _rebinding(code: Code, path: str) -> frozenset[str]:
    found: set[str] = set()
    for number in code.scopes(path):
        index = code.index(path, number)
        own = code.receiver(path, number) if index.attributes else ""
        found |= index.changed
        found.update(attribute for receiver, attribute, *_ in index.attributes if receiver not in (own, SHARED))
    return frozenset(found)


def _roots(code: Code, path: str) -> frozenset[str]:
    imports = code.statements(path)
    named = (imported.module for each in imports if not each.level for imported in each.names)
    return frozenset(module.partition(".")[0] for module in named)


def _imported(code: Code, path: str) -> frozenset[str]:
    found: set[str] = set()
    for statement in code.statements(path):
        found.update(code.modules_of(path, statement))
    return frozenset(found - {path})


def _import_statements(code: Code, path: str) -> tuple[Import, ...]:
    return tuple(each for number in code.scopes(path) for each, _, _ in code.index(path, number).imports)


def _run(code: Code, path: str) -> frozenset[str]:
    statements = (statement for statement, _, _ in code.index(path, 0).imports)
    modules = (statement.names[0].module for statement in statements if statement.names)
    found = (code.modules.resolve(path, module, 1) for module in modules if module.startswith("./"))
    return frozenset(home for home in found if home is not None and home != path)


def _brought(code: Code, path: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple(_brought_by(code, path, number) for number in code.scopes(path))


def _brought_by(code: Code, path: str, number: int) -> tuple[frozenset[str], frozenset[str]]:
    index = code.index(path, number)
    if not index.imports:
        return _NOTHING_BROUGHT
    started: set[str] = set()
    elsewhere: set[str] = set()
    for statement, block, dead in index.imports:
        if not dead and not index.for_types(block):
            homes = set(code.modules_of(path, statement)) - {path}
            started |= homes
            elsewhere |= homes if not index.guarded(block) else set()
    return frozenset(started), frozenset(elsewhere)


_NOTHING_BROUGHT: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


def _indexed(scope: Scope) -> ScopeIndex:
    found = index_scope(scope.body)
    for position, param in enumerate(scope.params):
        binding = Binding("param", param.default, (), scope.line, at=position)
        found.bindings.setdefault(param.name, {}).setdefault(1, binding)
    return found


def _binding_key(given: Given) -> Iterable[tuple[object, ...]]:
    return [(name, id(expr), *where.key) for name, (expr, where) in sorted(given.items(), key=_name)]


def _name(item: tuple[str, object]) -> str:
    return item[0]
