"""A review: the audit of a revision, held against its base or a baseline, the gate and the checklist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

import msgspec

from auditor.judgement.signoffs import INVALID as SIGNOFF_INVALID
from auditor.judgement.waivers import INVALID as WAIVER_INVALID
from auditor.lifecycle import baseline as baselines
from auditor.lifecycle.checklist import checklist
from auditor.lifecycle.delta import compare
from auditor.lifecycle.gate import MIN_COVERAGE, Change, conditions, hold
from auditor.model.audit import Audit
from auditor.model.checklist import Checklist
from auditor.model.delta import Delta
from auditor.model.errors import UsageError
from auditor.model.gate import Gate
from auditor.model.settings import Settings

if TYPE_CHECKING:
    from auditor.run import Options


class Review(msgspec.Struct, frozen=True):
    """All that a gate shows. `delta` is None where there is no base revision."""

    audit: Audit
    gate: Gate
    checklist: Checklist
    delta: Delta | None


def review(
    target: str,
    *,
    rev: str | None = None,
    base: str | None = None,
    baseline: bytes | None = None,
    **options: Unpack[Options],
) -> Review:
    """Audit a revision and hold it against the commit where it forked off `base`, else against a baseline.

    With a base, conditions, waivers and suppressions count as they stand there. Raises UsageError for what the caller can
    mend, broken files of waivers and sign-offs included: a gate must not pass because a judgement was misspelt.
    """
    from auditor.run import audit
    from auditor.score import load_policy
    from auditor.tree import between, paths_of

    if base is None:
        result = audit(target, rev=rev, **options)
        _refuse_broken(result)
        return _reviewed(result, _from_baseline(result, baseline), result.settings, None)
    fork = between(target, base, rev)
    before = audit(target, rev=fork.base, **options)
    result = audit(target, rev=rev, governed_by=before, **options)
    _refuse_broken(result)
    delta = compare(
        before,
        result,
        load_policy(result.versions.profile),
        _titles(),
        renames=fork.renames,
        paths=paths_of(target, rev=rev),
    )
    change = Change(
        base=fork.base[:10] if fork.base.startswith(base) else f"{base} at {fork.base[:10]}",
        new=delta.new,
        detected=delta.detected,
        fixed=len(delta.fixed),
        unreadable=delta.unreadable,
        before=before.score,
    )
    return _reviewed(result, change, before.settings, delta, before)


def _reviewed(
    audit: Audit, change: Change | None, settings: Settings, delta: Delta | None, before: Audit | None = None
) -> Review:
    listed = checklist(audit)
    gate = hold(
        audit,
        change,
        conditions(settings.gate),
        blocking=listed.open_blocking,
        min_coverage=MIN_COVERAGE if settings.min_coverage is None else settings.min_coverage,
        thin_before=before is not None and before.coverage.share <= audit.coverage.share,
    )
    return Review(audit, gate, listed, delta)


def _from_baseline(audit: Audit, file: bytes | None) -> Change | None:
    if file is None:
        return None
    known = baselines.read(file)
    held = baselines.against(known, audit)
    return Change(
        base=f"the baseline of {known.created}",
        new=held.new,
        detected=held.detected,
        fixed=sum(not baselines.unlooked(entry, audit) for entry in held.gone),
        unreadable=held.unreadable,
        before=baselines.score_of(known) if known.versions == audit.versions else None,
    )


def _refuse_broken(audit: Audit) -> None:
    broken = [problem for problem in audit.problems if problem.code in (WAIVER_INVALID, SIGNOFF_INVALID)]
    if broken:
        where = f"{broken[0].path}:{broken[0].line}" if broken[0].line else broken[0].path
        raise UsageError(f"{where}: {broken[0].message}")


def _titles() -> Mapping[str, str]:
    from auditor.engine import registry

    return {family.id: family.title for family in registry().families}
