"""The page of a rule: what it is for, in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import msgspec

from auditor.model.regex import regex


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

_TITLE = regex(r"^# (.*)$", re.M)
_HEADING = regex(r"^## +(.+?)\s*$", re.M)
_SECTIONS = {
    "What it finds": "finds",
    "Why it is debt": "why",
    "What it costs the business": "business",
    "What to do": "fix",
    "When it is fine": "fine",
    "Sources": "sources",
}


def read_page(rule: str, text: str) -> RulePage:
    """The prose of a page, by its headings; Bad and Good blocks are left to the tests."""
    return RulePage(id=rule, title=title_of(rule, text), **dict(_sections(text)))


def title_of(rule: str, text: str) -> str:
    """The title of a page without the id of its rule, "" where it has none: an audit needs no more of its pages."""
    heading = _TITLE.search(text)
    title = heading[1].strip() if heading is not None else ""
    title = title.partition(" ")[2] if title.partition(" ")[0] == rule else title
    return title.strip(" :·-")


def _sections(text: str) -> Iterator[tuple[str, str]]:
    pieces = _HEADING.split(text)
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=False):
        if heading in _SECTIONS:
            yield _SECTIONS[heading], body.strip()
