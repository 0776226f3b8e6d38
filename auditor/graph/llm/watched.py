"""What looks after the answers of language models: evaluation sets that are run, and traces of calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from auditor.graph import places
from auditor.graph.llm.asks import Ask
from auditor.graph.sight import Look, Sight
from auditor.graph.world import World
from auditor.model.facts import Facts
from auditor.model.ir import Attr
from auditor.model.place import Place
from auditor.model.regex import regex
from auditor.program.naming.statements import heads, placed, within

EVALUATING = (
    "ragas", "deepeval", "inspect_ai", "trulens", "trulens_eval", "giskard", "phoenix.evals", "braintrust", "autoevals", "openevals",
    "opik", "uptrain", "lm_eval", "rouge_score", "bert_score", "evaluate", "langchain.evaluation", "llama_index.core.evaluation",
    "pydantic_evals", "agentevals", "promptfoo", "evidently", "langsmith.evaluation", "mlflow.genai", "continuous_eval", "tonic_validate",
)  # fmt: skip
TRACING = (
    "langfuse", "langsmith", "opentelemetry", "openinference", "phoenix", "helicone", "traceloop", "logfire", "agentops", "opik", "weave",
    "literalai", "portkey_ai", "lunary", "promptlayer", "braintrust", "comet_llm", "openlit", "mlflow", "ddtrace", "arize", "langwatch",
)  # fmt: skip
_CALLS = regex(
    r"^(langsmith\.(evaluate|aevaluate|Client\.\w*evaluate\w*|Client\.create_dataset|Client\.run_on_dataset)|langfuse\.Langfuse\.(create_dataset\w*|get_dataset|run_experiment)|mlflow\.(evaluate|genai\.evaluate))"
)
_EVAL_FILE = regex(
    r"(^|/)(promptfoo\w*\.(ya?ml|json|js|ts)$|evals?/|evaluations?/|[^/]*(^|[/_-])(evals?|evaluat\w+|golden|benchmark\w*|judge)([_-][^/]*)?\.(py|ipynb|jsonl|csv|ya?ml|json)$)",
    re.I,
)
_TOLD = regex(
    r"\b(?:blind|a/b)[ -](?:a/b )?(?:tests?|comparisons?|evaluations?|ratings?)\b|\bhuman (?:evaluation|raters?|judg)|\bllm[- ]as[- ]a[- ]judge\b"
    r"|\bleaderboard\b|\bevaluat\w+ (?:of )?(?:the |our )?(?:\w+ )?(?:answers|outputs|captions|responses|generations|summaries)\b",
    re.I,
)
"""How a document tells that somebody judges what a model answers."""
_ENVIRONMENT = regex(r"LANGSMITH_|LANGCHAIN_TRACING|LANGFUSE_|HELICONE|OTEL_EXPORTER|PHOENIX_|TRACELOOP", re.I)
_PLATFORM = regex(r"(^|/)langgraph\.json$")
SEARCHED_EVALUATION = (
    "15 evaluation libraries and promptfoo",
    "folders and files named eval, evaluation, golden, benchmark or judge",
    "tests that reach the calls",
    "documents that tell who judges the answers",
)
SEARCHED_TRACES = (
    "20 tracing libraries",
    "tracing switched on by environment variables",
    "token counts of answers that are read",
)


class Seen(msgspec.Struct, frozen=True):
    """One piece of evidence."""

    place: Place
    says: str


class Watched(msgspec.Struct, frozen=True):
    """Evidence of a practice, what hints at one that may live elsewhere, and what was searched."""

    evidence: list[Seen]
    hints: list[Seen]
    searched: tuple[str, ...]


def evaluation(world: World, asked: list[Ask]) -> Watched:
    """What evaluates the answers, anywhere in the repository; tests that import what asks are a hint, and documents that tell of judging."""
    found = [*world.once(_evaluators)]
    found += [
        Seen(Place(entry.path), "is named after an evaluation")
        for entry in world.listing.entries
        if _EVAL_FILE.search(entry.path)
    ]
    asking = {ask.effect.site[0] for ask in asked}
    hints = [
        Seen(Place(path), "is a test of what asks the model")
        for path in world.resolved.code.paths
        if places.is_test(path) and any(path in world.resolved.code.importers(file) for file in sorted(asking))
    ]
    hints += [
        Seen(Place(path, section.line), "tells of judging what the model answers")
        for path, section in world.documents.sections
        if _TOLD.search(f"{section.title} {section.text}")
    ]
    return Watched(found, hints, SEARCHED_EVALUATION)


def traces(world: World, asked: list[Ask]) -> Watched:
    """What records the calls, anywhere in the repository; a platform that does so by itself is a hint."""
    found = [*world.once(_tracers), *_counted(world, asked)]
    hints = [
        Seen(Place(entry.path), "is deployed on a platform that can trace")
        for entry in world.listing.entries
        if _PLATFORM.search(entry.path)
    ]
    return Watched(found, hints, SEARCHED_TRACES)


def _evaluators(world: World) -> tuple[Seen, ...]:
    return (*_imports(world, EVALUATING), *_evaluating_calls(world))


def _tracers(world: World) -> tuple[Seen, ...]:
    return (*_imports(world, TRACING), *_switched_on(world))


def _imports(world: World, names: Iterable[str]) -> Iterator[Seen]:
    listed = tuple(names)
    exact, inside = frozenset(listed), tuple(f"{name}." for name in listed)
    roots = frozenset(name.partition(".")[0] for name in listed)
    code = world.resolved.code
    for path in code.paths:
        for number in code.scopes(path) if not roots.isdisjoint(world.imported_roots[path]) else ():
            for statement, _, _ in code.index(path, number).imports:
                for imported in statement.names if not statement.level else ():
                    whole = f"{imported.module}.{imported.name}" if imported.name else imported.module
                    if whole not in exact and not whole.startswith(inside):
                        continue
                    hit = next(name for name in listed if whole == name or whole.startswith(f"{name}."))
                    if code.modules.resolve(path, imported.module, 0) is None:
                        yield Seen(code.place(path, statement.line), f"uses {hit}")


def _evaluating_calls(world: World) -> Iterator[Seen]:
    effects = world.resolved.effects.all()
    calls = {name for name in {effect.name for effect in effects} if _CALLS.match(name)}
    for effect in effects:
        if effect.name in calls:
            yield Seen(world.resolved.code.place(effect.site[0], effect.line), f"calls {effect.name}")


def _switched_on(world: World) -> Iterator[Seen]:
    """Tracing that the environment switches on: named in code or in a configuration."""
    for path in world.resolved.code.paths:
        if world.seen(TRACER_NAMED, path):
            yield Seen(Place(path), "names the variables of a tracer")
    for path, facts in sorted(world.files.items()):
        line = world.resolved.code.alone(path, _sets_tracer) if facts.leaves else None
        if line is not None:
            yield Seen(Place(path, line), "sets the variables of a tracer")


def _sets_tracer(facts: Facts) -> int | None:
    """The line in which a configuration sets the variables that switch a tracer on."""
    return next((leaf.line for leaf in facts.leaves if _ENVIRONMENT.search(leaf.key)), None)


def _names_tracer(world: Sight, path: str) -> bool:
    return any(len(text) < 80 and _ENVIRONMENT.match(text) for text in world.resolved.code.texts(path))


TRACER_NAMED = Look("tracer", _names_tracer, bool)
"""Whether a program names the variables that switch a tracer on."""


def _counted(world: World, asked: list[Ask]) -> Iterator[Seen]:
    """Code that reads how many tokens an answer took, beside the call."""
    code = world.resolved.code
    for site in sorted({ask.effect.site for ask in asked}):
        for at in placed(code.scope(*site).body):
            nodes = (node for head in heads(at.statement) for node in within(head))
            if any(type(node) is Attr and node.name in ("usage", "usage_metadata", "token_usage") for node in nodes):
                yield Seen(code.place(site[0], at.line), "reads the token counts of an answer")
                break
