"""Methods that a class calls on itself and that neither it nor any class around it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph.smells.reading import in_order, is_idle, programs
from auditor.graph.world import World
from auditor.model.ir import Assign, Attr, Call, Expr, Loop, Name, With
from auditor.model.place import Place
from auditor.program.naming.code import Code, Local
from auditor.program.naming.statements import Placed, placed, within

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
        for number, name, line in world.resolved.code.of_program(
            path, _calls_on_self, tuple[tuple[int, str, int], ...]
        ):
            owner = Local(path, number)
            if (owner, name) not in found and not world.once(_Classes).has(owner, name):
                scope = world.resolved.code.scope(*owner)
                place = world.resolved.code.place(path, line)
                found[owner, name] = Absent(name, scope.name, place, is_idle(world, path, line))
    return sorted(found.values(), key=lambda each: in_order(each.place))


def _calls_on_self(code: Code, path: str) -> tuple[tuple[int, str, int], ...]:
    """The calls that methods of a file make on the object they are given first, of what their class does not define itself: the
    class, the name and the line, the first of each name. Where a test asks which class the object is of, nothing is said."""
    found: dict[tuple[int, str], int] = {}
    for number in code.scopes(path):
        scope, owner = code.scope(path, number), code.owner(path, number)
        if scope.kind == "function" and owner is not None and scope.params and scope.params[0].name == "self":
            index = code.index(path, number)
            for site in index.calls:
                func = site.call.func
                asked = any(_asks_what_it_is(index.tests.get(construct)) for construct, _ in site.conditions)
                if type(func) is Attr and _is_self(func.base) and not site.dead and not asked:
                    found.setdefault((owner, func.name), site.call.line)
    own = {owner: _methods(code, Local(path, owner)) for owner, _ in found}
    left = ((owner, name, line) for (owner, name), line in found.items() if name not in own[owner])
    return tuple(each for each in left if each[1] not in _OBJECT)


def _is_self(expr: Expr) -> bool:
    return type(expr) is Name and expr.id == "self"


def _asks_what_it_is(test: Expr | None) -> bool:
    """Whether a test asks for the class of the object: under it, the object may be of one that has more."""
    calls = (each for each in within(test) if type(each) is Call) if test is not None else ()
    return any(
        type(call.func) is Name and call.func.id == "isinstance" and bool(call.args) and _is_self(call.args[0])
        for call in calls
    )


def _methods(code: Code, owner: Local) -> frozenset[str]:
    """The names of what a class defines by `def` and `class`."""
    scopes = (code.scope(owner.path, number) for number in code.nested(*owner))
    return frozenset(scope.name.rpartition(".")[2] for scope in scopes)


class _Classes:
    """The classes of a tree with what they are made of, and what is made of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._code = world.resolved.code
        self._below: dict[Local, list[Local]] = defaultdict(list)
        self._known: dict[Local, frozenset[str] | None] = {}
        self._families: dict[Local, set[Local] | None] = {}
        self._defined: dict[Local, frozenset[str]] = {}
        self._whole = world.resolved.effects.whole
        for cls, bases in world.resolved.effects.bases.items():  # also of a class that has others beside them
            for base in bases:
                self._below[base].append(cls)

    def has(self, owner: Local, name: str) -> bool:
        """Whether an object of a class may have something that the class does not define: where anything about it is not known, it may."""
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
        """The same, once for each class."""
        if owner not in self._defined:
            self._defined[owner] = _methods(self._code, owner)
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
            bases = self._whole.get(each)
            if bases is None:
                return None
            todo += bases
        return found

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
