"""Code locations of Dagster, and the assets that each holds."""

from __future__ import annotations

from functools import cached_property

from auditor.dialects.dagster.assets import Asset, shared
from auditor.dialects.dagster.definitions import Job, Location, Start, held


class Locations:
    """The code locations of a tree; those in one file count as one."""

    def __init__(self, every: list[Location], assets: list[Asset]) -> None:
        self.every = every
        self.assets = assets

    @cached_property
    def roots(self) -> list[Location]:
        """The locations that are no part of another."""
        inner = {id(one) for location in self.every for content in location.contents for one in held(content)}
        roots: dict[str, Location] = {}
        for location in self.every:
            path = location.where.path
            below = any(
                other.folder and path.startswith(other.folder) and other.where.path != path for other in self.every
            )
            if id(location) not in inner and not below:
                roots.setdefault(path, Location(location.where)).contents.append(location)
        return list(roots.values())

    def held(self, location: Location) -> list[Asset]:
        """The assets of a location."""
        found: dict[int, Asset] = {}
        for one in held(location):
            if isinstance(one, Asset):
                found[id(one)] = one
            elif isinstance(one, Location) and one.folder is not None:
                found.update((id(asset), asset) for asset in self.assets if asset.where.path.startswith(one.folder))
        return list(found.values())

    def around(self, by: Job | Start) -> list[Asset]:
        """The assets that a job can select: those of the location that holds it, else of the one nearest to it."""
        for location in self.roots:
            for one in held(location):
                below = isinstance(one, Location) and one.folder and by.where.path.startswith(one.folder)
                if one is by or below or (isinstance(one, Start) and by in one.targets):
                    return self.held(location)
        ranked = sorted(
            ((shared(root.where.path, by.where.path), root) for root in self.roots), key=lambda pair: -pair[0]
        )
        if ranked and (len(ranked) == 1 or ranked[0][0] > ranked[1][0]):
            return self.held(ranked[0][1])
        return [asset for asset in self.assets if asset.where.path == by.where.path] if ranked else self.assets
