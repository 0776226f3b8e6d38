"""What a report is rendered with besides its audit: who hands it over, what they say, what it is compared with."""

from __future__ import annotations

from pathlib import Path

import msgspec

from auditor.model.audit import Audit
from auditor.model.delta import Delta
from auditor.model.trend import Trend

PRODUCT = "auditor"


class Brand(msgspec.Struct, frozen=True):
    """The name on the cover and in the headers, and how it looks. `logo` is a data address, `accent` a colour; "" for none."""

    product: str = PRODUCT
    client: str = ""
    auditor: str = ""
    confidentiality: str = ""
    logo: str = ""
    accent: str = ""


class Note(msgspec.Struct, frozen=True):
    """What the auditor says of a finding (by the beginning of its fingerprint), a page, a component, or on the first page.

    `kind` is `executive`, `page`, `finding` or `component`; `confirmed` is `yes`, `no` or "" where nobody looked.
    """

    kind: str
    key: str
    text: str
    confirmed: str = ""


class Words(msgspec.Struct, frozen=True):
    """Another language: its code, and what each text of the report is called in it. What is missing stays English."""

    language: str = "en"
    table: dict[str, str] = {}


class Previous(msgspec.Struct, frozen=True):
    """An earlier audit, and the difference."""

    audit: Audit
    delta: Delta


class Setting(msgspec.Struct, frozen=True):
    """All of it. `templates` is a folder whose files take the place of those that ship, by their names."""

    brand: Brand = Brand()
    notes: tuple[Note, ...] = ()
    words: Words = Words()
    templates: Path | None = None
    previous: Previous | None = None
    trend: Trend | None = None
    redaction: str = "default"


PLAIN = Setting()
