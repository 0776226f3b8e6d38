"""Signs that a component is a study: a solution to a competition, or models that are trained beside a try of a language model."""

from __future__ import annotations

import re

from auditor.graph import places
from auditor.graph.parts.portrait import Portrait
from auditor.model.artefact import Role
from auditor.model.regex import regex

OVER = "README tells of a solution to a competition"
_CONTEST = regex(
    r"(?:kaggle\.com/(?:c|competitions)/|drivendata\.org/competitions|zindi\.africa/competitions|aicrowd\.com/challenges|grand-challenge\.org"
    r"|codalab\.org|signate\.jp/competitions)",
    re.I,
)
_SOLVED = regex(
    r"\b(?:(?:\d+(?:st|nd|rd|th)|first|second|third|winning|gold|silver|bronze)[ -](?:place|order|rank|prize|medal)\w*"
    r"|(?:private|public) (?:LB|leader ?board|score)|solution (?:to|for|of|code)\b[^.\n]{0,100}\b(?:competition|challenge)"
    r"|(?:competition|challenge)\b[^.\n]{0,60}\bsolution)",
    re.I,
)
_A_TRY = 2
"""Calls of language models that a single program makes by the way."""


def is_of_contest(p: Portrait) -> bool:
    """Whether the README links to a competition, and says that what is here was made for it."""
    return bool(_CONTEST.search(p.readme)) and bool(_SOLVED.search(p.readme))


def tunes_beside(p: Portrait) -> list[str]:
    """The programs that train models themselves, where they are several, nothing serves and one program alone calls a language
    model, in a call or two; none otherwise."""
    calls = [effect for effect in p.effects if effect.domain == "llm"]
    if not calls or len(calls) > _A_TRY or len({effect.site[0] for effect in calls}) > 1 or p.services:
        return []
    entries = [path for path in p.lineage.entries if p.owned(path) and places.is_product(path)]
    asking = {path for path in entries if any(e.domain == "llm" for e in p.lineage.effects_of_program(path))}
    fits = [path for path in entries if path not in asking and p.lineage.effects_of_program(path, Role.FIT)]
    return fits if len(fits) > max(1, len(asking)) else []
