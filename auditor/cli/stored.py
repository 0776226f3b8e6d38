"""Audits that were stored as JSON."""

from __future__ import annotations

from pathlib import Path

from auditor.model.audit import Audit
from auditor.model.errors import UsageError


def load_audit(path: Path) -> Audit:
    """The audit in a file. Raises UsageError where there is none, or one that this version does not read."""
    import msgspec

    from auditor.formats import json_file

    try:
        return json_file.parse(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no audit of auditor, or one of another version: {error}") from error
