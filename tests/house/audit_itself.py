"""The house audits itself, as part of the one door; exits with 1 on what this repository does not stand by."""

from __future__ import annotations

import sys
from pathlib import Path

from auditor import audit
from auditor.formats import render
from auditor.model.finding import Severity

ROOT = Path(__file__).resolve().parents[2]
WORST = Severity.LOW  # findings above this one fail the check


def main() -> int:
    """Prints the summary of this repository's own audit, and what in it fails the check."""
    result = audit(str(ROOT))
    print(render(result, "terminal"))
    failures = [
        f"{finding.place} {finding.rule} {finding.severity.value}: {finding.message}"
        for finding in result.findings
        if finding.severity.rank > WORST.rank and finding.state == "open"
    ]
    failures += [f"internal error: {error}" for error in result.errors]
    for failure in failures:
        print(f"the house does not stand by this: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
