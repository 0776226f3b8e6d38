"""The questions of a component about its configuration."""

from __future__ import annotations

from functools import cached_property

from auditor.graph.configuration import (
    always_true,
    copies,
    credentials,
    dead_code,
    keys,
    scattered,
    targets,
    thresholds,
    unchecked,
)
from auditor.graph.part import Part


class Configuration(Part):
    """The settings of one component: where they stand, who reads them, and what must not stand there."""

    @cached_property
    def _documents(self) -> list[keys.Document]:
        return keys.documents(self._world, self.owns)

    def settings_read(self) -> list[keys.Document]:
        """The documents of settings that code reads, with keys that nothing reads and keys that nothing defines."""
        return self._documents

    def shadowed(self) -> list[scattered.Shadowed]:
        """Settings that no code reads, since it writes the value out itself."""
        return scattered.shadowed(self._world, self.owns, self._documents)

    def repeated(self) -> list[scattered.Repeated]:
        """Lists of settings files that code writes out again."""
        return scattered.repeated(self._world, self.owns, self._documents)

    def thresholds(self) -> tuple[list[thresholds.Threshold], int]:
        """Where serving code decides by a number that is written out, and how many scopes of it there are."""
        return thresholds.thresholds(self._world, self.owns)

    def buried(self) -> tuple[list[dead_code.Buried], int]:
        """What is left of experiments, and the number of lines of product code."""
        return dead_code.buried(self._world, self.owns)

    def always_true(self) -> list[always_true.AlwaysTrue]:
        """Options that are true whatever they are given."""
        return always_true.always_true(self._world, self.owns)

    def targets(self) -> tuple[list[targets.Target], int]:
        """Names of classes and functions in documents that lead nowhere, and how many lead into the repository."""
        return targets.targets(self._world, self.owns)

    def credentials(self) -> tuple[list[credentials.Leaked], int]:
        """Credentials in files, and how many files were searched."""
        return credentials.credentials(self._world, self.owns)

    def copied_settings(self) -> tuple[list[copies.Copies], int]:
        """Groups of settings files that say nearly the same, and how many settings files there are."""
        return copies.copies(self._world, self.owns)

    def raw_settings(self) -> tuple[list[unchecked.Raw], int]:
        """Documents of which many keys are read from a plain dictionary, and how many documents have so many keys read."""
        return unchecked.raw(self._world, self._documents)
