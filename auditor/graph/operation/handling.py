"""What the endpoints of a service do with a request: whether its input is checked and its answer kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.coupling.sides import predicting_sites, predictions
from auditor.graph.jungles.failures import nested
from auditor.graph.observed.answers import PREDICTING
from auditor.graph.observed.endpoints import Endpoint, endpoints, schema_of
from auditor.graph.observed.written import name_of
from auditor.graph.parts.portrait import serving_programs
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Assert, Attr, Call, Const, Expr, If, Item, Name, Raise, Return
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.calls.effects import Effect, Site
from auditor.program.naming.code import Frame
from auditor.program.naming.scopes import CallSite, last_name
from auditor.program.naming.statements import heads, placed, within

_KEEPING = frozenset({
    "insert", "insert_one", "insert_many", "add", "add_all", "execute", "executemany", "commit", "send", "send_message", "publish", "produce",
    "put", "put_item", "put_record", "put_object", "append_row", "write", "writerow", "append", "save", "record", "store", "persist", "track",
    "add_task", "delay", "apply_async", "submit", "enqueue", "lpush", "rpush", "xadd", "set", "create", "capture", "ingest", "upload", "to_csv",
    "to_sql", "to_parquet", "dump", "labels", "observe", "log_metric", "log_metrics", "log_prediction", "log_predictions", "bulk_create", "bind",
})  # fmt: skip
"""Methods and functions that may keep what they are given, whatever object they belong to."""
_KEEPERS = regex(
    r"(^|_)(log|save|store|record|persist|audit|track|publish|insert|write|capture|monitor|history|telemetry)(_|$|s$)",
    re.I,
)
_TAKING = regex(
    r"_?(get|load|read|fetch|valid\w*|check|pars\w*|prepare|convert|clean|build|list|find|is|has|to|from)_", re.I
)
"""How names begin of what takes or looks at records, and keeps none."""
_LOGGING = frozenset({"debug", "info", "warning", "error", "log", "exception", "critical", "warn", "msg", "success"})
_ERRORS = frozenset({"error", "exception", "critical"})
_WARNINGS = frozenset({"warning", "warn"})
_CHECKING = regex(
    r"valid|check(?!out|point)|verif|sanit|schema|parse_|clean_|ensure|assert|sanity|preprocess_input", re.I
)
_CONVERTING = frozenset(
    {"float", "int", "bool", "Decimal", "isinstance", "issubset", "difference", "isin", "strptime", "fromisoformat"}
)
_NOT_INPUT = regex(r"^(method|filename|content_type|__name__|model\w*|\w*_model|pipeline|\w*_pipeline|pipe|clf|classifier|predictor|scaler|preprocessor|vectorizer|tokenizer|encoder|session|app|state|api_key|token|user|auth\w*|authorization|headers)$", re.I)  # fmt: skip
_VERSION = regex(r"version|model_?(name|id|tag|uri|alias|stage)|run_id|registry", re.I)
_OPENED_WITH = frozenset({"query_params", "path_params", "headers", "cookies"})
_MOST_SCOPES = 400


class Handler(msgspec.Struct, frozen=True):
    """One endpoint that answers with a prediction. `way` are the scopes from it to where the model is asked."""

    service: str
    endpoint: Endpoint
    place: Place
    way: frozenset[Site]
    reached: frozenset[Site]

    @property
    def says(self) -> str:
        """`POST /score` and the like, as a reader of the code would call it."""
        return self.endpoint.route or f"{self.endpoint.site[0]}:{self.endpoint.line}"


class Kept(msgspec.Struct, frozen=True):
    """A place where an answer may be kept. `sure` is false where what is called is not known; `version`: with the model's."""

    place: Place
    says: str
    version: bool


