"""Loads what every audit needs, in the process that the auditing ones are forked from. Imported there and nowhere else."""

from __future__ import annotations

import gc

from auditor.engine import registry
from auditor.facts import read_facts
from auditor.facts.version import code_version
from auditor.knowledge import load
from auditor.score import load_policy

__all__ = ["read_facts"]

registry()
load()
load_policy()
code_version()
gc.freeze()  # what is here stays in all of them
