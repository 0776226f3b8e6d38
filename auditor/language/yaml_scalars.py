"""What plain scalars of YAML are, by the 1.2 core schema."""

from __future__ import annotations

from auditor.language.node import MAX_INT, Scalar
from auditor.model.regex import regex

_INT = regex(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = regex(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, tuple[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("null", None)),
    **dict.fromkeys(("true", "True", "TRUE"), ("bool", True)),
    **dict.fromkeys(("false", "False", "FALSE"), ("bool", False)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), ("float", float("inf"))),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), ("float", float("-inf"))),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("float", None)),
}
_NUMERIC = frozenset("+-.0123456789")
TELLING = _NUMERIC.union(word[:1] for word in _WORDS)
"""What a plain scalar begins with that may be more than text."""


def typed(text: str) -> tuple[str, Scalar]:
    """Kind and value of a plain scalar by the YAML 1.2 core schema: `on` is text, `1e-3` a number, `010` ten."""
    known = _WORDS.get(text)
    if known is not None:
        return known
    if text[0] not in _NUMERIC:
        return "str", text
    if _INT.fullmatch(text):
        return _whole(text)
    if _FLOAT.fullmatch(text):
        return "float", float(text)
    return "str", text


def _whole(text: str) -> tuple[str, Scalar]:
    if len(text) > 40:
        return "str", text
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    value = int(text[2:] if base != 10 else text, base)
    return ("int", value) if -MAX_INT <= value <= MAX_INT else ("str", text)
