"""Debt that comments admit, with its kind (after OBrien et al. 2022)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import msgspec

from auditor.graph.smells.reading import programs
from auditor.graph.world import World
from auditor.model.ir import Program
from auditor.model.place import Place
from auditor.model.regex import regex

_ADMITS = regex(r"^#+\W*(?:@\s*)?(TODO|FIXME|HACK|XXX|KLUDGE)\b|\b(FIXME|HACK|KLUDGE)\b\s*:", re.I)
_MARKS = ("todo", "fixme", "hack", "xxx", "kludge")
_TRACKED = regex(r"#\d+|https?://|\b[A-Z]{2,10}-\d+\b")
KINDS = {
    "evaluation": r"metric|evaluat|accuracy|score|\btest set|validation|hold-?out|leak|baseline|threshold|benchmark",
    "data": r"data|dataset|csv|parquet|column|feature|row|sample|label|schema|missing|nan|null|encod|token|image|preprocess|normali[sz]|sql|table",
    "model": r"model|train|epoch|batch|loss|optimi[sz]|learning rate|layer|weight|checkpoint|predict|infer|gradient|\blr\b|seed|network",
    "configuration": r"config|param|hard-?coded|hardcode|constant|argument|option|environment|credential|setting",
    "pipeline": r"pipeline|dag|schedul|airflow|deploy|docker|retrain|monitor|mlflow|artifact|registry|cache",
}
"""What a comment is about, by its words; the first that fits counts."""
_KINDS = {kind: regex(rf"\b(?:{words})", re.I) for kind, words in KINDS.items()}


class Admission(msgspec.Struct, frozen=True):
    """One comment: what it is about, and where. `old`: its file has not been touched for a year."""

    kind: str
    place: Place
    old: bool


class Admitted(msgspec.Struct, frozen=True):
    """Comments about data, models, evaluation, configuration or pipelines, all others, and the statements they stand among."""

    found: list[Admission]
    others: int
    statements: int

    @property
    def density(self) -> float:
        """Admissions in a thousand statements."""
        return 1000 * len(self.found) / self.statements if self.statements else 0.0

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """How many there are of each kind, the most frequent first."""
        return sorted(Counter(each.kind for each in self.found).items(), key=lambda item: (-item[1], item[0]))


def admitted(world: World, owned: Callable[[str], bool], touched: dict[str, int] | None) -> Admitted:
    """Comments in product code that admit debt of machine learning; those that name an issue or a page are tracked and left out.

    `touched` counts the commits of the last year by path, None where history is not known.
    """
    found, others, counted = [], 0, 0
    code = world.resolved.code
    for path in programs(world, owned):
        program = code.programs[path]
        counted += program.logical
        for comment in program.comments if _may_admit(program) else ():
            if not _ADMITS.search(comment.text) or _TRACKED.search(comment.text):
                continue
            kind = next((kind for kind, words in _KINDS.items() if words.search(comment.text)), "")
            if not kind:
                others += 1
                continue
            old = touched is not None and path not in touched
            found.append(Admission(kind, code.place(path, comment.line), old))
    return Admitted(found, others, counted)


def _may_admit(program: Program) -> bool:
    """Whether any comment of a program holds a mark: most programs have none."""
    said = "\n".join([comment.text for comment in program.comments]).lower()
    return any(mark in said for mark in _MARKS)