class Answers(msgspec.Struct, frozen=True):
    """What a service does with its answers: endpoints that lose them, and a place that keeps them without the version.

    `asked` is where an endpoint that loses its answers at least logs or keeps what it was asked.
    """

    path: str
    lost: tuple[Handler, ...]
    unversioned: Kept | None
    hooked: bool
    asked: Place | None

    @property
    def names(self) -> str:
        """The routes that lose their answers."""
        return " and ".join(dict.fromkeys(handler.says for handler in self.lost[:3]))


def answers(world: World, owned: Callable[[str], bool]) -> list[Answers]:
    """The services of a component, with what becomes of their answers."""
    found: dict[str, list[Handler]] = {}
    for handler in handlers(world, owned):
        found.setdefault(handler.endpoint.site[0], []).append(handler)
    return [_answers(world, path, found[path]) for path in sorted(found)]


def _answers(world: World, path: str, of: list[Handler]) -> Answers:
    keeping = {handler: kept(world, handler) for handler in of}
    lost = tuple(handler for handler, kept_at in keeping.items() if not kept_at)
    bare = [each[0] for each in keeping.values() if each and not each[0].version]
    asked = {handler: _keeps_request(world, handler) for handler in lost}
    # Endpoints that keep nothing at all are told of before those that keep the question.
    lost = tuple(handler for handler in lost if asked[handler] is None) or lost
    return Answers(
        path, lost, bare[0] if bare else None, any(hooked(world, h) for h in lost), asked[lost[0]] if lost else None
    )


def handlers(world: World, owned: Callable[[str], bool]) -> list[Handler]:
    """The endpoints of a component's services that lead to a prediction."""
    return [handler for handler in world.once(_handlers) if owned(handler.endpoint.site[0])]


def _handlers(world: World) -> tuple[Handler, ...]:
    product = [path for path in world.resolved.code.paths if places.is_product(path)]
    found: dict[Site, Handler] = {}
    predicting = predicting_sites(world)
    for path in serving_programs(product, world.resolved, world.lineage):
        for endpoint in endpoints(world.resolved, path):
            reached = frozenset(world.resolved.effects.reached(endpoint.site))
            if len(reached) > _MOST_SCOPES or not reached & predicting or _trains(world, reached):
                continue
            way = frozenset(site for site in reached if predicting & set(world.resolved.effects.reached(site)))
            place = world.resolved.code.place(endpoint.site[0], endpoint.line)
            found.setdefault(endpoint.site, Handler(path, endpoint, place, way, reached))
    return tuple(found[site] for site in sorted(found))


def _trains(world: World, reached: Iterable[Site]) -> bool:
    """Whether an endpoint has a model trained: what it asks the model then is how good it became."""
    return any(world.trains(effect) for site in reached for effect in world.resolved.effects.own.get(site, ()))


# --- what comes in ---


def takes(world: World, handler: Handler) -> bool:
    """Whether an endpoint takes anything in: parameters, or the request itself."""
    params = [param for param in handler.endpoint.params if param.name not in ("self", "cls")]
    if any(param.annotation is not None and last_name(param.annotation) == "WebSocket" for param in params):
        params = [] if not any(_receives(world, site) for site in handler.reached) else params
    return bool(params) or any(_asks_request(world, site) for site in handler.reached)


def _receives(world: World, site: Site) -> bool:
    """Whether a scope takes in what a socket is sent, or what it was opened with."""
    return any(
        type(node) is Attr and (node.name in _OPENED_WITH or node.name.startswith(("receive", "iter_")))
        for at in placed(world.resolved.code.scope(*site).body)
        for head in heads(at.statement)
        for node in within(head)
    )


def unchecked(world: World, handler: Handler) -> bool:
    """Whether nothing of what an endpoint takes in is checked beyond its parsing."""
    return not _typed(world, handler) and not any(_checks(world, site) for site in _handed(world, handler))


