"""What waivers make of findings: their states, and which waivers expired, lapsed or met nothing (LIFECYCLE §4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta

import msgspec

from auditor.judgement.waivers import CONFIRMS, KINDS, PATH
from auditor.model.audit import Problem, Waived, Waiver
from auditor.model.finding import Finding
from auditor.tree.ignore import configured

NOTICE = "waiver"
WARNED = timedelta(days=14)
"""How long before its end a waiver is announced to expire."""

STATES = {"false_positive": "dismissed", "not_applicable": "not-applicable"}
"""States of findings that are no debt; any other waiver that does not confirm accepts the risk: `waived`."""


def waive(
    findings: Iterable[Finding], waivers: Sequence[Waiver], *, as_of: date, proposed: Collection[str] = ()
) -> tuple[tuple[Finding, ...], tuple[Waived, ...], tuple[Problem, ...]]:
    """The findings in their order with the states that waivers give them, each waiver with its fate, and notices.

    The first waiver that meets a finding decides. `proposed` holds ids that do not count yet: a change cannot exempt itself.
    Nothing lapses in silence: an expired, a lapsed and an unused waiver is a notice each, and so is one that ends soon.
    """
    covers = [(waiver, _paths(waiver)) for waiver in waivers]
    states = {waiver.id: _standing(waiver, as_of, proposed) for waiver in waivers}
    met: dict[str, list[str]] = {waiver.id: [] for waiver in waivers}
    lapsed: set[str] = set()
    judged: list[Finding] = []
    for finding in findings:
        result = finding
        for waiver, meant in covers:
            if finding.state != "open" or not _meets(waiver, meant, finding):
                continue
            met[waiver.id].append(finding.fingerprint)
            if waiver.pin and waiver.pin != pin_of(finding):
                lapsed.add(waiver.id)
            elif states[waiver.id] == "active":
                result = _decided(finding, waiver)
                break
        judged.append(result)
    rows = tuple(_row(waiver, states[waiver.id], met[waiver.id], waiver.id in lapsed) for waiver in waivers)
    return tuple(judged), rows, tuple(notice for row in rows for notice in _notices(row, as_of))


def pin_of(finding: Finding) -> str:
    """What a waiver with `pin` holds on to: a hash of the finding's snippet."""
    return hashlib.sha256(finding.snippet.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]


def effect(kind: str) -> str:
    """What a kind of waiver does to the headline: `leaves`, `stays` or `confirms`."""
    return KINDS[kind].effect


def _paths(waiver: Waiver) -> Callable[[str], bool]:
    """Whether a path is meant. What is missing from the whole repository is met by `.` and by globs for everything."""
    if not waiver.paths:
        return lambda _path: True
    inside, whole = configured(waiver.paths), bool({".", "*", "**"} & set(waiver.paths))
    return lambda path: whole or inside(path) if path not in ("", ".") else whole


def _meets(waiver: Waiver, meant: Callable[[str], bool], finding: Finding) -> bool:
    if waiver.rule != finding.rule or (waiver.fingerprint and waiver.fingerprint != finding.fingerprint):
        return False
    return meant(finding.place.path) and (not waiver.entity or waiver.entity == finding.entity)


def _standing(waiver: Waiver, as_of: date, proposed: Collection[str]) -> str:
    if waiver.id in proposed:
        return "proposed"
    return "expired" if waiver.expires and date.fromisoformat(waiver.expires) < as_of else "active"


def _decided(finding: Finding, waiver: Waiver) -> Finding:
    if effect(waiver.kind) == CONFIRMS:
        return msgspec.structs.replace(finding, confirmed=True, confidence=1.0)
    return msgspec.structs.replace(finding, state=STATES.get(waiver.kind, "waived"))


def _row(waiver: Waiver, state: str, met: Sequence[str], lapsed: bool) -> Waived:
    if state == "active":
        state = "lapsed" if lapsed else "active" if met else "unused"
    return Waived(waiver, state, tuple(met))


def _notices(row: Waived, as_of: date) -> Iterable[Problem]:
    waiver = row.waiver
    name, until = f"waiver {waiver.id} of {waiver.rule}", waiver.expires
    if row.state == "expired":
        what = f"ended on {until}: what it covered counts again. Mend it, or decide anew."
    elif row.state == "lapsed":
        what = "was given for other content: the code changed since, so it counts again."
    elif row.state == "unused":
        what = "meets no finding; remove it."
    elif row.state == "proposed":
        what = "is added by this change and does not count yet: a change cannot exempt itself."
    elif until and date.fromisoformat(until) - as_of <= WARNED:
        what = f"ends on {until}."
    else:
        return
    yield Problem(path=PATH, line=waiver.line, message=f"{name} {what}", code=NOTICE)
