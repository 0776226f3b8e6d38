"""The questions of a component about its data."""

from __future__ import annotations

import msgspec

from auditor.graph import places
from auditor.graph.data import (
    datasets,
    declared_roots,
    dropped,
    features,
    kept,
    personal,
    sources,
    tables_kept,
    trail,
    versioning,
    versions,
)
from auditor.graph.part import Part
from auditor.model.changes import History


class Data(Part):
    """Where the data of one component come from, how they are kept, and what is known of them."""

    def described(self) -> datasets.Described:
        """The data that training starts from, by whether something describes them."""
        return datasets.described(self._world, self.owns)

    def contracts(self) -> datasets.Contracts:
        """The tables that training starts from, by whether something is expected of them."""
        return datasets.contracts(self._world, self.owns)

    def kept_tables(self) -> list[str]:
        """Committed tables whose rows were looked at."""
        return [path for path, _ in tables_kept.kept_tables(self._world, self.owns)]

    def personal_data(self) -> list[tables_kept.Personal]:
        """Columns of committed tables that are personal by name and by value."""
        return tables_kept.personal_data(self._world, self.owns)

    def data_smells(self) -> tuple[list[tables_kept.Smell], int]:
        """Odd rows in committed tables, and how many tables were looked at."""
        return tables_kept.smells(self._world, self.owns)

    def unused_columns(self) -> list[features.Unused]:
        """Columns that are made for a model which then chooses others."""
        return features.unused_columns(self._world, self.owns)

    def dropped_rows(self) -> list[dropped.Dropped]:
        """Where rows are dropped without a count."""
        return dropped.dropped_rows(self._world, self.owns)

    def sources(self) -> sources.Sources:
        """What data are fetched from elsewhere, and which of it moves."""
        return sources.sources(self._world, self.owns)

    def versioning(self) -> versioning.Versioning:
        """Where versioned data lie, and what keeps others from them."""
        return versioning.versioning(self._world, self.owns)

    def personal_paths(self) -> dict[str, list[personal.Personal]]:
        """Paths of one person's machine, by the file that names them."""
        return personal.personal_paths(self._world, self.owns)

    def is_exploratory(self, path: str) -> bool:
        """Whether a file is a notebook to look around in."""
        return places.is_exploratory(path)

    def trainings(self) -> list[versions.Training]:
        """Programs that fit a model."""
        return versions.trainings(self._world, self.owns)

    def training_roots(self) -> list[versions.Root]:
        """What training starts from, and how it is pinned."""
        read = trail.training_roots(self._world, self.owns)
        known = {root.artefact for root in read}
        handed = declared_roots.declared_roots(self._world, self.owns)
        if handed:  # the pipeline trains: what a notebook trains on is a try
            read = [
                msgspec.structs.replace(root, tried=root.tried or root.training.endswith(".ipynb")) for root in read
            ]
        return [*read, *(root for root in handed if root.artefact not in known)]

    def unpinned_reads(self) -> list[list[versions.Root]]:
        """What training reads unpinned: the least findable first, of these the surest.

        The sources of one call are together, and the files of one folder that one program or module reads, or one training.
        """
        found: dict[object, list[versions.Root]] = {}
        for root in self.training_roots():
            if root.state == "unpinned" and not root.revised:
                read = next((found[cause] for cause in root.causes if cause in found), list[versions.Root]())
                read.append(root)
                for cause in root.causes:
                    found.setdefault(cause, read)
        each = {id(read): read for read in found.values()}
        return [sorted(read, key=lambda root: (root.findable, -root.confidence)) for read in each.values()]

    def blobs(self) -> kept.Blobs:
        """Large or churning data in git, the size of all, and what this clone does not tell."""
        return kept.blobs(self._world, self.owns)

    @property
    def history(self) -> History:
        """Change sets of the whole repository."""
        return self._world.history

    @property
    def history_state(self) -> str:
        """`full`, `shallow`, `partial` or `none`, without reading it."""
        return self._world.listing.target.history

    def touches(self, days: int) -> dict[str, int] | None:
        """How often people changed each file in the last days before the newest commit, under its present name.

        Bots, sweeps and bulk commits left out; None where history is not known whole.
        """
        return self._world.touches(days)
