"""Options of reports that are handed over: brand, notes, redaction, what to compare with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from auditor.cli.output import write_file
from auditor.cli.stored import load_audit
from auditor.model.errors import UsageError

if TYPE_CHECKING:
    from auditor.formats.setting import Previous, Setting
    from auditor.model.audit import Audit
    from auditor.model.trend import Trend

log = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
OWN = "report.toml"
"""The auditor's own brand, in the folder of settings of the user."""


class Dressing(msgspec.Struct, frozen=True):
    """What the options said, not yet read."""

    brand: Path | None
    notes: Path | None
    redact: str
    redaction_key: Path | None
    previous: Path | None
    trend: Path | None


PLAIN = Dressing(None, None, "default", None, None, None)
DRESSED = ("html", "pdf")
"""Formats that show more than the audit."""


def dressing_options(command: F) -> F:
    """Adds the options, and hands them to the command as one `dressing`."""
    options = (
        click.option(
            "--brand", type=FILE, metavar="FILE",
            help="Take name, client, logo, colours, language and templates of the report from [branding] of this TOML file (default: report.toml in the user's settings).",
        ),
        click.option(
            "--notes", type=FILE, metavar="FILE",
            help="Add the auditor's notes of this Markdown file: under # executive, # page:NAME, # component:NAME or # finding:FINGERPRINT.",
        ),
        click.option(
            "--redact", type=click.Choice(["default", "strict", "none"]), default="default", show_default=True,
            help="Default: e-mail addresses and absolute paths become neutral words. Strict: no code either, and files by number. None: nothing; secrets never leave.",
        ),
        click.option("--redaction-key", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write there which file has which number under --redact strict."),
        click.option("--previous", type=FILE, metavar="AUDIT.json", help="Compare with this earlier audit, on a page of the report."),
        click.option("--trend", type=FILE, metavar="TREND.json", help="Add the trend that `auditor trend -o json` wrote (default: what .auditor/history.db knows)."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def read_setting(dressing: Dressing, audit: Audit, history: Trend | None = None) -> Setting:
    """What the options name, read. Raises UsageError for what cannot be used."""
    import msgspec

    from auditor.formats.branding import read_setting as read_brand
    from auditor.formats.notes import read_notes
    from auditor.formats.setting import PLAIN

    brand = dressing.brand or _own()
    setting = read_brand(brand) if brand is not None else PLAIN
    return msgspec.structs.replace(
        setting,
        notes=read_notes(_text(dressing.notes), str(dressing.notes)) if dressing.notes else (),
        previous=_previous(dressing.previous, audit) if dressing.previous else None,
        trend=_trend(dressing.trend) if dressing.trend else history,
        redaction=dressing.redact,
    )


def stored_trend(target: str) -> Trend | None:
    """What the history beside a folder knows of it, None where there is none; nothing is audited for it."""
    place = Path(target) / ".auditor" / "history.db"
    if not place.is_file() or place.is_symlink() or place.parent.is_symlink():
        return None
    from auditor.history.store import Store
    from auditor.history.walk import known

    try:
        with Store(place, read_only=True) as store:
            return known(target, store)
    except UsageError as error:  # whatever lies in a target, its report is made
        log.warning("the report goes without its history: %s", error)
        return None


def redacted(dressing: Dressing, audit: Audit) -> Audit:
    """The audit as it may leave the house; the key to it is written where one was asked for."""
    from auditor.formats.redaction import key_text
    from auditor.formats.redaction import redacted as redact

    found = redact(audit, dressing.redact)
    if dressing.redaction_key is not None:
        if dressing.redact != "strict":
            raise UsageError("--redaction-key goes with --redact strict; nothing else needs a key")
        write_file(dressing.redaction_key, key_text(found))
    return found.audit


def _own() -> Path | None:
    from platformdirs import user_config_path

    path = user_config_path("auditor") / OWN
    return path if path.is_file() else None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error


def _previous(path: Path, audit: Audit) -> Previous:
    from auditor.engine import registry
    from auditor.formats.setting import Previous
    from auditor.lifecycle.delta import compare
    from auditor.score import load_policy

    before = load_audit(path)
    titles = {family.id: family.title for family in registry().families}
    return Previous(before, compare(before, audit, load_policy(audit.versions.profile), titles))


def _trend(path: Path) -> Trend:
    import msgspec

    from auditor.model.trend import Trend

    try:
        return msgspec.json.decode(path.read_bytes(), type=Trend)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no trend of auditor: {error}") from error
