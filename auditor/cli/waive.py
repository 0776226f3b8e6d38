"""`auditor waive`: decide about a finding, with a reason and an end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import click

from auditor.cli.options import quiet_option, set_up_logging
from auditor.cli.progress import shown_progress
from auditor.model.errors import UsageError
from auditor.model.finding import Finding

SHORTEST = 8
"""Digits of a fingerprint that must be given."""


@click.command(name="waive")
@click.argument("fingerprint")
@click.argument("target", default=".", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--kind", required=True,
    type=click.Choice(["false_positive", "not_applicable", "confirmed", "accepted_risk", "deferred", "compensating_control"]),
    help="What is decided. An accepted risk stays in the headline score, a false positive leaves it.",
)  # fmt: skip
@click.option("--reason", required=True, metavar="TEXT", help="Why. Whoever reads the report reads this.")
@click.option("--owner", required=True, metavar="NAME", help="Who answers for it.")
@click.option("--expires", metavar="DAYS|DATE", help="When it ends: 90d, or 2027-01-31 (default: as the kind says).")
@click.option("--ticket", default="", metavar="ID", help="Where it is followed up.")
@click.option("--pin", is_flag=True, help="Let it lapse when the code it is about changes.")
@quiet_option
def command(
    fingerprint: str,
    target: Path,
    kind: str,
    reason: str,
    owner: str,
    expires: str | None,
    ticket: str,
    pin: bool,
    quiet: bool,
) -> None:
    """Adds a waiver for the finding with FINGERPRINT (its first digits do) to .auditor/waivers.toml of TARGET."""
    set_up_logging(quiet=quiet)
    if len(fingerprint) < SHORTEST or not re.fullmatch(r"[0-9a-f]+", fingerprint):
        raise UsageError(f"{fingerprint!r} is no fingerprint; give at least {SHORTEST} of its hex digits")
    if not reason.strip() or not owner.strip():
        raise UsageError("a waiver needs a reason and an owner")
    from auditor.judgement import KINDS, pin_of
    from auditor.judgement.waivers import PATH
    from auditor.lifecycle.written import Value, append_table
    from auditor.run import audit

    with shown_progress(quiet=quiet) as progress:
        found = audit(str(target), progress=progress)
    finding = _meant(fingerprint, found.findings)
    today = date.fromisoformat(found.as_of)
    known, ends = KINDS[kind], _end(expires, today)
    if ends is None and known.days:
        ends = today + timedelta(days=known.days)
    if ends is not None and known.most and (ends - today).days > known.most:
        raise UsageError(f"{kind} lasts at most {known.most} days; {ends} is further away")
    row: dict[str, Value] = {
        "id": _next_id(one.waiver.id for one in found.waivers), "rule": finding.rule, "fingerprint": finding.fingerprint,
        "kind": kind, "reason": reason, "owner": owner, "ticket": ticket, "created": today,
        "expires": ends if ends is not None else "", "pin": pin_of(finding) if pin else "",
    }  # fmt: skip
    path = append_table(target / PATH, "waiver", row)
    until = f" until {ends}" if ends else ""
    click.echo(f"waived {finding.rule} at {finding.place} as {kind}{until}, in {path}", err=True)


def _meant(prefix: str, findings: tuple[Finding, ...]) -> Finding:
    meant = [finding for finding in findings if finding.fingerprint.startswith(prefix)]
    if not meant:
        raise UsageError(f"no finding has the fingerprint {prefix}…; `auditor audit -o json` lists them")
    if len(meant) > 1:
        raise UsageError(f"{len(meant)} findings begin with {prefix}; give more digits")
    return meant[0]


def _end(text: str | None, today: date) -> date | None:
    if text is None:
        return None
    if match := re.fullmatch(r"(\d{1,4})d", text):
        return today + timedelta(days=int(match[1]))
    try:
        ends = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--expires {text} is neither days (90d) nor a date (2027-01-31)") from None
    if ends <= today:
        raise UsageError(f"--expires {text} is not in the future")
    return ends


def _next_id(taken: Iterable[str]) -> str:
    numbers = [int(match[1]) for name in taken if (match := re.fullmatch(r"W-(\d{1,6})", name))]
    return f"W-{max(numbers, default=0) + 1:03}"
