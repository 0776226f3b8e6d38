"""Questions about coverage: which feature code and which model definitions the tests of a tree reach."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import serving_side, training_side
from auditor.graph.observed.answers import asks_a_model
from auditor.graph.observed.practices import OWN_STATISTIC
from auditor.graph.observed.written import name_of
from auditor.graph.sight import Look, Sight
from auditor.graph.testing.suites import suites
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Const, Expr, Group, Item
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame, Library, Local
from auditor.program.naming.scopes import children

FEWEST = 3
"""Statements from which a function is more than a wrapper."""

LAYERS = 3
"""Layers that a function puts together from which it defines a network."""

SEVERAL = 2
"""Things done to the values of data from which code makes features."""

MANY = 3
"""Ready-made steps on a frame from which their order is worth a test."""

_CHANGES = frozenset(
    {
        "fillna", "interpolate", "get_dummies", "cut", "qcut", "apply", "map", "applymap", "transform", "agg", "aggregate",
        "rolling", "ewm", "shift", "diff", "pct_change", "pivot", "pivot_table", "melt", "merge", "join", "merge_asof",
        "clip", "replace", "rank", "explode", "dropna", "drop_duplicates", "to_datetime", "resample", "assign", "withColumn",
        "with_columns", "fill_null", "group_by", "groupby", "groupBy", "na.fill",
    }
)  # fmt: skip
"""Steps of data frame libraries that change values or rows; those that only sort, cut columns or stack are left out."""

_PLAIN = frozenset({"dropna", "drop_duplicates", "fillna", "fill_null", "to_datetime", "na.fill"})
"""Ready-made steps that hold no idea of one's own."""

_WORK = frozenset({Role.TRANSFORM, Role.FIT_TRANSFORM, Role.FEATURE, Role.FEATURE_SELECT, Role.RESAMPLE})
_ELSE = frozenset(
    {Role.FIT, Role.PREDICT, Role.EVALUATE, Role.SPLIT, Role.TUNE, Role.SERVE, Role.EXPLAIN, Role.LOG_METRIC}
)
_LEAVING = _ELSE | {
    Role.WRITE, Role.SAVE_MODEL, Role.COPY, Role.REGISTER, Role.TRAIN_SERVICE, Role.EXEC, Role.DYNAMIC, Role.LOG_ARTIFACT, Role.LOG_PARAM,
}  # fmt: skip
"""What may take on what a function made of data, though it hands nothing back."""
_PRINTING = frozenset({"print", "echo", "secho", "display"})
_NETWORK = regex(
    r"^(torch\.nn\.|(pytorch_lightning|lightning)\.|keras\.|tensorflow\.keras\.|tf_keras\.|flax\.|haiku\.|equinox\.|mxnet\.gluon\.)"
    r"([\w.]*\.)?(Module|LightningModule|Model|Layer|Block|HybridBlock)$|^transformers\.(\w+\.)*PreTrainedModel$"
)
_FRAMEWORKS = frozenset({
    "torch", "pytorch_lightning", "lightning", "keras", "tensorflow", "tf_keras", "flax", "haiku", "equinox", "mxnet", "transformers",
})  # fmt: skip
"""Where the names of `_NETWORK` and `_LAYER` come from."""
_MADE_UP = regex(r"(^|[._])(demo|dummy|toy|mock|fake)s?($|[._])|(Demo|Dummy|Toy|Mock|Fake)(?![a-z])")
_AUGMENTS = regex(r"\.(Random\w+|Rescaling|Resizing|CenterCrop|Normalization)$")
"""Layers that change pictures or scale values, and learn nothing."""
_LAYER = regex(r"^(torch\.nn|keras\.layers|tensorflow\.keras\.layers|tf_keras\.layers)\.(\w+\.)*[A-Z]\w*$")


class Subject(msgspec.Struct, frozen=True):
    """A piece of code that deserves a test. `tested`: one that can fail reaches it; `touched`: any test does; `idle`: nobody names it."""

    name: str
    place: Place
    tested: bool
    touched: bool
    idle: bool = False


def feature_code(world: World, owned: Callable[[str], bool]) -> list[Subject]:
    """The code of a component that makes features when a model is trained or answers: functions, and bodies of scripts."""
    sites = training_side(world).sites | serving_side(world).sites
    return [
        _subject(world, site)
        for site in sorted(sites)
        if owned(site[0])
        and places.is_product(site[0])
        and not site[0].endswith(".ipynb")
        and _is_body(world, site)
        and _makes_features(world, site)
        and not _draws(world, site)
        and not _only_prints(world, site)
        and not _is_asked_for_settings(world, site)
        and not _is_after_answers(world, site)
        and not _measures(world, site)
        and not _writes_to_a_language_model(world, site)
    ]


