"""Functions and classes that nothing in the repository names: they run for nobody that can be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from auditor.model.facts import Facts
from auditor.model.ir import Define, Name, Scope
from auditor.model.regex import regex
from auditor.program.calls.effects import Effects, Site
from auditor.program.naming.code import Code, Frame, Library
from auditor.program.naming.words import records

_WORD = regex(r"[^\W\d]\w*")
_CONVENTION = regex(
    r"main|run|app|init|score|handler|\w+_handler|setup|train|fit|predict|transform|model|execute|process|(input|output|model|predict|transform)_fn|(create|make)_app"
)
"""Names by which platforms and people start what nothing here calls."""
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

    def is_told(self, name: str) -> bool:
        """Whether a setting, command, installed entry point or document names something, or its name says that a platform calls it."""
        return name in self._said or _CONVENTION.fullmatch(name) is not None

    def mentions(self, text: str) -> bool:
        """Whether every word of a text is said somewhere: in a program, setting, command or document."""
        return all(word in self._words or word in self._said for word in _WORD.findall(text))

    def _is_alone(self, site: Site, scope: Scope) -> bool:
        name = scope.name.rpartition(".")[2]
        if scope.decorators or name.startswith(("__", "test", "on_")) or self._effects.callers.get(site):
            return False
        if self._takes_no_object(site, scope):
            return True
        if _CONVENTION.fullmatch(name) or not self._may_stand_alone(site, scope):
            return False
        return not self._is_mentioned(site[0], name) and not self._is_open(site[0])

    def _takes_no_object(self, site: Site, scope: Scope) -> bool:
        """Whether it is a method without parameters: no object of its class can be asked for it."""
        return scope.kind == "function" and not scope.params and self._code.owner(*site) is not None

    def _may_stand_alone(self, site: Site, scope: Scope) -> bool:
        """Whether nobody but those who name it would call it: no method that a base class calls, no class that is found by its base."""
        denoter = self._effects.evaluator.denoter
        if scope.kind == "class":
            bases = [denoter.denote(base, Frame(site[0], max(scope.parent, 0))) for base in scope.bases]
            return all(type(base) is Library and self._is_of_the_field(base.dotted) for base in bases)
        if scope.kind != "function":
            return False
        owner = self._code.owner(*site)
        return owner is None or not self._code.scope(site[0], owner).bases

    def _is_of_the_field(self, dotted: str) -> bool:
        library = self._code.knowledge.library(dotted)
        return dotted == "builtins.object" or (library is not None and library.domain in ("ml", "data"))

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
    """What a file names more often than it defines it."""
    program = code.programs[path]
    parts = tuple((s.decorators, s.bases, s.keywords, s.params, s.body) for s in program.scopes)
    counts: Counter[str] = Counter()
    for each in records(parts):
        if type(each) is Name:
            counts[each.id] += 1
        elif type(each) is Define:
            counts[each.name.id] -= 1
    return frozenset(name for name, count in counts.items() if count > 0)


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
