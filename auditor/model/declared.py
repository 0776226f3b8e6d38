"""An artefact as a declaration names it, resolved to a node of the graph."""

from __future__ import annotations

import msgspec

from auditor.model.artefact import NodeKind
from auditor.model.facts import Ref


class Declared(msgspec.Struct, frozen=True):
    """A declared input or output of a step: a node id, its path if it is one of the repository, and where it stands.

    `kind` is what the declaration says it is; None leaves it to the reference and its path. `confidence` follows GRAPH §5.
    """

    id: str
    path: str | None
    ref: Ref
    label: str = ""
    kind: NodeKind | None = None
    confidence: float = 0.95