def _is_body(world: World, site: Site) -> bool:
    """A function that is more than a wrapper, or the body of a script."""
    scope = world.resolved.code.scope(*site)
    return scope.kind in ("function", "module") and scope.logical >= FEWEST


def _makes_features(world: World, site: Site) -> bool:
    """Whether a scope does more than one thing to the values of data: steps that change them, and columns it computes."""
    work: set[object] = set()
    steps: set[int] = set()
    ideas = False
    for effect in world.resolved.effects.own.get(site, ()):
        owner, _, step = effect.name.rpartition(".")
        if effect.role not in _WORK or effect.certainty < 0.6 or effect.dead:
            continue
        if effect.name.startswith("pyspark.ml."):
            work.add(owner)  # a fitted pipeline that is applied
        elif effect.domain == "data" and step in _CHANGES and effect.entry.library != "numpy":
            work.add(effect.line)
            steps.add(effect.line)
            ideas = ideas or step not in _PLAIN
        elif effect.domain == "ml" and effect.role is not Role.TRANSFORM:
            work.add(owner)  # fitting and applying one transformer of a library is one thing
    index = world.resolved.code.index(*site)
    computed = {line for target, value, line in index.items if _is_column(target) and _from_columns(value)}
    own = computed or ideas
    # A ready-made step or two, like dropping duplicates, leave nothing of one's own to test.
    if not own:
        return len(steps) >= MANY
    return len(work | computed) >= (SEVERAL if _does_more(world, site) else 1)


def _does_more(world: World, site: Site) -> bool:
    """Whether a scope reads, writes, trains or judges besides: then one step on data is by the way."""
    if world.resolved.code.scope(*site).kind != "function":
        return True
    return any(effect.io or effect.role in _ELSE for effect in world.resolved.effects.own.get(site, ()))


def _draws(world: World, site: Site) -> bool:
    """Whether a scope makes a chart: what it does to data is for the eye."""
    return any(effect.domain == "viz" for effect in world.resolved.effects.own.get(site, ()))


def _only_prints(world: World, site: Site) -> bool:
    """Whether a function prints, and nothing of what it made gets out: it hands back, writes, keeps and passes on nothing."""
    scope, index, effects = world.resolved.code.scope(*site), world.resolved.code.index(*site), world.resolved.effects
    if scope.kind != "function" or index.yields or index.attributes or effects.calls.get(site):
        return False
    if any(type(value) is not Const for value in index.returns) or any(True for _ in world.resolved.code.nested(*site)):
        return False
    if any(effect.role in _LEAVING for effect in effects.own.get(site, ())):
        return False
    given = {param.name for param in scope.params}
    changed = {name_of(each.base).partition(".")[0] for each, _, _ in index.items if type(each) is Item}
    calls = [each.call for each in index.calls]
    inplace = any(name == "inplace" for call in calls for name, _ in call.keywords)
    local = changed <= index.bindings.keys() - given and not inplace
    return local and any(name_of(call.func).rpartition(".")[2] in _PRINTING for call in calls)


def _is_asked_for_settings(world: World, site: Site) -> bool:
    """Whether a function is given the trial of a study and trains nothing: it draws the settings of a model, and no features."""
    named = (
        name_of(param.annotation).rpartition(".")[2]
        for param in world.resolved.code.scope(*site).params
        if param.annotation
    )
    return "Trial" in named and not any(e.role is Role.FIT for e in world.resolved.effects.own.get(site, ()))


def _is_after_answers(world: World, site: Site) -> bool:
    """Whether a function comes to its work on data only when it has asked the model: it sets answers beside what is known."""
    if world.resolved.code.scope(*site).kind != "function":
        return False
    own, effects = world.resolved.effects.own.get(site, ()), world.resolved.effects
    asked = [effect.line for effect in own if effect.role is Role.PREDICT]
    asked += [
        edge.line for edge in effects.calls.get(site, ()) if _answers(world, (edge.callee.path, edge.callee.scope))
    ]
    if not asked or any(effect.role in (Role.FIT, Role.FIT_TRANSFORM) for effect in own):
        return False
    items = world.resolved.code.index(*site).items
    work = [line for target, value, line in items if _is_column(target) and _from_columns(value)]
    work += [effect.line for effect in own if effect.role in _WORK and not effect.dead]
    return bool(work) and min(work) > min(asked)


_MEASURING = regex(r"(^|_)(evaluat\w*|metrics?|accuracy|loss(es)?|errors?|benchmark\w*)(_|$)", re.I)
_MODEL = regex(r"^(model|net|network|estimator|classifier|clf|regressor|booster)$", re.I)


