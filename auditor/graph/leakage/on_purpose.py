"""What is done wrong where a heading, a comment or a name says so: a lesson's mistake is no debt."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph.parts.lessons import above, shows_mistake
from auditor.graph.world import World
from auditor.model.place import Place
from auditor.model.regex import regex

_ADMITTED = regex(
    r"^\W*(?:(?:this|here) is )?the (?:classic |usual |common )?(?:mistake|leak|wrong way|wrong version)\b"
    r"|^\W*(?:the |a )?(?:leaky|wrong|naive leaky) (?:version|way|variant|pipeline|baseline)\b"
    r"|\b(?:on purpose|deliberately|intentionally)\b.{0,40}\b(?:leak\w*|wrong|before the split|all rows)\b"
    r"|\b(?:leak\w*|wrong)\b.{0,40}\b(?:on purpose|deliberately|intentionally)\b",
)
"""A comment, in small letters, that says of what stands below it that it leaks."""
_MENDED = regex(
    r"\b(?:fix(?:e[sd])?|correct(?:ed|s)?|avoid\w*|without|prevent\w*|not|no longer|was|instead of|used to)\b"
)
_LEAKY = regex(r"(?:^|_)(?:leaky|leaked|leaking)(?:_(?!relu)|$)")
_HONEST = regex(r"(?:^|_)(?:honest|proper|properly|correct|clean|piped|right|safe|leak_free|no_leak)(?:_|$)")
NEAR = 3
"""A comment speaks of so many lines below it."""
AROUND = 20
"""Outside notebooks, names of so many lines around a place are looked at."""


def on_purpose(world: World, place: Place) -> bool:
    """Whether a place is announced as a mistake: by a section of a notebook, by a comment just above or on its line, or by names
    around it that set what leaks against what does not (`leaky`, `honest`)."""
    program = world.resolved.code.programs.get(place.path)
    if program is None:
        return False
    cell = next((each for each in program.cells if each.index == place.cell), None)
    line = (place.line or 0) + (cell.start - 1 if cell is not None else 0)
    first = max(cell.start if cell is not None else 1, line - NEAR)
    if any(first <= each.line <= line and _admits(each.text.lower()) for each in program.comments):
        return True
    span = range(cell.start, cell.start + cell.lines) if cell is not None else range(line - AROUND, line + AROUND)
    if _is_compared(world, place.path, span):
        return True
    headings = world.files[place.path].headings if cell is not None else ()
    if cell is None or not headings or not shows_mistake(each.title for each in headings):
        return False
    return shows_mistake(above(headings, cell.start))


def _admits(comment: str) -> bool:
    return _ADMITTED.search(comment) is not None and not _MENDED.search(comment)


def _is_compared(world: World, path: str, span: range) -> bool:
    """Whether names bound on some lines set what leaks against what does not."""
    names = [name.lower() for name in _bound(world, path, span)]
    return any(map(_LEAKY.search, names)) and any(map(_HONEST.search, names))


def _bound(world: World, path: str, span: range) -> Iterator[str]:
    code = world.resolved.code
    for number in code.scopes(path):
        for name, bindings in code.index(path, number).bindings.items():
            if any(each.line in span for each in bindings.values()):
                yield name
