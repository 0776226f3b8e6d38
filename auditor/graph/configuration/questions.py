"""The questions of a component about its configuration."""

from __future__ import annotations

from auditor.graph.configuration import credentials
from auditor.graph.part import Part


class Configuration(Part):
    """The settings of one component: where they stand, who reads them, and what must not stand there."""

    def credentials(self) -> tuple[list[credentials.Leaked], int]:
        """Credentials in files, and how many files were searched."""
        return credentials.credentials(self._world, self.owns)
