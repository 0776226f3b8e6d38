"""What kind of model is at work where one is wrapped in others: in a search, in a pipeline, in an ensemble."""

from __future__ import annotations

from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called, Thing

_LINEAR = {"booster": ("gblinear",), "linear_tree": (True,)}
"""Options by which a library of trees fits lines."""


def by_order(m: Machine, thing: Thing) -> bool:
    """Whether a model splits by the order of each column alone; of what is wrapped, all that is in it."""
    parts = _parts(m, thing)
    models = [part for kind, part in parts if kind == "model"]
    if not models:
        return bool(thing.attrs.get("trees"))
    return all(by_order(m, part) if kind == "model" else _keeps_columns(m, part) for kind, part in parts)


def task(m: Machine, thing: Thing) -> str:
    """What kind of model it is: that of the last model in it; a search over transformers alone learns without labels."""
    own = thing.attrs.get("task")
    if own:
        return str(own)
    parts = _parts(m, thing)
    models = [part for kind, part in parts if kind == "model"]
    if models:
        return task(m, models[-1])
    return "embedding" if thing.attrs.get("search") and parts else ""


def fits_lines(called: Called) -> bool:
    """Whether options make a library of trees fit lines, written out or in a dict of options."""
    given = dict(called.keywords)
    for value in called.args[:1]:
        if value.kind == "table":
            given |= {str(key): item for key, item in zip(value.keys, value.items, strict=False)}
    return any(name in given and given[name].const in values for name, values in _LINEAR.items())


def _parts(m: Machine, thing: Thing) -> list[tuple[str, Thing]]:
    return [(part.kind, m.heap[part.ref]) for part in thing.parts if part.kind in ("model", "transformer")]


def _keeps_columns(m: Machine, thing: Thing) -> bool:
    """Whether a transformer leaves each column a column with the order of its values, or lists categories."""
    if thing.parts:
        return all(_keeps_columns(m, part) for _, part in _parts(m, thing))
    return bool(thing.attrs.get("rescales") or thing.attrs.get("fills") or thing.attrs.get("encodes"))
