"""What kind of trigger an event of a cloud is."""

from __future__ import annotations

from auditor.model.regex import regex

_KINDS = (
    (regex(r"codecommit|codestar|source\.?repo"), "push"),
    (regex(r"\bs3\b|storage|\bgcs\b"), "dataset"),
)


def kind_of_event(text: str) -> str:
    """`push` where the event is a change of code, `dataset` where an object was stored, else `event`."""
    return next((kind for expression, kind in _KINDS if expression.search(text.lower())), "event")
