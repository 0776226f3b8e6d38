"""What people and time make of findings: their identity, waivers, and the suppressions written beside the code."""

from __future__ import annotations

from auditor.judgement.accepting import pin_of, waive
from auditor.judgement.decisions import Decisions, decisions
from auditor.judgement.fingerprints import anchor, fingerprinted
from auditor.judgement.signoffs import read_signoffs
from auditor.judgement.snippets import with_snippets
from auditor.judgement.suppressions import apply, key_of
from auditor.judgement.waivers import KINDS, read_waivers
from auditor.judgement.weighing import weighed

__all__ = [
    "KINDS",
    "Decisions",
    "anchor",
    "apply",
    "decisions",
    "fingerprinted",
    "key_of",
    "pin_of",
    "read_signoffs",
    "read_waivers",
    "waive",
    "weighed",
    "with_snippets",
]
