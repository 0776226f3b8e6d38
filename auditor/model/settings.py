"""What the owners of a target say about it, in `[tool.auditor]`."""

from __future__ import annotations

import msgspec


class Claim(msgspec.Struct, frozen=True):
    """Something said to live outside the repository: claimed, not verified."""

    url: str = ""
    owner: str = ""
    expires: str = ""
    version: str = ""


class Settings(msgspec.Struct, frozen=True):
    """Settings of the target. `components` maps a folder ("." for the root) to archetype letters."""

    exclude: tuple[str, ...] = ()
    components: dict[str, str] = {}
    external: dict[str, Claim] = {}
    static_model: dict[str, str] = {}
    unknown: tuple[str, ...] = ()
    source: str = ""
