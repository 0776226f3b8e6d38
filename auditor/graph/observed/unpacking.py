"""What an archive is unpacked into: files that are read there later, and that nothing else puts there, came out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from auditor.graph.artefacts.identity import Identities, Identity, above
from auditor.model.artefact import Role
from auditor.program.calls.effects import Site

if TYPE_CHECKING:
    from auditor.graph.observed.lineage import Touch

SURE = 0.55
"""The archive is not opened: that the file was in it follows from what the code does next."""


def unpacked(touches: Mapping[Site, list[Touch]], identities: Identities) -> Iterator[Touch]:
    """The writing of each file that code reads in a folder which one archive alone fills, wherever it is unpacked.

    A file of the repository, or one that somebody writes by name, needs no such explanation.
    """
    every = [touch for found in touches.values() for touch in found if _is_plain(touch)]
    written = {touch.artefact.path for touch in every if touch.way == "write"}
    filled: dict[str, list[Touch]] = defaultdict(list)
    archives: dict[tuple[Site, int], str] = {}
    for touch in every:
        if touch.effect.entry.attrs.get("unpacks"):
            if touch.way == "write":
                filled[touch.artefact.path or ""].append(touch)
            else:
                archives[touch.site, touch.effect.line] = touch.artefact.id
    read = {touch.artefact.path: touch for touch in every if touch.way == "read"} if filled else {}
    for path, reading in sorted(read.items(), key=lambda item: item[0] or ""):
        if path is None or path in written or identities.exists(path):
            continue
        makers = next((filled[folder] for folder in above(path) if folder in filled), [])
        if len({archives.get((touch.site, touch.effect.line), touch.site) for touch in makers}) == 1:
            for touch in makers:
                yield msgspec.structs.replace(
                    touch,
                    artefact=Identity(reading.artefact.id, path, SURE),
                    kind=reading.kind,
                    confidence=min(SURE, touch.confidence, reading.confidence),
                )


def is_guessed(written: Touch, read: Touch) -> bool:
    """Whether what is read is a single file of a folder that an archive or a download fills: nobody saw that it was in there."""
    same = written.artefact.path == read.artefact.path
    if written.effect.entry.attrs.get("unpacks"):
        return not same or written.confidence <= SURE
    return written.effect.role in (Role.READ, Role.DOWNLOAD) and not same


def _is_plain(touch: Touch) -> bool:
    artefact = touch.artefact
    return artefact.path is not None and not artefact.templated and not touch.effect.dead
