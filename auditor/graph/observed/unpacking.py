"""What an archive is unpacked into: files that are read there later, and that nothing else puts there, came out of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from auditor.graph.artefacts.identity import Identities, Identity, above
from auditor.model.artefact import Role
from auditor.model.regex import regex
from auditor.program.calls.effects import Site

if TYPE_CHECKING:
    from auditor.graph.observed.lineage import Touch

SURE = 0.55
"""The archive is not opened: that the file was in it follows from what the code does next."""
_PACKED = regex(r"([\w.-]+?)\.(?:zip|tar|tgz|7z|rar|t?gz|bz2|xz)\b", re.I)
"""The name of an archive in an address or a path."""
_PLAIN = regex(
    r"(raw|data|datasets?|all|full|files?|inputs?|archive|train|test|images?|downloads?|te?mp)([-_.\d].*)?", re.I
)
"""Names of archives that say nothing of what is in them."""
_DATA = regex(r"\.(nc|nc4|grib2?|h5|hdf5?|csv|tsv|json|jsonl|parquet|feather|npz|npy|xlsx?)$", re.I)
"""Files of data, some of which are archives in fact: what comes out of them bears their name."""


def unpacked(
    touches: Mapping[Site, list[Touch]], identities: Identities, texts: Callable[[str], Iterable[str]]
) -> Iterator[Touch]:
    """The writing of each file that code reads in a folder which one archive alone fills, wherever it is unpacked.

    A file of the repository, or one that somebody writes by name, needs no such explanation. `texts`: those of a program.
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
            for touch in (each for each in makers if may_hold(each, path, touches, texts)):
                yield msgspec.structs.replace(
                    touch,
                    artefact=Identity(reading.artefact.id, path, SURE),
                    kind=reading.kind,
                    confidence=min(SURE, touch.confidence, reading.confidence),
                )


def may_hold(
    written: Touch, path: str, touches: Mapping[Site, list[Touch]], texts: Callable[[str], Iterable[str]]
) -> bool:
    """Whether an archive that is unpacked into a folder may hold a file that lies there: for all else that is written, True.

    What lies in a folder below is held by an archive that the program names like it, as far as it names any; and what comes out of a
    file of data bears the name of that.
    """
    folder = written.artefact.path or ""
    if not written.effect.entry.attrs.get("unpacks") or not path.startswith(f"{folder}/"):
        return True
    first, _, deeper = path[len(folder) + 1 :].partition("/")
    for touch in touches.get(written.site, ()):
        packed = (touch.artefact.path or "").rpartition("/")[2]
        opened = touch.way == "read" and touch.effect.entry.attrs.get("unpacks") and _DATA.search(packed)
        if opened and touch.effect.line == written.effect.line and not first.startswith(packed.rpartition(".")[0]):
            return False
    said = list(texts(written.site[0]))
    named = any(not _PLAIN.fullmatch(match[1]) for text in said for match in _PACKED.finditer(text))
    return not (deeper and named) or any(first.lower() in text.lower() for text in said)


def is_guessed(written: Touch, read: Touch) -> bool:
    """Whether what is read is a single file of a folder that an archive or a download fills: nobody saw that it was in there."""
    same = written.artefact.path == read.artefact.path
    if written.effect.entry.attrs.get("unpacks"):
        return not same or written.confidence <= SURE
    return written.effect.role in (Role.READ, Role.DOWNLOAD) and not same


def _is_plain(touch: Touch) -> bool:
    artefact = touch.artefact
    return artefact.path is not None and not artefact.templated and not touch.effect.dead
