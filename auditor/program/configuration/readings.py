"""Which keys of which configuration documents are read where.

What is found from the scopes of a file on is kept while nothing changes that it was found by (see `followed`).
"""

from __future__ import annotations

from functools import cached_property

from auditor.program.calls.effects import Effects
from auditor.program.calls.seen import SeenEffects
from auditor.program.configuration.beginnings import Beginnings
from auditor.program.configuration.followed import Followed, Following, Reading
from auditor.program.kept.answers import Kept, Topic, View

__all__ = ["Reading", "Readings"]


class Readings:
    """All places of a tree that read configuration keys."""

    def __init__(self, effects: Effects, kept: Kept) -> None:
        self._effects = effects
        self._beginnings = Beginnings(effects)
        topic = Topic("readings", self._find, Followed)
        self._answers = kept.of(topic, lambda known: known.is_the_same(self._beginnings))

    def _find(self, view: View) -> Followed:
        seen = SeenEffects(view, self._effects)
        found = Following(seen, self._beginnings).follow(self._beginnings.sites[view.path])
        seen.close()
        return found

    def all(self) -> list[Reading]:
        """Every reading, in the order of documents and places."""
        return self._all

    @cached_property
    def _all(self) -> list[Reading]:
        found: dict[tuple[object, ...], Reading] = {}
        for path in self._beginnings.sites:
            for one in self._answers.of(path).readings:
                place = (one.document, one.key, one.site, one.line)
                other = found.get(place)
                found[place] = one if other is None else _joined(one, other)
        return sorted(found.values())


def _joined(one: Reading, other: Reading) -> Reading:
    """A place that is led to from two files."""
    whole, optional = one.whole or other.whole, one.optional or other.optional
    return Reading(one.document, one.key, one.site, one.line, whole, optional)
