"""What a program writes to a file and reads again: the same rows, with the statistics that were in them, or the same model."""

from __future__ import annotations

from auditor.model.artefact import Role
from auditor.program.calls.effects import Effect
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called
from auditor.program.rows.values import Value, flat

_ROLES = frozenset({Role.READ, Role.WRITE, Role.DOWNLOAD, Role.SAVE_MODEL, Role.LOAD_MODEL})


def target(m: Machine, called: Called) -> str | None:
    """The file or table that a call names, where it is certain."""
    effect = m.effect(called, _ROLES)
    if effect is None:
        return next((text for value in called.every() if (text := value.text())), None)
    given = called.given(effect.entry.path.arg or "", effect.entry.path.pos) if effect.entry.path is not None else None
    if given is not None and given.text():
        return given.text()
    exact = {value.text() for value in effect.targets if value.exact}
    return next(iter(exact)) if len(exact) == len(effect.targets) == 1 else None


def written(m: Machine, called: Called, receiver: Value | None) -> None:
    """Remember what a call writes, if it does."""
    effect = m.effect(called, _ROLES)
    if effect is None or effect.role not in (Role.WRITE, Role.SAVE_MODEL):
        return
    name = target(m, called)
    kept = receiver if receiver is not None else _object(m, effect, called)
    if name and kept is not None and (kept.rows is not None or kept.kind in ("model", "transformer")):
        m.written[_key(name)] = kept


def _object(m: Machine, effect: Effect, called: Called) -> Value | None:
    """What a function writes: the argument that the knowledge base names, else the first that is worth it."""
    named = effect.entry.object
    given = called.given(named.arg or "", named.pos) if named is not None else None
    if given is not None:
        return given
    return next((v for v in flat(called.every()) if v.rows is not None or v.kind in ("model", "transformer")), None)


def read(m: Machine, name: str | None) -> Value | None:
    """What was written under a name before."""
    return m.written.get(_key(name)) if name else None


def _key(name: str) -> str:
    """The name of a file as programs in different folders of one repository say it."""
    while name.startswith(("./", "../")):
        name = name.partition("/")[2]
    return name