def _measures(world: World, site: Site) -> bool:
    """Whether a function is given a model and called after the figures that it tells of it, or called after a distance of two
    samples: it judges, and makes no features."""
    scope = world.resolved.code.scope(*site)
    given, name = any(_MODEL.search(param.name) for param in scope.params), scope.name.rpartition(".")[2]
    return (given and bool(_MEASURING.search(name))) or (
        bool(OWN_STATISTIC.search(name)) and "feature" not in name.lower()
    )


def _writes_to_a_language_model(world: World, site: Site) -> bool:
    """Whether a function asks a language model and touches no table: what it puts together is text."""
    own = [effect for effect in world.resolved.effects.own.get(site, ()) if not effect.dead]
    asks = any(effect.entry.attrs.get("llm") and "embed" not in effect.name for effect in own)
    return asks and all(effect.domain != "data" for effect in own)


def _answers(world: World, site: Site) -> bool:
    """Whether a function asks a model, itself or in one that it calls."""
    called = ((edge.callee.path, edge.callee.scope) for edge in world.resolved.effects.calls.get(site, ()))
    code = world.resolved.code
    return any(asks_a_model(each.call) for at in (site, *called) for each in code.index(*at).calls)


def _is_column(target: Expr) -> bool:
    """`frame["a"]`, `frame[["a", "b"]]`, `frame.loc[rows, "a"]`."""
    if type(target) is not Item:
        return False
    key = target.key
    if type(target.base) is Attr and target.base.name in ("loc", "at") and type(key) is Group and key.items:
        key = key.items[-1]
    return (type(key) is Const and isinstance(key.value, str)) or (
        type(key) is Group
        and bool(key.items)
        and all(type(item) is Const and isinstance(item.value, str) for item in key.items)
    )


def _from_columns(value: Expr) -> bool:
    """Whether a value is computed from named columns; a plain copy or a literal is none."""
    if type(value) in (Item, Const):
        return False
    todo = [value]
    while todo:
        expr = todo.pop()
        if type(expr) is Item and _is_column(expr):
            return True
        todo += children(expr)
    return False


def model_code(world: World, owned: Callable[[str], bool]) -> list[Subject]:
    """The networks that a component defines: classes, and functions that put layers together."""
    found = []
    for path in sorted(world.once(_with_layers)):
        if owned(path) and places.is_product(path) and not path.endswith(".ipynb"):
            sites = ((path, number) for number in world.seen(NETWORKS, path))
            found += [_subject(world, site) for site in sites if not _is_shown(world, site)]
    return found


def _is_shown(world: World, site: Site) -> bool:
    """Whether a class stands in a function that says of itself that it makes one up to show something."""
    scope = world.resolved.code.scope(*site)
    inside = scope.kind == "class" and world.resolved.code.scope(site[0], max(scope.parent, 0)).kind == "function"
    return inside and bool(_MADE_UP.search(scope.name))


def _with_layers(world: World) -> frozenset[str]:
    """The programs that import a framework of networks, and those that import these: no other can name what it offers."""
    own = [path for path, roots in world.imported_roots.items() if roots & _FRAMEWORKS]
    return frozenset(own) | world.resolved.code.importing.of_any(own)


def _networks(world: Sight, path: str) -> tuple[int, ...]:
    return tuple(number for number in world.resolved.code.scopes(path) if _is_network(world, (path, number)))


NETWORKS = Look("networks", _networks, tuple[int, ...], rare=True, lines=False)
"""The scopes of a program that define networks."""


def _is_network(world: Sight, site: Site) -> bool:
    scope = world.resolved.code.scope(*site)
    denoter = world.resolved.evaluator.denoter
    if scope.kind == "class":
        return bool(scope.bases) and any(_NETWORK.match(base) for base in denoter.ancestry(Local(*site)))
    if scope.kind != "function" or world.resolved.code.owner(*site) is not None:
        return False
    layers, calls = 0, world.resolved.code.index(*site).calls
    for call_site in calls if len(calls) >= LAYERS else ():
        made = denoter.denote(call_site.call.func, Frame(*site, block=call_site.block))
        layers += type(made) is Library and bool(_LAYER.match(made.dotted)) and not _AUGMENTS.search(made.dotted)
    return layers >= LAYERS


def _subject(world: World, site: Site) -> Subject:
    code, tests = world.resolved.code, suites(world)
    scope = code.scope(*site)
    sites = frozenset(_whole(world, site))
    name = f"{scope.name}()" if scope.kind == "function" else scope.name or f"the body of {site[0]}"
    return Subject(
        name,
        code.place(site[0], scope.line or 1),
        bool(sites & tests.reached) or ">>>" in scope.doc,
        bool(sites & tests.touched),
        world.uncalled.of(site),
    )


def _whole(world: World, site: Site) -> Iterator[Site]:
    """A scope; of a class its methods, since tests reach those."""
    if world.resolved.code.scope(*site).kind == "class":
        yield from ((site[0], number) for number in world.resolved.code.nested(*site))
    else:
        yield site
