"""Which family matters how much for which archetype (RULES §3.3), and how a component's archetypes are read."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.model.audit import ArchetypeScore
from auditor.model.verdict import RuleInfo

SURE = 0.6
FULL, HALF, INFO = 1.0, 0.5, 0.0

_LETTERS = "LRPSATN"
_ROWS = {
    "ENT": "i h F F h - i",
    "GLU": "h h F F F h i",
    "PIP": "- h F h - i h",
    "DAT": "F F F F i i h",
    "LKG": "- F F F - F F",
    "REP": "F F F F F h h",
    "CFG": "F h F F F F F",
    "MON": "- - F F F - -",
    "OPS": "F h F F h - -",
    "TST": "F h F F - - -",
    "COD": "F F F F F F F",
    "LLM": "F i F F F i i",
}
_WEIGHT = {"F": FULL, "h": HALF, "i": INFO, "-": HALF}
MATRIX = {family: dict(zip(_LETTERS, (_WEIGHT[w] for w in row.split()), strict=True)) for family, row in _ROWS.items()}
"""Weight by family and letter, where the rule's own mask allows the letter; `-` counts half then (RULES §19)."""

OWN = dict.fromkeys(_LETTERS, FULL)
"""Weight in a family of the user's own: the mask of each of its rules says all."""

OVERRIDES = {("ENT005", "L"): FULL}
"""Single cells that differ from their family's row."""


class Standing(msgspec.Struct, frozen=True):
    """How a component stands towards a rule: weight 1, .5 or 0; None when the rule does not apply, with the reason."""

    weight: float | None
    reason: str
    unsure: bool


def standing(rule: RuleInfo, archetypes: Sequence[ArchetypeScore]) -> Standing:
    """Whether and how much a rule applies. Below 0.6 confidence all candidate archetypes are taken together."""
    sure = [a for a in archetypes if a.confidence >= SURE]
    candidates = sure or list(archetypes)
    letters = [a for a in candidates if a.letter in rule.archetypes]
    if not letters:
        names = ", ".join(a.name for a in candidates) or "nothing recognised"
        return Standing(None, f"not asked of this kind of code ({names})", not sure)
    weight = max(OVERRIDES.get((rule.id, a.letter), MATRIX.get(rule.family, OWN)[a.letter]) for a in letters)
    return Standing(weight, "", not sure)
