"""Methods that a class calls on itself and that neither it nor any class around it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph.smells.reading import in_order, is_idle, programs
from auditor.graph.world import World
from auditor.model.ir import Assign, Attr, Call, Expr, Loop, Name, With
from auditor.model.place import Place
from auditor.program.naming.code import Frame, Library, Local
from auditor.program.naming.statements import Placed, placed, within

_PLAIN = frozenset({"builtins.object", "abc.ABC", "abc.ABCMeta"})
_PLAIN_DECORATORS = frozenset({"dataclasses.dataclass", "functools.total_ordering", "typing.final"})
_OBJECT = frozenset(dir(object)) | {"__init_subclass__", "__class__", "__dict__"}
_OPEN = frozenset({"__getattr__", "__getattribute__"})


class Absent(msgspec.Struct, frozen=True):
    """A call of `self.name` in a class of which all bases are known and none has it. `idle`: nothing runs that place."""

    name: str
    owner: str
    place: Place
    idle: bool


def absent(world: World, owned: Callable[[str], bool]) -> list[Absent]:
    """The methods that classes of a component call on themselves in vain, each once a class, at the first call."""
    found: dict[tuple[Local, str], Absent] = {}
    for path in programs(world, owned):
        for owner, name, line in world.once(_Classes).calls(path):
            if (owner, name) not in found and not world.once(_Classes).has(owner, name):
                scope = world.resolved.code.scope(*owner)
                place = world.resolved.code.place(path, line)
                found[owner, name] = Absent(name, scope.name, place, is_idle(world, path, line))
    return sorted(found.values(), key=lambda each: in_order(each.place))


class _Classes:
    """The classes of a tree with what they are made of, and what is made of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._code = world.resolved.code
        self._below: dict[Local, list[Local]] = defaultdict(list)
        self._known: dict[Local, frozenset[str] | None] = {}
        self._families: dict[Local, set[Local] | None] = {}
        self._defined: dict[Local, frozenset[str]] = {}
        for path in self._code.paths:
            for number in self._code.scopes(path):
                if self._code.scope(path, number).kind == "class":
                    for base in self._named(Local(path, number)):  # also of a class that has others beside them
                        if type(base) is Local:
                            self._below[base].append(Local(path, number))

    def calls(self, path: str) -> Iterator[tuple[Local, str, int]]:
        """The calls that methods of a file make on the object they are given first."""
        for number in self._code.scopes(path):
            scope = self._code.scope(path, number)
            owner = self._code.owner(path, number)
            if scope.kind != "function" or owner is None or not scope.params or scope.parent != owner:
                continue
            if scope.params[0].name == "self":
                for site in self._code.index(path, number).calls:
                    func = site.call.func
                    if type(func) is Attr and type(func.base) is Name and func.base.id == "self" and not site.dead:
                        yield Local(path, owner), func.name, site.call.line

    def has(self, owner: Local, name: str) -> bool:
        """Whether an object of a class may have something: where anything about the class is not known, it may."""
        if name in _OBJECT or name in self._methods(owner):
            return True
        if owner not in self._families:
            self._families[owner] = self._family(owner)
        family = self._families[owner]
        if family is None or any(name in self._methods(each) for each in family) or self._code.rebinds(name):
            return True
        members = [self._members(each) for each in family]
        if any(each is None or name in each or not each.isdisjoint(_OPEN) for each in members):
            return True
        return any(name in self._code.texts(path) for path in self._code.paths)

    def _methods(self, owner: Local) -> frozenset[str]:
        """The names of what a class defines by `def` and `class`."""
        if owner not in self._defined:
            scopes = (self._code.scope(owner.path, number) for number in self._code.nested(*owner))
            self._defined[owner] = frozenset(scope.name.rpartition(".")[2] for scope in scopes)
        return self._defined[owner]

    def _family(self, owner: Local) -> set[Local] | None:
        """A class, all that it is made of, all that is made of it, and all that these are made of; None where some is not known."""
        found: set[Local] = set()
        todo = [owner]
        below = [owner]
        while below:
            each = below.pop()
            more = [one for one in self._below[each] if one not in todo]
            todo += more
            below += more
        while todo:
            each = todo.pop()
            if each in found:
                continue
            found.add(each)
            bases = self._bases(each)
            if bases is None:
                return None
            todo += bases
        return found

    def _bases(self, owner: Local) -> list[Local] | None:
        """The classes of the repository that a class is made of; None where it is made of anything else."""
        scope = self._code.scope(*owner)
        frame = Frame(owner.path, max(scope.parent, 0))
        denoter = self._world.resolved.evaluator.denoter
        for decorator in scope.decorators:
            func = decorator.func if type(decorator) is Call else decorator
            if denoter.dotted(func, frame) not in _PLAIN_DECORATORS:
                return None
        found = []
        for base in self._named(owner):
            if type(base) is Local and self._code.scope(*base).kind == "class" and base != owner:
                found.append(base)
            elif type(base) is not Library or base.dotted not in _PLAIN:
                return None
        return found

    def _named(self, owner: Local) -> list[object]:
        """What a class names as its bases and metaclass."""
        scope = self._code.scope(*owner)
        frame, denoter = Frame(owner.path, max(scope.parent, 0)), self._world.resolved.evaluator.denoter
        return [denoter.denote(expr, frame) for expr in (*scope.bases, *(value for _, value in scope.keywords))]

    def _members(self, owner: Local) -> frozenset[str] | None:
        """What a class defines, and what its methods store into objects; None where its body does more than define."""
        if owner not in self._known:
            self._known[owner] = self._read(owner)
        return self._known[owner]

    def _read(self, owner: Local) -> frozenset[str] | None:
        code = self._code
        if code.words(owner.path).mentions(frozenset({"setattr", "__dict__", "exec", "vars"})):
            return None
        # A field that is only declared (`make: Callable`) is given by whoever makes the object.
        declared = (each.targets for each in code.scope(*owner).body if type(each) is Assign)
        found = {target.id for targets in declared for target in targets if type(target) is Name}
        found |= set(code.index(*owner).bindings)
        for number in code.nested(*owner):
            for at in placed(code.scope(owner.path, number).body):
                found.update(_stored(at))
        return frozenset(found)


def _stored(at: Placed) -> Iterator[str]:
    """The attributes that a statement stores, of whatever object."""
    targets: list[Expr] = []
    statement = at.statement
    if type(statement) is Assign:
        targets += statement.targets
    elif type(statement) is Loop and statement.target is not None:
        targets.append(statement.target)
    elif type(statement) is With:
        targets += [target for _, target in statement.items if target is not None]
    for target in targets:
        yield from (node.name for node in within(target) if type(node) is Attr)
