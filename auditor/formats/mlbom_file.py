"""The inventory as a machine-learning bill of materials: CycloneDX 1.6 (ECMA-424, 2024)."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import quote

import msgspec

from auditor.formats.json_file import writable
from auditor.formats.text import plain
from auditor.model.audit import Audit, Held
from auditor.model.page import RulePages

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
TARGET = "target"
_HASHES = {"md5": ("MD5", 32), "sha256": ("SHA-256", 64), "sha1": ("SHA-1", 40)}
_PURL = {"pypi": "pypi", "conda": "conda"}
_TYPES = {"model": "machine-learning-model", "data": "data", "package": "library"}
_SPACE = uuid.UUID(
    "5a1d7a0e-6d0c-5c70-9d0b-3d1d6b6a7c11"
)  # any constant: it keeps the serial numbers of this tool apart


def render(audit: Audit, pages: RulePages | None = None) -> str:
    """Models with the data they are made from, data with their hashes, packages; equal audits give equal bytes.

    What identifies nothing has no version. The list is what the repository shows, and says that it is incomplete.
    """
    del pages
    made = [held for held in audit.inventory if held.made_from]
    known = {held.id for held in audit.inventory}
    bom = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{_serial(audit)}",
        "version": 1,
        "metadata": {
            "timestamp": f"{audit.as_of}T00:00:00Z",
            "tools": {"components": [{"type": "application", "name": "auditor", "version": audit.versions.tool}]},
            "component": _target(audit),
        },
        "components": [_component(held, known) for held in audit.inventory],
        "dependencies": [
            {"ref": TARGET, "dependsOn": [held.id for held in audit.inventory]},
            *({"ref": held.id, "dependsOn": [part for part in held.made_from if part in known]} for held in made),
        ],
        "compositions": [{"aggregate": "incomplete", "assemblies": [TARGET]}],
    }
    return json.dumps(writable(bom), indent=1, ensure_ascii=False) + "\n"


def _serial(audit: Audit) -> uuid.UUID:
    said = (audit.target.name, audit.target.revision, audit.as_of, *msgspec.structs.astuple(audit.versions))
    return uuid.uuid5(_SPACE, repr(said))


def _target(audit: Audit) -> dict[str, Any]:
    named = {"type": "application", "bom-ref": TARGET, "name": plain(audit.target.name, 200) or "repository"}
    return named | ({"version": audit.target.revision} if audit.target.revision else {})


def _component(held: Held, known: set[str]) -> dict[str, Any]:
    said: dict[str, Any] = {"type": _TYPES[held.kind], "bom-ref": held.id, "name": plain(held.name, 200) or held.id}
    if held.version:
        said["version"] = plain(held.version, 200)
    if found := _hash(held.version):
        said["hashes"] = [found]
    if held.kind == "package" and held.origin in _PURL:
        version = f"@{quote(held.version, safe='')}" if held.version else ""
        said["purl"] = f"pkg:{_PURL[held.origin]}/{quote(held.name, safe='')}{version}"
    if held.kind == "data":
        said["data"] = [{"type": "dataset", "name": said["name"]}]
    sources = [{"ref": part} for part in held.made_from if part in known]
    if held.kind == "model" and sources:
        said["modelCard"] = {"modelParameters": {"datasets": sources}}
    told = [("path", held.path), ("pin", held.pin), ("origin", held.origin), *(("place", at) for at in held.places)]
    said["properties"] = [{"name": f"auditor:{name}", "value": plain(value, 500)} for name, value in told if value]
    return said


def _hash(version: str) -> dict[str, str] | None:
    """The hash that a version is, if it is one: `md5:…`, of DVC's folders with `.dir` behind."""
    name, _, digits = version.partition(":")
    algorithm, length = _HASHES.get(name, ("", 0))
    content = digits.removesuffix(".dir")
    return (
        {"alg": algorithm, "content": content} if re.fullmatch(rf"[0-9a-f]{{{length}}}", content) and length else None
    )
