"""What happens to the text that a language model returns: executed, sent to a database or shell, or parsed on trust."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.llm.asks import Ask
from auditor.graph.world import World
from auditor.model.ir import Assert, Attr, Call, Const, Expr, Try
from auditor.model.place import Place
from auditor.program.calls.effects import Site
from auditor.program.naming.code import Frame
from auditor.program.naming.statements import Placed, heads, placed, within

_RUNNING = frozenset({
    "builtins.eval", "builtins.exec", "os.system", "os.popen", "subprocess.run", "subprocess.Popen", "subprocess.call",
    "subprocess.check_call", "subprocess.check_output",
})  # fmt: skip
_PARSING = frozenset(
    {"json.loads", "orjson.loads", "simplejson.loads", "ujson.loads", "yaml.safe_load", "yaml.load", "ast.literal_eval"}
)
_QUERYING = frozenset({"execute", "executemany", "executescript", "read_sql", "read_sql_query"})
_STRUCTURED = frozenset(
    {
        "response_format",
        "response_model",
        "response_schema",
        "tools",
        "functions",
        "format",
        "text_format",
        "generation_config",
        "config",
    }
)
_DANGEROUS = "allow_dangerous_code"
_AGENTS = ("langchain", "llama_index")


class Output(msgspec.Struct, frozen=True):
    """One use of an answer. `kind`: `run`, `query`, `parse` or `agent` (one that may run code); `name` is what takes it."""

    kind: str
    name: str
    place: Place
    asked: Place | None


class Outputs(msgspec.Struct, frozen=True):
    """Uses of answers that nothing checks, and how many uses of any kind were followed."""

    bare: list[Output]
    followed: int


def outputs(world: World, owned: Callable[[str], bool], asked: list[Ask]) -> Outputs:
    """Where answers of language models are run, sent to a database or parsed without a check, notebooks left out."""
    answers = {id(ask.effect.call): ask for ask in asked}
    files = sorted({ask.effect.site[0] for ask in asked})
    found: list[Output] = []
    followed = 0
    near = {path for file in files for path in (file, *world.resolved.code.importers(file))}
    for path in sorted(near):
        if not owned(path) or not places.is_product(path) or path.endswith(".ipynb"):
            continue
        for number in world.resolved.code.scopes(path):
            for output, checked in _uses(world, (path, number), answers):
                followed += 1
                if not checked:
                    found.append(output)
    return Outputs(sorted(set(found), key=lambda each: (each.place.path, each.place.line or 0, each.kind)), followed)


def _uses(world: World, site: Site, answers: dict[int, Ask]) -> Iterator[tuple[Output, bool]]:
    for at in placed(world.resolved.code.scope(*site).body):
        frame = Frame(*site, block=at.block)
        for head in heads(at.statement):
            for node in within(head, opened=False):
                if type(node) is Call:
                    yield from _use(world, site, at, node, frame, answers)


def _use(
    world: World, site: Site, at: Placed, call: Call, frame: Frame, answers: dict[int, Ask]
) -> Iterator[tuple[Output, bool]]:
    if not call.args and not any(name == _DANGEROUS for name, _ in call.keywords):
        return
    kind, name = _kind(world, call, frame)
    if not kind:
        return
    place = world.resolved.code.place(site[0], call.line)
    if kind == "agent":
        yield Output("agent", name, place, None), False
    if kind == "agent" or not call.args:
        return
    ask = _answer(world, call.args[0], frame, call.line, answers)
    if ask is None:
        return
    checked = kind == "parse" and (_is_structured(ask) or _is_guarded(at) or _is_validated(world, site))
    yield Output(kind, name, place, ask.place), checked


def _kind(world: World, call: Call, frame: Frame) -> tuple[str, str]:
    """What a call does with a text, and its name."""
    allowed = dict(call.keywords).get(_DANGEROUS)
    dotted = world.resolved.evaluator.denoter.dotted(call.func, frame) or ""
    if type(allowed) is Const and allowed.value is True and dotted.startswith(_AGENTS):
        return "agent", dotted.rpartition(".")[2]
    if dotted in _RUNNING:
        return "run", dotted
    if dotted in _PARSING:
        return "parse", dotted
    if type(call.func) is Attr and call.func.name in _QUERYING:
        return "query", call.func.name
    return "", ""


def _answer(world: World, expr: Expr, frame: Frame, line: int, answers: dict[int, Ask]) -> Ask | None:
    """The call of a language model whose answer a value is."""
    for origin in world.flows.origins.of(expr, frame, line).calls:
        ask = answers.get(id(origin.call))
        if ask is not None and ask.answers:
            return ask
    return None


def _is_structured(ask: Ask) -> bool:
    given = dict(ask.effect.call.keywords)
    return bool(_STRUCTURED & set(given)) or "" in given or ask.effect.name.endswith(".parse")


def _is_guarded(at: Placed) -> bool:
    """Whether a failure to parse is caught."""
    return any(type(each) is Try and each.handlers for each in at.around)


_CHECKS = frozenset(
    {"validate", "model_validate", "parse_obj", "model_validate_json", "validate_python", "from_dict", "TypeAdapter"}
)


def _is_validated(world: World, site: Site) -> bool:
    """Whether the scope checks what it parsed: a schema, an assertion, or a question whether keys are there."""
    index = world.resolved.code.index(*site)
    names = {each.call.func.name for each in index.calls if type(each.call.func) is Attr}
    asserted = any(type(each) is Assert for each in world.resolved.code.scope(*site).body)
    built = any(
        name[:1].isupper() and "" in dict(each.call.keywords) for each in index.calls for name in [_last(each.call)]
    )
    return bool(names & _CHECKS) or asserted or built or "isinstance" in {_last(each.call) for each in index.calls}


def _last(call: Call) -> str:
    func = call.func
    return func.name if type(func) is Attr else getattr(func, "id", "")
