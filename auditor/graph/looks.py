"""All that is asked of single files, in the order in which a look at a file answers it; the rare ones each by itself."""

from __future__ import annotations

from typing import Any

from auditor.graph.configuration.always_true import ALWAYS_TRUE
from auditor.graph.configuration.dead_code import BURIED
from auditor.graph.coupling.sides import PREDICTING_SCOPES, WRITTEN_OUT
from auditor.graph.data.personal import PERSONAL
from auditor.graph.leakage.figures import COMPARED
from auditor.graph.llm.retrieval import STORES
from auditor.graph.llm.watched import TRACER_NAMED
from auditor.graph.reproduction.choices import DRAWN
from auditor.graph.reproduction.imported import PACKAGES
from auditor.graph.reproduction.outdated import USES
from auditor.graph.reproduction.roots import ROOTS
from auditor.graph.sight import Look
from auditor.graph.smells.frames import MISUSES
from auditor.graph.smells.lacking import LACKING
from auditor.graph.smells.nowhere import NOWHERE
from auditor.graph.smells.numeric import UNGUARDED
from auditor.graph.smells.training_loops import LOOPS
from auditor.graph.smells.unbound import UNBOUND
from auditor.graph.smells.unraised import UNRAISED
from auditor.graph.smells.unsafe_loads import LOADING
from auditor.graph.smells.unset import UNSET
from auditor.graph.testing.coverage import NETWORKS

LOOKS: tuple[Look[Any], ...] = (
    LACKING,
    UNBOUND,
    NOWHERE,
    UNSET,
    UNRAISED,
    MISUSES,
    UNGUARDED,
    LOOPS,
    LOADING,
    COMPARED,
    TRACER_NAMED,
    PREDICTING_SCOPES,
    ROOTS,
    PACKAGES,
    USES,
    STORES,
    PERSONAL,
    BURIED,
    ALWAYS_TRUE,
    WRITTEN_OUT,
    NETWORKS,
    DRAWN,
)
