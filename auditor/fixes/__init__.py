"""Mends findings whose remedy is mechanical: proposes changed files, and writes them where that is safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from auditor.fixes.files import OutsideError, contents, write
from auditor.fixes.wishes import FIXABLE, Wish, wishes
from auditor.model.finding import Finding

__all__ = ["FIXABLE", "Change", "Left", "Proposal", "propose", "write"]


class Change(msgspec.Struct, frozen=True):
    """A file of the target as it is and as it would be, with the findings that this mends."""

    path: str
    before: bytes
    after: bytes
    mended: tuple[Finding, ...]


class Left(msgspec.Struct, frozen=True):
    """A finding that stays as it is, and why."""

    finding: Finding
    why: str


class Proposal(msgspec.Struct, frozen=True):
    """All that can be mended, and what is left to a person."""

    changes: tuple[Change, ...]
    left: tuple[Left, ...]


def propose(root: Path, findings: Iterable[Finding]) -> Proposal:
    """Changed files for the open findings whose remedy is mechanical. Nothing is written, nothing outside `root` is read."""
    by_path: dict[str, list[tuple[Finding, list[Wish]]]] = {}
    for finding in findings:
        wanted = wishes(finding) if finding.state == "open" else []
        if wanted:
            by_path.setdefault(finding.place.path, []).append((finding, wanted))
    changes, left = [], []
    for path, asked in sorted(by_path.items()):
        change, kept = _mend(root, path, asked)
        changes += [change] if change is not None else []
        left += kept
    return Proposal(tuple(changes), tuple(left))


def _mend(root: Path, path: str, asked: Sequence[tuple[Finding, list[Wish]]]) -> tuple[Change | None, list[Left]]:
    from auditor.fixes import notebooks, python

    try:
        before = contents(root, path)
    except OutsideError as error:
        return None, [Left(finding, str(error)) for finding, _ in asked]
    every = [wish for _, wanted in asked for wish in wanted]
    mend = notebooks.mend if path.endswith(".ipynb") else python.mend
    result = mend(before, every)
    mended = tuple(finding for finding, wanted in asked if all(wish in result.done for wish in wanted))
    left = [
        Left(finding, next((result.refused[wish] for wish in wanted if wish in result.refused), python.UNCLEAR))
        for finding, wanted in asked
        if finding not in mended
    ]
    return (Change(path, before, result.after, mended) if result.after != before else None), left
