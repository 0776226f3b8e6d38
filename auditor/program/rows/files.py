"""What a program writes to a file and reads again: the same rows, with the statistics that were in them, or the same model.

A file that another program reads is handed over under the name that the graph gives it.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.artefact import Role
from auditor.model.ir import Call
from auditor.program.calls.effects import Effect
from auditor.program.rows.machine import Machine
from auditor.program.rows.state import Called, Env
from auditor.program.rows.values import Value, flat

_ROLES = frozenset({Role.READ, Role.WRITE, Role.DOWNLOAD, Role.SAVE_MODEL, Role.LOAD_MODEL})

_MANY = frozenset("*?[")


def target(m: Machine, called: Called) -> str | None:
    """The file or table that a call names, where it is certain."""
    effect = m.effect(called, _ROLES)
    if effect is None:
        return next((text for value in called.every() if (text := value.text())), None)
    given = called.given(effect.entry.path.arg or "", effect.entry.path.pos) if effect.entry.path is not None else None
    if given is not None and given.text():
        return given.text()
    for told in _told(m, effect, called.at):
        exact = {value.text() for value in told.targets if value.exact}
        if len(exact) == len(told.targets) == 1:
            name = next(iter(exact))
            return name if not _MANY & set(name) else None  # one file after the other
    return None


def _told(m: Machine, effect: Effect, at: Env) -> Iterator[Effect]:
    """The effect of a call, and what it is by the arguments of the calls that led to it, from the nearest out."""
    yield effect
    led: list[Call] = []
    env = at
    while env.by is not None and env.caller is not None:
        led.insert(0, env.by)
        env = env.caller
        for landed in m.effects.lifted.get(env.site, ()):
            if landed.origin == (effect.site, effect.line) and landed.name == effect.name and _same(landed, led):
                yield landed


def _same(landed: Effect, led: list[Call]) -> bool:
    """Whether an effect came to a caller by these calls."""
    return len(landed.chain) == len(led) and all(
        edge.call is call for edge, call in zip(landed.chain, led, strict=True)
    )


def _shared(m: Machine, called: Called) -> str:
    """The name of the file that a call hands to another program, or takes from one; "" where it does neither."""
    effect = m.effect(called, _ROLES) if m.names else None
    if effect is None:
        return ""
    return next((m.names[id(told)] for told in _told(m, effect, called.at) if id(told) in m.names), "")


def written(m: Machine, called: Called, receiver: Value | None) -> None:
    """Remember what a call writes, if it does."""
    effect = m.effect(called, _ROLES)
    if effect is None or effect.role not in (Role.WRITE, Role.SAVE_MODEL):
        return
    kept = receiver if receiver is not None else _object(m, effect, called)
    if kept is None or not any(v.rows is not None or v.kind in ("model", "transformer") for v in flat([kept])):
        return
    if name := target(m, called):
        m.written[_key(name)] = kept
    if shared := _shared(m, called):
        m.handed[shared] = kept


def _object(m: Machine, effect: Effect, called: Called) -> Value | None:
    """What a function writes: the argument that the knowledge base names, else the first that is worth it."""
    named = effect.entry.object
    given = called.given(named.arg or "", named.pos) if named is not None else None
    if given is not None:
        return given
    return next((v for v in flat(called.every()) if v.rows is not None or v.kind in ("model", "transformer")), None)


def read(m: Machine, called: Called) -> Value | None:
    """What was written before to the file that a call reads, by this program or by one that hands it over."""
    name = target(m, called)
    own = m.written.get(_key(name)) if name else None
    return own if own is not None else m.handed.get(_shared(m, called))


def _key(name: str) -> str:
    """The name of a file as programs in different folders of one repository say it."""
    while name.startswith(("./", "../")):
        name = name.partition("/")[2]
    return name
