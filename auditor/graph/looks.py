"""All that is asked of single files, in the order in which a look at a file answers it."""

from __future__ import annotations

from typing import Any

from auditor.graph.coupling.sides import PREDICTING_SCOPES
from auditor.graph.leakage.figures import COMPARED
from auditor.graph.leakage.metric_choice import SAID
from auditor.graph.llm.watched import TRACER_NAMED
from auditor.graph.sight import Look
from auditor.graph.smells.frames import MISUSES
from auditor.graph.smells.numeric import UNGUARDED
from auditor.graph.smells.swallowed import UNRAISED
from auditor.graph.smells.training_loops import LOOPS
from auditor.graph.smells.undefined import LACKING
from auditor.graph.smells.unsafe_loads import LOADING

LOOKS: tuple[Look[Any], ...] = (
    LACKING,
    UNRAISED,
    MISUSES,
    UNGUARDED,
    LOOPS,
    LOADING,
    COMPARED,
    SAID,
    TRACER_NAMED,
    PREDICTING_SCOPES,
)
