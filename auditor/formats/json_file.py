"""The audit as JSON, whole and without loss, and the schema of that JSON."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from auditor.model.audit import SCHEMA, Audit
from auditor.model.page import RulePages


def render(audit: Audit, pages: RulePages | None = None) -> str:
    """The complete audit as indented JSON; equal audits give equal bytes. Rule pages are not part of it."""
    del pages
    # Read once and written again, a whole number in a field of floats is 3.0 here as in every later rendering.
    return _indented(parse(_raw(audit)))


def encoded(thing: msgspec.Struct) -> str:
    """Any other record of the model as indented JSON; equal ones give equal bytes."""
    return _indented(msgspec.json.decode(_raw(thing), type=type(thing)))


def _raw(thing: msgspec.Struct) -> bytes:
    try:
        return msgspec.json.encode(thing)
    except UnicodeEncodeError:  # a file name that is not UTF-8 came along as lone surrogates
        return msgspec.json.encode(writable(msgspec.to_builtins(thing)))


def _indented(thing: msgspec.Struct) -> str:
    return msgspec.json.format(msgspec.json.encode(thing, order="deterministic"), indent=2).decode() + "\n"


def parse(text: str | bytes) -> Audit:
    """The audit that `render` wrote. Raises msgspec.ValidationError or DecodeError for anything else."""
    return msgspec.json.decode(text, type=Audit)


def json_schema() -> str:
    """The JSON Schema (2020-12) of an audit, generated from the model."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **msgspec.json.schema(Audit)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def writable(value: Any) -> Any:
    """The same builtins with every lone surrogate spelt out, and keys in order."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {writable(key): writable(value[key]) for key in value}
    if isinstance(value, list | tuple):
        return [writable(item) for item in value]
    return value
