"""What is done wrong under a heading that says so: a lesson's mistake is no debt."""

from __future__ import annotations

from auditor.graph.parts.lessons import above, shows_mistake
from auditor.graph.world import World
from auditor.model.place import Place


def on_purpose(world: World, place: Place) -> bool:
    """Whether a place in a notebook stands in a section that announces a mistake."""
    headings = world.files[place.path].headings if place.cell is not None else ()
    if not headings or not shows_mistake(each.title for each in headings):
        return False
    cells = world.resolved.code.programs[place.path].cells
    start = next((cell.start for cell in cells if cell.index == place.cell), 0)
    return shows_mistake(above(headings, start))
