"""Jinja in files of another format: expressions become `${…}` holes, so that the file can be read as what it will be."""

from __future__ import annotations

import re

from auditor.model.regex import regex

_EXPRESSION = regex(r"\{\{-?\s*(.*?)\s*-?\}\}")
_STATEMENT = regex(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NAME = regex(r"[A-Za-z_][\w.]*")


def without_jinja(text: str) -> str:
    """The text with `{{ name }}` as `${name}`, blocks and comments left out; its lines stay where they are.

    A loop's body stands there once, its variable a hole.
    """
    if "{{" not in text and "{%" not in text:
        return text
    blank = _STATEMENT.sub(lambda match: "\n" * match.group().count("\n"), text)
    return _EXPRESSION.sub(_hole, blank)


def _hole(match: re.Match[str]) -> str:
    name = _NAME.match(match.group(1))
    return f"${{{name.group() if name else 'value'}}}"
