"""The page of a rule: what it is for, in prose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec


class RulePage(msgspec.Struct, frozen=True):
    """The prose of one rule, section by section, each in plain Markdown ("" where a section is missing)."""

    id: str
    title: str
    finds: str = ""
    why: str = ""
    business: str = ""  # what it costs, without library names
    fix: str = ""
    fine: str = ""  # when it is no debt
    sources: str = ""


RulePages: TypeAlias = Mapping[str, RulePage]