def _handed(world: World, handler: Handler) -> Iterator[Site]:
    """The endpoint, and the scopes it leads to by calls that hand something over, or that look at the request themselves."""
    todo, seen = [handler.endpoint.site], {handler.endpoint.site}
    while todo:
        site = todo.pop()
        yield site
        for edge in world.resolved.effects.calls.get(site, ()):
            other = (edge.callee.path, edge.callee.scope)
            given = edge.call.args or edge.call.keywords or not edge.direct
            if other not in seen and places.is_product(other[0]) and (given or _asks_request(world, other)):
                seen.add(other)
                todo.append(other)


def _asks_request(world: World, site: Site) -> bool:
    return any(
        type(node) is Name and node.id == "request"
        for at in placed(world.resolved.code.scope(*site).body)
        for head in heads(at.statement)
        for node in within(head)
    )


def _typed(world: World, handler: Handler) -> bool:
    """Whether a parameter has a type that the framework enforces."""
    site = handler.endpoint.site
    frame = Frame(site[0], max(world.resolved.code.scope(*site).parent, 0))
    for param in handler.endpoint.params:
        if param.name in ("self", "cls", "request", "context", "ctx"):
            continue
        if type(param.annotation) is Item and _elements(param.annotation.key):
            return True
        if schema_of(world.resolved, param.annotation, frame) != "open":
            return True
    return False


def _elements(key: Expr) -> bool:
    """Whether what stands in the brackets of a type names types itself: `list[float]`, but not `dict[str, Any]`."""
    names = {last_name(node) for node in within(key)} - {""}
    return bool(names) and not names & {"Any", "object", "dict", "Dict"}


def _checks(world: World, site: Site) -> bool:
    """Whether a scope checks anything: a schema, a conversion, a test that ends in a refusal."""
    scope = world.resolved.code.scope(*site)
    if scope.kind == "class":
        return False
    if any(effect.role is Role.VALIDATE for effect in world.resolved.effects.own.get(site, ())):
        return True
    for call in world.resolved.code.index(*site).calls:
        name = last_name(call.call.func)
        if name == "astype" and type(call.call.func) is Attr and _mentions_input(call.call.func.base):
            return True
        if (name in _CONVERTING and any(_mentions_input(arg) and not _predicted(arg) for arg in call.call.args)) or (
            name and _CHECKING.search(name)
        ):
            return True
    return any(_refuses(statement) for statement, _ in nested(scope.body))


def _predicted(expr: Expr) -> bool:
    """Whether an expression asks the model: what is converted then is the answer."""
    return any(type(node) is Attr and node.name in PREDICTING for node in within(expr))


def _refuses(statement: object) -> bool:
    if type(statement) is Assert:
        return True
    if type(statement) is not If or not _mentions_input(statement.test):
        return False
    return any(
        type(inner) in (Raise, Return) or _aborts(inner) for inner, _ in nested((*statement.body, *statement.orelse))
    )


def _aborts(statement: object) -> bool:
    value = getattr(statement, "value", None)
    return type(value) is Call and name_of(value.func).rpartition(".")[2] in ("abort", "set_status", "fail", "error")


def _mentions_input(expr: Expr) -> bool:
    """Whether an expression looks at more than the method, the name of a file, or whether there is a model."""
    named = [node for node in within(expr) if type(node) in (Name, Attr, Item)]
    return bool(named) and not any(_NOT_INPUT.match(last_name(node)) for node in named)


# --- what goes out ---


def kept(world: World, handler: Handler) -> list[Kept]:
    """Where an endpoint may keep or log its prediction: calls after the model was asked, on the way back to the caller."""
    found: list[Kept] = []
    for site in sorted(handler.way):
        asked = _asked(world, handler, site)
        if asked is None:
            continue
        for call in world.resolved.code.index(*site).calls:
            if call.call.line >= asked.line and call.call is not asked and not _in_handler(world, site, call):
                found += _keeps(world, site, call)
        found += [
            Kept(world.resolved.code.place(site[0], effect.line), effect.name, False)
            for effect in world.resolved.effects.of(site)
            if effect.line >= asked.line and _stores(effect) and not _in_handler(world, site, effect.at)
        ]
    return sorted(found, key=lambda each: (not each.version, each.place))


