"""The state of one symbolic run: names, objects, row sets, and what has been seen so far.

The machine knows how to look names up, bind them, branch and join; what statements, expressions and calls mean stands in
modules of their own, which it is given as tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from auditor.knowledge import Knowledge
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Expr, Group, Item, Name, Star, Stmt
from auditor.program.calls.records import Effect, Site
from auditor.program.calls.seen import SomeEffects
from auditor.program.naming.code import Frame, Local
from auditor.program.rows.row_sets import Rows, RowSets, Spot
from auditor.program.rows.state import Called, Env, Stored, Thing
from auditor.program.rows.trace import Evaluation, How, Signal, Trace
from auditor.program.rows.values import NO_FITS, OTHER, Fit, Kind, Trained, Value, either, fits_in, mixed

BUSY = frozenset(
    {Role.READ, Role.SPLIT, Role.FIT, Role.FIT_TRANSFORM, Role.EVALUATE, Role.PREDICT, Role.ESTIMATOR, Role.TRANSFORMER}
)
MOST_STEPS = 20_000
DEEPEST_CALL = 4
MOST_ELEMENTS = 12
"""Elements of a list that a loop is run for one by one."""


class RunEffects(SomeEffects, Protocol):
    """What a run asks of the effects of a tree."""

    @property
    def lifted(self) -> Mapping[Site, Sequence[Effect]]:
        """Effects of callees that hang on the arguments of a scope's calls, by that scope."""

    def called(self, site: Site) -> bool:
        """Whether anything calls a scope."""


