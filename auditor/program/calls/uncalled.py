"""Functions and classes that nothing in the repository names: they run for nobody that can be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from auditor.model.facts import Facts
from auditor.model.ir import Define, Name, Scope
from auditor.model.regex import regex
from auditor.program.calls.effects import Effects, Site
from auditor.program.naming.code import Code, Frame, Library, Local
from auditor.program.naming.words import records

_WORD = regex(r"[^\W\d]\w*")
_CONVENTION = regex(
    r"main|run|app|init|score|handler|\w+_handler|setup|train|fit|predict|transform|model|execute|process|(input|output|model|predict|transform)_fn|(create|make)_app"
)
"""Names by which platforms and people start what nothing here calls."""
_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "abc.ABCMeta"})
"""Bases and metaclasses that keep no list of the classes made of them."""
_OPEN = frozenset({"__subclasses__", "getmembers", "__dict__", "globals", "vars", "getattr", "import_module"})
"""By these a program may find what it does not name."""


class Uncalled:
    """Answers whether a scope belongs to code that nothing calls, hands on, decorates or mentions."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._code = effects.code
        self._known: dict[Site, bool] = {}

    def of(self, site: Site) -> bool:
        """Whether a function, its class or what it stands in is named nowhere: in no program, setting, command or document."""
        if site[1] <= 0:
            return False
        if site not in self._known:
            scope = self._code.scope(*site)
            self._known[site] = self._is_alone(site, scope) or self.of((site[0], scope.parent))
        return self._known[site]

    def at(self, path: str, line: int) -> bool:
        """The same for the innermost scope around a line of a file."""
        if path not in self._code.programs:
            return False
        scopes = self._code.programs[path].scopes
        around = [n for n, scope in enumerate(scopes) if n and scope.line <= line <= scope.end_line]
        return bool(around) and self.of((path, max(around, key=lambda n: scopes[n].line)))

    def in_its_file(self, path: str, line: int) -> bool:
        """Whether a line stands in a function or class that its own file never names."""
        scopes = self._code.programs[path].scopes
        around = [scope for scope in scopes[1:] if scope.line <= line <= scope.end_line]
        return any(not scope.decorators and not self._reads(path, scope.name.rpartition(".")[2]) for scope in around)

    def is_asked_by_none(self, site: Site) -> bool:
        """Whether it stands in a method that no program asks an object for, whatever documents say: a word such as “build” is said everywhere."""
        scope, owner = self._code.scope(*site), self._code.owner(*site)
        if scope.kind != "function" or owner is None or scope.decorators or self._code.scope(site[0], owner).bases:
            return False
        name = scope.name.rpartition(".")[2]
        if name.startswith("__") or _CONVENTION.fullmatch(name) or self._is_called(site) or self._is_open(site[0]):
            return False
        words = (self._code.words(path) for path in self._code.paths)
        return not any(name in each.members or (name in each.said and each.mentions(_OPEN)) for each in words)

    def is_told(self, name: str) -> bool:
        """Whether a setting, command, installed entry point or document names something, or its name says that a platform calls it."""
        return name in self._said or _CONVENTION.fullmatch(name) is not None

    def mentions(self, text: str) -> bool:
        """Whether every word of a text is said somewhere: in a program, setting, command or document."""
        return all(word in self._words or word in self._said for word in _WORD.findall(text))

    def _is_alone(self, site: Site, scope: Scope) -> bool:
        name = scope.name.rpartition(".")[2]
        if scope.decorators or name.startswith(("__", "test", "on_")) or self._is_called(site):
            return False
        if self._takes_no_object(site, scope):
            return True
        if _CONVENTION.fullmatch(name) or not self._may_stand_alone(site, scope):
            return False
        return not self._is_mentioned(site[0], name) and not self._is_open(site[0])

    def _is_called(self, site: Site) -> bool:
        """Whether anything but itself calls a function."""
        return any(edge.caller != site for edge in self._effects.callers.get(site, ()))

    def _takes_no_object(self, site: Site, scope: Scope) -> bool:
        """Whether it is a method without parameters: no object of its class can be asked for it."""
        return scope.kind == "function" and not scope.params and self._code.owner(*site) is not None

    def _may_stand_alone(self, site: Site, scope: Scope) -> bool:
        """Whether nobody but those who name it would call it: no method that a base class calls, no class that is found by its base."""
        if scope.kind == "class":
            return self._is_found_by_no_base(site, frozenset())
        if scope.kind != "function":
            return False
        owner = self._code.owner(*site)
        return owner is None or not self._code.scope(site[0], owner).bases

    def _is_found_by_no_base(self, site: Site, seen: frozenset[Site]) -> bool:
        """Whether nothing that a class is made of keeps a list of such classes, or lets a program look through one."""
        scope = self._code.scope(*site)
        frame = Frame(site[0], max(scope.parent, 0))
        for expr in (*scope.bases, *(value for _, value in scope.keywords)):
            base = self._effects.evaluator.denoter.denote(expr, frame)
            if type(base) is Library:
                if not self._is_of_the_field(base.dotted):
                    return False
            elif (
                type(base) is not Local
                or base in seen
                or self._lists_its_own(base)
                or not self._is_found_by_no_base((base.path, base.scope), seen | {base})
            ):
                return False
        return True

    def _lists_its_own(self, base: Local) -> bool:
        """Whether a class of the repository is told of those that are made of it, or its file and those that import it look for them."""
        scopes = self._code.programs[base.path].scopes
        told = f"{scopes[base.scope].name}.__init_subclass__"
        return any(scope.name == told for scope in scopes) or self._is_open(base.path)

    def _is_of_the_field(self, dotted: str) -> bool:
        library = self._code.knowledge.library(dotted)
        return dotted in _PLAIN_BASES or (library is not None and library.domain in ("ml", "data"))

    def _is_mentioned(self, path: str, name: str) -> bool:
        return name in self._words or name in self._said or self._reads(path, name)

    def _reads(self, path: str, name: str) -> bool:
        """Whether a file itself reads a name that it defines."""
        return name in self._code.of_program(path, _names_read, frozenset[str])

    def _is_open(self, path: str) -> bool:
        """Whether a file, or one that imports it, may find by a computed name what it holds."""
        code = self._code
        return any(code.words(other).mentions(_OPEN) for other in (path, *code.importers(path)))

    @cached_property
    def _words(self) -> frozenset[str]:
        """What programs name: of what they bind themselves only what is read elsewhere."""
        code = self._code
        return frozenset[str]().union(*(code.of_program(path, _named, frozenset[str]) for path in code.paths))

    @cached_property
    def _said(self) -> frozenset[str]:
        """The words of settings, commands, installed entry points and documents."""
        return frozenset[str]().union(*(self._code.alone(path, _said, frozenset[str]) for path in self._code.files))


