"""What people and time make of findings: their identity, and the suppressions written beside the code."""

from __future__ import annotations

from auditor.judgement.fingerprints import anchor, fingerprinted
from auditor.judgement.suppressions import apply

__all__ = ["anchor", "apply", "fingerprinted"]
