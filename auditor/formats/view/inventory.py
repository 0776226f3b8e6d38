"""The inventory: which models, data and packages the system is made of, and what identifies them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from auditor.formats.text import plain, plural
from auditor.formats.view.pieces import Column, Inline, Table, code, table, text
from auditor.model.audit import Audit, Held

_DIGITS = 12
"""Characters of a hash that are shown: enough to find it again."""


class Inventory(msgspec.Struct, frozen=True):
    """The page."""

    says: str
    tables: tuple[Table, ...]


def inventory(audit: Audit) -> Inventory | None:
    """The page, None where the repository shows nothing that the system is made of."""
    names = {held.id: plain(held.name, 120) for held in audit.inventory}
    models, data, packages = (_of(audit.inventory, kind) for kind in ("model", "data", "package"))
    tables = (
        table("Models", _MADE, [_artefact(held, names) for held in models], most=200),
        table("Data", _MADE, [_artefact(held, names) for held in data], most=400),
        table("Packages", _ASKED, [_package(held) for held in packages], most=400),
    )
    shown = tuple(each for each in tables if each is not None)
    return Inventory(_said(models, data, packages), shown) if shown else None


_MADE = (Column("Name", "head"), Column("Identified by"), Column("Made from"), Column("Named in"))
_ASKED = (Column("Package", "head"), Column("Version"), Column("Asked for in"))


def _of(inventory: Iterable[Held], kind: str) -> list[Held]:
    return [held for held in inventory if held.kind == kind]


def _said(models: list[Held], data: list[Held], packages: list[Held]) -> str:
    parts = (("model", models), ("data set or file", data), ("package", packages))
    counts = [
        f"{plural(len(held), name, 'data sets and files' if name.startswith('data') else '')}, "
        f"{sum(bool(each.version) for each in held):,} of them identified by a version or hash"
        for name, held in parts
        if held
    ]
    return f"{'; '.join(counts)}."


def _artefact(held: Held, names: dict[str, str]) -> tuple[Inline, ...]:
    pin = f" ({plain(held.pin, 40)})" if held.pin and held.version else ""
    known = f"{_short(held.version)}{pin}" if held.version else "nothing"
    return (
        code(held.name),
        text(known),
        _codes([names[part] for part in held.made_from if part in names], 6),
        _codes(held.places, 4),
    )


def _package(held: Held) -> tuple[Inline, ...]:
    asked = f"open: {plain(held.pin, 80)}" if held.pin else "open"
    return code(held.name), text(plain(held.version, 60) or asked), _codes(held.places, 4)


def _codes(names: Sequence[str], most: int) -> Inline:
    """Paths and addresses in a row, which break anywhere; the rest is counted."""
    shown = [piece for name in names[:most] for piece in (*text("; "), *code(name))][1:]
    return (*shown, *(text(f"; and {len(names) - most} more") if len(names) > most else ()))


def _short(version: str) -> str:
    """A hash by its kind and first digits; any other version whole."""
    kind, colon, digits = version.partition(":")
    return f"{kind}:{digits[:_DIGITS]}…" if colon and len(digits) > 2 * _DIGITS else plain(version, 60)
