"""Model cards and data cards: recognised by their front matter and headings, and how much of one they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.model.facts import Leaf, Ref, Section
from auditor.model.regex import regex

LEAST_HEADINGS = 3
"""Telling headings that make a document a card where no front matter does."""

_MODEL = {
    "intended use": r"intended uses?|primary use|uses?$|direct use|out-of-scope",
    "limitations": r"limitation|caveats|bias|ethical|risks",
    "training data": r"training (data|procedure|details|regime)|how .* trained",
    "evaluation": r"evaluation|metrics|performance|results",
    "model details": r"model (details|description|architecture|card)|architecture and objective",
    "factors": r"^factors",
    "how to use": r"how to (use|get started)|usage|getting started",
}
_DATA = {
    "motivation": r"motivation|curation rationale|dataset (summary|description|card)",
    "composition": r"composition|dataset structure|data (fields|instances|splits)",
    "collection": r"collection process|source data|dataset creation|data collection",
    "preprocessing": r"preprocessing|annotation|labell?ing|cleaning",
    "uses": r"^uses$|supported tasks|intended use|considerations for using",
    "distribution": r"distribution|licen[sc]ing|licen[sc]e information",
    "maintenance": r"maintenance|dataset curators|contributions",
}
_TELLING = {
    "model": regex(
        r"intended use|out-of-scope|training (data|procedure)|limitation|model (card|details)|ethical|evaluation", re.I
    ),
    "data": regex(
        r"dataset (structure|creation|card|summary)|data (fields|splits|instances)|collection process|composition|curation",
        re.I,
    ),
}
_TITLE = regex(r"\b(model|data(?:set)?)[ -]?card\b|\bdatasheet for\b", re.I)
_EMPTY = regex(r"\[?more information needed\]?|<!--.*?-->|\[optional\]:?|^[\s\-*:_>]+$", re.I | re.S | re.M)
_MODEL_KEYS = frozenset({"model-index", "base_model", "library_name", "pipeline_tag", "inference"})
_DATA_KEYS = frozenset(
    {"dataset_info", "task_categories", "size_categories", "annotations_creators", "source_datasets", "configs"}
)


def card_of(leaves: Sequence[Leaf], sections: Sequence[Section]) -> tuple[tuple[str, str], ...]:
    """`card=model|data` with `card-says=…` for each part that has text; nothing for a document that is no card."""
    kind = _kind({leaf.key.partition(".")[0] for leaf in leaves}, sections)
    if not kind:
        return ()
    parts = _MODEL if kind == "model" else _DATA
    said = [name for name, form in parts.items() if any(_says(section, form) for section in sections)]
    return (("card", kind), *(("card-says", name) for name in said), ("card-parts", str(len(parts))))


def _kind(keys: set[str], sections: Sequence[Section]) -> str:
    if keys & _DATA_KEYS and not keys & _MODEL_KEYS:
        return "data"
    if keys & _MODEL_KEYS:
        return "model"
    for section in sections[:3]:
        found = _TITLE.search(section.title) if section.level <= 2 else None
        if found:
            return "model" if (found[1] or "").lower() == "model" else "data"
    counts = {
        kind: len({found.group().lower() for s in sections if (found := form.search(s.title))})
        for kind, form in _TELLING.items()
    }
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] >= LEAST_HEADINGS else ""


def _says(section: Section, form: str) -> bool:
    """Whether a section of that heading holds text of its own, not only what a template left there."""
    return bool(re.search(form, section.title.strip(), re.I)) and len(_EMPTY.sub("", section.text).strip()) > 20


def card_refs(leaves: Sequence[Leaf]) -> Iterator[Ref]:
    """The data sets and models that the front matter names."""
    for leaf in leaves:
        key, _, rest = leaf.key.partition(".")
        plain = isinstance(leaf.value, str) and (not rest or rest.isdigit()) and leaf.value
        if plain and key in ("datasets", "base_model", "source_datasets"):
            yield Ref(str(leaf.value), "model" if key == "base_model" else "dataset", f"card:{key}", leaf.line)
