"""Services that load whatever model is newest: to train is to release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from auditor.graph import places
from auditor.graph.coupling.sides import product_trainings
from auditor.graph.data.versions import Training
from auditor.graph.operation.promoting import Promotion, is_gated, judges, way_to
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.world import World
from auditor.model.artefact import NodeKind, Role
from auditor.model.ir import Attr, Const, Expr, Group
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect
from auditor.program.calls.origins import Origin
from auditor.program.naming.statements import within
from auditor.program.running.invocations import argument
from auditor.program.symbolic.values import Values

_CHANGED = frozenset({"getmtime", "getctime", "st_mtime", "st_ctime", "st_mtime_ns", "st_ctime_ns"})
_COUNTED = frozenset({"version", "creation_timestamp", "last_updated_timestamp"})
"""What files, and versions in a registry, are put in order by, so that the newest is found."""
_CHOOSING = frozenset({"builtins.max", "builtins.sorted"})
_LISTING = frozenset({"glob.glob", "glob.iglob", "os.listdir", "os.scandir"})
_LISTED = frozenset({"glob", "rglob", "iterdir"})
_LATEST = regex(r"models:/(?P<name>[^/@{}]+)/latest/?$")
_FILTER = regex(r"\bname\s*=\s*['\"](?P<name>[^'\"{}]+)['\"]")


class Pick(NamedTuple):
    """A load of the newest model by a service: of what a folder holds (its path), or a registry under a name."""

    service: str
    place: Place
    folder: str = ""
    model: str = ""


class Way(NamedTuple):
    """A training whose result a service takes up because it is the newest, and what looked at it before it was kept."""

    training: Training
    pick: Pick
    gate: str


def ways(world: World, owned: Callable[[str], bool]) -> Iterator[Way]:
    """How models of the trainings of a repository reach the services of a component that load the newest."""
    picks = list(_picks(world, owned))
    for training in product_trainings(world) if picks else ():
        kept = [*_saved(world, training.program), *_registered(world, training.program)]
        for pick in picks:
            for effect in (each.effect for each in kept if each.goes_to(pick) and pick.service != training.program):
                way = way_to(world, (training.program, 0), Promotion(effect.site, effect, training.place, "", ""))
                if way is not None:
                    judged = judges(world, world.lineage.reached(training.program))
                    gate = f"{training.program} refuses a bad model" if judged else ""
                    yield Way(training, pick, "a condition stands before it" if is_gated(world, way) else gate)


# --- what services load ---


def _picks(world: World, owned: Callable[[str], bool]) -> Iterator[Pick]:
    product = [path for path in world.resolved.code.paths if owned(path) and places.is_product(path)]
    for path in serving_programs(product, world.resolved, world.lineage):
        for site in sorted(world.lineage.reached(path)):
            for effect in world.resolved.effects.own.get(site, ()):
                if effect.role is Role.LOAD_MODEL and not effect.dead and effect.call.args:
                    place = world.resolved.code.place(site[0], effect.line)
                    yield from (Pick(path, place, model=name) for name in _asked(world, effect))
                    yield from (Pick(path, place, folder) for folder in _folders(world, effect))


def _asked(world: World, effect: Effect) -> Iterator[str]:
    """The names under which a load asks a registry for whatever was registered last."""
    for value in effect.targets:
        match = _LATEST.match(value.text()) if value.exact else None
        if match is not None:
            yield match["name"]
    calls = world.flows.behind(effect.call.args[0], effect).calls
    last = any(_chooses(world, each, _COUNTED) for each in calls)
    for each in calls:
        asked = each.call.func.name if type(each.call.func) is Attr else ""
        if asked == "get_latest_versions" and _stageless(argument(each.call, "stages", 1)):
            yield from (value.text() for value in _values(world, argument(each.call, "name", 0), each) if value.exact)
        if asked == "search_model_versions" and last:
            filters = _values(world, argument(each.call, "filter_string", 0), each)
            yield from (found["name"] for value in filters if (found := _FILTER.search(value.text())))


def _values(world: World, expr: Expr | None, origin: Origin) -> Values:
    return world.resolved.evaluator.values(expr, origin.frame) if expr is not None else ()


def _stageless(stages: Expr | None) -> bool:
    """Whether versions are asked for that nobody has put into a stage."""
    items = stages.items if type(stages) is Group else ()
    return bool(items) and all(type(each) is Const and each.value == "None" for each in items)


def _folders(world: World, effect: Effect) -> Iterator[str]:
    """The folders of which a load takes the file that was changed last."""
    calls = world.flows.behind(effect.call.args[0], effect).calls
    if any(_chooses(world, each, _CHANGED) for each in calls):
        for each in calls:
            for value in _values(world, _listed(world, each), each):
                text = value.text()
                if value.exact and (folder := _folder(text if "*" in text else f"{text}/")):
                    yield folder


def _chooses(world: World, origin: Origin, by: frozenset[str]) -> bool:
    """Whether a call puts things in order by an attribute or a function of these names, or takes the last of them."""
    key = dict(origin.call.keywords).get("key")
    if key is None or world.flows.dotted(origin.call.func, origin.frame) not in _CHOOSING:
        return False
    return any(type(part) is Attr and part.name in by for part in within(key))


def _listed(world: World, origin: Origin) -> Expr | None:
    """The folder or pattern that a call lists the files of."""
    func = origin.call.func
    if world.flows.dotted(func, origin.frame) in _LISTING:
        return origin.call.args[0] if origin.call.args else None
    return func.base if type(func) is Attr and func.name in _LISTED else None


def _folder(pattern: str) -> str:
    """The folder that all files of a pattern lie in; "" where that is the current one."""
    before = pattern.replace("\\", "/").partition("*")[0].partition("{")[0]
    return before.rpartition("/")[0].removeprefix("./").strip("/")


# --- what trainings keep ---


class _Kept(NamedTuple):
    """A call that keeps a model: in a folder, or in a registry under a name."""

    effect: Effect
    folder: str = ""
    model: str = ""

    def goes_to(self, pick: Pick) -> bool:
        """Whether a service takes the newest of the place where it is kept; a folder of a container is called by the end of its path."""
        return bool(
            (pick.model and pick.model == self.model)
            or (pick.folder and f"/{self.folder}".endswith(f"/{pick.folder.rpartition('/')[2]}"))
        )


def _saved(world: World, program: str) -> Iterator[_Kept]:
    for touch in world.lineage.of_program(program):
        if touch.way == "write" and touch.kind is NodeKind.MODEL and touch.artefact.id.startswith("file:"):
            site, line = touch.effect.origin or (touch.effect.site, touch.effect.line)
            own = (e for e in world.resolved.effects.own.get(site, ()) if (e.line, e.name) == (line, touch.effect.name))
            yield _Kept(next(own, touch.effect), _folder(touch.artefact.id.removeprefix("file:")))


def _registered(world: World, program: str) -> Iterator[_Kept]:
    for effect in world.lineage.effects_of_program(program, Role.SAVE_MODEL, Role.REGISTER):
        given = argument(effect.call, "registered_model_name", None)
        named = effect.targets if effect.role is Role.REGISTER and not effect.entry.attrs.get("promotion") else ()
        for value in world.resolved.evaluator.values(given, effect.frame) if given is not None else named:
            if value.exact:
                yield _Kept(effect, model=value.text())
