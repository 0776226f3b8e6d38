"""What the classes and decorators of Airflow make, as the code that builds DAGs is run symbolically."""

from __future__ import annotations

from itertools import pairwise

from auditor.dialects.airflow.order import (
    Blank,
    Dag,
    Decorated,
    Group,
    Label,
    Output,
    Task,
    ends,
    feeding,
    roots,
)
from auditor.dialects.symbolic import Machine, Meaning
from auditor.dialects.symbolic.things import (
    NOTHING,
    Arguments,
    Function,
    Items,
    Made,
    Partial,
    Plain,
    Thing,
    Where,
    options,
)
from auditor.program.naming.code import Library

_GROUPS = frozenset({"TaskGroup"})
_DAGS = frozenset({"DAG", "DbtDag"})
_CHAINS = frozenset({"chain", "chain_linear", "cross_downstream"})
_DECORATORS = ("task", "dag", "task_group", "asset", "setup", "teardown")


class Airflow(Meaning):
    """What the classes and decorators of Airflow make; `dags` are all DAGs, `loose` the tasks of none."""

    def __init__(self) -> None:
        self.machine: Machine | None = None
        self.dags: list[Dag] = []
        self.loose: list[Task] = []
        self._inside: list[Dag | Group] = []
        self._taken: dict[tuple[int, str], int] = {}

    # --- making ---

    def call(self, dotted: str, args: Arguments, where: Where) -> Thing | None:
        """DAGs, groups, operators, chains; anything else of a library that is given a `task_id` is an operator too."""
        last = dotted.rpartition(".")[2]
        own = dotted.startswith(("airflow.", "cosmos."))
        if own and last in _DAGS:
            return self._dag(args, where)
        if own and (last in _GROUPS or last == "DbtTaskGroup"):
            return self._group(args)
        if own and last in _CHAINS:
            return self._chained(last, args)
        if own and last == "Label":
            return Label([])
        if last == "partial" and _is_operator(dotted.rpartition(".")[0], args):
            return Blank(dotted.removesuffix(".partial"), args)
        return self._task(dotted, args, where) if _is_operator(dotted, args) else None

    def construct(self, of: Function, ancestry: tuple[str, ...], args: Arguments, where: Where) -> Thing | None:
        """Objects of operators and DAGs that the repository derives from those of Airflow."""
        bases = [base for base in ancestry if base.startswith("airflow.")]
        if any(base.rpartition(".")[2] in _DAGS for base in bases):
            return self._dag(args, where)
        if any(_is_operator(base, Arguments()) for base in bases) and self.machine is not None:
            name = self.machine.code.scope(*of.local).name.rpartition(".")[2]
            return self._task(name, args, where, func=of)
        return None

    def decorate(self, decorator: Thing, thing: Thing, where: Where) -> Thing | None:
        """`@task`, `@task.branch`, `@dag(…)`, `@task_group`, `@asset`."""
        dotted, given = _decorator(decorator)
        if not dotted.startswith("airflow."):
            return None
        parts = dotted.split(".")
        found = next((".".join(parts[n:]) for n in reversed(range(len(parts))) if parts[n] in _DECORATORS), "")
        if not found:
            return None
        if found in ("setup", "teardown"):
            return thing if isinstance(thing, Decorated) else Decorated("task", thing, given)
        made = Decorated(found, thing, given)
        return self._asset(made, where) if found == "asset" else made

    def invoke(self, thing: Thing, args: Arguments, where: Where) -> Thing | None:
        """Calls of decorated functions: a task, a group of what its body makes, a DAG."""
        if not isinstance(thing, Decorated):
            return None
        if thing.kind == "dag":
            return self._flow(thing, args, where)
        if thing.kind == "task_group":
            return self._grouped(thing, args)
        return Output(self._called(thing, args, where))

    def method(self, receiver: Thing, name: str, args: Arguments, where: Where) -> Thing | None:
        """`set_upstream`, `override`, `partial`, `expand` and the like."""
        if isinstance(receiver, Decorated):
            return self._varied(receiver, name, args, where)
        if isinstance(receiver, Blank):
            joined = Arguments(
                receiver.args.positional, {**receiver.args.keywords, **args.keywords}, receiver.args.open
            )
            task = self._task(receiver.dotted, joined, where, func=receiver.of)
            task.mapped = True
            return task
        if isinstance(receiver, Function) and name == "partial":
            ancestry = self.machine.resolved.evaluator.denoter.ancestry(receiver.local) if self.machine else []
            if any(_is_operator(base, args) for base in ancestry):
                return Blank(self.machine.code.scope(*receiver.local).name, args, receiver) if self.machine else None
        if name in ("set_upstream", "set_downstream") and list(ends(receiver)):
            other = args.get("task_or_task_list", 0)
            self._order(other, receiver) if name == "set_upstream" else self._order(receiver, other)
            return Plain(None)
        if name in ("as_setup", "as_teardown", "map", "zip", "concat") and list(ends(receiver)):
            return receiver
        return None

    def attribute(self, receiver: Thing, name: str) -> Thing | None:
        """`task.output`, `task.task_id`, `dag.dag_id`, `group.task_id`."""
        if isinstance(receiver, Task) and name == "output":
            return Output(receiver)
        if isinstance(receiver, Output):
            return receiver.task if name == "operator" else None
        if isinstance(receiver, Task) and name == "task_id":
            return Plain(receiver.label)
        if isinstance(receiver, Dag) and name == "dag_id":
            return Plain(receiver.name)
        return None

    def item(self, receiver: Thing, key: Thing) -> Thing | None:
        """One of several results of a task; a task of a group."""
        return receiver if isinstance(receiver, Output) else None

    def operate(self, op: str, left: Thing, right: Thing, where: Where) -> Thing | None:
        """`a >> b`, `a << [b, c]`."""
        if op not in (">>", "<<"):
            return None
        if isinstance(left, Dag) or isinstance(right, Dag):
            return right
        if not list(ends(left)) and not list(ends(right)) and not isinstance(right, Label):
            return None
        first, second = (left, right) if op == ">>" else (right, left)
        if isinstance(right, Label):
            return Label(list(ends(left)))
        self._order(first, second)
        return right

    def enter(self, thing: Thing, where: Where) -> Thing | None:
        """`with DAG(…)`, `with TaskGroup(…)`."""
        for option in options(thing):
            if isinstance(option, (Dag, Group)):
                self._inside.append(option)
                return option
        return None

    def leave(self, thing: Thing) -> None:
        """The end of such a block."""
        if self._inside and any(option is self._inside[-1] for option in options(thing)):
            self._inside.pop()

    # --- parts ---

    def _dag(self, args: Arguments, where: Where) -> Dag:
        name = self._text(args.get("dag_id", 0)) or ""
        dag = Dag(name, where, args)
        self.dags.append(dag)
        return dag

    def _group(self, args: Arguments) -> Group:
        prefixes = args.get("prefix_group_id", 1)
        named = self._text(args.get("group_id", 0)) or ""
        return self._new_group(named, not (isinstance(prefixes, Plain) and prefixes.value is False))

    def _new_group(self, name: str, prefixes: bool) -> Group:
        parent = next((p for p in reversed(self._inside) if isinstance(p, Group)), None)
        group = Group(name, self._current(), parent, prefixes)
        if parent is not None:
            parent.members.append(group)
        return group

    def _current(self) -> Dag | None:
        return next((place for place in reversed(self._inside) if isinstance(place, Dag)), None)

    def _task(self, dotted: str, args: Arguments, where: Where, func: Thing | None = None) -> Task:
        given = args.get("dag")
        dag = next((option for option in options(given) if isinstance(option, Dag)), None) if given else None
        named = args.get("task_group")
        group = next((option for option in options(named) if isinstance(option, Group)), None) if named else None
        kind = dotted.rpartition(".")[2]
        name = self._text(args.get("task_id", 0)) or kind
        return self._placed(Task(name, kind, dag or self._current(), group, where, args, func))

    def _placed(self, task: Task) -> Task:
        if task.group is None:
            task.group = next((p for p in reversed(self._inside) if isinstance(p, Group)), None)
        if task.group is not None:
            task.group.members.append(task)
            task.dag = task.dag or task.group.dag
        if task.dag is not None:
            task.where = task.where.seen_from(task.dag.where.path)
        (task.dag.tasks if task.dag is not None else self.loose).append(task)
        for other in feeding(task.args):
            task.feeds.append(other)
            task.before.append(other)
        return task

    def _called(self, thing: Decorated, args: Arguments, where: Where) -> Task:
        """A task from the call of a decorated function; of the same name again, `name__1`."""
        name = self._text(thing.given.get("task_id")) or self._name_of(thing.func)
        joined = Arguments(args.positional, {**thing.partial.keywords, **args.keywords}, args.open)
        dag = self._current()
        task = Task(name, thing.kind, dag, None, where, joined, thing.func, thing.mapped)
        self._placed(task)
        taken = self._taken.get((id(dag), task.label), -1) + 1
        self._taken[id(dag), task.label] = taken
        if taken:
            task.name = f"{name}__{taken}"
        return task

    def _varied(self, thing: Decorated, name: str, args: Arguments, where: Where) -> Thing | None:
        if name == "override":
            given = Arguments((), {**thing.given.keywords, **args.keywords})
            return Decorated(thing.kind, thing.func, given, thing.mapped, thing.partial)
        if name == "partial":
            return Decorated(thing.kind, thing.func, thing.given, thing.mapped, args)
        if name in ("expand", "expand_kwargs", "map"):
            return self.invoke(Decorated(thing.kind, thing.func, thing.given, True, thing.partial), args, where)
        return None

    def _flow(self, thing: Decorated, args: Arguments, where: Where) -> Dag:
        """A DAG from the call of a function under `@dag`."""
        name = self._text(thing.given.get("dag_id", 0)) or self._name_of(thing.func)
        dag = Dag(name, self._defined(thing.func, where), thing.given)
        self.dags.append(dag)
        self._within(dag, thing.func, args)
        return dag

    def _grouped(self, thing: Decorated, args: Arguments) -> Thing:
        group = self._new_group(self._text(thing.given.get("group_id")) or self._name_of(thing.func), True)
        self._within(group, thing.func, args)
        return group

    def _within(self, place: Dag | Group, func: Thing, args: Arguments) -> Thing:
        self._inside.append(place)
        try:
            return self.machine.enter(func, args) if self.machine and isinstance(func, Function) else NOTHING
        finally:
            self._inside.pop()

    def _asset(self, thing: Decorated, where: Where) -> Thing:
        """`@asset` defines a DAG of one task that makes the asset."""
        name = self._text(thing.given.get("name")) or self._name_of(thing.func)
        uri = thing.given.get("uri")
        dag = Dag(name, where, thing.given)
        self.dags.append(dag)
        made = Made("airflow.sdk.Asset", Arguments((), {"name": Plain(name), **({"uri": uri} if uri else {})}))
        task = Task(name, "asset", dag, None, where, Arguments((), {"outlets": made}), thing.func)
        self._placed(task)
        return made

    def _defined(self, func: Thing, otherwise: Where) -> Where:
        if isinstance(func, Function) and self.machine is not None:
            scope = self.machine.code.scope(*func.local)
            return Where(func.local.path, scope.line, scope.end_line, otherwise.conditional, otherwise.repeated)
        return otherwise

    def _name_of(self, func: Thing) -> str:
        if isinstance(func, Partial):
            return self._name_of(func.func)
        if isinstance(func, Function) and self.machine is not None:
            return self.machine.code.scope(*func.local).name.rpartition(".")[2]
        return ""

    def _text(self, thing: Thing | None) -> str | None:
        """A name as far as it is known, holes shown."""
        values = self.machine.values(thing) if thing is not None and self.machine is not None else ()
        return values[0].text() if values else None

    # --- order ---

    def _order(self, first: Thing | None, second: Thing | None) -> None:
        """One comes before the other."""
        before, after = list(ends(first)), list(ends(second))
        for later in after:
            for task in roots(later):
                task.before += [earlier for earlier in before if earlier is not later]

    def _chained(self, name: str, args: Arguments) -> Thing:
        """`chain(a, [b, c], [d, e])`: lists of one length are taken in pairs; otherwise all of one before all of the next."""
        if name == "cross_downstream":
            self._order(args.get("from_tasks", 0), args.get("to_tasks", 1))
            return Plain(None)
        links = [link for link in args.positional if not isinstance(link, Label)]
        for first, second in pairwise(links):
            ones, others = _listed(first), _listed(second)
            if name == "chain" and ones is not None and others is not None and len(ones) == len(others):
                for one, other in zip(ones, others, strict=True):
                    self._order(one, other)
            else:
                self._order(first, second)
        return Plain(None)


def _decorator(thing: Thing) -> tuple[str, Arguments]:
    if isinstance(thing, Library):
        return thing.dotted, Arguments()
    return (thing.dotted, thing.args) if isinstance(thing, Made) else ("", Arguments())


def _is_operator(dotted: str, args: Arguments) -> bool:
    """Whether a class is an operator or a sensor: by its name, or since it is given a `task_id`."""
    last = dotted.rpartition(".")[2]
    if last.endswith(("Operator", "Sensor", "OperatorAsync", "SensorAsync")) and last[:1].isupper():
        return dotted.startswith("airflow.") or "task_id" in args.keywords
    return "task_id" in args.keywords and last[:1].isupper()


def _listed(thing: Thing) -> list[Thing] | None:
    return thing.items if isinstance(thing, Items) else None