class Machine:
    """One run over one program."""

    def __init__(
        self,
        effects: RunEffects,
        statements: Mapping[type, Callable[[Machine, Any, Env], bool]],
        expressions: Mapping[type, Callable[[Machine, Any, Env], Value]],
        handed_on: Callable[[Machine, Called, Value, Value], Value | None],
    ) -> None:
        self.effects = effects
        self.code = effects.code
        self.denoter = effects.evaluator.denoter
        self.knowledge: Knowledge = effects.code.knowledge
        self.sets = RowSets()
        self.heap: dict[int, Thing] = {}
        self.modules: dict[str, Env] = {}
        self.trace = Trace()
        self.running: list[Site] = []
        self.visited: set[Site] = set()
        self.left = MOST_STEPS
        self._statements = statements
        self._expressions = expressions
        self.handed_on = handed_on
        self.written: dict[str, Value] = {}
        """What was written to files, by their names."""
        self.names: Mapping[int, str] = {}
        """The files that programs hand over to others, by the effects (their identity) that write and read them."""
        self.handed: dict[str, Value] = {}
        """What other programs have written to such files."""
        self.alone: dict[Site, Value] = {}
        """The objects whose methods are run for themselves, by their classes."""
        self._effects: dict[Site, dict[int, Effect]] = {}
        self._judged: set[tuple[object, ...]] = set()
        self._matters: dict[Site, bool] = {}

    def begin(self) -> None:
        """Go on to another program: what was made and handed over stays, what is seen is noted anew."""
        earlier = self.trace
        signals = {rows: dict(found) for rows, found in earlier.signals.items()}
        self.trace = Trace(held_out=list(earlier.held_out), signals=signals, repeats=dict(earlier.repeats))
        self.trace.earlier = earlier.earlier | earlier.splits
        self.written, self.left = {}, MOST_STEPS
        for seen in (self.running, self.visited, self._judged):
            seen.clear()

    def matters(self, site: Site) -> bool:
        """Whether a function, or one that it calls, reads, splits, fits or judges."""
        known = self._matters
        if site in known:
            return known[site]
        way = [(site, self._callees(site))]
        met = {site}
        busy = self._is_busy(site)
        while way and not busy:
            onward = next((other for other in way[-1][1] if other not in met and known.get(other) is not False), None)
            if onward is None:
                way.pop()
                continue
            met.add(onward)
            way.append((onward, self._callees(onward)))
            busy = known.get(onward, False) or self._is_busy(onward)
        # What was met without being on the way may lead back to it: of that only a search that finds nothing tells.
        known.update(dict.fromkeys((at for at, _ in way) if busy else met, busy))
        return busy

    def _callees(self, site: Site) -> Iterator[Site]:
        return ((call.callee.path, call.callee.scope) for call in self.effects.calls.get(site, ()))

    def _is_busy(self, site: Site) -> bool:
        return any(effect.role in BUSY for effect in self.effects.own.get(site, ()))

    def effect(self, called: Called, roles: frozenset[Role]) -> Effect | None:
        """What the resolution says that a call does, if it has one of some roles."""
        site = called.at.site
        table = self._effects.get(site)
        if table is None:
            table = self._effects[site] = {id(effect.call): effect for effect in self.effects.own.get(site, ())}
        found = table.get(id(called.expr))
        return found if found is not None and found.role in roles else None

    # --- running ---

    def body(self, statements: Iterable[Stmt], at: Env) -> bool:
        """Run statements; whether control leaves them for good."""
        for statement in statements:
            self.left -= 1
            if self.left <= 0:
                self.trace.cut = f"more than {MOST_STEPS} steps"
                return True
            at.line = statement.line
            handler = self._statements.get(type(statement))
            if handler is not None and handler(self, statement, at):
                return True
        return False

    def value(self, expr: Expr, at: Env) -> Value:
        """The value of an expression."""
        handler = self._expressions.get(type(expr))
        if handler is None:
            return OTHER
        self.left -= 1
        return handler(self, expr, at) if self.left > 0 else OTHER

    def branches(self, arms: list[Callable[[], bool]], at: Env) -> bool:
        """Run arms that exclude each other from the same state and join what they leave behind; whether all of them leave."""
        names, heap = at.names, self.heap
        ends: list[tuple[dict[str, Value], dict[int, Thing]]] = []
        made: dict[int, Thing] = {}
        for arm in arms:
            at.names, self.heap = dict(names), dict(heap)
            if not arm():
                ends.append((at.names, self.heap))
            made.update(self.heap)
        if not ends:
            at.names, self.heap = names, made | heap
            return True
        at.names, self.heap = ends[0]
        for other_names, other_heap in ends[1:]:
            self._join(at, other_names, other_heap)
        self.heap = made | self.heap  # what an arm that left has made may still be held outside
        return False

    def _join(self, at: Env, names: dict[str, Value], heap: dict[int, Thing]) -> None:
        for key, value in names.items():
            mine = at.names.get(key)
            at.names[key] = value if mine is None or mine is value else either(self.sets, [mine, value])
        for ref, thing in heap.items():
            mine_thing = self.heap.get(ref)
            if mine_thing is None or (mine_thing is not thing and thing.trained is not None):
                self.heap[ref] = thing
            elif mine_thing is not thing and mine_thing.fit is None and thing.fit is not None:
                self.heap[ref] = replace(mine_thing, fit=thing.fit)

    # --- names ---

    def bind(self, target: Expr, value: Value, at: Env) -> None:
        """Bind a name, an attribute, or each element of a tuple."""
        if type(target) is Name:
            at.names[target.id] = value
        elif type(target) is Attr:
            self._bind_attribute(target, value, at)
        elif type(target) is Group:
            self._unpack(target, value, at)
        elif type(target) is Star:
            self.bind(target.value, value, at)
        elif type(target) is Item:
            store = self._expressions.get(Stored)
            if store is not None:
                store(self, Stored(target, value), at)

    def _bind_attribute(self, target: Attr, value: Value, at: Env) -> None:
        base = self.value(target.base, at)
        if base.kind == "object":
            thing = self.heap[base.ref]
            self.heap[base.ref] = replace(thing, fields={**thing.fields, target.name: value})
        elif base.rows is not None and target.name not in ("columns", "index", "name"):
            self.changed(target.base, base, column(base, target.name, value), at)

    def _unpack(self, target: Group, value: Value, at: Env) -> None:
        items = value.items if value.kind == "list" and not value.open else ()
        starred = next((n for n, item in enumerate(target.items) if type(item) is Star), None)
        if items and starred is not None and len(items) >= len(target.items) - 1:
            after = len(target.items) - 1 - starred
            middle = items[starred : len(items) - after]
            items = (*items[:starred], Value("list", items=middle), *items[len(items) - after :])
        if len(items) != len(target.items):
            whole = value.items[0] if value.open and value.items else value
            items = tuple(self._share(whole) for _ in target.items)
        for item, part in zip(target.items, items, strict=True):
            self.bind(item, part, at)

    def _share(self, value: Value) -> Value:
        """What one name gets of a value that is unpacked without its elements being known."""
        if value.kind in ("frame", "prediction", "names", "statistic"):
            return value
        return self.fresh("other", fits=value.all_fits())

    def rebind(self, target: Expr, value: Value, at: Env) -> None:
        """Give what a target holds another value, as a change in place does."""
        if type(target) is Name:
            env = at if target.id in at.names or at.outer is None else at.outer
            env.names[target.id] = value
        elif type(target) in (Attr, Item):
            self.bind(target, value, at)

    def changed(self, target: Expr, old: Value, new: Value, at: Env) -> None:
        """A value is changed in place: whatever else holds it, here, around or in the callers, holds the new one."""
        self.rebind(target, new, at)
        env: Env | None = at
        seen: set[int] = set()
        while env is not None and id(env) not in seen:
            seen.add(id(env))
            for env_here in (env, env.outer):
                if env_here is not None:
                    _exchange(env_here.names, old, new)
            env = env.caller

    # --- making values ---

    def fresh(
        self, kind: Kind = "other", *, fits: frozenset[Fit] = NO_FITS, known: bool = False, name: str = ""
    ) -> Value:
        """A value with rows of its own."""
        return Value(kind, self.sets.fresh(name, known=known), fits, name=name)

    def thing(self, kind: Kind, thing: Thing) -> Value:
        """A value that stands for a new object."""
        ref = self.sets.number()
        self.heap[ref] = thing
        return Value(kind, ref=ref, name=thing.name)

    def rows(self, value: Value) -> Rows:
        """The rows of a value, of its first element that has any, or rows of their own."""
        if value.rows is not None:
            return value.rows
        for item in value.items:
            if item.rows is not None or item.items:
                return self.rows(item)
        return self.sets.fresh()

    def grounded(self, value: Value) -> Value:
        """The value as rows: a list of columns or of single values is one table, and what has no rows gets its own."""
        if value.kind == "object":
            value = self.table_of(value)
        whole = mixed([value]) if value.kind in ("list", "table") else value
        return whole if whole.rows is not None else replace(whole, rows=self.rows(value))

    def own_method(self, receiver: Value, name: str) -> Value | None:
        """A method of an object of the repository, as a function that knows its object."""
        found = self.denoter.attribute(Local(receiver.path, receiver.scope), name, Frame(receiver.path, receiver.scope))
        if type(found) is Local and self.code.scope(found.path, found.scope).kind == "function":
            return Value("function", path=found.path, scope=found.scope, items=(receiver,), name=name)
        return None

    def table_of(self, value: Value) -> Value:
        """The rows that an object holds in its attributes: a data set of the repository is the data it was given."""
        held = [
            v
            for v in self.heap[value.ref].fields.values()
            if v.rows is not None and v.kind in ("frame", "other", "index")
        ]
        return Value("frame", held[0].rows, fits_in(held)) if held else value

    def unfollowed(self, called: Called) -> Value:
        """The result of a call that is not followed: rows of its own, the statistics of its arguments."""
        guess = next((value for value in called.args if value.kind in ("prediction", "loss")), None)
        if guess is not None:
            return guess
        return self.fresh(fits=fits_in(value for value in called.every() if value.kind != "index"))

    # --- what is seen ---

    def judge(
        self,
        trained: Trained,
        rows: Rows,
        fits: frozenset[Fit],
        how: How,
        spot: Spot,
        at: Env,
        *,
        selects: bool = False,
    ) -> None:
        """Note that a trained model is judged on rows."""
        looped = at.loops > 0 and trained.loops > 0
        found = Evaluation(trained, rows, trained.fits | fits, how, spot, at.site, at.block, selects, looped)
        if found.key() not in self._judged:
            self._judged.add(found.key())
            self.trace.evaluations.append(found)

    def answer(self, trained: Trained, rows: Rows, fits: frozenset[Fit], spot: Spot, at: Env) -> None:
        """Note that a trained model predicts rows which no split held out."""
        self.trace.answers.append(Evaluation(trained, rows, fits, "predict", spot, at.site, at.block))

    def repeated(self, rows: Rows, spot: Spot) -> Rows:
        """The rows, some of them several times."""
        found = self.sets.repeated(rows)
        self.trace.repeats[found] = spot
        return found

    def signal(self, rows: Rows, word: str, spot: Spot) -> None:
        """Note that rows look ordered in time."""
        self.trace.signals.setdefault(rows.root, {}).setdefault(word, Signal(word, spot))


def _exchange(names: dict[str, Value], old: Value, new: Value) -> None:
    for name, value in names.items():
        if value is old:
            names[name] = new
        elif value.kind in ("list", "table") and any(item is old for item in value.items):
            names[name] = replace(value, items=tuple(new if item is old else item for item in value.items))


def column(frame: Value, name: str, value: Value) -> Value:
    """The frame with a value stored in one column: its rows stay, what is known of the value sits on the column."""
    if frame.name == "empty" and value.rows is not None:
        frame = replace(
            frame, rows=value.rows, name=""
        )  # a table that was made without rows has those of its first column
    if value.kind in ("prediction", "mask"):
        kept = replace(value, rows=frame.rows)
    else:
        kept = Value("frame", frame.rows, value.all_fits(), name=value.name if value.name == "dated" else "")
    return replace(frame, columns={**frame.columns, name: kept})
