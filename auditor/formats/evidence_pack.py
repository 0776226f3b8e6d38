"""The evidence pack: audit, graph and checklist of one revision in one ZIP, with digests that tell a change."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from auditor.formats import checklist_markdown, graph_json, json_file
from auditor.model.audit import Audit
from auditor.model.checklist import Checklist
from auditor.model.errors import UsageError
from auditor.model.export import GraphExport

MANIFEST = "MANIFEST.json"
SCHEMA = "auditor/pack/1"
_WRITTEN = (1980, 1, 1, 0, 0, 0)
"""The time of every member: equal evidence gives an equal pack."""

LARGEST = 500_000_000
"""Bytes of one member that are read back."""


def write_pack(path: Path, audit: Audit, graph: GraphExport, checklist: Checklist) -> None:
    """Write the pack. Raises UsageError where the file cannot be written."""
    members = {
        "audit.json": json_file.render(audit),
        "graph.json": graph_json.render(graph),
        "checklist.json": json_file.encoded(checklist),
        "checklist.md": checklist_markdown.render(checklist),
    }
    raw = {name: text.encode("utf-8") for name, text in members.items()}
    manifest = {
        "schema": SCHEMA,
        "revision": audit.target.revision,
        "as_of": audit.as_of,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(raw.items())},
    }
    raw[MANIFEST] = (json.dumps(manifest, indent=2) + "\n").encode()
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
            for name in sorted(raw):
                pack.writestr(zipfile.ZipInfo(name, _WRITTEN), raw[name], zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def verify_pack(path: Path) -> list[str]:
    """What is wrong with a pack, a sentence each; nothing where every member is as it was written.

    The checklist is made anew from the audit in the pack, so that a status that was edited in both places is told too.
    """
    try:
        with zipfile.ZipFile(path) as pack:
            names = pack.namelist()
            large = [info.filename for info in pack.infolist() if info.file_size > LARGEST]
            if large or len(names) > 100:
                return [f"{path} is no evidence pack: its members are too many or too large"]
            raw = {name: pack.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        return [f"{path} cannot be read as a ZIP: {error}"]
    return _faults(raw)


def _faults(raw: dict[str, bytes]) -> list[str]:
    try:
        manifest = json.loads(raw[MANIFEST])
        digests = dict(manifest["sha256"])
    except (KeyError, TypeError, ValueError):
        return [f"{MANIFEST} is missing or no manifest"]
    faults = [f"{name} is missing" for name in sorted(digests.keys() - raw.keys())]
    faults += [f"{name} is in no manifest" for name in sorted(raw.keys() - digests.keys() - {MANIFEST})]
    faults += [
        f"{name} was changed after it was packed"
        for name in sorted(digests.keys() & raw.keys())
        if hashlib.sha256(raw[name]).hexdigest() != digests[name]
    ]
    return faults or _contradictions(raw)


def _contradictions(raw: dict[str, bytes]) -> list[str]:
    """Whether the checklist follows from the audit beside it, where the same tool wrote both."""
    import msgspec

    from auditor import __version__
    from auditor.lifecycle.checklist import checklist

    try:
        audit = json_file.parse(raw["audit.json"])
    except (KeyError, msgspec.DecodeError) as error:
        return [f"audit.json is no audit: {error}"]
    if audit.versions.tool != __version__:
        return []
    return (
        []
        if json_file.encoded(checklist(audit)).encode() == raw["checklist.json"]
        else ["checklist.json does not follow from audit.json"]
    )
