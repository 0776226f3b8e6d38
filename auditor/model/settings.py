"""What the audited repository says of itself."""

from __future__ import annotations

import msgspec

Scalar = str | int | float | bool


class Settings(msgspec.Struct, frozen=True):
    """Settings of a target. They are claims and wishes of the audited side: none names code to load.

    `source` is the file they were read from, "" for the defaults. `components` maps a folder to archetype letters,
    `external` a practice to the table that claims it (dates as ISO text), `static_model` a path to the reason why that
    model need not be retrained. `gate` holds conditions by name as they are written (`{"off": true}` for one switched off),
    `min_coverage` the share in [0, 1] that a gate asks to be determined. `unknown` lists keys that mean nothing here.
    """

    source: str = ""
    exclude: tuple[str, ...] = ()
    components: dict[str, str] = {}
    external: dict[str, dict[str, Scalar]] = {}
    static_model: dict[str, str] = {}
    gate: dict[str, dict[str, Scalar]] = {}
    min_coverage: float | None = None
    unknown: tuple[str, ...] = ()