def _keeps_request(world: World, handler: Handler) -> Place | None:
    """Where an endpoint logs or keeps something before it asks the model: what it was asked."""
    for site in sorted(handler.way):
        asked = _asked(world, handler, site)
        for call in world.resolved.code.index(*site).calls if asked is not None else ():
            given = (*call.call.args, *(value for _, value in call.call.keywords))
            before = asked is not None and call.call.line < asked.line and not _in_handler(world, site, call)
            if before and any(map(_mentions_input, given)):
                kept_at = next(_keeps(world, site, call), None)
                if kept_at is not None:
                    return kept_at.place
    return None


def _asked(world: World, handler: Handler, site: Site) -> Call | None:
    """The first call of a scope that asks the model, or leads to where it is asked."""
    direct = [call.call for call in predictions(world, site)]
    leading = [
        edge.call
        for edge in world.resolved.effects.calls.get(site, ())
        if (edge.callee.path, edge.callee.scope) in handler.way
    ]
    return min((*direct, *leading), key=lambda call: call.line, default=None)


def _in_handler(world: World, site: Site, call: CallSite) -> bool:
    """Whether a call stands where an error is caught."""
    kinds = world.resolved.code.index(*site).kinds
    return any(kinds.get(construct) == "try" and arm > 0 for construct, arm in call.block)


def _is_conditional(world: World, site: Site, call: CallSite) -> bool:
    """Whether a call stands under a test: what it says then is said of some requests."""
    kinds = world.resolved.code.index(*site).kinds
    return any(kinds.get(construct) == "if" for construct, _ in call.block)


def _keeps(world: World, site: Site, call: CallSite) -> Iterator[Kept]:
    given = (*call.call.args, *(value for _, value in call.call.keywords))
    if all(type(value) is Const for value in given):
        return
    name = last_name(call.call.func)
    if (
        name in _ERRORS
        or name in ("jsonify", "JSONResponse")
        or (name in _WARNINGS and _is_conditional(world, site, call))
    ):
        return
    logs = name in _LOGGING and type(call.call.func) is Attr
    keeps = name in _KEEPING or (_KEEPERS.search(name) and not _TAKING.match(name))
    if logs or name == "print" or keeps:
        place = world.resolved.code.place(site[0], call.call.line)
        named = (key for key, _ in call.call.keywords)
        yield Kept(place, f"{name}(…)", bool(_VERSION.search(" ".join((*_words(given), *named)))))


def _words(given: Iterable[Expr]) -> Iterator[str]:
    for value in given:
        for node in within(value):
            if type(node) is Const and isinstance(node.value, str):
                yield node.value
            elif named := last_name(node):
                yield named


def _stores(effect: Effect) -> bool:
    if effect.role is Role.MONITOR:
        return str(effect.entry.attrs.get("drift")) != "operational"
    return effect.role in (Role.WRITE, Role.LOG, Role.LOG_METRIC, Role.LOG_ARTIFACT) or (
        effect.role is Role.CALL_SERVICE and effect.domain != "llm"
    )


def hooked(world: World, handler: Handler) -> bool:
    """Whether the service runs something around every request: what a middleware keeps is not followed."""
    for path in {handler.service, *(site[0] for site in handler.reached)}:
        for number in world.resolved.code.scopes(path):
            scope = world.resolved.code.scope(path, number)
            for decorator in scope.decorators:
                func = decorator.func if type(decorator) is Call else decorator
                if type(func) is Attr and func.name in (
                    "middleware",
                    "before_request",
                    "after_request",
                    "teardown_request",
                ):
                    return True
            for call in world.resolved.code.index(path, number).calls:
                named = name_of(call.call.func).rpartition(".")[2]
                first = name_of(call.call.args[0]) if call.call.args else ""
                if named == "add_middleware" and not first.rpartition(".")[2].startswith(
                    ("CORS", "GZip", "TrustedHost", "HTTPSRedirect", "Session")
                ):
                    return True
    return False
