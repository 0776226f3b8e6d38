"""What documents say of a model: the eight fields that Annex IV of the AI Act and model cards agree on (RULES §10)."""

from __future__ import annotations

import re

import msgspec

from auditor.graph.world import World
from auditor.model.regex import regex

_FIELDS = {
    "purpose": r"purpose|intended use|use case|overview|about|introduction|description|motivation|problem|goals?|objective|what is|background|summary|project",
    "training data": r"data ?-?sets?|training data|\bdata\b|corpus",
    "metrics": r"metrics?|evaluation|results?|performance|accuracy|f1|rmse|auc|benchmark|scores?",
    "limits": r"limitation|limits|caveat|out.of.scope|known issues|assumption|future work|weakness|not intended|todo",
    "fairness": r"ethic|fairness|\bbias|responsible|privacy|gdpr|sensitive",
    "version": r"(?<![-/\w])versions?\b(?!-\d)|change ?log|release|last updated|history|v\d+\.\d+",
    "owner": r"authors?|contact|maintain|owners?|team|credits|acknowledg|contributors?|collaborators?|created by|made by|written by|developed by|@\w+\.\w+",
    "licence": r"licen[cs]e",
}
_PATTERNS = {name: regex(pattern, re.I) for name, pattern in _FIELDS.items()}
_FILES = {
    "licence": regex(r"(^|/)(licen[cs]e|copying)(\.\w+)?$", re.I),
    "version": regex(r"(^|/)(changelog|changes|history|releases?)(\.\w+)?$", re.I),
    "owner": regex(r"(^|/)(codeowners|authors|maintainers|owners|citation\.cff)(\.\w+)?$", re.I),
}
_EMPTY = regex(r"more information needed|todo|tbd|coming soon", re.I)


class Card(msgspec.Struct, frozen=True):
    """Which fields the documents of a repository fill, and which they do not. `foreign`: they are not in English."""

    fields: tuple[str, ...]
    missing: tuple[str, ...]
    documents: int
    foreign: bool = False


_ENGLISH = regex(r"\b(the|and|of|to|is|for|in|with|this|from)\b", re.I)
_FOREIGN = regex(
    r"\b(de|la|el|los|para|que|est|les|des|une|pour|und|der|die|das|ein|ist|mit|il|di|per|uma?|os|em|com|het|een|van|och|att)\b",
    re.I,
)
_LETTERS = regex(r"[^\W\d_a-zA-Z]")


def _is_foreign(text: str) -> bool:
    """Whether a text is in another language than English, by its letters or its commonest words."""
    strange = len(_LETTERS.findall(text))
    return strange > 0.2 * max(len(text), 1) or len(_FOREIGN.findall(text)) > len(_ENGLISH.findall(text))


def card(world: World) -> Card:
    """The fields that any document of the repository fills: by a heading with text under it, or by a sentence."""
    return world.once(_card)


def _card(world: World) -> Card:
    found: set[str] = set()
    documents = {path for path, _ in world.documents.sections}
    begun: set[str] = set()
    for path, section in world.documents.sections:
        if path not in begun and _README.search(path) and len(section.text.split()) >= _A_SENTENCE:
            found.add("purpose")  # what a README says under its title is what the thing is for
        begun.add(path)
        text = "" if _EMPTY.fullmatch(section.text.strip()) else section.text
        for name, pattern in _PATTERNS.items():
            if name not in found and text.strip() and (pattern.search(section.title) or pattern.search(text)):
                found.add(name)
    for name in _FILES.keys() - found:
        if any(_FILES[name].search(entry.path) for entry in world.listing.entries):
            found.add(name)
    fields = tuple(name for name in _FIELDS if name in found)
    missing = tuple(name for name in _FIELDS if name not in found)
    return Card(fields, missing, len(documents), _is_foreign(world.documents.text[:_SHOWN]))


_SHOWN = 20_000
_README = regex(r"(^|/)readme[^/]*$", re.I)
_A_SENTENCE = 6
