"""Where a component asks language models: the calls, the models they name, and the limits they set."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from auditor.graph import places
from auditor.graph.observed.written import name_of
from auditor.graph.world import World
from auditor.model.artefact import Role
from auditor.model.ir import Attr, Call, Const, Expr
from auditor.model.place import Place
from auditor.program.calls.effects import Effect
from auditor.program.naming.code import Instance
from auditor.program.running.invocations import argument

_MODEL = ("model", "model_name", "model_id", "engine")
_FIRST = (
    "litellm.",
    "google.generativeai.GenerativeModel",
    "vertexai.",
    "dspy.LM",
    "pydantic_ai.Agent",
    "langchain.chat_models.init_chat_model",
)
"""Calls that take the model as their first argument."""
_DEFAULTS = {"ChatOpenAI": "gpt-3.5-turbo", "OpenAI": "gpt-3.5-turbo-instruct"}
"""What LangChain's classes ask where no model is named."""
_LIMITS = frozenset({
    "max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "num_predict", "timeout", "request_timeout",
    "default_request_timeout", "generation_config", "config", "options", "max_tokens_to_sample", "http_options", "request_options", "model_settings",
})  # fmt: skip
_OTHER = ("embed", "rerank", "images", "audio", "moderation")
_UNLIMITED = ("langgraph.", "crewai.", "autogen.", "haystack.", "semantic_kernel.", "llama_index.", "instructor.")
"""Frameworks whose limits stand elsewhere."""


class Ask(msgspec.Struct, frozen=True):
    """A call that asks a language model, or makes what asks it.

    `models` are the names that it may use; None where they are not known. `default`: nobody names one. `limited` is None
    where limits may be set out of sight.
    """

    effect: Effect
    place: Place
    models: tuple[str, ...] | None
    default: bool
    limited: bool | None
    answers: bool


def asks(world: World, owned: Callable[[str], bool]) -> list[Ask]:
    """All calls of product code that ask a language model for text."""
    found = []
    code = world.resolved.code
    for path in code.paths:
        if not owned(path) or not places.is_product(path):
            continue
        for number in code.scopes(path):
            own = world.resolved.effects.own.get((path, number), ())
            found += [_ask(world, effect) for effect in own if _asks_for_text(effect)]
    return found


def _asks_for_text(effect: Effect) -> bool:
    attrs = effect.entry.attrs
    if effect.dead or not attrs.get("llm") or attrs.get("embedding") or effect.certainty < 0.9:
        return False
    if effect.role not in (Role.CALL_SERVICE, Role.CONNECT):
        return False
    return not any(word in effect.name.lower() for word in _OTHER)


def _ask(world: World, effect: Effect) -> Ask:
    given = dict(effect.call.keywords)
    opened = "" in given
    named = next((given[name] for name in _MODEL if name in given), None)
    if named is None and effect.entry.pin is not None:
        named = argument(effect.call, effect.entry.pin.arg, effect.entry.pin.pos)
    if named is None and effect.name.startswith(_FIRST) and effect.call.args:
        named = effect.call.args[0]
    default = _default(effect) if named is None and not opened and not effect.call.args else ""
    models: tuple[str, ...] | None = (default,) if default else None
    if named is not None:
        values = world.resolved.evaluator.values(named, effect.frame)
        exact = tuple(value.text() for value in values if value.exact)
        # What Azure takes for a model is the name of a deployment, where its version is set.
        models = exact if exact and not _is_deployed(world, effect) else None
    place = world.resolved.code.place(effect.site[0], effect.line, effect.end_line)
    limited = _limited(world, effect)
    if limited is False and effect.name.startswith("langchain"):
        limited = _limited_by_default(models)
    return Ask(effect, place, models, bool(default), limited, effect.role is Role.CALL_SERVICE)


def _limited_by_default(models: tuple[str, ...] | None) -> bool | None:
    """LangChain's classes for Anthropic set a limit of tokens by themselves, since that provider asks for one."""
    if models is None:
        return None
    return all(model.startswith(("claude", "anthropic")) for model in models)


def _default(effect: Effect) -> str:
    if not effect.name.startswith("langchain") or effect.role is not Role.CONNECT:
        return ""
    return _DEFAULTS.get(effect.name.rpartition(".")[2], "")


def _limited(world: World, effect: Effect) -> bool | None:
    """Whether a call or its client sets a limit of tokens or time; None where that may happen out of sight."""
    if effect.name.startswith(_UNLIMITED) or (effect.name.startswith("langchain") and effect.role is Role.CALL_SERVICE):
        return None
    if _has_limit(effect.call):
        return True
    if "" in dict(effect.call.keywords):
        return None
    client = _client(world, effect)
    if client is None or client.made is None:
        return None if client is not None else False
    made = client.made.call
    return True if _has_limit(made) else None if "" in dict(made.keywords) else False


def _client(world: World, effect: Effect) -> Instance | None:
    """The object whose method is called, however deep; None where it is not known."""
    base: Expr = effect.call.func
    while type(base) is Attr:
        base = base.base
        known = world.resolved.evaluator.denoter.denote(base, effect.frame)
        if type(known) is Instance:
            return known
    return None


def _is_deployed(world: World, effect: Effect) -> bool:
    """Whether a call asks a deployment of Azure: its client is made by a class for it, or is given its endpoint."""
    client = _client(world, effect)
    calls = (effect.call, *((client.made.call,) if client is not None and client.made is not None else ()))
    return any(
        "Azure" in name_of(call.func) or any(word.startswith("azure_") for word, _ in call.keywords) for call in calls
    )


def _has_limit(call: Call) -> bool:
    return any(name in _LIMITS and not (type(v) is Const and v.value is None) for name, v in call.keywords)
