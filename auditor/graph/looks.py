"""All that is asked of single files, in the order in which a look at a file answers it."""

from __future__ import annotations

from typing import Any

from auditor.graph.sight import Look
from auditor.graph.smells.frames import MISUSES
from auditor.graph.smells.numeric import UNGUARDED
from auditor.graph.smells.swallowed import UNRAISED
from auditor.graph.smells.undefined import LACKING

LOOKS: tuple[Look[Any], ...] = (LACKING, UNRAISED, MISUSES, UNGUARDED)