def _named(code: Code, path: str) -> frozenset[str]:
    """What a program names: of what it binds itself only what is read elsewhere."""
    words = code.words(path)
    said = _words_in(text for text in words.said if len(text) < 1_000)
    return words.members | words.free | words.brought | frozenset(said)


def _names_read(code: Code, path: str) -> frozenset[str]:
    """What a file reads, but for what a function or class reads of itself: one that nothing else names never gets there."""
    scopes = code.programs[path].scopes
    found: set[str] = set()
    for number, scope in enumerate(scopes):
        heads = (scope.decorators, scope.bases, scope.keywords, scope.params)
        found |= _read(heads).keys() - _names_around(scopes, scope.parent)
        read, defined = _read(scope.body), _defined(scope)
        own = code.index(path, number).bindings if scope.kind == "function" else {}
        for name, times in read.items():
            if times > defined[name] and (name in defined or name not in own):
                found |= {name} - _names_around(scopes, number)
    return frozenset(found)


def _names_around(scopes: tuple[Scope, ...], number: int) -> frozenset[str]:
    """The names by which a scope and those around it are read: a method is by none."""
    found = set()
    while number > 0:
        scope = scopes[number]
        if scope.parent < 0 or scopes[scope.parent].kind != "class":
            found.add(scope.name.rpartition(".")[2])
        number = scope.parent
    return frozenset(found)


def _read(parts: object) -> Counter[str]:
    """How often some records say a name."""
    return Counter(each.id for each in records(parts) if type(each) is Name)


def _defined(scope: Scope) -> Counter[str]:
    """How often a scope defines a function or class of a name."""
    return Counter(each.name.id for each in records(scope.body) if type(each) is Define)


def _said(facts: Facts) -> frozenset[str]:
    """The words of what a file says beside its program."""
    return frozenset(_words_in(_texts(facts)))


def _texts(facts: Facts) -> Iterator[str]:
    yield from (leaf.value for leaf in facts.leaves if isinstance(leaf.value, str) and len(leaf.value) < 4_000)
    yield from (section.text for section in facts.sections)
    yield from (point.target for point in facts.entry_points)
    for step in facts.steps:
        yield from (word.text for command in step.commands for word in command.words)
    if facts.program is not None:
        yield from (escape.text for escape in facts.program.escapes)


def _words_in(texts: Iterable[str]) -> list[str]:
    """The words of some texts. No word goes over the end of a line: all are searched at once."""
    return _WORD.findall("\n".join(texts))
