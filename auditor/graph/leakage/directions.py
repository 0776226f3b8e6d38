"""Questions about selection: whether what is chosen by a metric is the best by it, or the worst."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from auditor.graph import places
from auditor.graph.leakage.evaluations import Doubt
from auditor.graph.leakage.scorers import chooses
from auditor.graph.world import World
from auditor.knowledge.metrics import better
from auditor.model.artefact import Role
from auditor.model.ir import Assign, Attr, Call, Const, Expr, Group, Item, Lambda, Name, Op
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Code, Frame, Local
from auditor.program.running.invocations import argument

_WAYS = {
    "min": "lower", "minimize": "lower", "minimise": "lower", "false": "lower", "minimum": "lower",
    "max": "higher", "maximize": "higher", "maximise": "higher", "true": "higher", "maximum": "higher",
}  # fmt: skip
_BEST = regex(r"(^|_)(best|champion|winner|winning|top)(_|$)", re.I)
_NAMES = ("name", "primary_metric", "objectiveMetricName", "metric_name")
_GOALS = ("goal", "type", "direction", "mode")
SAYS = {"lower": "less of it is better", "higher": "more of it is better"}


def wrong_ways(world: World, owned: Callable[[str], bool]) -> tuple[tuple[Doubt, ...], int]:
    """Selections by a metric whose better direction is known, that go the other way; and how many were looked at."""
    found: list[Doubt] = []
    total = 0
    for path in world.resolved.code.paths:
        if owned(path) and places.is_product(path):
            for number in world.resolved.code.scopes(path):
                for metric, way, place, site in _selections(world, (path, number)):
                    known = better(metric)
                    total += bool(known)
                    if known and known != way:
                        found.append(_doubt(world, metric, known, way, place, site))
    for path, metric, way, line in _settings(world, owned):
        known = better(metric)
        total += bool(known)
        if known and known != way:
            says = f"{metric} is {'maximised' if way == 'higher' else 'minimised'}, and {SAYS[known]}"
            found.append(Doubt(Place(path, line), f"{path}|{metric}", says, ()))
    return tuple(sorted(found)), total


def _doubt(world: World, metric: str, known: str, way: str, place: Place, site: Site) -> Doubt:
    chosen = "the most of it is chosen" if way == "higher" else "the least of it is chosen"
    scope = world.resolved.code.scope(*site).name
    return Doubt(place, f"{site[0]}|{scope}|{metric}", f"{chosen} by {metric}, and {SAYS[known]}", ())


def _selections(world: World, site: Site) -> Iterator[tuple[str, str, Place, Site]]:
    """What a scope selects by which metric: name, `higher` or `lower`, place."""
    code = world.resolved.code
    for effect in world.resolved.effects.own.get(site, ()):
        if effect.certainty <= 0.9 or effect.dead or not effect.entry.attrs.get("way"):
            continue
        if not effect.entry.attrs.get("scorer") or chooses(world, effect):
            for metric, way in _told(world, effect):
                yield metric, way, code.place(site[0], effect.line, effect.end_line), site
    for statement in code.scope(*site).body if site[1] in code.of_program(site[0], _picking, frozenset[int]) else ():
        if type(statement) is Assign and _may_pick(statement):
            picked = _picked(world, statement, site)
            if picked is not None:
                yield *picked, code.place(site[0], statement.line, statement.end_line), site


def _told(world: World, effect: Effect) -> Iterator[tuple[str, str]]:
    """The metrics that a call watches, and the direction that it is told or takes by default."""
    attrs = effect.entry.attrs
    given = argument(effect.call, str(attrs["way"]), None)
    if given is None:
        if any(name == "" for name, _ in effect.call.keywords):
            return
        way = _WAYS.get(str(attrs.get("way_default", "")), "")
    else:
        texts = {v.text().lower() for v in world.resolved.evaluator.values(given, effect.frame) if v.exact}
        way = _WAYS.get(next(iter(texts)), "") if len(texts) == 1 else ""
    if not way:
        return
    if "watches" not in attrs:
        yield from ((metric, way) for metric in _objectives(world, effect))
        return
    watched = argument(effect.call, str(attrs["watches"]), 0 if attrs["watches"] == "score_func" else None)
    if watched is not None:
        named = [v.text() for v in world.resolved.evaluator.values(watched, effect.frame) if v.exact]
        yield from ((name, way) for name in named or [_last(world, watched, effect.frame)] if name)


def _last(world: World, expr: Expr, frame: Frame) -> str:
    """The own name of a library function."""
    return (world.resolved.evaluator.denoter.dotted(expr, frame) or "").rpartition(".")[2]


# --- studies ---


def _objectives(world: World, study: Effect) -> Iterator[str]:
    """What the functions return that the studies of a scope optimise, where the scope makes one study alone."""
    own = world.resolved.effects.own.get(study.site, ())
    if sum(bool(effect.entry.attrs.get("way")) and "watches" not in effect.entry.attrs for effect in own) != 1:
        return
    index = world.resolved.code.index(*study.site)
    for call_site in index.calls:
        func = call_site.call.func
        if type(func) is Attr and func.name == "optimize" and call_site.call.args:
            target = world.resolved.evaluator.denoter.denote(call_site.call.args[0], Frame(*study.site))
            if type(target) is Local:
                returned = world.resolved.code.index(target.path, target.scope).returns
                names = {_metric(world, value, Frame(target.path, target.scope)) for value in returned}
                if len(names) == 1:
                    yield from names - {""}


def _metric(world: World, value: Expr, frame: Frame) -> str:
    """The metric that a returned value is by its name or by the function that computes it; "" where it is turned round."""
    if type(value) is Name:
        bindings = world.resolved.evaluator.denoter.bindings(value, frame)
        computed = {
            _metric(world, b.value, where) for b, where in bindings if b.how == "value" and type(b.value) is Call
        }
        if any(type(b.value) is Op for b, _ in bindings):
            return ""
        made = next(iter(computed)) if len(computed) == 1 else ""
        return made or (value.id if not computed or computed == {""} else "")
    if type(value) is Call:
        dotted = world.resolved.evaluator.denoter.dotted(value.func, frame) or ""
        entry = world.resolved.knowledge.lookup(dotted) if dotted else None
        return dotted.rpartition(".")[2] if entry is not None and entry.role is Role.EVALUATE else ""
    return ""


# --- picking one of several ---


def _picking(code: Code, path: str) -> frozenset[int]:
    """The scopes of a program in which something that is called the best is bound to what a call gives."""
    bodies = ((number, code.scope(path, number).body) for number in code.scopes(path))
    return frozenset(n for n, body in bodies if any(type(each) is Assign and _may_pick(each) for each in body))


def _may_pick(statement: Assign) -> bool:
    target = statement.targets[0]
    return type(target) is Name and type(statement.value) is Call and bool(_BEST.search(target.id))


def _picked(world: World, statement: Assign, site: Site) -> tuple[str, str] | None:
    """`best = max(runs, key=lambda run: run["rmse"])`: the metric, and whether the most or the least is taken."""
    call = statement.value
    if type(call) is not Call:
        return None
    dotted = world.resolved.evaluator.denoter.dotted(call.func, Frame(*site))
    key = dict(call.keywords).get("key")
    if dotted in ("builtins.max", "builtins.min") and type(key) is Lambda:
        metric = _key(key.body)
        return (metric, "higher" if dotted.endswith("max") else "lower") if metric else None
    return _ordered(call)


def _key(body: Expr) -> str:
    """The metric that a key function reads: `run["rmse"]`, `run.rmse`; a sign turns it round."""
    if type(body) is Item and type(body.key) is Const and isinstance(body.key.value, str):
        return body.key.value
    return body.name if type(body) is Attr else ""


def _ordered(call: Call) -> tuple[str, str] | None:
    """`search_runs(order_by=["metrics.rmse ASC"], max_results=1)` in some form: what comes first."""
    named = dict(call.keywords)
    order, most = named.get("order_by"), named.get("max_results")
    if type(order) is not Group or len(order.items) != 1 or type(most) is not Const or most.value != 1:
        return None
    text = order.items[0].value if type(order.items[0]) is Const else ""
    match = re.fullmatch(r"metrics?\.[`\"']?([\w.\- ]+?)[`\"']?\s+(ASC|DESC)", str(text), re.I)
    return (match[1], "higher" if match[2].upper() == "DESC" else "lower") if match else None


# --- settings of searches ---


def _settings(world: World, owned: Callable[[str], bool]) -> Iterator[tuple[str, str, str, int]]:
    """The metric and goal of a search that a file configures."""
    for path, facts in sorted(world.files.items()):
        if facts.program is not None or not facts.leaves or not owned(path) or not places.is_product(path):
            continue
        table: dict[str, dict[str, tuple[str, int]]] = {}
        for leaf in facts.leaves:
            head, _, last = leaf.key.rpartition(".")
            if last in (*_NAMES, *_GOALS) and re.search(r"(^|\.)(metric|objective|metrics)(\.\d+)?$", head):
                table.setdefault(head, {})[last] = (str(leaf.value), leaf.line)
        for held in table.values():
            name = next((held[key] for key in _NAMES if key in held), None)
            goal = next((held[key] for key in _GOALS if key in held), None)
            if name is not None and goal is not None and (way := _WAYS.get(goal[0].lower())):
                yield path, name[0], way, goal[1]
